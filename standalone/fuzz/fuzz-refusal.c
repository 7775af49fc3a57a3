/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a refusal: what a destination makes of any error, and what a
 * source makes of any messages.
 *
 * The first byte chooses: a destination and a source that speak to each other,
 * or hostile messages, each with a length before it.
 */

#include "qemu/osdep.h"
#include "fuzz.h"
#include "migration/refusal.h"
#include "migration.h"

#define PREFIX "The destination refused the guest: "
#define FORWARD 0x80

/* What the destination sends, the source gets. */
void migrate_send_rp_refusal(MigrationIncomingState *mis, const char *text,
                             uint16_t len)
{
    g_assert_cmpuint(len, >, 0);
    g_assert_cmpuint(len, <=, MIGRATION_REFUSAL_CHUNK);
    migration_refusal_receive((const uint8_t *)text, len);
}

/* The return path ended with this error, and the text that came. */
static char *complete(void)
{
    g_autoptr(Error) err = NULL;
    char *text = NULL;

    error_setg(&err, "Sibling indicated error 1");
    migration_refusal_complete(&err);
    g_assert_nonnull(err);
    if (migration_refusal_was_told()) {
        const char *said = error_get_pretty(err);

        g_assert_true(g_str_has_prefix(said, PREFIX));
        /* An invalid byte becomes U+FFFD, of three bytes. */
        fuzz_check_text(said, strlen(PREFIX) + 3 * MIGRATION_REFUSAL_MAX);
        text = g_strdup(said + strlen(PREFIX));
    } else {
        g_assert_cmpstr(error_get_pretty(err), ==,
                        "Sibling indicated error 1");
    }
    return text;
}

static bool is_printable(const char *text)
{
    for (; *text; text = g_utf8_next_char(text)) {
        if (!g_unichar_isprint(g_utf8_get_char(text))) {
            return false;
        }
    }
    return true;
}

/* Valid text arrives as it is, as far as a message may be long. */
static void check_forwarded(const char *sent, const char *came)
{
    size_t len = strlen(sent);

    if (!g_utf8_validate(sent, len, NULL) || !is_printable(sent)) {
        return;
    }
    g_assert_true((came != NULL) == (len > 0));
    if (len <= MIGRATION_REFUSAL_MAX) {
        g_assert_cmpstr(came ?: "", ==, sent);
    } else {
        g_assert_true(g_str_has_prefix(sent, came));
        g_assert_cmpuint(strlen(came), >, MIGRATION_REFUSAL_MAX - 4);
    }
}

/* What the load that fails has said of itself. */
static const char *cause;

const char *migration_load_cause(void)
{
    return cause;
}

static void forward(FuzzInput *in, uint8_t how)
{
    g_autofree char *sent = g_strndup((const char *)in->data, in->size);
    MigrationIncomingState mis = { .to_src_file = (QEMUFile *)&mis };
    g_autofree char *came = NULL;
    Error err = { .message = sent };

    migration_refusal_agree(true);
    if (how & 0x40) {
        cause = err.message;
    }
    migration_refusal_end(&mis, &err);
    came = complete();
    check_forwarded(sent, came);

    /* Without a request there is no answer. */
    migration_refusal_reset();
    migration_refusal_agree(false);
    cause = err.message;
    migration_refusal_end(&mis, &err);
    g_assert_null(complete());
    cause = NULL;
}

static void receive(FuzzInput *in)
{
    g_autofree char *came = NULL;
    size_t total = 0;

    while (in->size) {
        size_t len = fuzz_u16(in);

        len = MIN(len, in->size);
        migration_refusal_receive(in->data, len);
        in->data += len;
        in->size -= len;
        total += len;
    }
    came = complete();
    g_assert_true(came == NULL || total > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput in = { data, size };
    uint8_t how = fuzz_u8(&in);

    migration_refusal_reset();
    if (how & FORWARD) {
        forward(&in, how);
    } else {
        receive(&in);
    }
    migration_refusal_reset();
    migration_refusal_agree(false);     /* frees what is kept */
    return 0;
}

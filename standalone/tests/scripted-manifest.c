/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of manifests on scripted kernels, and the loads after them. */

#include "qemu/osdep.h"
#include "scripted-manifest.h"
#include "target/arm/cpreg/manifest-stream.h"
#include "target/arm/cpreg/names.h"
#include "trace.h"

static GHashTable *names_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

/* Report names that only one of both has. */
static char *not_in(GHashTable *some, GHashTable *others)
{
    g_autoptr(GString) text = g_string_new(NULL);
    GHashTableIter iter;
    gpointer name;

    g_hash_table_iter_init(&iter, some);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        if (!g_hash_table_contains(others, name)) {
            g_string_append_printf(text, "%s%s", text->len ? ", " : "",
                                   (char *)name);
        }
    }
    return text->len ? g_strdup(text->str) : NULL;
}

static void compare_names(const char *pair, const char *what,
                          GHashTable *check, GHashTable *load)
{
    g_autofree char *early = not_in(check, load);
    g_autofree char *late = not_in(load, check);

    if (early) {
        wrong("%s: %s only by the check: %s", pair, what, early);
    }
    if (late) {
        wrong("%s: %s by the load alone: %s", pair, what, late);
    }
}

static void assert_same(const uint64_t *numbers, size_t len,
                        const uint64_t *others, size_t others_len)
{
    g_assert_cmpmem(numbers, len * sizeof(*numbers),
                    others, others_len * sizeof(*others));
}

/* A guest view is encoded apart, if there is one. */
static void send_chosen(const ARMCPRegManifest *sent,
                        ARMCPRegManifest *manifest)
{
    g_autoptr(GByteArray) bytes = NULL;
    g_autofree char *fault = NULL;

    if (sent->baseline) {
        bytes = arm_cpreg_manifest_encode_configured(sent);
        fault = arm_cpreg_manifest_decode_configured(manifest, bytes->data,
                                                     bytes->len);
    }
    g_assert_cmpstr(fault, ==, NULL);
    g_assert_cmpstr(manifest->baseline, ==, sent->baseline);
    assert_same(manifest->configured_indexes, manifest->configured_len,
                sent->configured_indexes, sent->configured_len);
    g_assert_true(arm_cpu_impls_equal(manifest->impls, sent->impls));
}

ARMCPRegManifest *manifest_of(ARMCPU *source)
{
    g_autoptr(ARMCPRegManifest) sent = kvm_arm_manifest_read(source, NULL);
    g_autoptr(GByteArray) bytes = NULL;
    g_autofree char *fault = NULL;
    ARMCPRegManifest *manifest;

    g_assert_nonnull(sent);
    bytes = arm_cpreg_manifest_encode(sent);
    manifest = arm_cpreg_manifest_decode(bytes->data, bytes->len, &fault);
    g_assert_cmpstr(fault, ==, NULL);
    g_assert_cmpmem(&manifest->init, sizeof(manifest->init),
                    &sent->init, sizeof(sent->init));
    g_assert_cmpstr(manifest->kernel, ==, sent->kernel);
    assert_same(manifest->indexes, manifest->len, sent->indexes, sent->len);
    assert_same(manifest->fixed_indexes, manifest->fixed_len,
                sent->fixed_indexes, sent->fixed_len);
    assert_same(manifest->fixed_values, manifest->fixed_len,
                sent->fixed_values, sent->fixed_len);
    assert_same(manifest->wide_indexes, manifest->wide_len,
                sent->wide_indexes, sent->wide_len);
    send_chosen(sent, manifest);
    return manifest;
}

KVMManifestCheck *manifest_check_of(ScriptedKVM *from, ARMCPU *destination,
                                    Error **errp)
{
    g_autoptr(ARMCPU) source = scripted_start(from, NULL);
    g_autoptr(ARMCPRegManifest) manifest = manifest_of(source);

    g_array_set_size(CPU(destination)->kvm->calls, 0);
    return kvm_arm_manifest_check(destination, manifest, errp);
}

const ARMCPRegWrite *refused_value(const KVMManifestCheck *check, guint n)
{
    for (guint i = 0; i < check->load->writes->len; i++) {
        const ARMCPRegWrite *write = &g_array_index(check->load->writes,
                                                    ARMCPRegWrite, i);

        if (write->fate >= ARM_CPREG_VALUE_REFUSED && n-- == 0) {
            return write;
        }
    }
    return NULL;
}

guint scratch_calls(const ScriptedKVM *kvm)
{
    guint n = 0;

    for (guint i = 0; i < kvm->calls->len; i++) {
        n += g_array_index(kvm->calls, ScriptedCall, i).op >= SCRIPTED_SCRATCH;
    }
    return n;
}

/* Only the scratch vCPU was asked; the vCPU has not changed. */
static void check_untouched(const char *pair, ScriptedKVM *to)
{
    if (scratch_calls(to) != to->calls->len) {
        wrong("%s: the check has asked the vCPU", pair);
    }
    for (guint i = 0; i < to->regs->len; i++) {
        ScriptedReg *reg = &g_array_index(to->regs, ScriptedReg, i);

        if (reg->value != reg->reset) {
            wrong("%s: the check has changed the vCPU", pair);
        }
    }
}

static void names_of_report(const KVMManifestCheck *check, GHashTable *left,
                            GHashTable *kept)
{
    for (size_t i = 0; i < check->load->report.len; i++) {
        const ARMCPRegVerdict *verdict = &check->load->report.verdicts[i];
        char *name = arm_cpreg_short_name(verdict->regidx);

        if (verdict->outcome == ARM_CPREG_TOLERATED) {
            g_hash_table_add(left, name);
        } else if (verdict->outcome == ARM_CPREG_MISSING) {
            g_hash_table_add(kept, name);
        } else {
            g_free(name);
        }
    }
}

static void names_of_traces(GHashTable *left, GHashTable *kept)
{
    for (guint i = 0; i < standalone_trace->len; i++) {
        TraceLine *line = &g_array_index(standalone_trace, TraceLine, i);

        if (line->event == TRACE_ARM_CPREG_TOLERATED) {
            add_names(left, line->name, 1);
        } else if (line->event == TRACE_ARM_CPREG_MISSING) {
            add_names(kept, line->name, 1);
        }
    }
}

static void check_verdict(const char *pair, const KVMManifestCheck *check,
                          const Error *err)
{
    g_autoptr(GHashTable) early = names_new();
    g_autoptr(GHashTable) late = names_new();
    g_autoptr(GHashTable) early_left = names_new();
    g_autoptr(GHashTable) early_kept = names_new();
    g_autoptr(GHashTable) late_left = names_new();
    g_autoptr(GHashTable) late_kept = names_new();

    if (!check->refused->len != !err) {
        wrong("%s: check: %s; load: %s", pair,
              check->refused->len ? check->refused->str : "good",
              err ? error_get_pretty(err) : "good");
    }
    add_names(early, check->refused->str, 1);
    add_names(late, err ? error_get_pretty(err) : "", 1);
    compare_names(pair, "refused", early, late);
    names_of_report(check, early_left, early_kept);
    names_of_traces(late_left, late_kept);
    compare_names(pair, "left behind", early_left, late_left);
    compare_names(pair, "kept", early_kept, late_kept);

    for (guint i = 0; i < check->load->writes->len; i++) {
        const ARMCPRegWrite *write = &g_array_index(check->load->writes,
                                                    ARMCPRegWrite, i);
        g_autofree char *name = arm_cpreg_short_name(write->regidx);

        if (write->fate >= ARM_CPREG_VALUE_REFUSED &&
            !g_hash_table_contains(early, name)) {
            wrong("%s: the value of %s is refused, and not told", pair, name);
        }
    }
}

bool check_as_load(ScriptedKVM *from, ScriptedKVM *to)
{
    g_autofree char *pair = g_strdup_printf("%s -> %s", from->name, to->name);
    g_autoptr(QEMUFile) f = qemu_file_new();
    g_autoptr(ARMCPU) source = scripted_start(from, NULL);
    g_autoptr(ARMCPU) destination = scripted_start(to, NULL);
    g_autoptr(ARMCPRegManifest) manifest = NULL;
    g_autoptr(KVMManifestCheck) check = NULL;
    g_autoptr(GArray) lines = trace_lines_new();
    g_autoptr(Error) err = NULL;

    g_assert_true(scripted_run(source, NULL));
    scripted_kvm_guest_works(from);
    manifest = manifest_of(source);
    g_assert_true(scripted_save(source, f, NULL));

    g_array_set_size(to->calls, 0);
    check = kvm_arm_manifest_check(destination, manifest, &err);
    g_assert_null(err);
    check_untouched(pair, to);

    standalone_trace = lines;
    load_stream(destination, f, &err);
    check_verdict(pair, check, err);
    standalone_trace = NULL;
    if (!err && scratch_calls(to)) {
        wrong("%s: the load asks again what the check has asked", pair);
    }
    return !err;
}

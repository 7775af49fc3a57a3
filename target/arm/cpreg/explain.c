/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a refused value means, and what to do about it. */

#include "qemu/osdep.h"
#include "explain.h"
#include "index.h"
#include "names.h"

#define PSCI_VERSION ARM_CPREG_FW(0)

/* Linux include/uapi/linux/psci.h: major in bits 31:16, minor in 15:0 */
static char *explain_psci(uint64_t source, uint64_t here)
{
    unsigned major = here >> 16 & 0x7fff, minor = here & 0xffff;
    g_autoptr(GString) text = g_string_new(NULL);

    arm_cpreg_clause(text, "PSCI: source %u.%u, destination %u.%u",
                     (unsigned)(source >> 16 & 0x7fff),
                     (unsigned)(source & 0xffff), major, minor);
    /* For the guest's next start: a running guest keeps its version. */
    if (source > here) {
        arm_cpreg_clause(text, "start the guest with "
                         "-cpu host,kvm-psci-version=%u.%u", major, minor);
    }
    return g_string_free(g_steal_pointer(&text), false);
}

/*
 * Linux include/uapi/asm/kvm.h: the host's firmware does not have the
 * workaround, it has it, or the CPU needs none.  KVM refuses a level above the
 * host's.
 */
static char *explain_workaround(uint64_t source, uint64_t here)
{
    static const char *const levels[] = {
        "not available", "available", "not required",
    };

    if (source >= G_N_ELEMENTS(levels) || here >= G_N_ELEMENTS(levels)) {
        return NULL;
    }
    return g_strdup_printf("workaround: source %s, destination %s",
                           levels[source], levels[here]);
}

/* The hypercalls of a bitmap that the guest may use and would lose. */
static char *explain_services(uint64_t regidx, uint64_t source, uint64_t here)
{
    g_autofree char *services = arm_cpreg_services(regidx, source & ~here);

    return services ? g_strdup_printf("the destination does not offer %s",
                                      services) : NULL;
}

static void explain_fields(GString *text, uint64_t regidx, uint64_t source,
                           uint64_t here)
{
    for (int i = 0; i < ARM_FIELD_COUNT; i++) {
        const ARMCPRegField *field = &arm_cpreg_fields[i];
        uint64_t there = arm_cpreg_field(field, source);
        uint64_t ours = arm_cpreg_field(field, here);

        if (field->regidx == regidx && there != ours) {
            arm_cpreg_item(text, "%s: source %" PRIu64 ", destination %" PRIu64,
                           field->name, there, ours);
        }
    }
}

/* Registers that describe the hardware, not what the guest may use. */
static const char *explain_invariant(uint64_t regidx)
{
    if (arm_cpreg_is_implementation(regidx)) {
        return "the hosts have CPUs of different models";
    }
    if (arm_cpreg_is_cache(regidx)) {
        return "the hosts have different caches";
    }
    return NULL;
}

char *arm_cpreg_explain(uint64_t regidx, uint64_t source, uint64_t here)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *what = explain_invariant(regidx);

    if (source == here) {
        return NULL;
    }
    if (regidx == PSCI_VERSION) {
        return explain_psci(source, here);
    }
    if (regidx == ARM_CPREG_FW(1) || regidx == ARM_CPREG_FW(3)) {
        return explain_workaround(source, here);
    }
    if ((regidx & ARM_CPREG_KIND_MASK) == ARM_CPREG_KIND_FW_BMAP) {
        return explain_services(regidx, source, here);
    }
    explain_fields(text, regidx, source, here);
    if (what) {
        arm_cpreg_clause(text, "%s", what);
    }
    return text->len ? g_string_free(g_steal_pointer(&text), false) : NULL;
}

void arm_cpreg_append_refused(GString *text, uint64_t regidx, uint64_t source,
                              uint64_t here, const char *why)
{
    g_autofree char *name = arm_cpreg_name(regidx);
    g_autofree char *more = arm_cpreg_explain(regidx, source, here);

    arm_cpreg_clause(text, "%s = 0x%" PRIx64 ", destination 0x%" PRIx64 ": %s",
                     name, source, here, why);
    if (more) {
        g_string_append_printf(text, " (%s)", more);
    }
}

void arm_cpreg_append_unread(GString *text, uint64_t regidx, int ret)
{
    g_autofree char *name = arm_cpreg_name(regidx);

    arm_cpreg_clause(text, "%s (%s)", name, strerror(-ret));
}

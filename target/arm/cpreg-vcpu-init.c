/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KVM_ARM_VCPU_INIT was given: compare two sides. */

#include "qemu/osdep.h"
#include "cpreg-vcpu-init.h"

/*
 * The KVM_ARM_VCPU_* bits, Linux 7.3 arch/arm64/include/uapi/asm/kvm.h, and
 * the option of QEMU's that sets each; NULL where there is none.
 */
static const struct {
    const char *name;
    const char *on;
    const char *off;
} features[] = {
    { "power-off" },
    { "el1-32bit", "-cpu host,aarch64=off", "-cpu host,aarch64=on" },
    { "psci-0.2" },
    { "pmu-v3", "-cpu host,pmu=on", "-cpu host,pmu=off" },
    { "sve", "-cpu host,sve=on", "-cpu host,sve=off" },
    { "ptrauth-address", "-cpu host,pauth=on", "-cpu host,pauth=off" },
    { "ptrauth-generic", "-cpu host,pauth=on", "-cpu host,pauth=off" },
    { "el2", "-machine virt,virtualization=on",
      "-machine virt,virtualization=off" },
    { "el2-e2h0" },
    { "pmu-v3-strict" },
};

#define PTRAUTH_ADDRESS 5
#define PTRAUTH_GENERIC 6
#define FEATURE_BITS (ARM_CPREG_FEATURE_WORDS * 32)

char *arm_cpreg_feature_name(unsigned bit)
{
    return bit < ARRAY_SIZE(features) ? g_strdup(features[bit].name) :
                                        g_strdup_printf("bit-%u", bit);
}

int arm_cpreg_feature_bit(const char *name)
{
    for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
        g_autofree char *known = arm_cpreg_feature_name(bit);

        if (g_str_equal(name, known)) {
            return bit;
        }
    }
    return -1;
}

bool arm_cpreg_has_feature(const ARMCPRegVCPUInit *init, unsigned bit)
{
    return bit < FEATURE_BITS && init->features[bit / 32] >> (bit % 32) & 1;
}

/* One more clause, set apart by "; ". */
static void G_GNUC_PRINTF(2, 3) clause(GString *text, const char *format, ...)
{
    va_list ap;

    if (text->len) {
        g_string_append(text, "; ");
    }
    va_start(ap, format);
    g_string_append_vprintf(text, format, ap);
    va_end(ap);
}

static void refuse_feature(unsigned bit, bool at_source, GString *refused)
{
    g_autofree char *name = arm_cpreg_feature_name(bit);
    const char *on = bit < ARRAY_SIZE(features) ? features[bit].on : NULL;
    const char *off = bit < ARRAY_SIZE(features) ? features[bit].off : NULL;

    if (!on) {
        clause(refused, "the vCPU feature %s is %s at the source and %s here: "
               "no option of QEMU's sets it, the two QEMUs or kernels are too "
               "different", name, at_source ? "on" : "off",
               at_source ? "off" : "on");
    } else if (at_source) {
        clause(refused, "the vCPU feature %s is on at the source and off "
               "here: start the destination with %s, or, where its host does "
               "not have it, the guest with %s", name, on, off);
    } else {
        clause(refused, "the vCPU feature %s is off at the source and on "
               "here: start the destination with %s", name, off);
    }
}

char *arm_cpreg_lengths(uint64_t vls)
{
    GString *text = g_string_new(NULL);

    for (unsigned n = 0; n < 64; n++) {
        if (vls >> n & 1) {
            g_string_append_printf(text, "%s%u", text->len ? ", " : "",
                                   (n + 1) * 128);
        }
    }
    return g_string_free(text, false);
}

static char *lengths_text(uint64_t vls)
{
    g_autofree char *lengths = arm_cpreg_lengths(vls);

    return vls ? g_strdup_printf("%s bits", lengths) : g_strdup("none");
}

/* ",sve512=off,sve1024=off" */
static char *lengths_options(uint64_t vls, const char *value)
{
    GString *text = g_string_new(NULL);

    for (unsigned n = 0; n < 64; n++) {
        if (vls >> n & 1) {
            g_string_append_printf(text, ",sve%u=%s", (n + 1) * 128, value);
        }
    }
    return g_string_free(text, false);
}

static void compare_lengths(uint64_t source, uint64_t here, GString *refused)
{
    g_autofree char *there_text = lengths_text(source);
    g_autofree char *here_text = lengths_text(here);
    g_autofree char *drop = lengths_options(here & ~source, "off");
    g_autofree char *add = lengths_options(source & ~here, "on");
    g_autofree char *without = lengths_options(source & ~here, "off");

    clause(refused, "SVE vector lengths: source %s, here %s: start the "
           "destination with -cpu host%s%s", there_text, here_text, drop, add);
    if (source & ~here) {
        g_string_append_printf(refused, ", or, where its host does not have "
                               "them, the guest with -cpu host%s", without);
    }
}

static bool feature_differs(const ARMCPRegVCPUInit *a,
                            const ARMCPRegVCPUInit *b, unsigned bit)
{
    bool on = arm_cpreg_has_feature(a, bit);

    if (bit == ARM_CPREG_FEATURE_POWER_OFF ||
        on == arm_cpreg_has_feature(b, bit)) {
        return false;
    }
    /* KVM takes both of these or none, and one option sets them. */
    return bit != PTRAUTH_GENERIC ||
           on != arm_cpreg_has_feature(a, PTRAUTH_ADDRESS) ||
           on == arm_cpreg_has_feature(b, PTRAUTH_ADDRESS);
}

/* Without SVE on one side, the feature says it. */
static bool lengths_differ(const ARMCPRegVCPUInit *a,
                           const ARMCPRegVCPUInit *b)
{
    return arm_cpreg_has_feature(a, ARM_CPREG_FEATURE_SVE) &&
           arm_cpreg_has_feature(b, ARM_CPREG_FEATURE_SVE) &&
           a->sve_vls != b->sve_vls;
}

void arm_cpreg_vcpu_init_compare(const ARMCPRegVCPUInit *source,
                                 const ARMCPRegVCPUInit *here,
                                 GString *refused)
{
    if (source->target != here->target) {
        clause(refused, "KVM's target is %" PRIu32 " at the source and "
               "%" PRIu32 " here: the hosts have CPUs of different models, "
               "move the guest to one like the source",
               source->target, here->target);
    }
    for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
        if (feature_differs(source, here, bit)) {
            refuse_feature(bit, arm_cpreg_has_feature(source, bit), refused);
        }
    }
    if (lengths_differ(source, here)) {
        compare_lengths(source->sve_vls, here->sve_vls, refused);
    }
}

void arm_cpreg_vcpu_init_check(const ARMCPRegVCPUInit *wanted,
                               const ARMCPRegVCPUInit *here,
                               GString *refused)
{
    if (wanted->target != here->target) {
        clause(refused, "KVM's target: wanted %" PRIu32 ", possible %" PRIu32
               ": this host's CPU is of another model", wanted->target,
               here->target);
    }
    for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
        if (feature_differs(wanted, here, bit)) {
            bool on = arm_cpreg_has_feature(wanted, bit);
            g_autofree char *name = arm_cpreg_feature_name(bit);
            const char *option = bit >= ARRAY_SIZE(features) ? NULL :
                                 on ? features[bit].on : features[bit].off;

            clause(refused, "vCPU feature %s: wanted %s, is %s: %s%s", name,
                   on ? "on" : "off", on ? "off" : "on",
                   option ? "start with " : "no option of this QEMU's sets it",
                   option ?: "");
        }
    }
    if (lengths_differ(wanted, here)) {
        uint64_t both = wanted->sve_vls | here->sve_vls;
        g_autofree char *want = lengths_text(wanted->sve_vls);
        g_autofree char *have = lengths_text(here->sve_vls);
        g_autofree char *on = lengths_options(both & ~here->sve_vls, "on");
        g_autofree char *off = lengths_options(both & ~wanted->sve_vls, "off");

        clause(refused, "SVE vector lengths: wanted %s, has %s: start with "
               "-cpu host%s%s", want, have, off, on);
    }
}

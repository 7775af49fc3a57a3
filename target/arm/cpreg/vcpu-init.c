/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arguments of KVM_ARM_VCPU_INIT: compare two sides. */

#include "qemu/osdep.h"
#include "names.h"
#include "vcpu-init.h"

/*
 * The KVM_ARM_VCPU_* bits, Linux 7.3 arch/arm64/include/uapi/asm/kvm.h, and
 * the QEMU option that sets each; NULL if there is none.
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

/* The two sides in words, and the remedies. */
static const struct {
    const char *there;
    const char *in_there;
    const char *here;
    const char *in_here;
    const char *start;      /* what to start with other options */
    const char *other_cpu;  /* the remedy for a CPU of another model */
    const char *other_kvm;  /* ... for a feature that no option sets */
} vcpu_init_words[] = {
    [ARM_CPREG_INIT_SOURCE] = {
        "source", "at the source", "destination", "at the destination",
        "the destination", "use a destination with the source's CPU",
        "use a destination with the source's QEMU and kernel",
    },
    [ARM_CPREG_INIT_BASELINE] = {
        "baseline", "in the baseline", "this QEMU", "in this QEMU", "QEMU",
        "start the guest on a host of its pool",
        "start the guest on a host of its pool",
    },
};

static void vcpu_init_refuse_feature(ARMCPRegInitOf of, unsigned bit, bool on,
                                     GString *refused)
{
    g_autofree char *name = arm_cpreg_feature_name(bit);
    bool known = bit < ARRAY_SIZE(features) && features[bit].on;

    arm_cpreg_clause(refused, "the vCPU feature %s is %s %s and %s %s: ",
                     name, on ? "on" : "off", vcpu_init_words[of].in_there,
                     on ? "off" : "on", vcpu_init_words[of].in_here);
    if (!known) {
        g_string_append_printf(refused, "no QEMU option sets it, %s",
                               vcpu_init_words[of].other_kvm);
        return;
    }
    g_string_append_printf(refused, "start %s with %s",
                           vcpu_init_words[of].start,
                           on ? features[bit].on : features[bit].off);
    if (on && of == ARM_CPREG_INIT_SOURCE) {
        g_string_append_printf(refused, ", or, if its host cannot, start the "
                               "guest with %s", features[bit].off);
    }
}

/* ",sve512=off,sve1024=off" */
static char *vcpu_init_lengths(uint64_t vls, const char *before,
                               const char *after)
{
    GString *text = g_string_new(NULL);

    for (unsigned n = 0; n < 64; n++) {
        if (vls >> n & 1) {
            g_string_append_printf(text, "%s%u%s", before, (n + 1) * 128,
                                   after);
        }
    }
    return g_string_free(text, false);
}

char *arm_cpreg_lengths(uint64_t vls)
{
    g_autofree char *text = vcpu_init_lengths(vls, ", ", "");

    return g_strdup(vls ? text + strlen(", ") : "");
}

static char *vcpu_init_lengths_text(uint64_t vls)
{
    g_autofree char *lengths = arm_cpreg_lengths(vls);

    return vls ? g_strdup_printf("%s bits", lengths) : g_strdup("none");
}

static void vcpu_init_refuse_lengths(ARMCPRegInitOf of, uint64_t there,
                                     uint64_t here, GString *refused)
{
    g_autofree char *there_text = vcpu_init_lengths_text(there);
    g_autofree char *here_text = vcpu_init_lengths_text(here);
    g_autofree char *drop = vcpu_init_lengths(here & ~there, ",sve", "=off");
    g_autofree char *add = vcpu_init_lengths(there & ~here, ",sve", "=on");
    g_autofree char *without = vcpu_init_lengths(there & ~here, ",sve", "=off");

    arm_cpreg_clause(refused, "SVE vector lengths: %s %s, %s %s: start %s "
                     "with -cpu host%s%s", vcpu_init_words[of].there,
                     there_text, vcpu_init_words[of].here, here_text,
                     vcpu_init_words[of].start, drop, add);
    if (*without && of == ARM_CPREG_INIT_SOURCE) {
        g_string_append_printf(refused, ", or, if its host cannot, start the "
                               "guest with -cpu host%s", without);
    }
}

static bool vcpu_init_feature_differs(const ARMCPRegVCPUInit *a,
                                      const ARMCPRegVCPUInit *b, unsigned bit)
{
    bool on = arm_cpreg_has_feature(a, bit);

    if (bit == ARM_CPREG_FEATURE_POWER_OFF ||
        on == arm_cpreg_has_feature(b, bit)) {
        return false;
    }
    /* KVM accepts both of these or none, and one option sets them. */
    return bit != PTRAUTH_GENERIC ||
           on != arm_cpreg_has_feature(a, PTRAUTH_ADDRESS) ||
           on == arm_cpreg_has_feature(b, PTRAUTH_ADDRESS);
}

void arm_cpreg_vcpu_init_compare(ARMCPRegInitOf of,
                                 const ARMCPRegVCPUInit *there,
                                 const ARMCPRegVCPUInit *here,
                                 GString *refused)
{
    if (there->target != here->target) {
        arm_cpreg_clause(refused, "KVM's vCPU target is %" PRIu32 " %s and %"
                         PRIu32 " %s: the hosts have CPUs of different models, "
                         "%s", there->target, vcpu_init_words[of].in_there,
                         here->target, vcpu_init_words[of].in_here,
                         vcpu_init_words[of].other_cpu);
    }
    for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
        if (vcpu_init_feature_differs(there, here, bit)) {
            vcpu_init_refuse_feature(of, bit, arm_cpreg_has_feature(there, bit),
                                     refused);
        }
    }
    /* If one side has no SVE, the feature is refused above. */
    if (arm_cpreg_has_feature(there, ARM_CPREG_FEATURE_SVE) &&
        arm_cpreg_has_feature(here, ARM_CPREG_FEATURE_SVE) &&
        there->sve_vls != here->sve_vls) {
        vcpu_init_refuse_lengths(of, there->sve_vls, here->sve_vls, refused);
    }
}

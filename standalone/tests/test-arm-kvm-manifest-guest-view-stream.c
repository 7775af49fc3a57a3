/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest view in the stream: a subsection of the manifest's section, good
 * and hostile.
 */

#include "qemu/osdep.h"
#include "hw/core/cpu.h"
#include "migration/handshake.h"
#include "migration/misc.h"
#include "migration/vmstate.h"
#include "qemu/error-report.h"
#include "scripted-host.h"
#include "scripted-manifest.h"
#include "target/arm/migration/manifest.h"

/* Written out, from the kernel's uapi headers. */
#define DFR0        0x603000000013c028ULL   /* ID_AA64DFR0_EL1 */

#define HOST        "6.18" ON_N1
#define N1          "414fd0c1"
#define A76         "414fd0b1"

static bool save(ARMCPU *cpu, QEMUFile *f)
{
    first_cpu = CPU(cpu);
    standalone_required = false;
    arm_cpreg_manifest_provide(cpu);
    return vmstate_save_section(f, standalone_section.vmsd,
                                standalone_section.opaque, NULL);
}

static bool load(ARMCPU *cpu, QEMUFile *f, Error **errp)
{
    f->at = 0;
    f->error = 0;
    first_cpu = CPU(cpu);
    g_string_truncate(standalone_cause(), 0);
    return vmstate_load_section(f, standalone_section.vmsd,
                                standalone_section.opaque, errp);
}

static ARMCPU *start(ScriptedKVM *kvm, bool chosen)
{
    ARMCPU *cpu = scripted_first_cpu(kvm);

    if (chosen) {
        scripted_baseline_add(cpu, DFR0, 0x10305006);
        scripted_impl_cpus(cpu, A76 "-" N1);
    }
    g_assert_true(scripted_realize(cpu, NULL));
    return cpu;
}

static QEMUFile *section_from(bool chosen)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host(HOST);
    g_autoptr(ARMCPU) cpu = start(kvm, chosen);
    g_autoptr(QEMUFile) f = qemu_file_new();

    g_assert_true(save(cpu, f));
    return g_steal_pointer(&f);
}

static void test_section(void)
{
    g_autoptr(QEMUFile) plain = section_from(false);
    g_autoptr(QEMUFile) f = section_from(true);

    /* label, one register and the hypercalls, two implementations; lengths */
    g_assert_cmpuint(f->bytes->len, ==, plain->bytes->len +
                     4 + 4 + 1 + 25 + 4 + 2 * 8 + 4 + 2 * 24);
    for (int chosen = 0; chosen < 2; chosen++) {
        g_autoptr(ScriptedKVM) kvm = scripted_host(HOST);
        g_autoptr(ARMCPU) cpu = start(kvm, chosen);
        g_autoptr(Error) err = NULL;
        g_autoptr(Error) err2 = NULL;

        g_assert_true(load(cpu, f, &err) == chosen);
        if (err) {
            assert_says(err, "-object arm-kvm-baseline,id=pool,file=FILE");
            g_assert_cmpstr(standalone_cause()->str, ==,
                            error_get_pretty(err));
        }
        /* nothing is left of the section before */
        g_assert_true(load(cpu, plain, &err2) == !chosen);
        if (err2) {
            assert_says(err2, "the guest was started with no baseline");
        }
    }
}

/* A failed migration or a snapshot leaves nothing to the next. */
static void test_section_left(void)
{
    g_autoptr(QEMUFile) plain = section_from(false);
    g_autoptr(QEMUFile) f = section_from(true);
    g_autoptr(ScriptedKVM) kvm = scripted_host(HOST);
    g_autoptr(ARMCPU) cpu = start(kvm, false);
    g_autoptr(Error) err = NULL;

    g_assert_true(load(cpu, plain, &err));
}

/* Such a guest has the section also with the capability off. */
static void test_section_required(void)
{
    for (int chosen = 0; chosen < 2; chosen++) {
        g_autoptr(QEMUFile) f = section_from(chosen);

        g_assert_true(standalone_required == chosen);
    }
    standalone_required = false;
}

/* Any byte changed, or the end missing: refused or loaded, no crash. */
static void test_section_hostile(void)
{
    static const uint8_t flips[] = { 0x01, 0x80, 0xff };
    g_autoptr(QEMUFile) plain = section_from(false);
    g_autoptr(QEMUFile) f = section_from(true);
    g_autoptr(ScriptedKVM) kvm = scripted_host(HOST);
    g_autoptr(ARMCPU) cpu = start(kvm, true);
    guint end = plain->bytes->len;

    for (guint at = end; at < f->bytes->len; at++) {
        for (size_t i = 0; i < ARRAY_SIZE(flips); i++) {
            g_autoptr(Error) err = NULL;

            f->bytes->data[at] ^= flips[i];
            g_assert_true(load(cpu, f, &err) == !err);
            g_assert_true(!err || *error_get_pretty(err));
            f->bytes->data[at] ^= flips[i];
        }
    }
    g_assert_true(load(cpu, f, NULL));
    for (guint len = f->bytes->len; --len > end; ) {
        g_autoptr(Error) err = NULL;

        g_byte_array_set_size(f->bytes, len);
        g_assert_false(load(cpu, f, &err));
        assert_says(err, "Input/output error");
    }
    g_string_truncate(standalone_reports(), 0);
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "section", test_section },
        { "left", test_section_left },
        { "required", test_section_required },
        { "hostile", test_section_hostile },
    };

    return scripted_test_main(argc, argv, "kvm-manifest-guest-view-stream",
                              cases, ARRAY_SIZE(cases));
}

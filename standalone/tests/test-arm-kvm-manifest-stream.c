/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Manifests in the stream, on scripted kernels: the section before RAM and the
 * subsection of each vCPU; good, refused, of a newer QEMU and hostile.
 */

#include "qemu/osdep.h"
#include "hw/core/cpu.h"
#include "migration/handshake.h"
#include "migration/misc.h"
#include "migration/vmstate.h"
#include "scripted-manifest.h"
#include "target/arm/cpreg/manifest-stream.h"
#include "target/arm/cpreg/names.h"
#include "target/arm/migration/manifest.h"
#include "target/arm/migration/vcpu-init.h"
#include "trace.h"

/* The section: two numbers, and the manifest. */
#define FORMAT      0
#define LENGTH      4
#define MANIFEST    8

static const VMStateDescription *section(ARMCPU *cpu)
{
    arm_cpreg_manifest_provide(cpu);
    return standalone_section.vmsd;
}

static bool save(ARMCPU *cpu, QEMUFile *f, Error **errp)
{
    first_cpu = CPU(cpu);
    return vmstate_save_section(f, section(cpu), standalone_section.opaque,
                                errp);
}

static bool load(ARMCPU *cpu, QEMUFile *f, Error **errp)
{
    f->at = 0;
    f->error = 0;
    first_cpu = CPU(cpu);
    g_string_truncate(standalone_cause(), 0);
    g_array_set_size(CPU(cpu)->kvm->calls, 0);
    return vmstate_load_section(f, section(cpu), standalone_section.opaque,
                                errp);
}

static QEMUFile *section_from(ScriptedKVM *kvm)
{
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    g_autoptr(QEMUFile) f = qemu_file_new();

    g_assert_true(save(cpu, f, NULL));
    return g_steal_pointer(&f);
}

static uint32_t get32(const QEMUFile *f, guint at)
{
    uint32_t value;

    memcpy(&value, f->bytes->data + at, sizeof(value));
    return GUINT32_FROM_BE(value);
}

static void set32(QEMUFile *f, guint at, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    memcpy(f->bytes->data + at, &value, sizeof(value));
}

static void test_section(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.12" ON_N1);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);
    g_autoptr(QEMUFile) f = NULL;
    g_autoptr(Error) err = NULL;

    g_assert_cmpstr(section(cpu)->name, ==, "arm-migration-manifest");
    g_assert_true(section(cpu)->early_setup);
    for (int on = 0; on < 2; on++) {
        standalone_handshake = on;
        g_assert_true(section(cpu)->needed(standalone_section.opaque) == on);
    }
    standalone_handshake = false;
    f = section_from(from);
    g_assert_cmpuint(get32(f, FORMAT), ==, 1);
    g_assert_cmpuint(get32(f, LENGTH), ==, f->bytes->len - MANIFEST);

    standalone_accepted = false;
    load(cpu, f, &err);
    g_assert_null(err);
    g_assert_true(standalone_accepted);
    g_assert_cmpstr(standalone_cause()->str, ==, "");
    g_assert_cmpuint(f->at, ==, f->bytes->len);
}

static void test_refused(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.18" ON_N1);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.12" ON_N1);
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);
    g_autoptr(QEMUFile) f = section_from(from);
    g_autoptr(Error) err = NULL;

    standalone_accepted = false;
    g_assert_false(load(cpu, f, &err));
    g_assert_false(standalone_accepted);
    assert_says(err, "registers of the source (Linux ");
    assert_says(err, ") cannot be restored on this host: PSCI_VERSION "
                "(0x6030000000140000) = 0x10003, destination 0x10001: KVM "
                "refuses the value");
    g_assert_cmpstr(standalone_cause()->str, ==, error_get_pretty(err));
    g_assert_false(load(cpu, f, NULL));
}

/* KVM cannot be asked at the source or destination: that is the error. */
static void test_faults(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.12" ON_N1);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) source = scripted_start(from, NULL);
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);
    g_autoptr(QEMUFile) good = section_from(from);
    g_autoptr(QEMUFile) f = qemu_file_new();
    g_autoptr(Error) err = NULL;
    g_autoptr(Error) err2 = NULL;

    from->fault = (ScriptedFault) {
        .at = 1, .op = SCRIPTED_GET, .regidx = ARM_CPREG(MIDR_EL1),
        .error = EIO,
    };
    g_assert_false(save(source, f, &err));
    assert_says(err, "MIDR_EL1 (0x603000000013c000)");
    g_assert_cmpuint(f->bytes->len, ==, 0);

    to->fault = (ScriptedFault) {
        .at = 1, .op = SCRIPTED_SCRATCH_NEW, .error = EMFILE,
    };
    g_assert_false(load(cpu, good, &err2));
    assert_says(err2, "KVM_CREATE_VM");
    g_assert_cmpstr(standalone_cause()->str, ==, error_get_pretty(err2));
}

/* Of a newer QEMU: not checked, whatever is in it. */
static void test_newer(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.18" ON_N1);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.12" ON_N1);
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);
    g_autoptr(QEMUFile) f = section_from(from);
    static const uint32_t formats[] = { 2, UINT32_MAX };

    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        g_autoptr(GArray) lines = trace_lines_new();

        set32(f, FORMAT, formats[i]);
        memset(f->bytes->data + MANIFEST, 0xa5, 100);
        standalone_trace = lines;
        standalone_accepted = false;
        g_assert_true(load(cpu, f, NULL));
        standalone_trace = NULL;
        g_assert_true(standalone_accepted);
        g_assert_cmpuint(to->calls->len, ==, 0);
        g_assert_cmpuint(lines->len, ==, 1);
        g_assert_cmpint(g_array_index(lines, TraceLine, 0).event, ==,
                        TRACE_ARM_CPREG_MANIFEST_SKIPPED);
        g_assert_cmpuint(f->at, ==, f->bytes->len);
    }
}

/* There never was a format 0. */
static void test_format_0(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    g_autoptr(QEMUFile) f = section_from(kvm);
    g_autoptr(Error) err = NULL;

    set32(f, FORMAT, 0);
    g_assert_false(load(cpu, f, &err));
    assert_says(err, "the migration stream is corrupt: register manifest: "
                "there is no format 0");
    g_assert_cmpuint(kvm->calls->len, ==, 0);
}

static void test_too_long(void)
{
    static const struct {
        uint32_t length;
        const char *words;
    } cases[] = {
        { ARM_CPREG_MANIFEST_MAX + 1, "a register manifest of 524289 bytes" },
        { INT32_MAX, "a register manifest of 2147483647 bytes" },
        { UINT32_MAX, "a register manifest of 4294967295 bytes" },
        /* not longer than possible, but longer than this section */
        { ARM_CPREG_MANIFEST_MAX, "Input/output error" },
    };
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    g_autoptr(QEMUFile) f = section_from(kvm);
    uint32_t length = get32(f, LENGTH);

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        /* Also in a format that this QEMU does not know. */
        for (uint32_t format = 1; format < 3; format++) {
            g_autoptr(Error) err = NULL;

            set32(f, FORMAT, format);
            set32(f, LENGTH, cases[i].length);
            g_assert_false(load(cpu, f, &err));
            assert_says(err, cases[i].words);
            g_assert_cmpuint(kvm->calls->len, ==, 0);
        }
    }
    /* The next section is accepted. */
    set32(f, FORMAT, 1);
    set32(f, LENGTH, length);
    g_assert_true(load(cpu, f, NULL));
}

/* Every length that is too short, of the section and of its content. */
static void test_truncated(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    g_autoptr(QEMUFile) f = section_from(kvm);

    for (guint len = f->bytes->len; len-- > 0; ) {
        g_autoptr(Error) err = NULL;
        g_autoptr(Error) err2 = NULL;

        g_byte_array_set_size(f->bytes, len);
        g_assert_false(load(cpu, f, &err));
        assert_says(err, "Input/output error");
        if (len >= MANIFEST) {
            set32(f, LENGTH, len - MANIFEST);
            g_assert_false(load(cpu, f, &err2));
            assert_says(err2, "the migration stream is corrupt: register "
                        "manifest: it ends too early");
        }
        g_assert_cmpuint(kvm->calls->len, ==, 0);
    }
}

/* Any byte changed: loaded, or refused with a reason. */
static void test_corrupt(void)
{
    static const uint8_t flips[] = { 0x01, 0x80, 0xff };
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    g_autoptr(QEMUFile) f = section_from(kvm);

    for (guint at = 0; at < f->bytes->len; at++) {
        for (size_t i = 0; i < ARRAY_SIZE(flips); i++) {
            g_autoptr(Error) err = NULL;

            f->bytes->data[at] ^= flips[i];
            g_assert_true(load(cpu, f, &err) == !err);
            g_assert_true(!err || *error_get_pretty(err));
            g_assert_cmpuint(kvm->calls->len, ==, scratch_calls(kvm));
            f->bytes->data[at] ^= flips[i];
        }
    }
    g_assert_true(load(cpu, f, NULL));
}

/* The subsection with the options of KVM_ARM_VCPU_INIT. */
static void test_vcpu_init(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.18" ON_N1);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1);

    for (int on = 0; on < 2; on++) {
        for (int differs = 0; differs < 2; differs++) {
            g_autoptr(ARMCPU) source = NULL;
            g_autoptr(ARMCPU) cpu = NULL;
            g_autoptr(QEMUFile) f = qemu_file_new();
            g_autoptr(Error) err = NULL;

            scripted_kvm_reset(from);
            scripted_kvm_reset(to);
            source = scripted_start(from, NULL);
            cpu = scripted_start(to, NULL);
            standalone_handshake = on;
            source->kvm_init_features[0] |= differs << 9;
            g_assert_true(vmstate_kvm_vcpu_init.needed(source) == on);
            g_assert_true(scripted_save(source, f, NULL));
            g_string_truncate(standalone_cause(), 0);
            load_stream(cpu, f, &err);
            if (on && differs) {
                assert_says(err, "cpu 0: the vCPU of the source cannot be "
                            "restored on this host: the vCPU feature "
                            "pmu-v3-strict is on at the source and off at the "
                            "destination");
                g_assert_cmpstr(standalone_cause()->str, ==,
                                error_get_pretty(err));
                g_assert_cmpuint(to->calls->len, ==, 0);
            } else {
                g_assert_null(err);
            }
        }
    }
    standalone_handshake = false;
}

/* Any bit changed: refused. */
static void test_vcpu_init_corrupt(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_MAX);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    g_autoptr(QEMUFile) f = qemu_file_new();

    g_assert_true(vmstate_save_section(f, &vmstate_kvm_vcpu_init, cpu, NULL));
    /* target, seven words of features, vector lengths */
    g_assert_cmpuint(f->bytes->len, ==, 4 + 28 + 8);
    for (guint bit = 0; bit < 8 * f->bytes->len; bit++) {
        g_autoptr(Error) err = NULL;
        bool power_off = bit == 8 * 7 + 0;  /* not compared */

        f->at = 0;
        f->bytes->data[bit / 8] ^= 1 << bit % 8;
        g_assert_true(vmstate_load_section(f, &vmstate_kvm_vcpu_init, cpu,
                                           &err) == power_off);
        f->bytes->data[bit / 8] ^= 1 << bit % 8;
    }
    for (guint len = f->bytes->len; len-- > 0; ) {
        g_autoptr(Error) err = NULL;

        f->at = 0;
        f->error = 0;
        g_byte_array_set_size(f->bytes, len);
        g_assert_false(vmstate_load_section(f, &vmstate_kvm_vcpu_init, cpu,
                                            &err));
        assert_says(err, "Input/output error");
    }
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "section", test_section },
        { "refused", test_refused },
        { "faults", test_faults },
        { "newer", test_newer },
        { "format-0", test_format_0 },
        { "too-long", test_too_long },
        { "truncated", test_truncated },
        { "corrupt", test_corrupt },
        { "vcpu-init", test_vcpu_init },
        { "vcpu-init-corrupt", test_vcpu_init_corrupt },
    };

    return scripted_test_main(argc, argv, "kvm-manifest-stream", cases,
                              ARRAY_SIZE(cases));
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Manifests on scripted kernels, single cases: what they contain, how a check
 * words its refusals, and what only a load can know.
 */

#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "scripted-manifest.h"
#include "target/arm/cpreg/names.h"

#define WIDE        0x604000000013fff3ULL   /* 128 bits, no name */

static KVMManifestCheck *ask_kernel(ScriptedKVM *from, ScriptedKVM *to)
{
    g_autoptr(ARMCPU) destination = scripted_start(to, NULL);
    KVMManifestCheck *check = manifest_check_of(from, destination, NULL);

    g_assert_nonnull(check);
    return check;
}

static void test_manifest(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_MAX);
    g_autoptr(ARMCPU) cpu = NULL;
    g_autoptr(ARMCPRegManifest) manifest = NULL;
    size_t at = 0, fixed = 0;

    scripted_kvm_add(kvm, WIDE, 0xa0);
    cpu = scripted_start(kvm, NULL);
    cpu->kvm_init_features[0] |= 1;         /* POWER_OFF: no feature */
    manifest = kvm_arm_manifest_read(cpu, NULL);
    g_assert_cmpuint(manifest->init.target, ==, 5);
    g_assert_cmphex(manifest->init.features[0], ==, 0x7c);
    g_assert_cmphex(manifest->init.sve_vls, ==, 0xffff);
    g_assert_cmpstr(manifest->kernel, !=, "");
    g_assert_cmpuint(manifest->wide_len, ==, 1);
    g_assert_cmphex(manifest->wide_indexes[0], ==, WIDE);

    for (guint i = 0; i < kvm->regs->len; i++) {
        ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);

        if (!scripted_is_cpreg(reg->regidx) || reg->wide) {
            continue;
        }
        g_assert_cmpuint(at, <, manifest->len);
        g_assert_cmphex(manifest->indexes[at++], ==, reg->regidx);
        if (arm_cpreg_is_fixed(reg->regidx) ||
            reg->regidx == ARM_CPREG(PMCR_EL0) ||
            reg->regidx == ARM_CPREG(CNTP_CTL_EL0) ||
            reg->regidx == ARM_CPREG(CNTP_CVAL_EL0)) {
            uint64_t bits = reg->regidx == ARM_CPREG(PMCR_EL0) ? 0xf800
                          : reg->regidx == ARM_CPREG(CNTP_CTL_EL0) ? 1
                          : ~0ULL;

            g_assert_cmpuint(fixed, <, manifest->fixed_len);
            g_assert_cmphex(manifest->fixed_indexes[fixed], ==, reg->regidx);
            g_assert_cmphex(manifest->fixed_values[fixed++], ==,
                            reg->value & bits);
        }
    }
    g_assert_cmpuint(at, ==, manifest->len);
    g_assert_cmpuint(fixed, ==, manifest->fixed_len);
}

static void test_words(void)
{
    g_autoptr(ScriptedKVM) newer = recorded_kernel("6.18" ON_N1);
    g_autoptr(ScriptedKVM) older = recorded_kernel("6.12" ON_N1);
    g_autoptr(KVMManifestCheck) back = ask_kernel(newer, older);
    g_autoptr(KVMManifestCheck) forward = ask_kernel(older, newer);
    const ARMCPRegWrite *value;

    g_assert_cmpstr(back->refused->str, ==, "PSCI_VERSION (0x6030000000140000) "
                    "= 0x10003, destination 0x10001: KVM refuses the value "
                    "(PSCI: source 1.3, destination 1.1; start the guest with "
                    "-cpu host,kvm-psci-version=1.1)");
    g_assert_null(refused_value(back, 1));
    value = refused_value(back, 0);
    g_assert_cmphex(value->regidx, ==, ARM_CPREG_FW(0));
    g_assert_cmphex(value->value, ==, 0x10003);
    g_assert_cmphex(value->here, ==, 0x10001);
    g_assert_cmpstr(value->why, ==, "KVM refuses the value");

    g_assert_cmpstr(forward->refused->str, ==, "");
    g_assert_null(refused_value(forward, 0));
    g_assert_cmpuint(forward->load->report.count[ARM_CPREG_TOLERATED], ==, 3);
}

static void test_first_run(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.18" ON_MAX);
    g_autoptr(ScriptedKVM) to = recorded_kernel("7.3" ON_MAX);
    g_autoptr(KVMManifestCheck) check = ask_kernel(from, to);

    g_assert_cmpstr(check->refused->str, ==, "ID_AA64MMFR3_EL1 "
                    "(0x603000000013c03b) = 0x111, destination 0x11: KVM "
                    "changes it when the guest runs "
                    "(ID_AA64MMFR3_EL1.S1PIE: source 1, destination 0)");
}

/* Where more is refused than what the first run changes, all of it is told. */
static void test_first_run_and_more(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.18" ON_MAX);
    g_autoptr(ScriptedKVM) to = recorded_kernel("7.3" ON_MAX);
    ScriptedReg *midr = scripted_kvm_find(to, ARM_CPREG(MIDR_EL1));
    g_autoptr(KVMManifestCheck) check = NULL;

    midr->reset = midr->value ^= 1;
    g_assert_false(check_as_load(from, to));
    scripted_kvm_reset(from);
    scripted_kvm_reset(to);
    check = ask_kernel(from, to);
    g_assert_nonnull(refused_value(check, 1));
    g_assert_null(refused_value(check, 2));
    g_assert_nonnull(strstr(check->refused->str, "MIDR_EL1 (0x"));
    g_assert_nonnull(strstr(check->refused->str, "ID_AA64MMFR3_EL1 (0x"));
}

/* With the machine's interrupt controller, one with EL2 is run like another. */
static void test_el2(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.18" ON_MAX);
    g_autoptr(ScriptedKVM) to = recorded_kernel("7.3" ON_MAX);
    g_autoptr(ARMCPU) source = scripted_start(from, NULL);
    g_autoptr(ARMCPU) destination = scripted_start(to, NULL);
    g_autoptr(ARMCPRegManifest) manifest = NULL;
    g_autoptr(KVMManifestCheck) check = NULL;

    source->kvm_init_features[0] |= 1 << 7;
    destination->kvm_init_features[0] |= 1 << 7;
    manifest = manifest_of(source);
    check = kvm_arm_manifest_check(destination, manifest, NULL);
    g_assert_nonnull(strstr(check->refused->str, "ID_AA64MMFR3_EL1 (0x"));
    g_assert_nonnull(strstr(check->refused->str,
                            "KVM changes it when the guest runs"));
}

static void test_vector_lengths(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.18" ON_MAX);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_MAX);
    g_autoptr(KVMManifestCheck) check = NULL;

    from->sve_vls = 3;
    to->sve_vls = 1;
    check = ask_kernel(from, to);
    g_assert_nonnull(strstr(check->refused->str, "SVE vector lengths: source "
                            "128, 256 bits, destination 128 bits"));
    g_assert_cmpuint(scratch_calls(to), ==, 0);
    g_assert_cmpuint(check->load->report.len, ==, 0);
}

/* A rule gives the value of an ID register that the source did not list. */
static void test_missing(void)
{
    static const struct {
        const char *list;
        bool good;
    } cases[] = {
        { "6.1" ON_N1, false },     /* ID registers are fixed */
        { "6.18" ON_N1, true },
    };
    const uint64_t regidx = ARM_CPREG(ID_AA64ISAR0_EL1);

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        g_autoptr(ScriptedKVM) from = recorded_kernel(cases[i].list);
        g_autoptr(ScriptedKVM) to = recorded_kernel(cases[i].list);
        g_autoptr(KVMManifestCheck) check = NULL;

        scripted_kvm_find(from, regidx)->unlisted = true;
        g_assert_true(check_as_load(from, to) == cases[i].good);
        scripted_kvm_reset(from);
        scripted_kvm_reset(to);
        scripted_kvm_find(from, regidx)->unlisted = true;
        check = ask_kernel(from, to);
        g_assert_true(!check->refused->len == cases[i].good);
        g_assert_true(cases[i].good ||
                      strstr(check->refused->str, "ID_AA64ISAR0_EL1 "
                             "(0x603000000013c030) = 0x0, destination 0x"));
    }
}

/* A source that counts fewer registers to the fixed ones sends no value. */
static void test_fewer_values(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.18" ON_N1);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) source = NULL;
    g_autoptr(ARMCPU) destination = scripted_start(to, NULL);
    g_autoptr(ARMCPRegManifest) manifest = NULL;
    g_autoptr(KVMManifestCheck) check = NULL;
    size_t kept = 0;

    scripted_kvm_find(from, ARM_CPREG(AIDR_EL1))->value = 0x100;
    source = scripted_start(from, NULL);
    manifest = manifest_of(source);
    for (size_t i = 0; i < manifest->fixed_len; i++) {
        if (arm_cpreg_is_identity(manifest->fixed_indexes[i])) {
            manifest->fixed_indexes[kept] = manifest->fixed_indexes[i];
            manifest->fixed_values[kept++] = manifest->fixed_values[i];
        }
    }
    g_assert_cmpuint(kept, <, manifest->fixed_len);
    manifest->fixed_len = kept;
    g_assert_null(arm_cpreg_manifest_fault(manifest));
    check = kvm_arm_manifest_check(destination, manifest, NULL);
    g_assert_cmpstr(check->refused->str, ==, "");
    g_assert_false(scripted_migrate(from, to, NULL));
}

/* Listed only once another ID register has the source's value. */
static void test_appears(void)
{
    const uint64_t late = ARM_CPREG(ID_AA64MMFR4_EL1);

    for (int good = 0; good < 2; good++) {
        g_autoptr(ScriptedKVM) from = recorded_kernel("6.1" ON_MAX);
        g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_MAX);
        ScriptedReg *reg = scripted_kvm_find(to, late);

        scripted_kvm_find(from, late)->value = 0;
        reg->reset = reg->value = 0x100;
        reg->mask = good ? 0xf00 : 0;
        reg->unlisted = true;
        to->shows = late;
        to->shown_by = ARM_CPREG(ID_AA64MMFR3_EL1);
        g_assert_true(check_as_load(from, to) == good);
    }
}

static void test_wide(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.18" ON_N1);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1);

    scripted_kvm_add(from, WIDE, 0xa0);
    g_assert_false(check_as_load(from, to));
    scripted_kvm_add(to, WIDE, 0x10);
    scripted_kvm_reset(from);
    scripted_kvm_reset(to);
    g_assert_true(check_as_load(from, to));
    /* one that only the destination has keeps its value */
    scripted_kvm_reset(from);
    scripted_kvm_reset(to);
    scripted_kvm_find(from, WIDE)->unlisted = true;
    g_assert_true(check_as_load(from, to));
}

/*
 * What the guest has done since it runs decides, and the load refuses: the
 * guest gives @regidx the @value, and the destination does not list @unlisted.
 */
static void check_later(uint64_t regidx, uint64_t value, uint64_t unlisted)
{
    g_autofree char *name = arm_cpreg_name(unlisted);

    for (int set = 0; set < 2; set++) {
        g_autoptr(ScriptedKVM) from = recorded_kernel("6.18" ON_N1);
        g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1);
        g_autoptr(KVMManifestCheck) check = NULL;
        g_autoptr(Error) err = NULL;

        if (set) {
            scripted_kvm_find(from, regidx)->value = value;
        }
        scripted_kvm_find(to, unlisted)->unlisted = true;
        check = ask_kernel(from, to);
        g_assert_cmpstr(check->refused->str, ==, "");
        g_assert_true(scripted_migrate(from, to, &err) == !set);
        if (set) {
            assert_says(err, name);
        }
    }
}

/*
 * The guest has used its physical timer, which the destination does not have.
 * That is known before RAM, whether or not the timer is on at the time; one
 * that begins with it later is refused by the load.
 */
static void test_timer(void)
{
    static const struct {
        uint64_t ctl;
        uint64_t cval;
        bool good;
    } cases[] = {
        { 0, 0, true }, { 6, 0, true }, { 1, 0, false }, { 0, 5, false },
        { 1, 5, false },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        for (int later = 0; later < 2; later++) {
            g_autoptr(ScriptedKVM) from = recorded_kernel("6.18" ON_N1);
            g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1);
            g_autoptr(KVMManifestCheck) check = NULL;
            g_autoptr(Error) err = NULL;
            ScriptedReg *ctl = scripted_kvm_find(from,
                                                 ARM_CPREG(CNTP_CTL_EL0));
            ScriptedReg *cval = scripted_kvm_find(from,
                                                  ARM_CPREG(CNTP_CVAL_EL0));

            scripted_kvm_find(to, ARM_CPREG(CNTPCT_EL0))->unlisted = true;
            scripted_kvm_find(to, ctl->regidx)->unlisted = true;
            scripted_kvm_find(to, cval->regidx)->unlisted = true;
            if (!later) {
                ctl->value = cases[i].ctl;
                cval->value = cases[i].cval;
            }
            check = ask_kernel(from, to);
            g_assert_true(!check->refused->len ==
                          (later || cases[i].good));
            ctl->value = cases[i].ctl;
            cval->value = cases[i].cval;
            g_assert_true(scripted_migrate(from, to, &err) == cases[i].good);
            if (cases[i].good) {
                /* what the guest can see of it is told */
                g_assert_nonnull(strstr(standalone_reports()->str,
                                        "CNTPCT_EL0 (0x"));
                g_string_truncate(standalone_reports(), 0);
            } else {
                assert_says(err, "CNTP_CVAL_EL0 (0x");
                assert_says(err, "the guest has used its physical timer");
            }
        }
    }
}

static void test_later_os_lock(void)
{
    check_later(ARM_CPREG(OSLSR_EL1), 0xa, ARM_CPREG(OSLSR_EL1));
}

/* The interrupt controller's field: the scratch vCPU has the machine's. */
static void test_gic(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.1" ON_N1);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.1" ON_N1);
    const uint64_t pfr0 = ARM_CPREG(ID_AA64PFR0_EL1);
    g_autoptr(KVMManifestCheck) check = NULL;

    scripted_kvm_find(from, pfr0)->value ^= 1ULL << 24;
    check = ask_kernel(from, to);
    g_assert_nonnull(strstr(check->refused->str, "ID_AA64PFR0_EL1.GIC: "
                            "source 0, destination 1"));
    g_assert_false(scripted_migrate(from, to, NULL));
}

/*
 * The host has fewer counters than the guest was given.  KVM takes PMCR_EL0 and
 * leaves N as it is; the guest would fault at the seventh counter.
 */
static void test_counters(void)
{
    static const char *const lists[] = {
        "6.12" ON_N1_PMU, "6.18" ON_N1_PMU,
    };

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        g_autoptr(ScriptedKVM) from = recorded_kernel(lists[i]);
        g_autoptr(ScriptedKVM) to = recorded_kernel(lists[i]);
        ScriptedReg *pmcr = scripted_kvm_find(from, ARM_CPREG(PMCR_EL0));
        g_autoptr(KVMManifestCheck) check = NULL;
        g_autoptr(Error) err = NULL;

        pmcr->reset = pmcr->value = (pmcr->reset & ~0xf800ULL) | 8 << 11;
        check = ask_kernel(from, to);
        g_assert_nonnull(strstr(check->refused->str, "PMCR_EL0 (0x"));
        g_assert_nonnull(strstr(check->refused->str, "KVM holds another value "
                                "after the write (PMCR_EL0.N: source 8, "
                                "destination 6)"));
        g_assert_false(scripted_migrate(from, to, &err));
        assert_says(err, "PMCR_EL0.N: source 8, destination 6");
    }
}

/* loadvm into a guest that has run: KVM changes its identity no more. */
static void test_has_run(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.12" ON_N1);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);
    g_autoptr(KVMManifestCheck) check = NULL;
    g_autoptr(QEMUFile) f = NULL;
    g_autoptr(Error) err = NULL;

    g_assert_true(scripted_run(cpu, NULL));
    scripted_kvm_find(from, ARM_CPREG(ID_AA64ISAR0_EL1))->value = 0;
    check = manifest_check_of(from, cpu, NULL);
    g_assert_cmpstr(check->refused->str, ==, "");
    f = stream_from(from);
    g_assert_false(load_stream(cpu, f, &err));
    assert_says(err, "KVM refuses to change it after the guest has run");
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "manifest", test_manifest },
        { "words", test_words },
        { "first-run", test_first_run },
        { "first-run-and-more", test_first_run_and_more },
        { "el2", test_el2 },
        { "vector-lengths", test_vector_lengths },
        { "missing", test_missing },
        { "fewer-values", test_fewer_values },
        { "appears", test_appears },
        { "wide", test_wide },
        { "timer", test_timer },
        { "later/os-lock", test_later_os_lock },
        { "gic", test_gic },
        { "counters", test_counters },
        { "has-run", test_has_run },
    };

    return scripted_test_main(argc, argv, "kvm-manifest", cases,
                              ARRAY_SIZE(cases));
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads one after another on a scripted kernel: what one has left does not
 * matter to the next, a refused one leaves nothing, and what is said before a
 * load is what it does.
 *
 * The streams are those of real kernels' guests in which one register has
 * another value, each in turn.
 */

#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "scripted-manifest.h"
#include "system/kvm.h"
#include "target/arm/cpreg/names.h"
#include "target/arm/kvm/registers.h"
#include "target/arm/kvm/trial.h"
#include "target/arm/kvm/undo.h"

static const RecordedPair pairs[] = {
    { "6.18-to-6.18", "6.18" ON_N1_PMU, "6.18" ON_N1_PMU },
    { "6.12-to-6.18", "6.12" ON_N1_PMU, "6.18" ON_N1_PMU },
    { "6.1-to-6.12", "6.1" ON_N1_PMU, "6.12" ON_N1_PMU },
    { "6.12-to-7.3", "6.12" ON_N1_PMU, "7.3" ON_N1_PMU },
    { "6.18-to-7.3", "6.18" ON_N1_PMU, "7.3" ON_N1_PMU },
    { "7.3-to-6.18", "7.3" ON_N1_PMU, "6.18" ON_N1_PMU },
    { "max-6.12-to-6.18", "6.12" ON_MAX, "6.18" ON_MAX },
};

/* Values that a register could have, in a guest or in a broken file. */
#define MUTATIONS 9

static uint64_t mutation(const ScriptedReg *reg, int n)
{
    const uint64_t values[MUTATIONS] = {
        0, ~0ULL, reg->reset ^ 1, reg->reset ^ 0x800, reg->reset & ~0xf000ULL,
        reg->reset ^ 0x3000, reg->reset | 0xf0, reg->reset ^ 1ULL << 40,
        reg->reset & ~(0xfULL << 56),
    };

    return scripted_size(reg->regidx) == 4 ? (uint32_t)values[n] : values[n];
}

/* Of each register that a stream has, each mutation; NULL behind the last. */
typedef struct Mutants {
    const char *list;
    guint reg;
    int n;
    uint64_t regidx;
    uint64_t reset;         /* the register's own value */
    ScriptedKVM *kvm;
} Mutants;

static ScriptedKVM *next_mutant(Mutants *of)
{
    if (!of->kvm) {
        of->kvm = recorded_kernel(of->list);
    } else {
        scripted_kvm_find(of->kvm, of->regidx)->reset = of->reset;
    }
    scripted_kvm_reset(of->kvm);
    for (; of->reg < of->kvm->regs->len; of->reg++, of->n = 0) {
        ScriptedReg *reg = &g_array_index(of->kvm->regs, ScriptedReg, of->reg);

        if (scripted_is_cpreg(reg->regidx) && reg->has_value &&
            of->n < MUTATIONS) {
            of->regidx = reg->regidx;
            of->reset = reg->reset;
            reg->reset = reg->value = mutation(reg, of->n++);
            return of->kvm;
        }
    }
    g_clear_pointer(&of->kvm, scripted_kvm_free);
    return NULL;
}

/* The raw values of a VM, to be compared with what they are later. */
static uint64_t *values_of(ScriptedKVM *kvm)
{
    uint64_t *values = g_new(uint64_t, kvm->regs->len);

    for (guint i = 0; i < kvm->regs->len; i++) {
        values[i] = g_array_index(kvm->regs, ScriptedReg, i).value;
    }
    return values;
}

static void check_values(ScriptedKVM *kvm, const uint64_t *values,
                         const char *what)
{
    for (guint i = 0; i < kvm->regs->len; i++) {
        const ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);

        if (reg->value != values[i]) {
            g_autofree char *name = arm_cpreg_name(reg->regidx);

            wrong("%s: %s is 0x%" PRIx64 ", and was 0x%" PRIx64, what, name,
                  reg->value, values[i]);
        }
    }
}

/* It does not run: QEMU has other registers of the stream's. */
static void check_stands(ARMCPU *cpu)
{
    g_autoptr(Error) err = NULL;

    g_assert_false(scripted_run(cpu, &err));
    assert_says(err, "cpu 0: its load failed");
}

/* What qemu_loadvm_state() makes happen after a load that failed. */
static bool load_or_undo(ARMCPU *cpu, QEMUFile *f, Error **errp)
{
    bool done = load_stream(cpu, f, errp);

    if (!done) {
        kvm_arm_cpregs_undo_load(cpu);
        g_assert_cmpstr(standalone_reports()->str, ==, "");
    }
    return done;
}

/* The registers of @kvm, as a vCPU that gets this stream at once has them. */
static ScriptedKVM *fresh_load(const char *to, QEMUFile *f)
{
    ScriptedKVM *kvm = recorded_kernel(to);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);

    g_assert_true(load_stream(cpu, f, NULL));
    return kvm;
}

/*
 * loadvm, loadvm: a refused load leaves each register of the VM and of its vCPU
 * as it was, and the second load gives what it would have given at once.
 */
static void test_twice(gconstpointer data)
{
    const RecordedPair *pair = data;
    g_autoptr(ScriptedKVM) from = recorded_kernel(pair->from);
    g_autoptr(QEMUFile) second = stream_from(from);
    g_autoptr(ScriptedKVM) fresh = fresh_load(pair->to, second);
    g_autoptr(ScriptedKVM) to = recorded_kernel(pair->to);
    g_autofree uint64_t *before = values_of(to);
    g_autofree uint64_t *after = values_of(fresh);
    Mutants mutants = { .list = pair->from };
    ScriptedKVM *mutant;
    guint good = 0, bad = 0;

    while ((mutant = next_mutant(&mutants))) {
        g_autofree char *name = arm_cpreg_short_name(mutants.regidx);
        g_autofree char *what = g_strdup_printf("after %s, mutation %d", name,
                                                mutants.n);
        g_autoptr(QEMUFile) first = stream_from(mutant);
        g_autoptr(ARMCPU) cpu = NULL;
        g_autoptr(Error) err = NULL;

        scripted_kvm_reset(to);
        cpu = scripted_start(to, NULL);
        if (load_or_undo(cpu, first, NULL)) {
            good++;
        } else {
            bad++;
            check_values(to, before, what);
            check_stands(cpu);
        }
        if (load_stream(cpu, second, &err)) {
            check_values(to, after, what);
        } else {
            wrong("%s: %s", what, error_get_pretty(err));
        }
        g_string_truncate(standalone_reports(), 0);
    }
    g_test_message("%u loaded, %u refused", good, bad);
    g_assert_cmpuint(MIN(good, bad), >, 100);
}

/* The same where KVM fails at any single call of the load. */
static void test_faults(gconstpointer data)
{
    static const int errors[] = { EINVAL, ENOENT, EBUSY, ENOMEM, EIO };
    const RecordedPair *pair = data;
    g_autoptr(ScriptedKVM) from = recorded_kernel(pair->from);
    g_autoptr(ScriptedKVM) to = recorded_kernel(pair->to);
    g_autofree uint64_t *values = values_of(to);
    g_autoptr(QEMUFile) f = stream_from(from);
    guint calls = 0, bad = 0;

    for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
        for (guint n = 0; n <= calls; n++) {
            g_autoptr(ARMCPU) first = NULL;
            g_autoptr(ARMCPU) second = NULL;
            g_autoptr(Error) err = NULL;

            scripted_kvm_reset(to);
            kvm_arm_trial_forget();
            first = scripted_start(to, NULL);
            second = scripted_start(to, NULL);
            /* The other vCPU of the machine has its state already. */
            g_assert_true(load_stream(first, f, NULL));
            to->fault = (ScriptedFault) { .at = n, .error = errors[e] };
            if (load_stream(second, f, &err)) {
                if (n && errors[e] != EBUSY) {
                    wrong("call %u, %s: loaded", n, strerror(errors[e]));
                }
                calls = n ? calls : to->calls->len;
                continue;
            }
            to->fault = (ScriptedFault) { 0 };
            bad++;
            kvm_arm_cpregs_undo_load(first);
            kvm_arm_cpregs_undo_load(second);
            check_values(to, values, error_get_pretty(err));
            g_assert_cmpstr(standalone_reports()->str, ==, "");
        }
    }
    g_assert_cmpuint(calls, >, 200);
    g_assert_cmpuint(bad, >, 1000);
}

/* A stream that ends anywhere, or is none: as if it had not been. */
static void test_broken(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.12" ON_N1_PMU);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1_PMU);
    g_autofree uint64_t *values = values_of(to);
    g_autoptr(QEMUFile) f = stream_from(from);

    while (f->bytes->len > 0) {
        g_autoptr(ARMCPU) cpu = NULL;

        g_byte_array_set_size(f->bytes, f->bytes->len - MIN(f->bytes->len,
                                                            100));
        scripted_kvm_reset(to);
        cpu = scripted_start(to, NULL);
        g_assert_false(load_stream(cpu, f, NULL));
        kvm_arm_cpregs_undo_load(cpu);
        g_string_truncate(standalone_reports(), 0);
        check_values(to, values, "broken");
        check_stands(cpu);
        kvm_arm_cpregs_reset(cpu, 0);
        g_assert_true(scripted_run(cpu, NULL));
    }
}

/* A put-back that KVM refuses is told, and the vCPU does not run. */
static void test_not_undone(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.12" ON_N1_PMU);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1_PMU);
    g_autoptr(QEMUFile) f = stream_from(from);
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);
    g_autoptr(Error) err = NULL;
    const uint64_t tcr = ARM_CPREG(TCR_EL1);

    to->fault = (ScriptedFault) {
        .at = 1, .onwards = true, .op = SCRIPTED_SET, .regidx = tcr,
        .error = EIO,
    };
    g_assert_false(load_stream(cpu, f, &err));
    assert_says(err, "TCR_EL1 (0x603000000013c102)");
    kvm_arm_cpregs_undo_load(cpu);
    g_assert_nonnull(strstr(standalone_reports()->str, "KVM refuses the values "
                            "that the vCPU had before it; start a new QEMU: "
                            "cpu 0: TCR_EL1 (0x603000000013c102)"));
    g_string_truncate(standalone_reports(), 0);
    check_stands(cpu);

    /* A load that goes well lets it run. */
    to->fault = (ScriptedFault) { 0 };
    g_assert_true(load_stream(cpu, f, NULL));
    g_assert_true(scripted_run(cpu, NULL));
}

/* The virtual time is the vCPU's own again. */
static void test_time(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.18" ON_N1);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.12" ON_N1);
    g_autoptr(QEMUFile) good = NULL;
    g_autoptr(QEMUFile) f = NULL;
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);

    /* What a scratch vCPU cannot know makes the load fail at its end. */
    scripted_kvm_find(from, ARM_CPREG_FW(0))->value = 0x10001;
    good = stream_from(from);
    cpu->kvm_adjvtime = true;
    cpu->kvm_vtime = 0x1234;
    cpu->kvm_vtime_dirty = true;
    g_assert_true(load_stream(cpu, good, NULL));
    g_assert_cmphex(cpu->kvm_vtime, !=, 0x1234);
    kvm_arm_cpregs_undo_load(cpu);
    g_assert_cmphex(cpu->kvm_vtime, ==, 0x1234);
    g_assert_true(cpu->kvm_vtime_dirty);
}

/* After a load that went well as a whole there is nothing to be undone. */
static void test_kept(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.12" ON_N1_PMU);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1_PMU);
    g_autoptr(QEMUFile) f = stream_from(from);
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);
    g_autofree uint64_t *values = NULL;

    g_assert_true(load_stream(cpu, f, NULL));
    g_assert_true(kvm_arm_cpregs_put(cpu, KVM_PUT_FULL_STATE, NULL));
    values = values_of(to);
    kvm_arm_cpregs_undo_load(cpu);
    check_values(to, values, "kept");
    g_assert_true(scripted_run(cpu, NULL));
}

/*
 * Bits that no CPU has, in a register that a guest can change: KVM refuses them
 * or drops them.  The check before RAM does not see them, except PMCR_EL0.N.
 */
static bool is_seen_late(uint64_t regidx)
{
    return regidx == ARM_CPREG(OSLSR_EL1) ||
           regidx == ARM_CPREG(CNTV_CTL_EL0) ||
           regidx == ARM_CPREG(CNTP_CTL_EL0) ||
           regidx == ARM_CPREG(PMCR_EL0);
}

/*
 * The check before RAM and the load agree on a guest that has not changed in
 * between.
 */
static void test_before_ram(gconstpointer data)
{
    const RecordedPair *pair = data;
    g_autoptr(ScriptedKVM) to = recorded_kernel(pair->to);
    Mutants mutants = { .list = pair->from };
    ScriptedKVM *mutant;
    guint good = 0, bad = 0;

    while ((mutant = next_mutant(&mutants))) {
        g_autofree char *name = arm_cpreg_short_name(mutants.regidx);
        g_autoptr(ARMCPU) cpu = NULL;
        g_autoptr(QEMUFile) f = NULL;
        g_autoptr(KVMManifestCheck) check = NULL;
        g_autoptr(Error) err = NULL;
        bool early, late;

        if (is_seen_late(mutants.regidx)) {
            continue;
        }
        scripted_kvm_reset(to);
        cpu = scripted_start(to, NULL);
        f = stream_from(mutant);
        check = manifest_check_of(mutant, cpu, NULL);
        early = !check->refused->len;
        late = load_stream(cpu, f, &err);
        *(late ? &good : &bad) += 1;
        /* A PMU of another version has another PMCR_EL0.LP, see above. */
        if (early != late && !(early && strstr(error_get_pretty(err),
                                               "host: PMCR_EL0 (0x"))) {
            wrong("%s, mutation %d: before RAM: %s; load: %s", name, mutants.n,
                  early ? "good" : check->refused->str,
                  late ? "good" : error_get_pretty(err));
        }
        g_string_truncate(standalone_reports(), 0);
    }
    g_test_message("%u loaded, %u refused", good, bad);
    g_assert_cmpuint(MIN(good, bad), >, 100);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        GTestDataFunc run;
        size_t pairs;
    } tests[] = {
        { "twice", test_twice, ARRAY_SIZE(pairs) },
        { "before-ram", test_before_ram, ARRAY_SIZE(pairs) },
        { "faults", test_faults, 3 },
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t t = 0; t < ARRAY_SIZE(tests); t++) {
        for (size_t i = 0; i < tests[t].pairs; i++) {
            g_autofree char *path = g_strdup_printf(
                "/arm/kvm-cpregs-undo/%s/%s", tests[t].name, pairs[i].name);

            g_test_add_data_func(path, &pairs[i], tests[t].run);
        }
    }
    g_test_add_func("/arm/kvm-cpregs-undo/broken", test_broken);
    g_test_add_func("/arm/kvm-cpregs-undo/not-undone", test_not_undone);
    g_test_add_func("/arm/kvm-cpregs-undo/time", test_time);
    g_test_add_func("/arm/kvm-cpregs-undo/kept", test_kept);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An errno at every single call to KVM, of the start of a vCPU, of a save and
 * of a load: the right name in the error, never success with a register lost,
 * and a source that is as it was.
 */

#include "qemu/osdep.h"
#include "scripted-test.h"
#include "target/arm/migration/cpreg.h"

static const int errors[] = { EINVAL, ENOENT, EBUSY, ENOMEM, EIO };

/* A fault at the n-th call from now on. */
static void inject(ScriptedKVM *kvm, guint n, int error)
{
    g_array_set_size(kvm->calls, 0);
    kvm->fault = (ScriptedFault) { .at = n, .error = error };
}

static GArray *values_of(ScriptedKVM *kvm)
{
    GArray *values = g_array_new(false, false, sizeof(uint64_t));

    for (guint i = 0; i < kvm->regs->len; i++) {
        ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);

        g_array_append_val(values, reg->value);
    }
    return values;
}

static void check_same(ScriptedKVM *kvm, const GArray *values)
{
    for (guint i = 0; i < kvm->regs->len; i++) {
        ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);

        g_assert_cmphex(reg->value, ==, g_array_index(values, uint64_t, i));
    }
}

/* All that KVM lists is to be sent, with the values that KVM has. */
static void check_complete(ScriptedKVM *kvm, const ARMCPU *cpu)
{
    int32_t at = 0;

    for (guint i = 0; i < kvm->regs->len; i++) {
        ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);

        if (!scripted_is_cpreg(reg->regidx) || !scripted_kvm_lists(kvm, reg)) {
            continue;
        }
        g_assert_cmpint(at, <, cpu->cpreg_vmstate_array_len);
        g_assert_cmphex(cpu->cpreg_vmstate_indexes[at], ==, reg->regidx);
        g_assert_cmphex(cpu->cpreg_vmstate_values[at], ==,
                        scripted_kvm_value(kvm, reg->regidx));
        at++;
    }
    g_assert_cmpint(at, ==, cpu->cpreg_vmstate_array_len);
}

static const char *const lists[] = {
    "6.12" ON_N1_PMU, "7.3" ON_MAX,
};

static void test_start(gconstpointer list)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel(list);
    g_autoptr(ARMCPU) good = scripted_start(kvm, NULL);
    guint calls = kvm->calls->len;

    g_assert_nonnull(good);
    g_assert_cmpuint(calls, >, 200);
    for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
        for (guint n = 1; n <= calls; n++) {
            g_autoptr(Error) err = NULL;
            g_autoptr(ARMCPU) cpu = NULL;

            inject(kvm, n, errors[e]);
            cpu = scripted_start(kvm, &err);
            g_assert_true(!cpu == !!err);
            if (cpu) {
                g_assert_true(arm_cpreg_pre_save(cpu, NULL));
                check_complete(kvm, cpu);
            } else {
                assert_failed_call_named(kvm, err);
            }
        }
    }
}

static void test_save(gconstpointer list)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel(list);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    g_autoptr(GArray) values = values_of(kvm);
    guint calls;

    g_assert_true(scripted_run(cpu, NULL));
    inject(kvm, 0, 0);
    g_assert_true(arm_cpreg_pre_save(cpu, NULL));
    calls = kvm->calls->len;
    g_assert_cmpuint(calls, >, 200);

    for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
        for (guint n = 1; n <= calls; n++) {
            g_autoptr(Error) err = NULL;

            inject(kvm, 0, 0);
            g_assert_true(scripted_run(cpu, NULL));
            inject(kvm, n, errors[e]);
            if (arm_cpreg_pre_save(cpu, &err)) {
                g_assert_null(err);
                /* Listed after all, and then it could be read. */
                g_assert_cmpint(errors[e], ==, ENOENT);
                check_complete(kvm, cpu);
            } else {
                assert_failed_call_named(kvm, err);
            }
            check_same(kvm, values);
        }
    }
    /* The guest runs on, and can be moved when KVM answers again. */
    inject(kvm, 0, 0);
    g_assert_true(arm_cpreg_pre_save(cpu, NULL));
    check_complete(kvm, cpu);
}

/* A register that can never be read, each in turn. */
static void test_save_one(gconstpointer list)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel(list);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);

    for (guint i = 0; i < kvm->regs->len; i++) {
        ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);

        if (!scripted_is_cpreg(reg->regidx)) {
            continue;
        }
        for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
            g_autoptr(Error) err = NULL;

            g_assert_true(scripted_run(cpu, NULL));
            inject(kvm, 1, errors[e]);
            kvm->fault.onwards = true;
            kvm->fault.op = SCRIPTED_GET;
            kvm->fault.regidx = reg->regidx;
            g_assert_false(arm_cpreg_pre_save(cpu, &err));
            assert_failed_call_named(kvm, err);
        }
    }
}

/* Hidden since the list was read: dropped, and the rest is sent. */
static void test_save_hidden(gconstpointer list)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel(list);

    for (guint i = 0; i < kvm->regs->len; i++) {
        ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);
        g_autoptr(ARMCPU) cpu = NULL;
        g_autoptr(Error) err = NULL;

        if (!scripted_is_cpreg(reg->regidx)) {
            continue;
        }
        cpu = scripted_start(kvm, NULL);
        g_assert_true(scripted_run(cpu, NULL));
        reg->unlisted = true;
        g_assert_true(arm_cpreg_pre_save(cpu, &err));
        g_assert_null(err);
        check_complete(kvm, cpu);
        reg->unlisted = false;
    }
}

static const RecordedPair pairs[] = {
    /* the list is shorter once the identity is written */
    { "hides", "6.1" ON_MAX, "6.18" ON_MAX },
    /* nothing of the identity differs */
    { "same", "6.12" ON_N1_PMU, "6.18" ON_N1_PMU },
};

/* A vCPU of the stream on a new kernel, with a fault at the n-th call. */
static bool load(ScriptedKVM *kvm, QEMUFile *f, guint n, int error,
                 Error **errp)
{
    g_autoptr(ARMCPU) cpu = NULL;

    scripted_kvm_reset(kvm);
    cpu = scripted_start(kvm, NULL);
    g_assert_nonnull(cpu);
    f->at = 0;
    f->error = 0;
    inject(kvm, n, error);
    return scripted_load(cpu, f, errp);
}

static void test_load(gconstpointer data)
{
    const RecordedPair *pair = data;
    g_autoptr(ScriptedKVM) from = recorded_kernel(pair->from);
    g_autoptr(ScriptedKVM) to = recorded_kernel(pair->to);
    g_autoptr(ARMCPU) source = scripted_start(from, NULL);
    g_autoptr(QEMUFile) f = qemu_file_new();
    g_autoptr(GArray) good = NULL;
    guint calls;

    g_assert_true(scripted_run(source, NULL));
    scripted_kvm_guest_works(from);
    g_assert_true(scripted_save(source, f, NULL));
    g_assert_true(load(to, f, 0, 0, NULL));
    good = values_of(to);
    calls = to->calls->len;
    g_assert_cmpuint(calls, >, 200);

    for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
        for (guint n = 1; n <= calls; n++) {
            g_autoptr(Error) err = NULL;

            if (load(to, f, n, errors[e], &err)) {
                g_assert_null(err);
                check_same(to, good);
            } else {
                assert_failed_call_named(to, err);
            }
        }
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        GTestDataFunc run;
    } tests[] = {
        { "start", test_start }, { "save", test_save },
        { "save-one", test_save_one }, { "save-hidden", test_save_hidden },
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t t = 0; t < ARRAY_SIZE(tests); t++) {
        for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
            g_autofree char *path = g_strdup_printf(
                "/arm/kvm-cpregs-faults/%s/%s", tests[t].name, lists[i]);

            g_test_add_data_func(path, lists[i], tests[t].run);
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
        g_autofree char *path = g_strdup_printf(
            "/arm/kvm-cpregs-faults/load/%s", pairs[i].name);

        g_test_add_data_func(path, &pairs[i], test_load);
    }
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests on scripted kernels have in common. */

#include "qemu/osdep.h"
#include "scripted-test.h"
#include "target/arm/cpreg-cpu.h"
#include "target/arm/cpreg-names.h"

ScriptedKVM *recorded_kernel(const char *name)
{
    g_autofree char *path = g_test_build_filename(
        G_TEST_DIST, "data", "arm-kvm-reg-list", name, NULL);
    g_autoptr(GError) err = NULL;
    ScriptedKVM *kvm = scripted_kvm_load(path, &err);

    g_assert_no_error(err);
    return kvm;
}

QEMUFile *stream_from(ScriptedKVM *kvm)
{
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    g_autoptr(QEMUFile) f = qemu_file_new();

    g_assert_nonnull(cpu);
    g_assert_true(scripted_run(cpu, NULL));
    scripted_kvm_guest_works(kvm);
    g_assert_true(scripted_save(cpu, f, NULL));
    return g_steal_pointer(&f);
}

bool load_stream(ARMCPU *cpu, QEMUFile *f, Error **errp)
{
    f->at = 0;
    f->error = 0;
    g_array_set_size(CPU(cpu)->kvm->calls, 0);
    return scripted_load(cpu, f, errp);
}

guint writes(const ScriptedKVM *kvm, uint64_t regidx)
{
    guint n = 0;

    for (guint i = 0; i < kvm->calls->len; i++) {
        ScriptedCall *call = &g_array_index(kvm->calls, ScriptedCall, i);
        bool identity = (call->regidx >= ARM_CPREG_ID_FIRST &&
                         call->regidx <= ARM_CPREG_ID_LAST) ||
                        call->regidx >= ARM_CPREG_FW(0);

        n += call->op == SCRIPTED_SET &&
             (regidx ? call->regidx == regidx : identity);
    }
    return n;
}

uint64_t *value_of(ARMCPU *cpu, uint64_t regidx)
{
    ARMCPRegList own = arm_cpreg_list_of(cpu);
    ssize_t at = arm_cpreg_list_find(&own, regidx);

    g_assert_cmpint(at, >=, 0);
    return &cpu->cpreg_values[at];
}

void assert_says(const Error *err, const char *words)
{
    g_assert_nonnull(err);
    if (!strstr(error_get_pretty(err), words)) {
        g_test_message("\"%s\" is not in: %s", words, error_get_pretty(err));
        g_test_fail();
    }
}

int scripted_test_main(int argc, char **argv, const char *group,
                       const ScriptedCase *cases, size_t len)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < len; i++) {
        g_autofree char *path = g_strdup_printf("/arm/%s/%s", group,
                                                cases[i].name);

        g_test_add_func(path, cases[i].run);
    }
    return g_test_run();
}

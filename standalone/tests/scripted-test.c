/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests on scripted kernels have in common. */

#include "qemu/osdep.h"
#include "scripted-test.h"
#include "target/arm/migration/lists.h"
#include "target/arm/cpreg/names.h"

ScriptedKVM *recorded_kernel(const char *name)
{
    g_autofree char *path = g_test_build_filename(
        G_TEST_DIST, "data", "arm-kvm-reg-list", name, NULL);
    g_autoptr(GError) err = NULL;
    ScriptedKVM *kvm = scripted_kvm_load(path, &err);

    g_assert_no_error(err);
    return kvm;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp((*(ScriptedKVM *const *)a)->name,
                  (*(ScriptedKVM *const *)b)->name);
}

GPtrArray *recorded_kernels(GError **err)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(
        (GDestroyNotify)scripted_kvm_free);
    g_autofree char *folder = g_test_build_filename(
        G_TEST_DIST, "data", "arm-kvm-reg-list", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, err);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        ScriptedKVM *kvm;

        if (!g_str_has_suffix(name, ".txt")) {
            continue;
        }
        kvm = scripted_kvm_load(path, err);
        if (!kvm) {
            return NULL;
        }
        g_ptr_array_add(all, kvm);
    }
    g_ptr_array_sort(all, by_name);
    return dir ? g_steal_pointer(&all) : NULL;
}

bool recorded_cases_add(const char *group, GTestDataFunc run,
                        GPtrArray **from, GPtrArray **to)
{
    g_autoptr(GError) err = NULL;

    /* Twice: a kernel is also migrated to itself. */
    *from = recorded_kernels(&err);
    *to = *from ? recorded_kernels(&err) : NULL;
    if (!*to) {
        fprintf(stderr, "%s; G_TEST_SRCDIR names the folder of the tests\n",
                err->message);
        return false;
    }
    for (guint i = 0; i < (*from)->len; i++) {
        ScriptedKVM *kvm = (*from)->pdata[i];
        g_autofree char *path = g_strdup_printf("/arm/%s/%s", group,
                                                kvm->name);
        RecordedCase test = { .from = kvm, .all = *to };

        g_test_add_data_func_full(path, g_memdup2(&test, sizeof(test)),
                                  run, g_free);
    }
    return true;
}

const char *recorded_vcpu(const ScriptedKVM *kvm)
{
    return strchr(kvm->name, '-') + 1;
}

void add_names(GHashTable *names, const char *text, int value)
{
    g_autoptr(GRegex) name = g_regex_new("(\\S+) \\(0x[0-9a-f]{16}\\)", 0, 0,
                                         NULL);
    g_autoptr(GMatchInfo) info = NULL;

    for (g_regex_match(name, text, 0, &info); g_match_info_matches(info);
         g_match_info_next(info, NULL)) {
        g_hash_table_insert(names, g_match_info_fetch(info, 1),
                            GINT_TO_POINTER(value));
    }
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

/* The first call that failed; NULL if none did. */
static const ScriptedCall *failed_call(const ScriptedKVM *kvm)
{
    for (guint i = 0; i < kvm->calls->len; i++) {
        ScriptedCall *call = &g_array_index(kvm->calls, ScriptedCall, i);

        /* The length that does not suffice is part of the interface. */
        if (call->ret && !(call->op == SCRIPTED_LIST &&
                           call->ret == -E2BIG)) {
            return call;
        }
    }
    return NULL;
}

void assert_call_named(const ScriptedCall *call, const Error *err)
{
    static const char *const ioctls[] = {
        [SCRIPTED_LIST] = "KVM_GET_REG_LIST",
        [SCRIPTED_ENABLE] = "KVM_CAP_ARM_WRITABLE_IMP_ID_REGS",
        [SCRIPTED_FILTER] = "KVM_ARM_VM_SMCCC_FILTER",
        [SCRIPTED_SCRATCH_NEW] = "KVM_CREATE_VM",
        [SCRIPTED_SCRATCH_LIST] = "KVM_GET_REG_LIST",
        [SCRIPTED_SCRATCH_RUN] = "KVM_RUN",
    };
    g_autofree char *name = NULL;
    g_autofree char *what = NULL;
    char *clear;

    if (!call->regidx) {
        assert_says(err, ioctls[call->op]);
        return;
    }
    name = arm_cpreg_short_name(call->regidx);
    /* One register: the bits are written through CLR and SET. */
    clear = g_str_has_prefix(name, "PM") ? strstr(name, "CLR") : NULL;
    if (clear && call->op == SCRIPTED_SET) {
        memcpy(clear, "SET", 3);
    }
    /* with its end: TCR_EL1 is not named by TCR_EL12 */
    what = g_strdup_printf("%s (0x", name);
    assert_says(err, what);
}

void assert_failed_call_named(const ScriptedKVM *kvm, const Error *err)
{
    const ScriptedCall *call = failed_call(kvm);

    if (call) {
        assert_call_named(call, err);
    } else {
        wrong("no call failed, and yet: %s", error_get_pretty(err));
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guests that were started for a pool of hosts migrate from each host to each
 * other, and keep their guest view.
 *
 * The kernels are recorded ones, and these pools were measured on them.
 */

#include "qemu/osdep.h"
#include "scripted-host.h"
#include "scripted-manifest.h"

/* Written out, from the kernel's uapi headers. */
#define BMAP(n)     (0x6030000000160000ULL + (n))

static const struct {
    const char *name;
    const char *hosts[7];       /* the first one has the common values */
    uint64_t more[2][2];        /* it does not have these, and offers none */
} pools[] = {
    { "from-6.1", { "6.1", "6.12", "6.16", "6.18", "7.0", "7.3" } },
    { "from-5.10", { "5.10", "6.12", "6.16", "6.18", "7.0", "7.3" },
      { { BMAP(0), 0 }, { BMAP(2), 0 } } },
};

static ARMCPU *start_for_pool(size_t pool, ScriptedKVM *kvm)
{
    g_autofree char *name = g_strconcat(pools[pool].hosts[0], ON_N1_PMU,
                                        NULL);
    g_autoptr(ScriptedKVM) common = recorded_kernel(name);
    g_autoptr(Error) err = NULL;
    ARMCPU *cpu = scripted_first_cpu(kvm);

    scripted_baseline_of(cpu, common);
    for (int i = 0; i < 2 && pools[pool].more[i][0]; i++) {
        scripted_baseline_add(cpu, pools[pool].more[i][0],
                              pools[pool].more[i][1]);
    }
    if (!scripted_realize(cpu, &err)) {
        wrong("%s, %s: %s", pools[pool].name, kvm->name,
              error_get_pretty(err));
    }
    return cpu;
}

static void check_move(size_t pool, const char *from_name,
                       const char *to_name)
{
    g_autofree char *from_list = g_strconcat(from_name, ON_N1_PMU, NULL);
    g_autofree char *to_list = g_strconcat(to_name, ON_N1_PMU, NULL);
    g_autoptr(ScriptedKVM) from = scripted_host(from_list);
    g_autoptr(ARMCPU) source = start_for_pool(pool, from);
    g_autoptr(ARMCPRegManifest) manifest = manifest_of(source);
    g_autoptr(QEMUFile) f = qemu_file_new();
    g_autoptr(ScriptedKVM) to = NULL;
    g_autoptr(ARMCPU) destination = NULL;
    g_autoptr(KVMManifestCheck) check = NULL;
    g_autofree char *text = NULL;
    g_autoptr(Error) err = NULL;

    g_assert_true(scripted_run(source, NULL));
    scripted_kvm_guest_works(from);
    g_assert_true(scripted_save(source, f, NULL));

    to = scripted_host(to_list);
    destination = start_for_pool(pool, to);
    check = kvm_arm_manifest_check(destination, manifest, &err);
    g_assert_null(err);
    text = kvm_arm_manifest_check_text(check, manifest);
    if (text) {
        wrong("%s, %s -> %s: %s", pools[pool].name, from->name, to->name,
              text);
    }
    if (!load_stream(destination, f, &err)) {
        wrong("%s, %s -> %s: %s", pools[pool].name, from->name, to->name,
              error_get_pretty(err));
        return;
    }
    check_holds_baseline(destination);
    g_assert_true(scripted_run(destination, NULL));
    check_holds_baseline(destination);
}

static void test_pool(gconstpointer data)
{
    size_t pool = GPOINTER_TO_SIZE(data);

    for (size_t from = 0; pools[pool].hosts[from]; from++) {
        for (size_t to = 0; pools[pool].hosts[to]; to++) {
            if (from != to) {
                check_move(pool, pools[pool].hosts[from],
                           pools[pool].hosts[to]);
            }
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(pools); i++) {
        g_autofree char *path = g_strdup_printf(
            "/arm/kvm-manifest-pools/%s", pools[i].name);

        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_pool);
    }
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every recorded kernel to every other, of each CPU, with each of the vCPU
 * features: the check of a working guest's manifest predicts the load.
 */

#include "qemu/osdep.h"
#include "scripted-manifest.h"
#include "target/arm/cpreg/names.h"

/* So many changed kernels; each takes a millisecond. */
#define RANDOM_PAIRS 2000

/* "vregs+pmu.txt" */
static const char *features_of(const ScriptedKVM *kvm)
{
    return strrchr(kvm->name, '-') + 1;
}

/* The features differ: the text is about them, and KVM is not asked. */
static void check_features(const ARMCPRegManifest *manifest, ScriptedKVM *to)
{
    g_autoptr(ARMCPU) destination = scripted_vcpu_new(to);
    g_autoptr(KVMManifestCheck) check =
        kvm_arm_manifest_check(destination, manifest, NULL);

    if (to->calls->len || check->load->report.len ||
        !strstr(check->refused->str, "the vCPU feature ")) {
        wrong("%s: %s", to->name, check->refused->str);
    }
}

static void test_source(gconstpointer data)
{
    const RecordedCase *test = data;
    g_autoptr(ARMCPU) source = scripted_start(test->from, NULL);
    g_autoptr(ARMCPRegManifest) manifest = manifest_of(source);
    guint same = 0;

    for (guint i = 0; i < test->all->len; i++) {
        ScriptedKVM *to = test->all->pdata[i];

        scripted_kvm_reset(test->from);
        scripted_kvm_reset(to);
        if (g_str_equal(features_of(test->from), features_of(to))) {
            check_as_load(test->from, to);
            same++;
        } else {
            check_features(manifest, to);
        }
    }
    if (same < KERNELS_MIN) {
        wrong("%s: %u destinations with its features, not %d",
              test->from->name, same, KERNELS_MIN);
    }
}

/*
 * May a value be another one?  Not what the interrupt controller decides: that
 * a scratch vCPU does not know.  And a kernel makes the caches that it shows
 * from its CTR_EL0.
 */
static bool can_change(uint64_t regidx, bool source)
{
    return arm_cpreg_is_fixed(regidx) && !arm_cpreg_irqchip_bits(regidx) &&
           (source || regidx != ARM_CPREG(CTR_EL0));
}

/* The PMU's bits are listed behind both of their indexes, or behind none. */
static bool can_hide(uint64_t regidx)
{
    g_autofree char *name = arm_cpreg_short_name(regidx);

    return !(g_str_has_prefix(name, "PM") &&
             (strstr(name, "SET") || strstr(name, "CLR")));
}

/* Something that no recorded kernel has. */
static void change(GRand *rand, ScriptedKVM *kvm, bool source)
{
    ScriptedReg *reg = &g_array_index(
        kvm->regs, ScriptedReg, g_rand_int_range(rand, 0, kvm->regs->len));
    uint64_t bits = (uint64_t)g_rand_int_range(rand, 1, 16)
                    << g_rand_int_range(rand, 0, 16) * 4;

    if (!scripted_is_cpreg(reg->regidx)) {
        return;
    }
    if (!can_change(reg->regidx, source) || g_rand_int_range(rand, 0, 3) == 0) {
        reg->unlisted = can_hide(reg->regidx);
    } else {
        reg->reset ^= scripted_size(reg->regidx) == 4 ? (uint32_t)bits : bits;
        reg->value = reg->reset;
    }
}

static void test_random(gconstpointer data)
{
    const RecordedCase *test = data;
    GRand *rand = g_rand_new_with_seed(1);
    guint good = 0, bad = 0;

    while (good + bad < RANDOM_PAIRS) {
        ScriptedKVM *pick[2];
        g_autoptr(ScriptedKVM) from = NULL;
        g_autoptr(ScriptedKVM) to = NULL;

        for (int i = 0; i < 2; i++) {
            pick[i] = test->all->pdata[g_rand_int_range(rand, 0,
                                                        test->all->len)];
            scripted_kvm_reset(pick[i]);
        }
        if (!g_str_equal(recorded_vcpu(pick[0]), recorded_vcpu(pick[1]))) {
            continue;
        }
        from = scripted_kvm_another(pick[0]);
        to = scripted_kvm_another(pick[1]);
        for (int i = g_rand_int_range(rand, 0, 4); i > 0; i--) {
            change(rand, i % 2 ? from : to, i % 2);
        }
        *(check_as_load(from, to) ? &good : &bad) += 1;
    }
    g_test_message("%u migrated, %u refused", good, bad);
    g_assert_cmpuint(MIN(good, bad), >, RANDOM_PAIRS / 10);
    g_rand_free(rand);
}

int main(int argc, char **argv)
{
    g_autoptr(GPtrArray) from = NULL;
    g_autoptr(GPtrArray) to = NULL;

    g_test_init(&argc, &argv, NULL);
    if (!recorded_cases_add("kvm-manifest-pairs", test_source, &from, &to)) {
        return 1;
    }
    g_test_add_data_func("/arm/kvm-manifest-pairs/random",
                         &(RecordedCase) { .all = to }, test_random);
    return g_test_run();
}

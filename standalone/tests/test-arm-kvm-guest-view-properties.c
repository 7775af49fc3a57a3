/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The properties kvm-baseline and x-target-impl-cpus. */

#include "qemu/osdep.h"
#include "scripted-host.h"
#include "scripted-object.h"

#define BASELINE    "kvm-baseline"
#define IMPL_CPUS   "x-target-impl-cpus"

/* KVM_ARM_VCPU_* */
#define PSCI    (1 << 2)
#define PMU     (1 << 3)
#define SVE     (1 << 4)
#define PAUTH   (1 << 5 | 1 << 6)

/* A CPU on this kernel, with its properties. */
static ARMCPU *cpu_with_properties(ScriptedKVM *kvm)
{
    ARMCPU *cpu = scripted_first_cpu(kvm);

    scripted_class_new();
    scripted_guest_view_free(cpu->kvm_guest_view);
    kvm_arm_guest_view_add_properties(cpu);
    return cpu;
}

/* As when the CPU is freed. */
static void release(ARMCPU *cpu)
{
    scripted_property(BASELINE)->release(OBJECT(cpu), BASELINE, NULL);
    g_assert_null(cpu->kvm_guest_view);
    cpu->kvm_guest_view = scripted_guest_view_new();
}

static void set_baseline(ARMCPU *cpu, const char *id, Error **errp)
{
    Visitor v = { .text = (char *)id, .input = true };

    scripted_property_set(cpu, BASELINE, &v, errp);
}

static char *get_baseline(ARMCPU *cpu)
{
    Visitor v = { };

    scripted_property(BASELINE)->get(OBJECT(cpu), &v, BASELINE, NULL, NULL);
    return v.text;
}

static void set_impls(ARMCPU *cpu, const char *text, Error **errp)
{
    scripted_property(IMPL_CPUS)->set_str(OBJECT(cpu), text, errp);
}

static char *get_impls(ARMCPU *cpu)
{
    return scripted_property(IMPL_CPUS)->get_str(OBJECT(cpu), NULL);
}

/* -object arm-kvm-baseline,id=ID */
static ARMKVMBaseline *add_baseline(const char *id, uint32_t features,
                                    uint64_t vls)
{
    ARMKVMBaseline *baseline = g_new0(ARMKVMBaseline, 1);

    baseline->parent_obj.type = TYPE_ARM_KVM_BASELINE;
    baseline->parent_obj.id = id;
    baseline->label = g_strdup_printf("baseline %s (%s.json)", id, id);
    baseline->manifest = arm_cpreg_manifest_new();
    baseline->manifest->init.target = 5;
    baseline->manifest->init.features[0] = features;
    baseline->manifest->init.sve_vls = vls;
    scripted_object_add(&baseline->parent_obj);
    return baseline;
}

static void free_baseline(ARMKVMBaseline *baseline)
{
    g_assert_cmpuint(baseline->parent_obj.ref, ==, 1);
    arm_cpreg_manifest_free(baseline->manifest);
    g_free(baseline->label);
    g_free(baseline);
}

static void test_there(void)
{
    static const char *const names[] = {
        BASELINE, IMPL_CPUS, "SYSREG_ID_AA64DFR0_EL1_DebugVer",
    };
    g_autoptr(ScriptedKVM) kvm = scripted_host("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = cpu_with_properties(kvm);
    g_autofree char *id = get_baseline(cpu);
    g_autofree char *impls = get_impls(cpu);
    g_autofree char *label = kvm_arm_guest_view_label(cpu);

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        g_assert_nonnull(scripted_property(names[i]));
        g_assert_nonnull(scripted_property(names[i])->description);
    }
    g_assert_cmpstr(id, ==, "");
    g_assert_cmpstr(impls, ==, "");
    g_assert_null(label);
    g_assert_cmpuint(kvm->calls->len, ==, 0);
    release(cpu);
}

/* A baseline sets options by its features and vector lengths. */
static void test_options(void)
{
    static const struct {
        uint32_t features;
        uint64_t vls;
        const char *has;        /* options that there are... */
        const char *not;        /* ...and some that cannot be on */
        const char *set;
        const char *words;      /* of an error */
    } rows[] = {
        { PSCI, 0, "pmu sve pauth", "", "pmu=off sve=off pauth=off " },
        { PSCI | PMU, 0, "pmu sve pauth", "", "pmu=on sve=off pauth=off " },
        { PSCI | PAUTH, 0, "pmu sve pauth", "", "pmu=off sve=off pauth=on " },
        /* lengths in ascending order, each as the baseline has it */
        { PSCI | SVE, 0x9, "sve sve128 sve256 sve384 sve512 sve640", "",
          "sve=on sve128=on sve256=off sve384=off sve512=on sve640=off " },
        { PSCI | SVE, 0x8000, "sve sve1920 sve2048", "",
          "sve=on sve1920=off sve2048=on " },
        /* no lengths without SVE */
        { PSCI, 0, "sve sve128", "", "sve=off " },
        /* the CPU does not have this option: features are compared later */
        { PSCI | PMU, 0, "", "", "" },
        /* an option that the host does not have cannot be switched at all */
        { PSCI, 0, "", "pmu sve pauth", "" },
        { PSCI | SVE, 1, "pmu", "sve", "pmu=off ", "baseline pool "
          "(pool.json): 'sve' feature not supported by KVM on this host" },
        { PSCI | PMU, 0, "", "pmu", "", "baseline pool (pool.json): 'pmu'" },
        { PSCI | SVE, 3, "sve sve128", "sve256", "sve=on sve128=on ",
          "baseline pool (pool.json): 'sve256'" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autoptr(ScriptedKVM) kvm = scripted_host("6.18" ON_MAX);
        g_autoptr(ARMCPU) cpu = cpu_with_properties(kvm);
        ARMKVMBaseline *baseline = add_baseline("pool", rows[i].features,
                                                rows[i].vls);
        g_auto(GStrv) has = g_strsplit(rows[i].has, " ", -1);
        g_auto(GStrv) not = g_strsplit(rows[i].not, " ", -1);
        g_autoptr(Error) err = NULL;

        for (char **name = has; *name; name++) {
            scripted_option_new(*name, true);
        }
        for (char **name = not; *name; name++) {
            scripted_option_new(*name, false);
        }
        set_baseline(cpu, "pool", &err);
        if (!err != !rows[i].words ||
            strcmp(scripted_options_set(), rows[i].set)) {
            wrong("row %zu: \"%s\" %s", i, scripted_options_set(),
                  err ? error_get_pretty(err) : "");
        } else if (err) {
            assert_says(err, rows[i].words);
        }
        release(cpu);
        free_baseline(baseline);
    }
}

/* A baseline never overrides what the user gives. */
static void test_given(void)
{
    static const struct {
        uint32_t features;
        uint64_t vls;
        GlobalProperty given[3];
        const char *words;      /* of an error */
    } rows[] = {
        { PSCI, 0, { } },
        { PSCI | PMU, 0, { { "pmu", "on" }, { "kvm-steal-time", "off" } } },
        { PSCI, 0, { { "pmu", "off" }, { "sve", "off" } } },
        { PSCI | SVE, 5, { { "sve256", "off" }, { "sve384", "on" } } },
        { PSCI | PMU, 0, { { "pmu", "off" } }, "baseline pool (pool.json): "
          "the option pmu=off is given, but the baseline has pmu=on: leave "
          "the option out, or make a baseline from dumps with pmu=off" },
        { PSCI, 0, { { "sve256", "on" }, { "pmu", "on" } }, "the option "
          "pmu=on is given, but the baseline has pmu=off" },
        { PSCI, 0, { { "sve", "on" } }, "the baseline has sve=off" },
        { PSCI | SVE, 5, { { "sve", "off" } }, "the baseline has sve=on" },
        { PSCI | SVE, 5, { { "sve256", "on" } },
          "the baseline has sve256=off" },
        { PSCI | PAUTH, 0, { { "pauth", "off" } },
          "the baseline has pauth=on" },
        { PSCI, 0, { { "pmu", "maybe" } }, "'pmu' expects" },
    };
    static const char *const options[] = {
        "pmu", "sve", "sve128", "sve256", "sve384", "pauth",
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autoptr(ScriptedKVM) kvm = scripted_host("6.18" ON_MAX);
        g_autoptr(ARMCPU) cpu = cpu_with_properties(kvm);
        ARMKVMBaseline *baseline = add_baseline("pool", rows[i].features,
                                                rows[i].vls);
        g_autoptr(Error) err = NULL;

        for (size_t n = 0; n < ARRAY_SIZE(options); n++) {
            scripted_option_new(options[n], true);
        }
        scripted_options_given = rows[i].given;
        set_baseline(cpu, "pool", &err);
        scripted_options_given = NULL;
        if (!err != !rows[i].words) {
            wrong("row %zu: %s", i, err ? error_get_pretty(err) : "taken");
        } else if (err) {
            assert_says(err, rows[i].words);
        }
        release(cpu);
        free_baseline(baseline);
    }
}

/* The error about a feature that the host lacks names the baseline. */
static void test_host(void)
{
    static const struct {
        const char *host;
        uint32_t features;
        uint64_t vls;
        const char *words;
    } rows[] = {
        { "6.18" ON_N1, PSCI | SVE, 1, "baseline pool (pool.json): vCPU "
          "feature sve: the baseline has it, this host does not" },
        { "6.18" ON_N1, PSCI | PAUTH, 0, "baseline pool (pool.json): vCPU "
          "feature ptrauth-address: the baseline has it, this host does not" },
        { "6.18" ON_MAX, PSCI | SVE, 0x30001, "baseline pool (pool.json): SVE "
          "vectors of 2176, 2304 bits: the baseline has them, this host does "
          "not" },
        { "6.18" ON_MAX, PSCI | SVE | PAUTH, 0xffff, NULL },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autoptr(ScriptedKVM) kvm = scripted_host(rows[i].host);
        g_autoptr(ARMCPU) cpu = cpu_with_properties(kvm);
        ARMKVMBaseline *baseline = add_baseline("pool", rows[i].features,
                                                rows[i].vls);
        g_autoptr(Error) err = NULL;

        set_baseline(cpu, "pool", &err);
        if (!err != !rows[i].words) {
            wrong("row %zu: %s", i, err ? error_get_pretty(err) : "taken");
        } else if (err) {
            assert_says(err, rows[i].words);
        }
        release(cpu);
        free_baseline(baseline);
    }
}

/* The last one counts; the CPU holds a reference to that one only. */
static void test_baseline(void)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = cpu_with_properties(kvm);
    ARMKVMBaseline *one = add_baseline("one", PSCI, 0);
    ARMKVMBaseline *two = add_baseline("two", PSCI, 0);
    g_autofree char *id = NULL;
    g_autofree char *label = NULL;

    set_baseline(cpu, "one", NULL);
    g_assert_cmpuint(one->parent_obj.ref, ==, 2);
    set_baseline(cpu, "two", NULL);
    g_assert_cmpuint(one->parent_obj.ref, ==, 1);
    set_baseline(cpu, "two", NULL);
    g_assert_cmpuint(two->parent_obj.ref, ==, 2);
    id = get_baseline(cpu);
    label = kvm_arm_guest_view_label(cpu);
    g_assert_cmpstr(id, ==, "two");
    g_assert_cmpstr(label, ==, "baseline two (two.json)");
    release(cpu);
    free_baseline(one);
    free_baseline(two);
}

static void test_refused(void)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = cpu_with_properties(kvm);
    ARMKVMBaseline *baseline = add_baseline("pool", PSCI, 0);
    Object other = { .type = "secret", .id = "sec0" };
    Visitor word = { .input = true, .fails = true };
    static const struct {
        const char *id;
        const char *words;
    } ids[] = {
        { "pol", "kvm-baseline=pol: there is no such object; give -object "
          "arm-kvm-baseline,id=pol,file=..." },
        { "sec0", "kvm-baseline=sec0: that object is not a baseline; give "
          "-object arm-kvm-baseline,id=sec0" },
        { "", "there is no such object" },
    };
    g_autoptr(Error) none = NULL;
    g_autoptr(Error) late = NULL;
    g_autoptr(Error) late_impls = NULL;

    scripted_object_add(&other);
    set_baseline(cpu, "pool", NULL);
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        g_autoptr(Error) err = NULL;

        set_baseline(cpu, ids[i].id, &err);
        assert_says(err, ids[i].words);
    }
    scripted_property_set(cpu, BASELINE, &word, &none);
    assert_says(none, "no text");
    DEVICE(cpu)->realized = true;
    set_baseline(cpu, "pool", &late);
    assert_says(late, "kvm-baseline cannot be changed once the CPU is "
                "realized");
    set_impls(cpu, "1", &late_impls);
    assert_says(late_impls, "x-target-impl-cpus cannot be changed once the "
                "CPU is realized");
    /* refused values have changed nothing */
    g_assert_true(cpu->kvm_guest_view->baseline == baseline);
    g_assert_null(cpu->kvm_guest_view->impls);
    g_assert_cmpuint(baseline->parent_obj.ref, ==, 2);
    release(cpu);
    free_baseline(baseline);
}

static void test_impl_cpus(void)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = cpu_with_properties(kvm);
    g_autoptr(Error) err = NULL;
    g_autofree char *first = NULL;
    g_autofree char *then = NULL;

    set_impls(cpu, "414fd0c1", NULL);
    set_impls(cpu, "414fd0b1:1-414fd0c1", NULL);
    first = get_impls(cpu);
    g_assert_cmpstr(first, ==, "0x414fd0b1:0x1:0x0-0x414fd0c1:0x0:0x0");
    set_impls(cpu, "414fd0b1,414fd0c1", &err);
    assert_says(err, "x-target-impl-cpus=414fd0b1,414fd0c1: ");
    assert_says(err, "is not a hexadecimal number");
    then = get_impls(cpu);
    g_assert_cmpstr(then, ==, first);
    release(cpu);
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "there", test_there },
        { "options", test_options },
        { "given", test_given },
        { "host", test_host },
        { "baseline", test_baseline },
        { "refused", test_refused },
        { "impl-cpus", test_impl_cpus },
    };

    return scripted_test_main(argc, argv, "kvm-guest-view-properties", cases,
                              ARRAY_SIZE(cases));
}

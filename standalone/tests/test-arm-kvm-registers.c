/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every recorded kernel restored onto every other with the same CPU and vCPU
 * features, both ways: QEMU's code on scripted kernels.
 *
 * The outcome of each register is what the tables of expected-outcomes.c
 * say, and how it came about keeps the rules of the interface: identity first,
 * then the list again, then each of the rest once.
 */

#include "qemu/osdep.h"
#include "expected-outcomes.h"
#include "scripted-test.h"
#include "target/arm/cpreg/altered.h"
#include "trace.h"

/* The kernels to migrate from, and those that were. */
static guint sources, sources_done;

/* What became of the registers of one migration, by their names. */
typedef struct Result {
    GHashTable *outcomes;   /* name to Outcome; not in it: in both, or none */
    bool migrated;
    char *error;
    ARMCPRegList guest;     /* what it had */
} Result;

/* What KVM shows of a guest on this kernel. */
static ARMCPRegList guest_list(ScriptedKVM *kvm)
{
    uint64_t *indexes = g_new(uint64_t, kvm->regs->len);
    uint64_t *values = g_new(uint64_t, kvm->regs->len);

    for (guint i = 0; i < kvm->regs->len; i++) {
        indexes[i] = g_array_index(kvm->regs, ScriptedReg, i).regidx;
        values[i] = scripted_kvm_value(kvm, indexes[i]);
    }
    return (ARMCPRegList) { indexes, values, kvm->regs->len };
}

static Result migrate(ScriptedKVM *from, ScriptedKVM *to)
{
    Result result = {
        .outcomes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                          NULL),
    };
    g_autoptr(Error) err = NULL;

    scripted_kvm_reset(from);
    scripted_kvm_reset(to);
    scripted_kvm_guest_works(from);
    g_array_set_size(standalone_trace, 0);
    result.guest = guest_list(from);
    result.migrated = scripted_migrate(from, to, &err);
    g_assert_true(result.migrated == !err);

    for (guint i = 0; i < standalone_trace->len; i++) {
        TraceLine *line = &g_array_index(standalone_trace, TraceLine, i);

        if (line->event == TRACE_ARM_CPREG_MISSING) {
            add_names(result.outcomes, line->name, KEPT);
        } else if (line->event == TRACE_ARM_CPREG_TOLERATED) {
            add_names(result.outcomes, line->name, LEFT_BEHIND);
        }
    }
    if (err) {
        result.error = g_strdup(error_get_pretty(err));
        add_names(result.outcomes, result.error, REFUSED);
    }
    return result;
}

static void result_clear(Result *result)
{
    g_hash_table_unref(result->outcomes);
    g_free(result->error);
    g_free((void *)result->guest.indexes);
    g_free((void *)result->guest.values);
}

/* One register of either list: is its outcome the expected one? */
static void check_register(ScriptedKVM *from, ScriptedKVM *to,
                           const ScriptedReg *source, const ScriptedReg *own,
                           Result *result)
{
    uint64_t regidx = source ? source->regidx : own->regidx;
    g_autofree char *name = arm_cpreg_short_name(regidx);
    uint64_t value = source ? scripted_kvm_value(from, regidx) : 0;
    Outcome expected = expected_outcome(from, to, name, source, own, value);
    Outcome outcome = GPOINTER_TO_INT(g_hash_table_lookup(result->outcomes,
                                                          name));
    uint64_t held;

    if (outcome == NOT_TOLD && source && own) {
        outcome = WRITTEN;
    }
    if (outcome != expected) {
        wrong("%s -> %s: %s is %s, not %s%s%s", from->name, to->name, name,
              outcome_names[outcome], outcome_names[expected],
              result->error ? ": " : "", result->error ?: "");
        return;
    }
    if (expected == KEPT && scripted_kvm_value(to, regidx) != own->reset) {
        wrong("%s -> %s: %s does not keep its value", from->name, to->name,
              name);
    }
    if (!result->migrated || expected != WRITTEN || !source->has_value) {
        return;
    }
    held = scripted_kvm_value(to, regidx);
    if (!arm_cpreg_alteration(&result->guest, regidx, value, held, NULL)) {
        wrong("%s -> %s: KVM holds 0x%" PRIx64 " in %s, the guest had 0x%"
              PRIx64 ": no rows of cpreg/altered.h.inc cover it", from->name,
              to->name, held, name, value);
    }
    if (held != value && (held ^ value) & expected_bits(from, to, name)) {
        wrong("%s -> %s: KVM holds 0x%" PRIx64 " in %s, the guest had 0x%"
              PRIx64, from->name, to->name, held, name, value);
    }
}

static void check_outcomes(ScriptedKVM *from, ScriptedKVM *to, Result *result)
{
    guint s = 0, d = 0;
    bool refused = false;
    GHashTableIter iter;
    gpointer outcome;

    while (s < from->regs->len || d < to->regs->len) {
        ScriptedReg *source = s < from->regs->len
            ? &g_array_index(from->regs, ScriptedReg, s) : NULL;
        ScriptedReg *own = d < to->regs->len
            ? &g_array_index(to->regs, ScriptedReg, d) : NULL;

        if (source && own && source->regidx != own->regidx) {
            *(source->regidx < own->regidx ? &own : &source) = NULL;
        }
        s += source != NULL;
        d += own != NULL;
        if (scripted_is_cpreg(source ? source->regidx : own->regidx)) {
            check_register(from, to, source, own, result);
        }
    }
    g_hash_table_iter_init(&iter, result->outcomes);
    while (g_hash_table_iter_next(&iter, NULL, &outcome)) {
        refused |= GPOINTER_TO_INT(outcome) == REFUSED;
    }
    if (refused == result->migrated) {
        wrong("%s -> %s: %s", from->name, to->name, result->migrated
              ? "migrated, with a refused register"
              : "refused, and no register is named");
    }
}

/*
 * "ID registers before any other", by Documentation/virt/kvm/api.rst; with them
 * what else belongs to the VM: MIDR_EL1, REVIDR_EL1, AIDR_EL1, PMCR_EL0.N.
 */
static bool is_identity(uint64_t regidx)
{
    /* op0 3, op1 0, CRn 0, CRm 1 to 7 */
    return regidx == ARM_CPREG(MIDR_EL1) || regidx == ARM_CPREG(REVIDR_EL1) ||
           regidx == ARM_CPREG(AIDR_EL1) || regidx == ARM_CPREG(PMCR_EL0) ||
           (regidx >= 0x603000000013c008ULL &&
            regidx <= 0x603000000013c03fULL) ||
           (regidx & ARM_CPREG_KIND_MASK) == ARM_CPREG_KIND_FW ||
           (regidx & ARM_CPREG_KIND_MASK) == ARM_CPREG_KIND_FW_BMAP;
}

/* What was called on the destination, in which order? */
static void check_calls(const ScriptedKVM *from, ScriptedKVM *to)
{
    g_autoptr(GHashTable) written = g_hash_table_new(g_int64_hash,
                                                     g_int64_equal);
    bool rest = false, changed = false;

    for (guint i = 0; i < to->calls->len; i++) {
        ScriptedCall *call = &g_array_index(to->calls, ScriptedCall, i);
        const ScriptedReg *reg = scripted_kvm_find(to, call->regidx);
        g_autofree char *name = NULL;

        if (call->op == SCRIPTED_LIST) {
            changed = false;
        }
        if (call->op != SCRIPTED_SET) {
            continue;
        }
        name = arm_cpreg_short_name(call->regidx);
        if (call->ret == -ENOENT) {
            wrong("%s -> %s: %s is written and not listed", from->name,
                  to->name, name);
            continue;
        }
        if (!g_hash_table_add(written, &call->regidx)) {
            wrong("%s -> %s: %s is written twice", from->name, to->name, name);
        }
        if (!is_identity(call->regidx)) {
            rest = true;
            if (changed) {
                wrong("%s -> %s: %s is written before the list was read "
                      "again", from->name, to->name, name);
                changed = false;
            }
            continue;
        }
        changed |= call->ret == 0;
        if (rest) {
            wrong("%s -> %s: %s is identity, and written late", from->name,
                  to->name, name);
        }
        if (call->value == reg->reset) {
            wrong("%s -> %s: %s is written and had the value", from->name,
                  to->name, name);
        }
    }
}

/* A save reads each register once and writes none. */
static void check_source(ScriptedKVM *from)
{
    g_autoptr(GHashTable) reads = g_hash_table_new(g_int64_hash,
                                                   g_int64_equal);
    int starts = 0;

    for (guint i = 0; i < from->calls->len; i++) {
        ScriptedCall *call = &g_array_index(from->calls, ScriptedCall, i);
        gpointer n = g_hash_table_lookup(reads, &call->regidx);

        starts += call->op == SCRIPTED_LIST;
        if (call->op == SCRIPTED_SET) {
            wrong("%s: a register is written at the source", from->name);
        } else if (call->op == SCRIPTED_GET) {
            /* Once for the new vCPU, once for the save. */
            if (GPOINTER_TO_INT(n) >= 2) {
                wrong("%s: 0x%" PRIx64 " is read again", from->name,
                      call->regidx);
            }
            g_hash_table_insert(reads, &call->regidx,
                                GINT_TO_POINTER(GPOINTER_TO_INT(n) + 1));
        }
    }
    if (starts != 2) {
        wrong("%s: the list is read %d times, not once in two calls",
              from->name, starts);
    }
}

/* Tests */

/* One source; the other kernels of its CPU and features are destinations. */
static void test_source(gconstpointer data)
{
    const RecordedCase *test = data;
    guint pairs = 0;

    for (guint i = 0; i < test->all->len; i++) {
        ScriptedKVM *to = test->all->pdata[i];
        Result result;

        if (!g_str_equal(recorded_vcpu(test->from), recorded_vcpu(to))) {
            continue;
        }
        result = migrate(test->from, to);
        check_outcomes(test->from, to, &result);
        check_calls(test->from, to);
        check_source(test->from);
        result_clear(&result);
        pairs++;
    }
    if (pairs < KERNELS_MIN) {
        wrong("%s: %u destinations, not %d", test->from->name, pairs,
              KERNELS_MIN);
    }
    sources_done++;
}

/* A row that no pair needed says something that is not so. */
static void test_expectations(void)
{
    g_autofree char *unused = expected_unused();

    if (sources_done < sources) {
        g_test_skip("not all the pairs were run");
    } else if (unused) {
        wrong("not needed: %s", unused);
    }
}

int main(int argc, char **argv)
{
    g_autoptr(GPtrArray) from = NULL;
    g_autoptr(GPtrArray) to = NULL;
    int status;

    g_test_init(&argc, &argv, NULL);
    if (!recorded_cases_add("kvm-cpregs", test_source, &from, &to)) {
        return 1;
    }
    standalone_trace = trace_lines_new();
    sources = from->len;
    g_test_add_func("/arm/kvm-cpregs/expectations", test_expectations);
    status = g_test_run();
    g_array_unref(standalone_trace);
    return status;
}

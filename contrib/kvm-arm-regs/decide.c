/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Can a guest of one host go on at another? In the order of QEMU's load. */

#include "qemu/osdep.h"
#include "decide.h"
#include "kvm-model.h"
#include "target/arm/cpreg-explain.h"
#include "target/arm/cpreg-wide.h"

const char *const outcome_names[] = {
    [OUTCOME_KEPT] = "kept",
    [OUTCOME_TAKEN] = "taken",
    [OUTCOME_LEFT_BEHIND] = "left-behind",
    [OUTCOME_UNKNOWN] = "unknown",
    [OUTCOME_REFUSED] = "refused",
};

const char *const verdict_names[] = {
    [VERDICT_COMPATIBLE] = "compatible",
    [VERDICT_UNKNOWN] = "unknown",
    [VERDICT_REFUSED] = "refused",
};

/* A guest on its way. */
typedef struct Move {
    const HostDump *source;
    const HostDump *destination;
    ARMCPRegManifest guest;     /* the source's, once the guest has run */
    ARMCPRegList list;          /* the source's list */
    KVMModelVCPU vcpu;          /* of the destination */
    ARMCPRegList own;           /* its list, with what it holds now */
    uint64_t *now;
    Decision *decision;
} Move;

/* @text is taken over. */
static void note(Move *move, Outcome outcome, uint64_t regidx, char *text)
{
    Finding finding = { outcome, regidx, text };
    Verdict verdict = outcome == OUTCOME_REFUSED ? VERDICT_REFUSED :
                      outcome == OUTCOME_UNKNOWN ? VERDICT_UNKNOWN :
                      VERDICT_COMPATIBLE;

    g_array_append_val(move->decision->findings, finding);
    move->decision->verdict = MAX(move->decision->verdict, verdict);
}

static void note_unknown(Move *move, uint64_t regidx, const char *why)
{
    g_autofree char *name = arm_cpreg_name(regidx);

    note(move, OUTCOME_UNKNOWN, regidx,
         g_strdup_printf("%s cannot be decided: %s", name, why));
}

static void note_value(Move *move, Outcome outcome, uint64_t regidx,
                       uint64_t source, uint64_t here, const char *why)
{
    GString *text = g_string_new(NULL);

    arm_cpreg_append_refused(text, regidx, source, here, why);
    note(move, outcome, regidx, g_string_free(text, false));
}

/* Why nothing in the destination's dump tells if KVM takes a value; or NULL. */
static const char *undecided(const Move *move, const HostReg *reg)
{
    unsigned kernel = move->vcpu.kernel;
    const HostReg *ctr = host_dump_find(move->destination, ARM_CPREG(CTR_EL0));

    if (!reg->has_value) {
        return "the destination's file does not have its value; make a dump "
               "of that host";
    }
    if (!kernel) {
        return "the destination's kernel has no number; make a dump of that "
               "host";
    }
    if (kvm_model_needs_mask(kernel, reg->regidx) && !reg->has_mask) {
        return "the values differ, and the destination's file does not tell "
               "what is writable there; make a dump of that host";
    }
    if (kvm_model_needs_ctr(kernel, reg->regidx) && !(ctr && ctr->has_value)) {
        return "the destination's file does not have CTR_EL0; make a dump of "
               "that host";
    }
    return NULL;
}

/* Write a value to the register at @d of the destination's list. */
static void put(Move *move, size_t d, uint64_t wanted)
{
    const HostReg *reg = &g_array_index(move->destination->regs, HostReg, d);
    KVMModelReg model = {
        .regidx = reg->regidx,
        .reset = reg->value,
        .value = reg->value,
        .mask = reg->writable,
    };
    const char *why;

    if (reg->has_value && reg->value == wanted) {
        return;
    }
    why = undecided(move, reg);
    if (why) {
        note_unknown(move, reg->regidx, why);
    } else if (kvm_model_set(&move->vcpu, &model, wanted, &move->now[d])) {
        note_value(move, OUTCOME_REFUSED, reg->regidx, wanted, reg->value,
                   "KVM refuses the value");
    } else {
        note_value(move, OUTCOME_TAKEN, reg->regidx, wanted, reg->value,
                   "KVM takes the value");
    }
}

/* The source's value of a register that no guest changes. */
static bool source_value(const Move *move, uint64_t regidx, uint64_t *value)
{
    ARMCPRegList fixed = arm_cpreg_manifest_fixed(&move->guest);
    ssize_t at = arm_cpreg_list_find(&fixed, regidx);

    if (at >= 0) {
        *value = fixed.values[at];
    }
    return at >= 0;
}

/* QEMU decides by these values; without one, it could be anything. */
static void check_source_values(Move *move)
{
    for (size_t i = 0; i < move->list.len; i++) {
        uint64_t regidx = move->list.indexes[i], value;

        if (arm_cpreg_is_fixed(regidx) &&
            !source_value(move, regidx, &value)) {
            note_unknown(move, regidx, "the source's file does not have its "
                         "value; make a dump of that host");
        }
    }
}

/* First what other registers follow from. */
static void put_identity(Move *move)
{
    for (size_t d = 0; d < move->own.len; d++) {
        uint64_t regidx = move->own.indexes[d], value;

        if (arm_cpreg_is_identity(regidx) &&
            arm_cpreg_manifest_value(&move->guest, regidx, &value)) {
            put(move, d, value);
        }
    }
}

/* Does KVM leave what it has taken as it is when the guest runs? */
static void check_first_run(Move *move)
{
    const GArray *findings = move->decision->findings;
    g_autofree uint64_t *after = NULL;

    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = &g_array_index(findings, Finding, i);

        if (finding->regidx && finding->outcome >= OUTCOME_UNKNOWN) {
            return;             /* it does not come to that */
        }
    }
    after = g_memdup2(move->now, move->own.len * sizeof(*after));
    kvm_model_first_run(move->vcpu.kernel, move->own.indexes, after,
                        move->own.len);
    for (size_t i = 0; i < move->own.len; i++) {
        if (after[i] != move->now[i]) {
            note_value(move, OUTCOME_REFUSED, move->own.indexes[i],
                       move->now[i], after[i],
                       "KVM changes it when the guest runs");
        }
    }
}

/* Is the register hidden by the ID registers as they are now? */
static bool hidden(const Move *move, uint64_t regidx)
{
    const KVMModelField *gate = kvm_model_gate(move->vcpu.kernel, regidx);
    ssize_t at = gate ? arm_cpreg_list_find(&move->own, gate->regidx) : -1;

    return at >= 0 && kvm_model_field(gate, move->now[at]) == 0;
}

/* One refused register in the words that QEMU has for it. */
static char *refusal_text(const Move *move, ARMCPRegVerdict *verdict)
{
    g_autofree uint64_t *values = g_new0(uint64_t, move->list.len);
    ARMCPRegList source = move->list;
    ARMCPRegList fixed = arm_cpreg_manifest_fixed(&move->guest);
    ARMCPRegReport one = { .verdicts = verdict, .len = 1 };

    for (size_t i = 0; i < source.len; i++) {
        source_value(move, source.indexes[i], &values[i]);
    }
    source.values = values;
    one.count[ARM_CPREG_REFUSED] = 1;
    return arm_cpreg_report_text(&one, &source, &fixed);
}

static void note_verdict(Move *move, ARMCPRegVerdict *verdict)
{
    g_autofree char *name = arm_cpreg_name(verdict->regidx);

    switch (verdict->outcome) {
    case ARM_CPREG_REFUSED:
        note(move, OUTCOME_REFUSED, verdict->regidx,
             refusal_text(move, verdict));
        break;
    case ARM_CPREG_TOLERATED:
        note(move, OUTCOME_LEFT_BEHIND, verdict->regidx,
             g_strdup_printf("%s stays behind: %s (Linux %s)", name,
                             verdict->rule->why, verdict->rule->kernel));
        break;
    case ARM_CPREG_MISSING:
        note(move, OUTCOME_KEPT, verdict->regidx,
             g_strdup_printf("%s is not listed by the source: %s", name,
                             verdict->missing ? verdict->missing->why
                                              : "no rule is about it"));
        break;
    default:
        break;
    }
}

/* Second phase: the lists, and the values of the rest. */
static void put_rest(Move *move)
{
    g_autofree uint64_t *indexes = g_new(uint64_t, move->own.len);
    g_auto(ARMCPRegReport) report = { NULL };
    g_autoptr(GString) all = g_string_new(NULL);
    ARMCPRegList shown = { .indexes = indexes };

    for (size_t i = 0; i < move->own.len; i++) {
        if (!hidden(move, move->own.indexes[i])) {
            indexes[shown.len++] = move->own.indexes[i];
        }
    }
    arm_cpreg_manifest_reconcile(&move->guest, &shown, &report, all);
    for (size_t i = 0; i < report.len; i++) {
        note_verdict(move, &report.verdicts[i]);
    }
    for (size_t i = 0; i < report.len; i++) {
        ARMCPRegVerdict *verdict = &report.verdicts[i];
        ssize_t d = arm_cpreg_list_find(&move->own, verdict->regidx);
        uint64_t value;

        if (verdict->d >= 0 && !arm_cpreg_is_identity(verdict->regidx) &&
            arm_cpreg_manifest_value(&move->guest, verdict->regidx, &value)) {
            put(move, d, value);
        }
    }
}

/* No rule lets a register of another size stay behind. */
static void check_wide(Move *move)
{
    const ARMCPRegManifest *own = move->destination->manifest;

    for (size_t i = 0; i < move->guest.wide_len; i++) {
        uint64_t regidx = move->guest.wide_indexes[i];
        g_autofree char *name = arm_cpreg_name(regidx);
        bool found = false;

        for (size_t n = 0; n < own->wide_len; n++) {
            found |= own->wide_indexes[n] == regidx;
        }
        if (!found) {
            note(move, OUTCOME_REFUSED, regidx,
                 g_strdup_printf("%s of %zu bytes is unknown here", name,
                                 arm_cpreg_size(regidx)));
        }
    }
}

/* Which registers there are follows from these: false if they differ. */
static bool check_init(Move *move)
{
    g_autoptr(GString) text = g_string_new(NULL);

    arm_cpreg_vcpu_init_compare(&move->source->manifest->init,
                                &move->destination->manifest->init, text);
    if (text->len) {
        note(move, OUTCOME_REFUSED, 0, g_strdup(text->str));
    }
    return text->len == 0;
}

static void clear_finding(gpointer finding)
{
    g_free(((Finding *)finding)->text);
}

Decision *decide(const HostDump *source, const HostDump *destination)
{
    const ARMCPRegManifest *there = source->manifest;
    size_t len = destination->regs->len;
    const HostReg *ctr = host_dump_find(destination, ARM_CPREG(CTR_EL0));
    const HostReg *pfr0 = host_dump_find(destination,
                                         ARM_CPREG(ID_AA64PFR0_EL1));
    g_autofree uint64_t *values = g_memdup2(
        there->fixed_values, there->fixed_len * sizeof(*values));
    g_autofree uint64_t *now = g_new(uint64_t, len);
    Move move = {
        .source = source,
        .destination = destination,
        .guest = *there,
        .list = arm_cpreg_manifest_list(there),
        .vcpu.kernel = kvm_model_kernel(destination->manifest->kernel),
        .vcpu.ctr = ctr ? ctr->value : 0,
        .vcpu.pfr0 = pfr0 ? pfr0->value : 0,
        .own = arm_cpreg_manifest_list(destination->manifest),
        .now = now,
        .decision = g_new0(Decision, 1),
    };

    move.decision->findings = g_array_new(false, false, sizeof(Finding));
    g_array_set_clear_func(move.decision->findings, clear_finding);
    for (size_t i = 0; i < len; i++) {
        now[i] = g_array_index(destination->regs, HostReg, i).value;
    }
    move.own.values = now;
    /* The guest's values are those that it has once it runs at the source. */
    move.guest.fixed_values = values;
    kvm_model_first_run(kvm_model_kernel(there->kernel), there->fixed_indexes,
                        values, there->fixed_len);

    if (!check_init(&move)) {
        return move.decision;
    }
    check_source_values(&move);
    put_identity(&move);
    check_first_run(&move);
    put_rest(&move);
    check_wide(&move);
    return move.decision;
}

void decision_free(Decision *decision)
{
    if (decision) {
        g_array_unref(decision->findings);
        g_free(decision);
    }
}

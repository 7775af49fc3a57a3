/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Can a guest of one host go on at another? In the order of QEMU's load. */

#include "qemu/osdep.h"
#include "decide.h"
#include "kvm-model.h"
#include "target/arm/cpreg-explain.h"
#include "target/arm/cpreg-load.h"
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

/* A guest on its way; the destination is what it is loaded into. */
typedef struct Move {
    ARMCPRegTarget target;
    const HostDump *destination;
    KVMModelVCPU vcpu;          /* of the destination */
    uint64_t *now;              /* what its registers hold now */
    const char **undecided;     /* why a write to one of them is not decided */
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

/* The destination's registers */

static const HostReg *host_reg(const Move *move, size_t at)
{
    return &g_array_index(move->destination->regs, HostReg, at);
}

static ssize_t find(const Move *move, uint64_t regidx)
{
    ARMCPRegList list = arm_cpreg_manifest_list(move->destination->manifest);

    return arm_cpreg_list_find(&list, regidx);
}

static Move *move_of(ARMCPRegTarget *target)
{
    return container_of(target, Move, target);
}

/* Is the register hidden by the ID registers as they are now? */
static bool hidden(const Move *move, uint64_t regidx)
{
    const KVMModelField *gate = kvm_model_gate(move->vcpu.kernel, regidx);
    ssize_t at = gate ? find(move, gate->regidx) : -1;

    return at >= 0 && kvm_model_field(gate, move->now[at]) == 0;
}

static GArray *host_list(ARMCPRegTarget *target, char **fault)
{
    const Move *move = move_of(target);
    const ARMCPRegManifest *own = move->destination->manifest;
    GArray *list = g_array_new(false, false, sizeof(uint64_t));

    for (size_t i = 0; i < own->len; i++) {
        if (!hidden(move, own->indexes[i])) {
            g_array_append_val(list, own->indexes[i]);
        }
    }
    g_array_append_vals(list, own->wide_indexes, own->wide_len);
    return list;
}

static int host_get(ARMCPRegTarget *target, uint64_t regidx, uint64_t *value)
{
    Move *move = move_of(target);

    *value = move->now[find(move, regidx)];
    return 0;
}

/* ENODATA: nobody knows. */
static int host_set(ARMCPRegTarget *target, uint64_t regidx, uint64_t value)
{
    Move *move = move_of(target);
    size_t at = find(move, regidx);
    const HostReg *reg = host_reg(move, at);
    KVMModelReg model = {
        .regidx = regidx,
        .reset = reg->value,
        .value = move->now[at],
        .mask = reg->writable,
    };

    if (reg->has_value && value == move->now[at]) {
        return 0;
    }
    move->undecided[at] = undecided(move, reg);
    return move->undecided[at] ? -ENODATA :
           kvm_model_set(&move->vcpu, &model, value, &move->now[at]);
}

static bool host_first_run(ARMCPRegTarget *target, char **fault)
{
    Move *move = move_of(target);
    const ARMCPRegManifest *own = move->destination->manifest;

    kvm_model_first_run(move->vcpu.kernel, own->indexes, move->now, own->len);
    return true;
}

/* What becomes of the guest's registers */

/* QEMU decides by these values; without one, it could be anything. */
static void check_source_values(Move *move, const ARMCPRegManifest *guest)
{
    ARMCPRegList fixed = arm_cpreg_manifest_fixed(guest);

    for (size_t i = 0; i < guest->len; i++) {
        uint64_t regidx = guest->indexes[i];

        if (arm_cpreg_is_fixed(regidx) &&
            arm_cpreg_list_find(&fixed, regidx) < 0) {
            note_unknown(move, regidx, "the source's file does not have its "
                         "value; make a dump of that host");
        }
    }
}

static void note_write(Move *move, const ARMCPRegWrite *write)
{
    size_t at = find(move, write->regidx);
    uint64_t fresh = host_reg(move, at)->value;     /* a new vCPU's */

    if (write->ret == -ENODATA) {
        note_unknown(move, write->regidx, move->undecided[at]);
    } else if (write->fate == ARM_CPREG_TAKEN) {
        if (write->value != fresh) {
            note_value(move, OUTCOME_TAKEN, write->regidx, write->value, fresh,
                       "KVM takes the value");
        }
    } else if (write->fate == ARM_CPREG_ALTERED) {
        note_value(move, OUTCOME_TAKEN, write->regidx, write->value,
                   write->here, write->why);
    } else {
        note_value(move, OUTCOME_REFUSED, write->regidx, write->value,
                   write->here, write->why);
    }
}

static void note_verdict(Move *move, const ARMCPRegList *source,
                         const ARMCPRegList *known, ARMCPRegVerdict *verdict)
{
    g_autofree char *name = arm_cpreg_name(verdict->regidx);
    ARMCPRegReport one = { .verdicts = verdict, .len = 1 };

    switch (verdict->outcome) {
    case ARM_CPREG_REFUSED:
        one.count[ARM_CPREG_REFUSED] = 1;
        note(move, OUTCOME_REFUSED, verdict->regidx,
             arm_cpreg_report_text(&one, source, known));
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

static void note_registers(Move *move, const ARMCPRegManifest *guest)
{
    ARMCPRegList known = arm_cpreg_manifest_fixed(guest);
    g_autofree uint64_t *values = NULL;
    ARMCPRegList source = arm_cpreg_manifest_source(guest, &values);
    g_autoptr(ARMCPRegLoad) load = arm_cpreg_load_new();
    g_autofree char *fault = NULL;

    /* The model of a host always answers. */
    arm_cpreg_load(&move->target, &arm_cpreg_rules, &source, &known, NULL,
                   load, &fault);
    for (guint i = 0; i < load->writes->len; i++) {
        note_write(move, &g_array_index(load->writes, ARMCPRegWrite, i));
    }
    for (size_t i = 0; i < load->report.len; i++) {
        note_verdict(move, &source, &known, &load->report.verdicts[i]);
    }
}

/* No rule lets a register of another size stay behind. */
static void check_wide(Move *move, const ARMCPRegManifest *guest)
{
    const ARMCPRegManifest *own = move->destination->manifest;

    for (size_t i = 0; i < guest->wide_len; i++) {
        uint64_t regidx = guest->wide_indexes[i];
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
static bool check_init(Move *move, const ARMCPRegManifest *guest)
{
    g_autoptr(GString) text = g_string_new(NULL);

    arm_cpreg_vcpu_init_compare(ARM_CPREG_INIT_SOURCE, &guest->init,
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
    g_autofree const char **whys = g_new0(const char *, len);
    ARMCPRegManifest guest = *there;
    Move move = {
        .target = {
            .list = host_list,
            .get = host_get,
            .set = host_set,
            .first_run = host_first_run,
        },
        .destination = destination,
        .vcpu.kernel = kvm_model_kernel(destination->manifest->kernel),
        .vcpu.ctr = ctr ? ctr->value : 0,
        .vcpu.pfr0 = pfr0 ? pfr0->value : 0,
        .now = now,
        .undecided = whys,
        .decision = g_new0(Decision, 1),
    };

    move.decision->findings = g_array_new(false, false, sizeof(Finding));
    g_array_set_clear_func(move.decision->findings, clear_finding);
    for (size_t i = 0; i < len; i++) {
        now[i] = host_reg(&move, i)->value;
    }
    /* The guest's values are those that it has once it runs at the source. */
    guest.fixed_values = values;
    kvm_model_first_run(kvm_model_kernel(there->kernel), there->fixed_indexes,
                        values, there->fixed_len);

    if (check_init(&move, &guest)) {
        check_source_values(&move, &guest);
        note_registers(&move, &guest);
        check_wide(&move, &guest);
    }
    return move.decision;
}

void decision_free(Decision *decision)
{
    if (decision) {
        g_array_unref(decision->findings);
        g_free(decision);
    }
}

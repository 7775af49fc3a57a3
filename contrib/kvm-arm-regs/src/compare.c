/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Can a guest move from one host to another?  In the order of QEMU's load. */

#include "qemu/osdep.h"
#include "compare.h"
#include "kvm-model.h"
#include "target/arm/cpreg/explain.h"
#include "target/arm/cpreg/load.h"
#include "target/arm/cpreg/wide.h"

const char *const outcome_names[] = {
    [OUTCOME_KEPT] = "kept",
    [OUTCOME_TAKEN] = "taken",
    [OUTCOME_DROPPED] = "dropped",
    [OUTCOME_UNKNOWN] = "unknown",
    [OUTCOME_REFUSED] = "refused",
};

const char *const verdict_names[] = {
    [VERDICT_COMPATIBLE] = "compatible",
    [VERDICT_UNKNOWN] = "unknown",
    [VERDICT_REFUSED] = "refused",
};

/* A guest that moves; @target is the destination. */
typedef struct Move {
    ARMCPRegTarget target;
    const HostDump *destination;
    KVMModelVCPU vcpu;          /* of the destination */
    uint64_t *now;              /* what its registers hold now */
    const char **undecided;     /* why a write to one of them is undecided */
    Comparison *comparison;
} Move;

/* Takes over @text. */
static void note_finding(Move *move, Outcome outcome, uint64_t regidx,
                         char *text)
{
    Finding finding = { outcome, regidx, text };
    Verdict verdict = outcome == OUTCOME_REFUSED ? VERDICT_REFUSED :
                      outcome == OUTCOME_UNKNOWN ? VERDICT_UNKNOWN :
                      VERDICT_COMPATIBLE;

    g_array_append_val(move->comparison->findings, finding);
    move->comparison->verdict = MAX(move->comparison->verdict, verdict);
}

static void note_unknown(Move *move, uint64_t regidx, const char *why)
{
    g_autofree char *name = arm_cpreg_name(regidx);

    note_finding(move, OUTCOME_UNKNOWN, regidx,
                 g_strdup_printf("%s cannot be compared: %s", name, why));
}

static void note_value(Move *move, Outcome outcome, uint64_t regidx,
                       uint64_t source, uint64_t here, const char *why)
{
    GString *text = g_string_new(NULL);

    arm_cpreg_append_refused(text, regidx, source, here, why);
    note_finding(move, outcome, regidx, g_string_free(text, false));
}

/* Why the destination's dump does not decide about a value; else NULL. */
static const char *why_undecided(const Move *move, const HostReg *reg)
{
    unsigned kernel = move->vcpu.kernel;
    const HostReg *ctr = host_dump_find(move->destination, ARM_CPREG(CTR_EL0));

    if (!reg->has_value) {
        return "the destination's file has no value for it; make a dump of "
               "that host";
    }
    if (!kernel) {
        return "the destination's file has no kernel version; make a dump of "
               "that host";
    }
    if (kvm_model_needs_mask(kernel, reg->regidx) && !reg->has_mask) {
        return "the values differ, and the destination's file has no writable "
               "mask; make a dump of that host";
    }
    if (kvm_model_needs_ctr(kernel, reg->regidx) && !(ctr && ctr->has_value)) {
        return "the destination's file has no value for CTR_EL0; make a dump "
               "of that host";
    }
    return NULL;
}

/* The destination's registers */

static const HostReg *move_reg(const Move *move, size_t at)
{
    return &g_array_index(move->destination->regs, HostReg, at);
}

static ssize_t move_find(const Move *move, uint64_t regidx)
{
    ARMCPRegList list = arm_cpreg_manifest_list(move->destination->manifest);

    return arm_cpreg_list_find(&list, regidx);
}

static Move *move_of(ARMCPRegTarget *target)
{
    return container_of(target, Move, target);
}

/* Is the register hidden by the ID registers as they are now? */
static bool move_hides(const Move *move, uint64_t regidx)
{
    const KVMModelField *gate = kvm_model_gate(move->vcpu.kernel, regidx);
    ssize_t at = gate ? move_find(move, gate->regidx) : -1;

    return at >= 0 && kvm_model_field(gate, move->now[at]) == 0;
}

static GArray *move_list(ARMCPRegTarget *target, char **fault)
{
    const Move *move = move_of(target);
    const ARMCPRegManifest *own = move->destination->manifest;
    GArray *list = g_array_new(false, false, sizeof(uint64_t));

    for (size_t i = 0; i < own->len; i++) {
        if (!move_hides(move, own->indexes[i])) {
            g_array_append_val(list, own->indexes[i]);
        }
    }
    g_array_append_vals(list, own->wide_indexes, own->wide_len);
    return list;
}

static int move_get(ARMCPRegTarget *target, uint64_t regidx, uint64_t *value)
{
    Move *move = move_of(target);

    *value = move->now[move_find(move, regidx)];
    return 0;
}

/* ENODATA: undecided. */
static int move_set(ARMCPRegTarget *target, uint64_t regidx, uint64_t value)
{
    Move *move = move_of(target);
    size_t at = move_find(move, regidx);
    const HostReg *reg = move_reg(move, at);
    KVMModelReg model = {
        .regidx = regidx,
        .reset = reg->value,
        .value = move->now[at],
        .mask = reg->writable,
    };

    if (reg->has_value && value == move->now[at]) {
        return 0;
    }
    move->undecided[at] = why_undecided(move, reg);
    return move->undecided[at] ? -ENODATA :
           kvm_model_set(&move->vcpu, &model, value, &move->now[at]);
}

static bool move_first_run(ARMCPRegTarget *target, char **fault)
{
    Move *move = move_of(target);
    const ARMCPRegManifest *own = move->destination->manifest;

    kvm_model_first_run(move->vcpu.kernel, own->indexes, move->now, own->len);
    return true;
}

/* The guest's registers */

/* QEMU decides by these values; a missing one is unknown. */
static void note_source_values(Move *move, const ARMCPRegManifest *guest)
{
    ARMCPRegList fixed = arm_cpreg_manifest_fixed(guest);

    for (size_t i = 0; i < guest->len; i++) {
        uint64_t regidx = guest->indexes[i];

        if (arm_cpreg_is_fixed(regidx) &&
            arm_cpreg_list_find(&fixed, regidx) < 0) {
            note_unknown(move, regidx, "the source's file has no value for it; "
                         "make a dump of that host");
        }
    }
}

static void note_write(Move *move, const ARMCPRegWrite *write)
{
    size_t at = move_find(move, write->regidx);
    uint64_t fresh = move_reg(move, at)->value;     /* a new vCPU's */

    if (write->ret == -ENODATA) {
        note_unknown(move, write->regidx, move->undecided[at]);
    } else if (write->fate == ARM_CPREG_TAKEN) {
        if (write->value != fresh) {
            note_value(move, OUTCOME_TAKEN, write->regidx, write->value, fresh,
                       "KVM accepts the value");
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
        note_finding(move, OUTCOME_REFUSED, verdict->regidx,
                     arm_cpreg_report_text(&one, source, known));
        break;
    case ARM_CPREG_TOLERATED:
        note_finding(move, OUTCOME_DROPPED, verdict->regidx,
                     g_strdup_printf("%s is dropped: %s (Linux %s)", name,
                                     verdict->rule->why,
                                     verdict->rule->kernel ?: "any"));
        break;
    case ARM_CPREG_MISSING:
        note_finding(move, OUTCOME_KEPT, verdict->regidx,
                     g_strdup_printf("the source has no %s: %s", name,
                                     verdict->missing ? verdict->missing->why
                                              : "no rule covers it"));
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

/* No rule drops a register of another size. */
static void note_wide(Move *move, const ARMCPRegManifest *guest)
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
            note_finding(move, OUTCOME_REFUSED, regidx,
                         g_strdup_printf("the destination has no %s of %zu "
                                         "bytes", name,
                                         arm_cpreg_size(regidx)));
        }
    }
}

/* False if they differ: they decide which registers there are. */
static bool note_init(Move *move, const ARMCPRegManifest *guest)
{
    g_autoptr(GString) text = g_string_new(NULL);

    arm_cpreg_vcpu_init_compare(ARM_CPREG_INIT_SOURCE, &guest->init,
                                &move->destination->manifest->init, text);
    if (text->len) {
        note_finding(move, OUTCOME_REFUSED, 0, g_strdup(text->str));
    }
    return text->len == 0;
}

static void finding_clear(gpointer finding)
{
    g_free(((Finding *)finding)->text);
}

Comparison *compare_hosts(const HostDump *source, const HostDump *destination)
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
            .list = move_list,
            .get = move_get,
            .set = move_set,
            .first_run = move_first_run,
        },
        .destination = destination,
        .vcpu.kernel = kvm_model_kernel(destination->manifest->kernel),
        .vcpu.ctr = ctr ? ctr->value : 0,
        .vcpu.pfr0 = pfr0 ? pfr0->value : 0,
        .now = now,
        .undecided = whys,
        .comparison = g_new0(Comparison, 1),
    };

    move.comparison->findings = g_array_new(false, false, sizeof(Finding));
    g_array_set_clear_func(move.comparison->findings, finding_clear);
    for (size_t i = 0; i < len; i++) {
        now[i] = move_reg(&move, i)->value;
    }
    /* A guest that runs at the source has had its first run there. */
    guest.fixed_values = values;
    kvm_model_first_run(kvm_model_kernel(there->kernel), there->fixed_indexes,
                        values, there->fixed_len);

    if (note_init(&move, &guest)) {
        note_source_values(&move, &guest);
        note_registers(&move, &guest);
        note_wide(&move, &guest);
    }
    return move.comparison;
}

void comparison_free(Comparison *comparison)
{
    if (comparison) {
        g_array_unref(comparison->findings);
        g_free(comparison);
    }
}

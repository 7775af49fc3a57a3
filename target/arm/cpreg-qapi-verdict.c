/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict on a manifest as QAPI has it. */

#include "qemu/osdep.h"
#include "cpreg-explain.h"
#include "cpreg-qapi.h"
#include "cpreg-qapi-verdict.h"

static ArmCPRegFinding *finding_new(uint64_t regidx, ArmCPRegOutcome outcome)
{
    ArmCPRegFinding *finding = g_new0(ArmCPRegFinding, 1);

    finding->name = arm_cpreg_short_name(regidx);
    finding->index = arm_cpreg_hex(regidx);
    finding->outcome = outcome;
    return finding;
}

/* @source: the manifest's list, 0 where it has no value */
static ArmCPRegFinding *finding_of(const ARMCPRegVerdict *verdict,
                                   const ARMCPRegList *source)
{
    static const ArmCPRegOutcome outcomes[ARM_CPREG_OUTCOMES] = {
        [ARM_CPREG_BOTH] = ARM_CP_REG_OUTCOME_BOTH,
        [ARM_CPREG_MISSING] = ARM_CP_REG_OUTCOME_MISSING,
        [ARM_CPREG_TOLERATED] = ARM_CP_REG_OUTCOME_TOLERATED,
        [ARM_CPREG_REFUSED] = ARM_CP_REG_OUTCOME_REFUSED,
    };
    bool seen = verdict->outcome == ARM_CPREG_TOLERATED && verdict->rule->seen;
    ArmCPRegFinding *finding = finding_new(
        verdict->regidx, seen ? ARM_CP_REG_OUTCOME_ALTERED :
                                outcomes[verdict->outcome]);
    const ARMCPRegMissing *missing = verdict->missing;

    if (verdict->s >= 0 && arm_cpreg_is_fixed(verdict->regidx)) {
        finding->source = arm_cpreg_hex(source->values[verdict->s]);
    }
    if (verdict->rule) {
        finding->kernel = g_strdup(verdict->rule->kernel);
    }
    if (verdict->outcome == ARM_CPREG_TOLERATED) {
        finding->reason = g_strdup(verdict->rule->why);
    } else if (verdict->outcome == ARM_CPREG_REFUSED) {
        finding->reason = arm_cpreg_refusal_text(verdict->rule, source,
                                                 verdict->s);
    } else if (missing) {
        finding->source = missing->set ? arm_cpreg_hex(missing->value) : NULL;
        finding->reason = g_strdup(missing->why);
        finding->kernel = g_strdup(missing->kernel);
    }
    return finding;
}

ArmCPRegVerdict *arm_cpreg_verdict_new(const ARMCPRegManifest *manifest,
                                       const ARMCPRegReport *report,
                                       const char *error)
{
    ArmCPRegVerdict *verdict = g_new0(ArmCPRegVerdict, 1);
    ArmCPRegFindingList **tail = &verdict->registers;
    ARMCPRegList source = arm_cpreg_manifest_list(manifest);
    ARMCPRegList fixed = arm_cpreg_manifest_fixed(manifest);
    g_autofree uint64_t *values = g_new0(uint64_t, source.len);

    for (size_t i = 0; i < fixed.len; i++) {
        values[arm_cpreg_list_find(&source, fixed.indexes[i])] =
            fixed.values[i];
    }
    source.values = values;
    for (size_t i = 0; i < report->len; i++) {
        QAPI_LIST_APPEND(tail, finding_of(&report->verdicts[i], &source));
    }
    verdict->compatible = !error;
    verdict->error = g_strdup(error);
    return verdict;
}

void arm_cpreg_verdict_value(ArmCPRegVerdict *verdict, ArmCPRegOutcome outcome,
                             uint64_t regidx, uint64_t source, uint64_t here,
                             const char *why)
{
    ArmCPRegFinding *finding = finding_new(regidx, outcome);
    g_autofree char *more = arm_cpreg_explain(regidx, source, here);
    ArmCPRegFindingList **link = &verdict->registers;

    finding->source = arm_cpreg_hex(source);
    finding->here = arm_cpreg_hex(here);
    finding->reason = g_strdup_printf("%s%s%s%s", why, more ? " (" : "",
                                      more ?: "", more ? ")" : "");
    /* All indexes have 16 digits, so that the texts are in their order. */
    while (*link && strcmp((*link)->value->index, finding->index) < 0) {
        link = &(*link)->next;
    }
    /* One that KVM has hidden since its value was tried is not in the list. */
    if (*link && g_str_equal((*link)->value->index, finding->index)) {
        qapi_free_ArmCPRegFinding((*link)->value);
        (*link)->value = finding;
    } else {
        QAPI_LIST_PREPEND(*link, finding);
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict on a manifest in QAPI types. */

#include "qemu/osdep.h"
#include "target/arm/cpreg/explain.h"
#include "qapi-manifest.h"
#include "qapi-verdict.h"

static ArmRegisterFinding *finding_new(uint64_t regidx,
                                       ArmRegisterOutcome outcome)
{
    ArmRegisterFinding *finding = g_new0(ArmRegisterFinding, 1);

    finding->name = arm_cpreg_short_name(regidx);
    finding->index = arm_cpreg_hex(regidx);
    finding->outcome = outcome;
    return finding;
}

/* @source: see arm_cpreg_manifest_source() */
static ArmRegisterFinding *finding_of_verdict(const ARMCPRegVerdict *verdict,
                                              const ARMCPRegList *source)
{
    static const ArmRegisterOutcome outcomes[ARM_CPREG_OUTCOMES] = {
        [ARM_CPREG_BOTH] = ARM_REGISTER_OUTCOME_BOTH,
        [ARM_CPREG_MISSING] = ARM_REGISTER_OUTCOME_MISSING,
        [ARM_CPREG_TOLERATED] = ARM_REGISTER_OUTCOME_TOLERATED,
        [ARM_CPREG_REFUSED] = ARM_REGISTER_OUTCOME_REFUSED,
    };
    bool seen = verdict->outcome == ARM_CPREG_TOLERATED && verdict->rule->seen;
    ArmRegisterFinding *finding = finding_new(
        verdict->regidx, seen ? ARM_REGISTER_OUTCOME_ALTERED :
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

/* A value that KVM refuses or does not keep; its finding replaces "both". */
static void verdict_add_write(ArmMigrationVerdict *verdict,
                              const ARMCPRegWrite *write)
{
    static const ArmRegisterOutcome outcomes[] = {
        [ARM_CPREG_ALTERED] = ARM_REGISTER_OUTCOME_ALTERED,
        [ARM_CPREG_VALUE_REFUSED] = ARM_REGISTER_OUTCOME_VALUE_REFUSED,
        [ARM_CPREG_CHANGED] = ARM_REGISTER_OUTCOME_VALUE_CHANGED,
    };
    ArmRegisterFinding *finding = finding_new(write->regidx,
                                              outcomes[write->fate]);
    g_autofree char *more = arm_cpreg_explain(write->regidx, write->value,
                                              write->here);
    ArmRegisterFindingList **link = &verdict->registers;

    finding->source = arm_cpreg_hex(write->value);
    finding->destination = arm_cpreg_hex(write->here);
    finding->reason = g_strdup_printf("%s%s%s%s", write->why, more ? " (" : "",
                                      more ?: "", more ? ")" : "");
    /* All indexes have 16 digits: their texts sort like their values. */
    while (*link && strcmp((*link)->value->index, finding->index) < 0) {
        link = &(*link)->next;
    }
    /* The list may lack it: KVM can hide a register after the write. */
    if (*link && g_str_equal((*link)->value->index, finding->index)) {
        qapi_free_ArmRegisterFinding((*link)->value);
        (*link)->value = finding;
    } else {
        QAPI_LIST_PREPEND(*link, finding);
    }
}

ArmMigrationVerdict *arm_cpreg_verdict(const ARMCPRegManifest *manifest,
                                       const ARMCPRegLoad *load,
                                       const char *error)
{
    ArmMigrationVerdict *verdict = g_new0(ArmMigrationVerdict, 1);
    ArmRegisterFindingList **tail = &verdict->registers;
    g_autofree uint64_t *values = NULL;
    ARMCPRegList source = arm_cpreg_manifest_source(manifest, &values);

    for (size_t i = 0; i < load->report.len; i++) {
        QAPI_LIST_APPEND(tail, finding_of_verdict(&load->report.verdicts[i],
                                                  &source));
    }
    for (guint i = 0; i < load->writes->len; i++) {
        const ARMCPRegWrite *write = &g_array_index(load->writes,
                                                    ARMCPRegWrite, i);

        if (write->fate != ARM_CPREG_TAKEN) {
            verdict_add_write(verdict, write);
        }
    }
    verdict->compatible = !error;
    verdict->error = g_strdup(error);
    return verdict;
}

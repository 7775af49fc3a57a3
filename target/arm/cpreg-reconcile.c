/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reconciliation: the register list of a stream against the one here. */

#include "qemu/osdep.h"
#include "cpreg-reconcile.h"

/* So many refused registers are explained; the others are only named. */
#define EXPLAINED 8

/* Fill in what the rules, and the values in the stream, decide. */
static void judge(const ARMCPRegRules *rules, const ARMCPRegList *source,
                  ARMCPRegVerdict *verdict)
{
    verdict->rule = NULL;
    verdict->missing = NULL;
    if (verdict->s < 0) {
        verdict->outcome = ARM_CPREG_MISSING;
        verdict->missing = arm_cpreg_missing_row(rules, source,
                                                 verdict->regidx);
    } else if (verdict->d >= 0) {
        verdict->outcome = ARM_CPREG_BOTH;
    } else if (arm_cpreg_tolerated(rules, source, verdict->s,
                                   &verdict->rule)) {
        verdict->outcome = ARM_CPREG_TOLERATED;
    } else {
        verdict->outcome = ARM_CPREG_REFUSED;
    }
}

bool arm_cpreg_reconcile(const ARMCPRegRules *rules,
                         const ARMCPRegList *source,
                         const ARMCPRegList *destination,
                         ARMCPRegReport *report)
{
    ARMCPRegWalk walk = { .source = source, .destination = destination };

    memset(report, 0, sizeof(*report));
    report->verdicts = g_new(ARMCPRegVerdict, source->len + destination->len);
    while (arm_cpreg_walk_next(&walk)) {
        ARMCPRegVerdict *verdict = &report->verdicts[report->len++];

        verdict->regidx = walk.regidx;
        verdict->s = walk.s;
        verdict->d = walk.d;
        judge(rules, source, verdict);
        report->count[verdict->outcome]++;
    }
    return report->count[ARM_CPREG_REFUSED] == 0;
}

void arm_cpreg_report_clear(ARMCPRegReport *report)
{
    g_free(report->verdicts);
    memset(report, 0, sizeof(*report));
}

char *arm_cpreg_report_text(const ARMCPRegReport *report,
                            const ARMCPRegList *source,
                            const ARMCPRegList *known)
{
    GString *text;
    size_t i, named = 0;

    if (report->count[ARM_CPREG_REFUSED] == 0) {
        return NULL;
    }
    text = g_string_new(NULL);
    for (i = 0; i < report->len; i++) {
        const ARMCPRegVerdict *verdict = &report->verdicts[i];
        g_autofree char *name = NULL;
        g_autofree char *why = NULL;

        if (verdict->outcome != ARM_CPREG_REFUSED) {
            continue;
        }
        if (named > 0) {
            g_string_append(text, named < EXPLAINED ? "; " :
                                  named > EXPLAINED ? ", " :
                                  "; also unknown here: ");
        }
        name = arm_cpreg_name(verdict->regidx);
        g_string_append(text, name);
        if (named++ < EXPLAINED) {
            why = arm_cpreg_refusal_text(verdict->rule, source, verdict->s);
            if (!known || arm_cpreg_list_find(known, verdict->regidx) >= 0) {
                g_string_append_printf(text, " = 0x%" PRIx64,
                                       source->values[verdict->s]);
            }
            g_string_append_printf(text, " is unknown here, and %s", why);
        }
    }
    return g_string_free(text, false);
}

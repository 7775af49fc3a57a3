/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reconciliation: the register list of a stream against the one here. */

#include "qemu/osdep.h"
#include "cpreg-reconcile.h"

/* So many refused registers are explained; the others are only named. */
#define EXPLAINED 8

static ARMCPRegOutcome outcome_of(const ARMCPRegRules *rules,
                                  const ARMCPRegWalk *walk,
                                  const ARMCPRegRule **rule)
{
    *rule = NULL;
    if (walk->s >= 0 && walk->d >= 0) {
        return ARM_CPREG_BOTH;
    }
    if (walk->d >= 0) {
        return ARM_CPREG_MISSING;
    }
    return arm_cpreg_tolerated(rules, walk->source, walk->s, rule)
           ? ARM_CPREG_TOLERATED : ARM_CPREG_REFUSED;
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
        verdict->outcome = outcome_of(rules, &walk, &verdict->rule);
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
                            const ARMCPRegList *source)
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
            g_string_append_printf(text, " = 0x%" PRIx64
                                   " is unknown here, and %s",
                                   source->values[verdict->s], why);
        }
    }
    return g_string_free(text, false);
}

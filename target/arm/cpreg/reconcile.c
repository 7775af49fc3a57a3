/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reconciliation: compare a stream's register list with the destination's. */

#include "qemu/osdep.h"
#include "list.h"
#include "missing.h"
#include "names.h"
#include "reconcile.h"
#include "tolerance.h"

/* This many refused registers are explained, the others only named. */
#define EXPLAINED 8

/* Decide by the rules and the values in the stream. */
static void reconcile_one(const ARMCPRegRules *rules,
                          const ARMCPRegList *source, ARMCPRegVerdict *verdict)
{
    verdict->rule = NULL;
    verdict->missing = NULL;
    if (verdict->s < 0) {
        verdict->outcome = ARM_CPREG_MISSING;
        verdict->missing = arm_cpreg_missing_row(rules->missing, source,
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
        reconcile_one(rules, source, verdict);
        report->count[verdict->outcome]++;
    }
    return report->count[ARM_CPREG_REFUSED] == 0;
}

void arm_cpreg_report_clear(ARMCPRegReport *report)
{
    g_free(report->verdicts);
    memset(report, 0, sizeof(*report));
}

/* "TCR2_EL1 (0x603000000013c103) = 0x0: the destination has no such..." */
static void reconcile_append_refused(GString *text,
                                     const ARMCPRegVerdict *verdict,
                                     const ARMCPRegList *source,
                                     const ARMCPRegList *known)
{
    g_autofree char *name = arm_cpreg_name(verdict->regidx);
    g_autofree char *why = arm_cpreg_refusal_text(verdict->rule, source,
                                                  verdict->s);

    arm_cpreg_clause(text, "%s", name);
    if (!known || arm_cpreg_list_find(known, verdict->regidx) >= 0) {
        g_string_append_printf(text, " = 0x%" PRIx64,
                               source->values[verdict->s]);
    }
    g_string_append_printf(text, ": the destination has no such register, and "
                           "%s", why);
}

char *arm_cpreg_report_text(const ARMCPRegReport *report,
                            const ARMCPRegList *source,
                            const ARMCPRegList *known)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) others = g_string_new(NULL);
    size_t explained = 0;

    for (size_t i = 0; i < report->len; i++) {
        const ARMCPRegVerdict *verdict = &report->verdicts[i];

        if (verdict->outcome != ARM_CPREG_REFUSED) {
            continue;
        }
        if (explained++ < EXPLAINED) {
            reconcile_append_refused(text, verdict, source, known);
        } else {
            g_autofree char *name = arm_cpreg_name(verdict->regidx);

            arm_cpreg_item(others, "%s", name);
        }
    }
    if (others->len) {
        arm_cpreg_clause(text, "the destination does not have these either: %s",
                         others->str);
    }
    return text->len ? g_string_free(g_steal_pointer(&text), false) : NULL;
}

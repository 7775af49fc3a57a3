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

static void copy_indexes(uint64_t *to, const ARMCPRegList *list)
{
    if (list->len) {
        memcpy(to, list->indexes, list->len * sizeof(*to));
    }
}

/* A report with room for two lists, and the indexes of both in it. */
static void report_init(ARMCPRegReport *report, const ARMCPRegList *source,
                        const ARMCPRegList *destination)
{
    size_t room = source->len + destination->len;

    memset(report, 0, sizeof(*report));
    /* One piece: the verdicts, then the indexes. */
    report->verdicts = g_malloc_n(room, sizeof(*report->verdicts) +
                                        sizeof(*report->indexes));
    report->indexes = (uint64_t *)(report->verdicts + room);
    report->source_len = source->len;
    report->destination_len = destination->len;
    copy_indexes(report->indexes, source);
    copy_indexes(report->indexes + source->len, destination);
}

bool arm_cpreg_reconcile(const ARMCPRegRules *rules,
                         const ARMCPRegList *source,
                         const ARMCPRegList *destination,
                         ARMCPRegReport *report)
{
    ARMCPRegWalk walk = { .source = source, .destination = destination };

    report_init(report, source, destination);
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

static bool same_indexes(const uint64_t *indexes, size_t len,
                         const ARMCPRegList *list)
{
    return len == list->len &&
           (len == 0 ||
            memcmp(indexes, list->indexes, len * sizeof(*indexes)) == 0);
}

bool arm_cpreg_reconcile_like(const ARMCPRegReport *like,
                              const ARMCPRegRules *rules,
                              const ARMCPRegList *source,
                              const ARMCPRegList *destination,
                              ARMCPRegReport *report)
{
    if (!like->verdicts ||
        !same_indexes(like->indexes, like->source_len, source) ||
        !same_indexes(like->indexes + like->source_len, like->destination_len,
                      destination)) {
        return arm_cpreg_reconcile(rules, source, destination, report);
    }

    report_init(report, source, destination);
    report->len = like->len;
    memcpy(report->verdicts, like->verdicts,
           like->len * sizeof(*like->verdicts));
    for (size_t i = 0; i < report->len; i++) {
        ARMCPRegVerdict *verdict = &report->verdicts[i];

        if (verdict->outcome != ARM_CPREG_BOTH) {
            judge(rules, source, verdict);
        }
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What should become of each register, by the kernel's documentation: which
 * may be unexpected or hidden between which kernels, which values KVM refuses,
 * and which it takes and does not keep.  Linux 5.10 to 7.3.
 */

#include "qemu/osdep.h"
#include "expected-outcomes.h"

const char *const outcome_names[] = {
    [NOT_TOLD] = "not told", [WRITTEN] = "written", [KEPT] = "kept",
    [LEFT_BEHIND] = "left behind", [REFUSED] = "refused",
};

#define ANY { 0, UINT_MAX }
#define SINCE(major, minor) { KERNEL(major, minor), UINT_MAX }
#define BEFORE(major, minor) { 0, KERNEL(major, minor) }
#define ONLY(major, minor) \
    { KERNEL(major, minor), KERNEL(major, minor) + 1 }

/* From this kernel on, to one before that. */
typedef struct Span {
    unsigned first;
    unsigned behind;
} Span;

typedef struct Row {
    const char *name;       /* a pattern */
    const char *list;       /* a pattern of the lists' names; "!": all others */
    Span from;
    Span to;
    Outcome outcome;
    uint64_t mask;          /* 0: all bits */
    bool used;
} Row;

/* Not listed by the destination; the first row that fits. */
static Row unexpected[] = {
    /*
     * 5.10 lists the PMU on every vCPU, and tells the guest of one in
     * ID_AA64DFR0_EL1 and ID_DFR0_EL1.
     */
    { "PM*", "*", ONLY(5, 10), ANY, REFUSED },
    /* Before 6.3 only those of the host's caches are listed: up to 3 here. */
    { "CCSIDR[*", "*", ANY, BEFORE(6, 3), LEFT_BEHIND },
    { "CNTP*", "*", ANY, BEFORE(6, 4), LEFT_BEHIND },
    { "OSLSR_EL1", "*", ANY, BEFORE(5, 18), LEFT_BEHIND },
    /* TRNG: since 5.12; PTP: since 5.13.  5.10 offers neither. */
    { "STD_BMAP", "*", ANY, BEFORE(5, 19), REFUSED },
    { "VENDOR_HYP_BMAP", "*", ANY, BEFORE(5, 19), REFUSED },
    /* Paravirtual time: since 5.5. */
    { "STD_HYP_BMAP", "*", ANY, BEFORE(5, 19), LEFT_BEHIND },
    { "VENDOR_HYP_BMAP_2", "*", ANY, BEFORE(6, 15), LEFT_BEHIND },
    { "PMMIR_EL1", "*", ANY, BEFORE(7, 3), LEFT_BEHIND },
    /* `max` has them, and a guest of these kernels was told. */
    { "TCR2_EL1", "*-max-*", SINCE(6, 12), BEFORE(6, 12), REFUSED },
    { "PIR*_EL1", "*-max-*", SINCE(6, 12), BEFORE(6, 12), REFUSED },
    { "SCTLR2_EL1", "*-max-*", SINCE(6, 17), BEFORE(6, 17), REFUSED },
    /* The others have not; 6.12 lists them nevertheless. */
    { "TCR2_EL1", "*", ONLY(6, 12), ANY, LEFT_BEHIND },
    { "PIR*_EL1", "*", ONLY(6, 12), ANY, LEFT_BEHIND },
};

/*
 * Not listed once the guest's identity is set, since its ID_AA64MMFR3_EL1
 * denies them; 6.12 hides nothing.
 */
static Row hidden[] = {
    { "TCR2_EL1", "*-max-*", BEFORE(6, 12), SINCE(6, 13), NOT_TOLD },
    { "PIR*_EL1", "*-max-*", BEFORE(6, 12), SINCE(6, 13), NOT_TOLD },
    { "SCTLR2_EL1", "*-max-*", BEFORE(6, 17), SINCE(6, 17), NOT_TOLD },
};

/*
 * Values that differ from the destination's and that KVM does not take.  The
 * mask leaves out fields that user space may choose.
 */
static Row refused[] = {
    /* More than the kernel knows: 1.0 until 5.17, 1.1 until 6.12, then 1.3 */
    { "PSCI_VERSION", "*", SINCE(5, 18), BEFORE(5, 18), REFUSED },
    { "PSCI_VERSION", "*", SINCE(6, 13), BEFORE(6, 13), REFUSED },

    /* Up to 6.6 ID registers are read-only, CSV3 can be lowered since 5.11. */
    { "ID_AA64PFR0_EL1", "*", BEFORE(5, 11), { KERNEL(5, 11), KERNEL(6, 7) },
      REFUSED, 0x0fffffffffffffffULL },
    { "ID_*_EL1", "*", ANY, BEFORE(6, 7), REFUSED },
    /* Up to 6.2 the caches are the host's. */
    { "CLIDR_EL1", "*", ANY, BEFORE(6, 3), REFUSED },
    { "CCSIDR[*", "*", ANY, BEFORE(6, 3), REFUSED },

    /* Since 6.7 ID registers may promise less, never more. */
    /* 5.10 tells of a PMU that the vCPU does not have */
    { "ID_AA64DFR0_EL1", "!*+pmu*", ONLY(5, 10), SINCE(6, 7), REFUSED },
    { "ID_DFR0_EL1", "!*+pmu*", ONLY(5, 10), SINCE(6, 7), REFUSED },
    /* HCX: shown since 6.12, fixed until 6.17 */
    { "ID_AA64MMFR1_EL1", "*-max-*", BEFORE(6, 12),
      { KERNEL(6, 12), KERNEL(6, 18) }, REFUSED },
    /* the field NV: 2 up to 6.12, where it is fixed; 0 since */
    { "ID_AA64MMFR2_EL1", "*-max-*", SINCE(6, 16), ONLY(6, 12), REFUSED },
    /* SCTLRX: since 6.17 */
    { "ID_AA64MMFR3_EL1", "*-max-*", SINCE(6, 17),
      { KERNEL(6, 12), KERNEL(6, 17) }, REFUSED },
    /* ATS1A: since 7.2 */
    { "ID_AA64ISAR2_EL1", "*-max-*", SINCE(7, 2),
      { KERNEL(6, 12), KERNEL(7, 2) }, REFUSED },
};

/* Values that KVM takes, and takes away again when the guest first runs. */
static Row changed[] = {
    /* S1PIE: shown since 6.12; since 7.3 not without ATS1A, shown since 7.2 */
    { "ID_AA64MMFR3_EL1", "*-max-*", { KERNEL(6, 12), KERNEL(7, 2) },
      SINCE(7, 3), REFUSED },
};

/* Values that KVM takes; of these only the bits of the mask count. */
static Row altered[] = {
    /* ISTATUS is what the timer says. */
    { "CNT?_CTL_EL0", "*", ANY, ANY, WRITTEN, ~4ULL },
    /* A write-only register. */
    { "PMSWINC_EL0", "*", ONLY(5, 10), SINCE(6, 1), WRITTEN, 1ULL << 63 },
    /* The number of counters, and the control bits. */
    { "PMCR_EL0", "*", BEFORE(6, 7), SINCE(6, 7), WRITTEN, 0xf8ff },
    /* Six counters and the one of cycles; 5.10 starts with poison. */
    { "PM*SET_EL?", "*", ONLY(5, 10), SINCE(6, 7), WRITTEN, 0x8000003f },
    { "PM*CLR_EL?", "*", ONLY(5, 10), SINCE(6, 7), WRITTEN, 0x8000003f },
    /* The guest's event counters are 32 bits wide. */
    { "PMEVCNTR*_EL0", "*", ONLY(5, 10), SINCE(6, 3), WRITTEN, 0xffffffff },
    /* NV is taken, and dropped. */
    { "ID_AA64MMFR2_EL1", "*-max-*", BEFORE(6, 13), SINCE(6, 16), WRITTEN,
      ~0x000000000f000000ULL },
};

static bool fits(const char *pattern, const char *name)
{
    return *pattern == '!' ? !g_pattern_match_simple(pattern + 1, name)
                           : g_pattern_match_simple(pattern, name);
}

static bool in(const Span *span, unsigned kernel)
{
    return kernel >= span->first && kernel < span->behind;
}

static Row *find(Row *rows, size_t len, const ScriptedKVM *from,
                 const ScriptedKVM *to, const char *name)
{
    for (size_t i = 0; i < len; i++) {
        if (in(&rows[i].from, from->kernel) && in(&rows[i].to, to->kernel) &&
            fits(rows[i].list, to->name) && fits(rows[i].name, name)) {
            return &rows[i];
        }
    }
    return NULL;
}

#define FIND(rows) find(rows, ARRAY_SIZE(rows), from, to, name)

static Outcome use(Row *row, Outcome otherwise)
{
    if (!row) {
        return otherwise;
    }
    row->used = true;
    return row->outcome;
}

Outcome expected_outcome(const ScriptedKVM *from, const ScriptedKVM *to,
                         const char *name, const ScriptedReg *source,
                         const ScriptedReg *own, uint64_t value)
{
    Row *row;

    if (!own) {
        /* What no row is about is refused: nothing is dropped in silence. */
        return use(FIND(unexpected), REFUSED);
    }
    if (!source) {
        return use(FIND(hidden), KEPT);
    }
    row = FIND(changed);
    if (row) {
        return use(row, WRITTEN);
    }
    if (value == own->reset) {
        return WRITTEN;
    }
    row = FIND(refused);
    if (row && row->mask && !((value ^ own->reset) & row->mask)) {
        row->used = true;
        return WRITTEN;
    }
    return use(row, WRITTEN);
}

uint64_t expected_bits(const ScriptedKVM *from, const ScriptedKVM *to,
                       const char *name)
{
    Row *row = FIND(altered);

    if (row) {
        row->used = true;
    }
    return row ? row->mask : ~0ULL;
}

char *expected_unused(void)
{
    const struct {
        const Row *rows;
        size_t len;
    } tables[] = {
        { unexpected, ARRAY_SIZE(unexpected) },
        { hidden, ARRAY_SIZE(hidden) },
        { refused, ARRAY_SIZE(refused) },
        { changed, ARRAY_SIZE(changed) },
        { altered, ARRAY_SIZE(altered) },
    };
    g_autoptr(GString) text = g_string_new(NULL);

    for (size_t t = 0; t < ARRAY_SIZE(tables); t++) {
        for (size_t i = 0; i < tables[t].len; i++) {
            const Row *row = &tables[t].rows[i];

            if (!row->used) {
                g_string_append_printf(text, "%s%s of %s", text->len ? ", "
                                       : "", row->name, row->list);
            }
        }
    }
    return text->len ? g_strdup(text->str) : NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fill and compare the registers of regs.h.inc. */
#include "witness.h"

#define KEEP (~0ULL)
#define CTL_ISTATUS BIT(2)

/* An access may be skipped as undefined: start.S then needs x16 and x17. */
#define DEF(class, name, enc, cond, mask, rest)                         \
    static void write_##name(u64 value)                                 \
    {                                                                   \
        asm volatile("msr " #enc ", %0" : : "r"(value)                  \
                     : "x16", "x17", "memory");                         \
    }                                                                   \
    RO(class, name, enc, cond)
#define RO(class, name, enc, cond)                                      \
    static u64 read_##name(void)                                        \
    {                                                                   \
        u64 value = 0;                                                  \
        asm volatile("mrs %0, " #enc : "+r"(value)                      \
                     : : "x16", "x17", "memory");                       \
        return value;                                                   \
    }
#include "regs.h.inc"
#undef DEF
#undef RO

enum {
#define DEF(class, name, enc, cond, mask, rest) REG_##name,
#define RO(class, name, enc, cond) REG_##name,
#include "regs.h.inc"
#undef DEF
#undef RO
    REGS
};

static const struct {
    const char *name;
    const char *class;
    u64 (*read)(void);
    void (*write)(u64 value);
} regs[REGS] = {
#define DEF(class, name, enc, cond, mask, rest)                         \
    { #name, #class, read_##name, write_##name },
#define RO(class, name, enc, cond) { #name, #class, read_##name, NULL },
#include "regs.h.inc"
#undef DEF
#undef RO
};

static struct state {
    bool held, reported;
    u64 mask, rest;
    u64 ignore;         /* bits that change by themselves */
    u64 expected;
} states[MAX_CPUS][REGS];

void features_read(struct features *f)
{
    u64 dfr0 = sysreg_read(id_aa64dfr0_el1);
    u64 pfr0 = sysreg_read(id_aa64pfr0_el1);
    u64 pfr1 = sysreg_read(id_aa64pfr1_el1);
    u64 pfr2 = sysreg_read(S3_0_C0_C4_2);
    u64 isar1 = sysreg_read(id_aa64isar1_el1);
    u64 isar2 = sysreg_read(S3_0_C0_C6_2);
    u64 mmfr3 = sysreg_read(S3_0_C0_C7_3);

    f->pmuver = FIELD(dfr0, 8) == 0xf ? 0 : FIELD(dfr0, 8);
    f->counters = f->pmuver ? (sysreg_read(pmcr_el0) >> 11) & 0x1f : 0;
    f->breakpoints = FIELD(dfr0, 12) + 1;
    f->watchpoints = FIELD(dfr0, 20) + 1;
    f->gic = FIELD(pfr0, 24);
    f->ras = FIELD(pfr0, 28);
    f->sve = FIELD(pfr0, 32);
    f->dit = FIELD(pfr0, 48);
    f->csv2 = FIELD(pfr0, 56);
    f->ssbs = FIELD(pfr1, 4);
    f->mte = FIELD(pfr1, 8);
    f->csv2_frac = FIELD(pfr1, 32);
    f->gcs = FIELD(pfr1, 44);
    f->fpmr = FIELD(pfr2, 32);
    f->pan = FIELD(sysreg_read(id_aa64mmfr1_el1), 20);
    f->uao = FIELD(sysreg_read(S3_0_C0_C7_2), 4);
    f->tcrx = FIELD(mmfr3, 0);
    f->sctlrx = FIELD(mmfr3, 4);
    f->s1pie = FIELD(mmfr3, 8);
    f->s1poe = FIELD(mmfr3, 16);
    f->aie = FIELD(mmfr3, 24);
    /* APA, API, APA3; GPA, GPI, GPA3 */
    f->pauth = FIELD(isar1, 4) || FIELD(isar1, 8) || FIELD(isar2, 12);
    f->pauth_generic = FIELD(isar1, 24) || FIELD(isar1, 28) ||
        FIELD(isar2, 8);
}

static void plan(struct state *s, const struct features *f)
{
#define DEF(class, name, enc, cond, mask_, rest_)                       \
    s[REG_##name].held = (cond);                                        \
    s[REG_##name].mask = (mask_);                                       \
    s[REG_##name].rest = (rest_);
#define RO(class, name, enc, cond) DEF(class, name, enc, cond, 0, KEEP)
#include "regs.h.inc"
#undef DEF
#undef RO
    /* ISTATUS follows the time, and means nothing in a disabled timer. */
    s[REG_CNTV_CTL_EL0].ignore = CTL_ISTATUS;
    s[REG_CNTP_CTL_EL0].ignore = CTL_ISTATUS;
}

/* Not all that the ID registers promise is there everywhere. */
static bool probe(unsigned cpu, unsigned i, struct state *s)
{
    bool defined;

    probing = 1;
    regs[i].read();
    isb();
    defined = probing == 1;
    probing = 0;
    if (!defined) {
        s->held = false;
        /* Unallocated ID registers are no news. */
        if (!cpu && !same(regs[i].class, "ID")) {
            say("witness: %s is undefined here", regs[i].name);
        }
    }
    return defined;
}

static u64 wanted(unsigned cpu, unsigned i, const struct state *s)
{
    u64 bits = pattern(cpu + 1, i) & s->mask;

    if (!bits) {
        bits = s->mask;
    }
    return bits | (s->rest == KEEP ? regs[i].read() & ~s->mask : s->rest);
}

/*
 * What a register holds after the write is what it has to hold from then
 * on: reserved bits, and those that a hypervisor does not give, fall away.
 */
void regs_fill(unsigned cpu, const struct features *f)
{
    struct state *s = states[cpu];

    plan(s, f);
    for (unsigned i = 0; i < REGS; i++) {
        if (s[i].held) {
            probe(cpu, i, &s[i]);
        }
    }
    for (unsigned i = 0; i < REGS; i++) {
        if (s[i].held && regs[i].write) {
            s[i].expected = wanted(cpu, i, &s[i]);
            regs[i].write(s[i].expected);
            isb();
        }
    }
    for (unsigned i = 0; i < REGS; i++) {
        u64 found;

        if (!s[i].held) {
            continue;
        }
        found = regs[i].read();
        if (!cpu && s[i].mask && !(found & s[i].expected & s[i].mask)) {
            say("witness: %s holds no pattern", regs[i].name);
        }
        s[i].expected = found;
    }
}

void regs_check(unsigned cpu, unsigned slice, unsigned slices)
{
    struct state *s = states[cpu];

    for (unsigned i = slice; i < REGS; i += slices) {
        u64 found;

        if (!s[i].held) {
            continue;
        }
        found = regs[i].read();
        if ((found ^ s[i].expected) & ~s[i].ignore) {
            mismatch(cpu, &s[i].reported, regs[i].name, s[i].expected,
                     found);
        }
    }
}

/* Classes are those of the table, ended by NULL; returns the sum. */
unsigned regs_count(unsigned cpu, const char **classes, unsigned *counts)
{
    unsigned sum = 0;

    for (unsigned c = 0; classes[c]; c++) {
        counts[c] = 0;
        for (unsigned i = 0; i < REGS; i++) {
            counts[c] += states[cpu][i].held &&
                same(regs[i].class, classes[c]);
        }
        sum += counts[c];
    }
    return sum;
}

void regs_list(unsigned cpu)
{
    for (unsigned i = 0; i < REGS; i++) {
        if (states[cpu][i].held) {
            say("witness list: %s", regs[i].name);
        }
    }
}

bool regs_sabotage(unsigned cpu, const char *name)
{
    for (unsigned i = 0; i < REGS; i++) {
        struct state *s = &states[cpu][i];
        u64 before;

        if (!s->held || !same(regs[i].name, name)) {
            continue;
        }
        before = regs[i].read();
        for (u64 left = s->mask; left; left &= left - 1) {
            regs[i].write(before ^ (left & -left));
            isb();
            if (regs[i].read() != before) {
                say("witness sabotage: %s altered", name);
                return true;
            }
        }
        /* It cannot be altered, or not without consequences. */
        s->expected ^= 1;
        say("witness sabotage: %s expectation altered", name);
        return true;
    }
    return false;
}

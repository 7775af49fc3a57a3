/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * General registers: new patterns for every hold.  Vector registers: filled
 * once and never written again, since no C code here touches them.
 */
#include "witness.h"

#define Z_REGS 32
#define P_REGS 16
#define SVE_MAX_VL 256

_Static_assert(offsetof(struct hold_page, out) == HOLD_OUT, "hold.S");
_Static_assert(offsetof(struct hold_page, saved) == HOLD_SAVED, "hold.S");
_Static_assert(offsetof(struct hold_page, unknown) == HOLD_UNKNOWN,
               "hold.S");
_Static_assert(sizeof(struct hold_page) == HOLD_PAGE, "hold.S");

/* As sve_store() writes them: Z, P and FFR, each at the vector length. */
struct vectors {
    u64 fp[32][2];
    uint8_t sve[SVE_MAX_VL * Z_REGS + SVE_MAX_VL / 8 * (P_REGS + 1)];
} __attribute__((aligned(16)));

static struct {
    u64 holds;                          /* so far */
    u64 expected[HOLD_WORDS];
    int sabotaged;                      /* word to alter next, or -1 */
    bool reported[HOLD_WORDS];
    unsigned vl;                        /* 0: no SVE */
    bool fp_reported[32];
    bool sve_reported[Z_REGS + P_REGS + 1];
    struct vectors vectors, found;
} cpu_state[MAX_CPUS];

/* splitmix64 */
u64 pattern(u64 a, u64 b)
{
    u64 x = (a << 32 ^ b) * 0x9e3779b97f4a7c15ULL + 0x2545f4914f6cdd1dULL;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
    return x ^ x >> 31;
}

static void general_name(char *to, size_t size, unsigned i)
{
    if (i < HOLD_SP) {
        format(to, size, "X%u", i);
    } else {
        format(to, size, "%s", i == HOLD_SP ? "SP" : "NZCV");
    }
}

/* The holds take turns; @counter is the register that counts in this one. */
void general_prepare(unsigned cpu, unsigned counter)
{
    struct hold_page *page = &hold_pages[cpu];
    u64 *expected = cpu_state[cpu].expected;
    u64 hold = cpu_state[cpu].holds++;

    for (unsigned i = 0; i < HOLD_SP; i++) {
        page->in[i] = expected[i] = pattern(hold << 8 | cpu, i);
    }
    page->in[counter] &= ~BITS(HOLD_SPIN_BIT, 0);
    expected[counter] = page->in[counter] | BIT(HOLD_SPIN_BIT);
    page->in[HOLD_SP] = expected[HOLD_SP] = expected[1];
    page->in[HOLD_NZCV] = expected[HOLD_NZCV] =
        counter == 0 ? HOLD_NZCV_A : HOLD_NZCV_B;

    if (cpu_state[cpu].sabotaged >= 0) {
        page->in[cpu_state[cpu].sabotaged] ^= BIT(30);
        cpu_state[cpu].sabotaged = -1;
    }
}

void general_check(unsigned cpu)
{
    struct hold_page *page = &hold_pages[cpu];

    for (unsigned i = 0; i < HOLD_WORDS; i++) {
        u64 expected = cpu_state[cpu].expected[i];
        char name[8];

        if ((i == 0 && page->unknown == HOLD_UNKNOWN_X0) ||
            (i == HOLD_SP && page->unknown == HOLD_UNKNOWN_SP) ||
            page->out[i] == expected) {
            continue;
        }
        general_name(name, sizeof(name), i);
        mismatch(cpu, &cpu_state[cpu].reported[i], name, expected,
                 page->out[i]);
    }
}

static unsigned sve_regs_bytes(unsigned vl)
{
    return vl * Z_REGS + vl / 8 * (P_REGS + 1);
}

void vectors_fill(unsigned cpu, bool sve)
{
    struct vectors *v = &cpu_state[cpu].vectors;
    unsigned vl;

    cpu_state[cpu].sabotaged = -1;
    if (!sve) {
        for (unsigned i = 0; i < 64; i++) {
            v->fp[i / 2][i % 2] = pattern(0x100 + cpu, i);
        }
        fp_load(v->fp[0]);
        return;
    }
    cpu_state[cpu].vl = vl = sve_vl();
    for (unsigned i = 0; i < sve_regs_bytes(vl); i++) {
        v->sve[i] = pattern(0x200 + cpu, i);
    }
    /* FFR must be a row of ones, then zeroes; a bit for a byte of Z. */
    for (unsigned i = 0; i < vl; i++) {
        uint8_t *byte = &v->sve[vl * Z_REGS + vl / 8 * P_REGS + i / 8];
        uint8_t bit = 1 << i % 8;

        *byte = i < vl / 2 + cpu % 8 ? *byte | bit : *byte & ~bit;
    }
    sve_load(v->sve);
    fp_store(v->fp[0]);     /* V is the low part of Z */
}

static void vector_name(char *to, size_t size, unsigned i)
{
    if (i < Z_REGS) {
        format(to, size, "Z%u", i);
    } else if (i < Z_REGS + P_REGS) {
        format(to, size, "P%u", i - Z_REGS);
    } else {
        format(to, size, "FFR");
    }
}

static void sve_check(unsigned cpu)
{
    const uint8_t *expected = cpu_state[cpu].vectors.sve;
    const uint8_t *found = cpu_state[cpu].found.sve;
    unsigned vl = cpu_state[cpu].vl;

    sve_store(cpu_state[cpu].found.sve);
    for (unsigned i = 0; i < Z_REGS + P_REGS + 1; i++) {
        unsigned length = i < Z_REGS ? vl : vl / 8;

        for (unsigned b = 0; b < length; b++) {
            char reg[8], name[24];

            if (expected[b] != found[b]) {
                vector_name(reg, sizeof(reg), i);
                format(name, sizeof(name), "%s.B[%u]", reg, b);
                mismatch(cpu, &cpu_state[cpu].sve_reported[i], name,
                         expected[b], found[b]);
            }
        }
        expected += length;
        found += length;
    }
}

void vectors_check(unsigned cpu)
{
    struct vectors *expected = &cpu_state[cpu].vectors;
    struct vectors *found = &cpu_state[cpu].found;

    fp_store(found->fp[0]);
    for (unsigned i = 0; i < 64; i++) {
        u64 e = expected->fp[i / 2][i % 2], f = found->fp[i / 2][i % 2];
        char name[16];

        if (e != f) {
            format(name, sizeof(name), "V%u.D[%u]", i / 2, i % 2);
            mismatch(cpu, &cpu_state[cpu].fp_reported[i / 2], name, e, f);
        }
    }
    if (!cpu_state[cpu].vl) {
        return;
    }
    if (sve_vl() != cpu_state[cpu].vl) {
        static bool reported[MAX_CPUS];

        /* The buffers are of the other length: nothing else to compare. */
        mismatch(cpu, &reported[cpu], "VL", cpu_state[cpu].vl, sve_vl());
        return;
    }
    sve_check(cpu);
}

unsigned vectors_count(unsigned cpu, unsigned *sve)
{
    *sve = cpu_state[cpu].vl ? Z_REGS + P_REGS + 1 : 0;
    return 32;
}

void hold_list(unsigned cpu)
{
    char name[8];

    for (unsigned i = 0; i < HOLD_WORDS; i++) {
        general_name(name, sizeof(name), i);
        say("witness list: %s", name);
    }
    for (unsigned i = 0; i < 32; i++) {
        say("witness list: V%u", i);
    }
    for (unsigned i = 0; cpu_state[cpu].vl && i < Z_REGS + P_REGS + 1; i++) {
        vector_name(name, sizeof(name), i);
        say("witness list: %s", name);
    }
}

bool hold_sabotage(unsigned cpu, const char *wanted)
{
    struct vectors *found = &cpu_state[cpu].found;
    unsigned vl = cpu_state[cpu].vl;
    uint8_t *at = found->sve;
    char name[8];

    for (unsigned i = 0; i < HOLD_WORDS; i++) {
        general_name(name, sizeof(name), i);
        if (same(name, wanted)) {
            cpu_state[cpu].sabotaged = i;
            say("witness sabotage: %s altered", name);
            return true;
        }
    }
    for (unsigned i = 0; i < 32; i++) {
        format(name, sizeof(name), "V%u", i);
        if (same(name, wanted)) {
            if (vl) {       /* fp_load() would clear the rest of each Z */
                sve_store(found->sve);
                found->sve[vl * i + 13] ^= 1;
                sve_load(found->sve);
            } else {
                fp_store(found->fp[0]);
                found->fp[i][1] ^= BIT(40);
                fp_load(found->fp[0]);
            }
            say("witness sabotage: %s altered", name);
            return true;
        }
    }
    for (unsigned i = 0; vl && i < Z_REGS + P_REGS + 1; i++) {
        unsigned length = i < Z_REGS ? vl : vl / 8;

        vector_name(name, sizeof(name), i);
        if (same(name, wanted)) {
            sve_store(found->sve);
            /* FFR must not have gaps: there the first zero turns one. */
            if (i == Z_REGS + P_REGS) {
                unsigned bit = vl / 2 + cpu % 8;

                at[bit / 8] |= 1 << bit % 8;
            } else {
                at[length - 1] ^= 0x10;
            }
            sve_load(found->sve);
            say("witness sabotage: %s altered", name);
            return true;
        }
        at += length;
    }
    return false;
}

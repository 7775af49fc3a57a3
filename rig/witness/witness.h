/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The witness: a guest that holds a pattern in every register that a guest
 * can write, and in memory, and says so when one of them changes.
 */
#ifndef WITNESS_H
#define WITNESS_H

#define MAX_CPUS 16         /* one cluster: MPIDR_EL1.Aff0 is the CPU */
#define STACK_SIZE 8192

/*
 * One page for each CPU, found from MPIDR_EL1 alone: when a hold ends there
 * is no register left that could have kept its address.
 */
#define HOLD_PAGE 4096
#define HOLD_WORDS 33       /* x0..x30, SP, NZCV */
#define HOLD_SP 31
#define HOLD_NZCV 32
#define HOLD_IN 0
#define HOLD_OUT (HOLD_IN + HOLD_WORDS * 8)
#define HOLD_SAVED (HOLD_OUT + HOLD_WORDS * 8)  /* x19..x30, SP */
#define HOLD_UNKNOWN (HOLD_SAVED + 13 * 8)

/* Bits of HOLD_UNKNOWN: given up to read a register that did change. */
#define HOLD_UNKNOWN_X0 1
#define HOLD_UNKNOWN_SP 2

/* A hold counts in x0 or x30, from a value with these bits clear ... */
#define HOLD_SPIN_BIT 16
/* ... with these flags in NZCV. */
#define HOLD_NZCV_A 0xa0000000
#define HOLD_NZCV_B 0x50000000

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t u32;
typedef uint64_t u64;

#define BIT(n) (1ULL << (n))
#define BITS(hi, lo) ((~0ULL >> (63 - (hi))) & (~0ULL << (lo)))
#define FIELD(value, lo) (((value) >> (lo)) & 0xf)

#define sysreg_read(enc) ({                                         \
    u64 value_;                                                     \
    asm volatile("mrs %0, " #enc : "=r"(value_) : : "memory");      \
    value_;                                                         \
})
#define sysreg_write(enc, value)                                    \
    asm volatile("msr " #enc ", %0" : : "r"((u64)(value)) : "memory")
#define isb() asm volatile("isb" : : : "memory")

struct hold_page {
    u64 in[HOLD_WORDS];
    u64 out[HOLD_WORDS];
    u64 saved[13];
    u64 unknown;
    /* The rest of the page is the stack of the fault report. */
    char stack[HOLD_PAGE - HOLD_UNKNOWN - 8];
};

/* What the guest's ID registers say; the conditions of regs.h.inc. */
struct features {
    unsigned pmuver, counters, breakpoints, watchpoints;
    unsigned sve, ras, csv2, dit, gic;
    unsigned ssbs, mte, csv2_frac, gcs, fpmr;
    unsigned pan, uao, tcrx, sctlrx, s1pie, s1poe, aie;
    bool pauth, pauth_generic;
};

/* start.S and hold.S */
extern struct hold_page hold_pages[MAX_CPUS];
extern volatile u32 probing;    /* 1: skip what is undefined, then 2 */
void secondary_start(void);
void hold_a(void);              /* counts in x0, returns after a WFI */
void hold_b(void);              /* counts in x30 */
void fp_load(const u64 *from);
void fp_store(u64 *to);
void sve_load(const void *from);
void sve_store(void *to);
unsigned long sve_vl(void);     /* bytes of a Z register */

/* console.c */
extern unsigned cpus;
void console_init(void);
int console_getc(void);         /* -1: nothing there */
void format(char *to, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* One line, whole; %s, %u, %lu and %lx (which prints 0x and 16 digits). */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The one place that finds fault; once for each @reported. */
void mismatch(unsigned cpu, bool *reported, const char *name,
              u64 expected, u64 found);
void memory_mismatch(u64 offset, u64 expected, u64 found);
unsigned mismatches(void);
bool say_if_failed(void);       /* true: there was a mismatch, and said */
void fault(unsigned vector, u64 sp);
void say_wrong_level(unsigned level);
bool same(const char *a, const char *b);

/* platform.c: GICv3, timer, PSCI of machine virt */
void gic_init_cpu(unsigned cpu);
u64 now(void);
u64 ticks_of_ms(unsigned ms);
/* Sleep until @deadline with every general register holding a pattern. */
void hold_until(unsigned cpu, u64 deadline);
void hypercall(u64 v[4]);
long psci_cpu_on(unsigned cpu);
void psci_system_off(void) __attribute__((noreturn));

/* regs.c: the registers of regs.h.inc */
void features_read(struct features *f);
void regs_fill(unsigned cpu, const struct features *f);
/* Every @slices'th register, from number @slice on. */
void regs_check(unsigned cpu, unsigned slice, unsigned slices);
unsigned regs_count(unsigned cpu, const char **classes, unsigned *counts);
bool regs_sabotage(unsigned cpu, const char *name);
void regs_list(unsigned cpu);

/* hold-check.c: general and vector registers */
u64 pattern(u64 a, u64 b);
/* For a hold that counts in x@counter, 0 or 30. */
void general_prepare(unsigned cpu, unsigned counter);
void general_check(unsigned cpu);
void vectors_fill(unsigned cpu, bool sve);
void vectors_check(unsigned cpu);
unsigned vectors_count(unsigned cpu, unsigned *sve);
bool hold_sabotage(unsigned cpu, const char *name);
void hold_list(unsigned cpu);

/* memory.c */
void memory_fill(void);
void memory_check(unsigned slice, unsigned slices);
void memory_renew(unsigned slice, unsigned slices);
unsigned memory_kib(void);
void memory_sabotage(void);

/* impl.c: the implementations that the guest was told it may run on */
void impls_hold(void);
void impls_check(void);
bool impls_sabotage(const char *name);
void impls_list(void);

/* main.c */
void main(unsigned cpu);
#endif

#endif

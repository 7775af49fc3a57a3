/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry, MMU, exception vectors.
 *
 * The MMU is on, with memory cacheable: KVM on a real host sees the guest's
 * memory through the caches.  The page table is constant and therefore needs
 * no write before the caches are on.
 */
#include "witness.h"

/* T0SZ 25, write-back, inner shareable, 4 KiB; EPD1: TTBR1_EL1 is free */
#define TCR     ((25) | (1 << 8) | (1 << 10) | (3 << 12) | \
                 (25 << 16) | (1 << 23) | (3 << 28) | (2 << 30))
#define MAIR    0xff04      /* 0: Device-nGnRE, 1: Normal write-back */
/* the RES1 bits, and I, SA, C, M */
#define SCTLR   (0x30d00800 | (1 << 12) | (1 << 3) | (1 << 2) | 1)

        .section .text.start, "ax"
        .globl  _start
_start:
        mov     x19, #0
        b       1f

        .globl  secondary_start
secondary_start:
        mov     x19, x0                 // PSCI's context: the CPU's number
1:      msr     daifset, #15
        msr     spsel, #1
        adrp    x1, stacks + STACK_SIZE
        add     x1, x1, :lo12:stacks + STACK_SIZE
        mov     x2, #STACK_SIZE
        madd    x1, x2, x19, x1
        mov     sp, x1
        mrs     x0, currentel
        cmp     x0, #4
        b.ne    wrong_level

        adrp    x0, vectors
        add     x0, x0, :lo12:vectors
        msr     vbar_el1, x0
        ldr     x0, =MAIR
        msr     mair_el1, x0
        ldr     x0, =TCR
        msr     tcr_el1, x0
        adrp    x0, page_table
        msr     ttbr0_el1, x0
        msr     ttbr1_el1, xzr
        tlbi    vmalle1
        ic      iallu
        dsb     sy
        isb
        ldr     x0, =SCTLR
        msr     sctlr_el1, x0
        isb

        cbnz    x19, 5f                 // zero what a reset left in .bss
        ldr     x0, =bss_start
        ldr     x1, =bss_end
4:      stp     xzr, xzr, [x0], #16
        cmp     x0, x1
        b.lo    4b
5:
        mov     x0, #(3 << 20)          // CPACR_EL1.FPEN
        mrs     x1, id_aa64pfr0_el1
        ubfx    x1, x1, #32, #4
        cbz     x1, 2f
        orr     x0, x0, #(3 << 16)      // ZEN
2:      msr     cpacr_el1, x0
        isb

        mov     x0, x19
        bl      main
3:      wfi
        b       3b

wrong_level:
        lsr     x0, x0, #2
        bl      say_wrong_level
        b       3b

/*
 * Only a system register that is being probed may raise an exception: the
 * access is skipped.  Those accesses leave x16 and x17 to this code.
 */
probe:
        adrp    x16, probing
        ldr     w17, [x16, :lo12:probing]
        cbz     w17, 1f
        mrs     x17, esr_el1
        ubfx    x17, x17, #26, #6
        cbnz    x17, 1f                 // EC 0: undefined
        mov     w17, #2
        str     w17, [x16, :lo12:probing]
        mrs     x17, elr_el1
        add     x17, x17, #4
        msr     elr_el1, x17
        eret
1:      mov     x0, #4

fatal:
        mov     x1, sp                  // may hold a pattern
        mrs     x2, mpidr_el1
        ubfiz   x2, x2, #12, #4
        movk    x2, #:abs_g1_nc:hold_pages
        add     x2, x2, #HOLD_PAGE
        mov     sp, x2
        bl      fault
2:      wfi
        b       2b

        .balign 2048
vectors:
        .set    n, 0
        .rept   16
        .balign 128
        .if     n == 4
        b       probe
        .else
        mov     x0, #n
        b       fatal
        .endif
        .set    n, n + 1
        .endr

        .section .rodata, "a"
        .balign 4096
/* 1 GiB blocks: devices (never executed), RAM (nothing for EL0) */
page_table:
        .quad   0x0060000000000401
        .quad   0x0040000040000705
        .fill   510, 8, 0

        .section .bss.pages, "aw", %nobits
        .balign 65536
        .globl  hold_pages
hold_pages:
        .skip   HOLD_PAGE * MAX_CPUS

        .bss
        .balign 16
stacks: .skip   STACK_SIZE * MAX_CPUS
        .globl  probing
        .balign 4
probing:
        .skip   4

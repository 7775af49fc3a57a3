/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers at their patterns: all general ones at once, for as long as the
 * CPU waits, and the vector registers.
 */
#include "witness.h"

#define N1_18 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18
#define N19_30 19,20,21,22,23,24,25,26,27,28,29,30
#define N0_15 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
#define N16_31 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31

        .macro  page reg
        mrs     \reg, mpidr_el1
        ubfiz   \reg, \reg, #12, #4
        movk    \reg, #:abs_g1_nc:hold_pages
        .endm

/* x1..x30; x0 is the page */
        .macro  store_others
        .irp    n, N1_18
        str     x\n, [x0, #HOLD_OUT + 8 * \n]
        .endr
        .irp    n, N19_30
        str     x\n, [x0, #HOLD_OUT + 8 * \n]
        .endr
        .endm

        .macro  copy_out n
        ldr     x1, [x0, #HOLD_IN + 8 * \n]
        str     x1, [x0, #HOLD_OUT + 8 * \n]
        .endm

/*
 * Count in one register until its bit HOLD_SPIN_BIT is set (which ends
 * whatever happens to the others, and to its own value), then sleep until
 * the timer.  SP has the pattern of x1: once the two are seen to be equal,
 * SP is free to take x0, and x0 to address the page.  The flags, which that
 * comparison overwrites, are branched on before it.
 */
        .macro  hold name, counter, b0, b1, b2, b3
        .globl  \name
\name:
        page    x0
        .irp    n, N19_30
        str     x\n, [x0, #HOLD_SAVED + 8 * (\n - 19)]
        .endr
        mov     x1, sp
        str     x1, [x0, #HOLD_SAVED + 8 * 12]
        str     xzr, [x0, #HOLD_UNKNOWN]
        ldr     x1, [x0, #HOLD_IN + 8 * HOLD_SP]
        mov     sp, x1
        ldr     x1, [x0, #HOLD_IN + 8 * HOLD_NZCV]
        msr     nzcv, x1
        .irp    n, N1_18
        ldr     x\n, [x0, #HOLD_IN + 8 * \n]
        .endr
        .irp    n, N19_30,0
        ldr     x\n, [x0, #HOLD_IN + 8 * \n]
        .endr

1:      add     \counter, \counter, #1
        tbz     \counter, #HOLD_SPIN_BIT, 1b
        wfi

        b.\b0   7f
        b.\b1   7f
        b.\b2   7f
        b.\b3   7f
        cmp     sp, x1
        b.ne    8f

        mov     sp, x0
        page    x0
        store_others
        str     x1, [x0, #HOLD_OUT + 8 * HOLD_SP]
        mov     x1, sp
        str     x1, [x0, #HOLD_OUT]
        copy_out HOLD_NZCV
        b       9f

7:      /* The flags changed: say how, at the price of SP's value. */
        mov     sp, x0
        page    x0
        store_others
        mrs     x1, nzcv
        str     x1, [x0, #HOLD_OUT + 8 * HOLD_NZCV]
        mov     x1, sp
        str     x1, [x0, #HOLD_OUT]
        mov     x1, #HOLD_UNKNOWN_SP
        str     x1, [x0, #HOLD_UNKNOWN]
        b       9f

8:      /* SP or x1 changed: say which, at the price of x0's value. */
        page    x0
        store_others
        mov     x1, sp
        str     x1, [x0, #HOLD_OUT + 8 * HOLD_SP]
        copy_out HOLD_NZCV
        mov     x1, #HOLD_UNKNOWN_X0
        str     x1, [x0, #HOLD_UNKNOWN]

9:      ldr     x1, [x0, #HOLD_SAVED + 8 * 12]
        mov     sp, x1
        .irp    n, N19_30
        ldr     x\n, [x0, #HOLD_SAVED + 8 * (\n - 19)]
        .endr
        ret
        .endm

        .text
/* N.C. and .Z.V: the branches are taken where a flag is not as it should */
        hold    hold_a, x0, pl, eq, cc, vs
        hold    hold_b, x30, mi, ne, cs, vc

        .globl  fp_load
fp_load:
        .irp    n, N0_15
        ldr     q\n, [x0, #16 * \n]
        .endr
        .irp    n, N16_31
        ldr     q\n, [x0, #16 * \n]
        .endr
        ret

        .globl  fp_store
fp_store:
        .irp    n, N0_15
        str     q\n, [x0, #16 * \n]
        .endr
        .irp    n, N16_31
        str     q\n, [x0, #16 * \n]
        .endr
        ret

/* In memory: 32 Z, 16 P, FFR, each at its own length. */
        .arch_extension sve
        .globl  sve_vl
sve_vl:
        rdvl    x0, #1
        ret

        .globl  sve_load
sve_load:
        addvl   x1, x0, #31
        addvl   x1, x1, #1
        ldr     p0, [x1, #16, mul vl]
        wrffr   p0.b
        .irp    n, N0_15
        ldr     p\n, [x1, #\n, mul vl]
        ldr     z\n, [x0, #\n, mul vl]
        .endr
        .irp    n, N16_31
        ldr     z\n, [x0, #\n, mul vl]
        .endr
        ret

        .globl  sve_store
sve_store:
        addvl   x1, x0, #31
        addvl   x1, x1, #1
        .irp    n, N0_15
        str     p\n, [x1, #\n, mul vl]
        str     z\n, [x0, #\n, mul vl]
        .endr
        .irp    n, N16_31
        str     z\n, [x0, #\n, mul vl]
        .endr
        rdffr   p0.b
        str     p0, [x1, #16, mul vl]
        ldr     p0, [x1, #0, mul vl]
        ret

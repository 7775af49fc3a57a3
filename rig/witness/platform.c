/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machine virt with gic-version=3: interrupt, timer, PSCI. */
#include "witness.h"

#define GICD 0x08000000UL
#define GICD_CTLR 0x0000
#define GICR 0x080a0000UL
#define GICR_STRIDE 0x20000UL
#define GICR_WAKER 0x0014
#define GICR_SGI 0x10000
#define GICR_IGROUPR0 (GICR_SGI + 0x080)
#define GICR_ISENABLER0 (GICR_SGI + 0x100)
#define GICR_IPRIORITYR6 (GICR_SGI + 0x418)     /* interrupts 24 to 27 */

#define TIMER_INTERRUPT 27
#define CTL_ENABLE 1
#define CTL_IMASK 2

#define PSCI_CPU_ON 0xc4000003
#define PSCI_SYSTEM_OFF 0x84000008

static u32 mmio_read(u64 address)
{
    u32 value;

    asm volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static void mmio_write(u64 address, u32 value)
{
    asm volatile("str %w0, [%1]" : : "r"(value), "r"(address) : "memory");
}

/*
 * The timer's interrupt is there to end a WFI and is never taken: PSTATE
 * masks it, so that ELR_EL1 and its like can hold patterns.
 */
void gic_init_cpu(unsigned cpu)
{
    u64 gicr = GICR + cpu * GICR_STRIDE;

    mmio_write(GICD + GICD_CTLR, BIT(4) | BIT(1));  /* ARE, group 1 */
    mmio_write(gicr + GICR_WAKER, 0);
    while (mmio_read(gicr + GICR_WAKER) & BIT(2)) {
        ;
    }
    mmio_write(gicr + GICR_IGROUPR0, ~0U);
    mmio_write(gicr + GICR_IPRIORITYR6, 0x80808080);
    mmio_write(gicr + GICR_ISENABLER0, BIT(TIMER_INTERRUPT));

    sysreg_write(S3_0_C12_C12_5, 7);    /* ICC_SRE_EL1 */
    isb();
    sysreg_write(S3_0_C4_C6_0, 0xf0);   /* ICC_PMR_EL1 */
    sysreg_write(S3_0_C12_C12_7, 1);    /* ICC_IGRPEN1_EL1 */
    isb();
}

u64 now(void)
{
    isb();
    return sysreg_read(cntvct_el0);
}

u64 ticks_of_ms(unsigned ms)
{
    return sysreg_read(cntfrq_el0) * ms / 1000;
}

static void timer_acknowledge(void)
{
    u64 interrupt = sysreg_read(S3_0_C12_C12_0) & 0xffffff; /* IAR1 */

    sysreg_write(cntv_ctl_el0, CTL_ENABLE | CTL_IMASK);
    isb();
    if (interrupt < 1020) {
        sysreg_write(S3_0_C12_C12_1, interrupt);            /* EOIR1 */
    }
    isb();
}

void hold_until(unsigned cpu, u64 deadline)
{
    static bool reported_ctl[MAX_CPUS], reported_cval[MAX_CPUS];
    static bool use_b[MAX_CPUS];
    u64 cval = sysreg_read(cntv_cval_el0);

    do {
        u64 value;

        sysreg_write(cntv_cval_el0, deadline);
        sysreg_write(cntv_ctl_el0, CTL_ENABLE);
        isb();
        general_prepare(cpu, use_b[cpu] ? 30 : 0);
        if (use_b[cpu]) {
            hold_b();
        } else {
            hold_a();
        }
        general_check(cpu);
        use_b[cpu] = !use_b[cpu];

        value = sysreg_read(cntv_ctl_el0) & (CTL_ENABLE | CTL_IMASK);
        if (value != CTL_ENABLE) {
            mismatch(cpu, &reported_ctl[cpu], "CNTV_CTL_EL0", CTL_ENABLE,
                     value);
        }
        value = sysreg_read(cntv_cval_el0);
        if (value != deadline) {
            mismatch(cpu, &reported_cval[cpu], "CNTV_CVAL_EL0", deadline,
                     value);
        }
        timer_acknowledge();
    } while (now() < deadline);
    sysreg_write(cntv_cval_el0, cval);
    isb();
}

/* @v: the function and x1 to x3, then what the call left in x0 to x3. */
void hypercall(u64 v[4])
{
    register u64 x0 asm("x0") = v[0];
    register u64 x1 asm("x1") = v[1];
    register u64 x2 asm("x2") = v[2];
    register u64 x3 asm("x3") = v[3];

    asm volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
                 : : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11",
                 "x12", "x13", "x14", "x15", "x16", "x17", "memory");
    v[0] = x0;
    v[1] = x1;
    v[2] = x2;
    v[3] = x3;
}

static long psci(u64 function, u64 a, u64 b, u64 c)
{
    u64 v[4] = { function, a, b, c };

    hypercall(v);
    return v[0];
}

long psci_cpu_on(unsigned cpu)
{
    u64 others = sysreg_read(mpidr_el1) & 0xff00ffff00ULL;

    return psci(PSCI_CPU_ON, others | cpu, (u64)&secondary_start, cpu);
}

void psci_system_off(void)
{
    psci(PSCI_SYSTEM_OFF, 0, 0, 0);
    for (;;) {
        asm volatile("wfi");
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The core, vector and SVE registers, which kvm.c moves by hand: what KVM
 * refuses of them is named, and what could not be read is not written back.
 */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "qapi/error.h"
#include "qemu/error-report.h"
#include "system/kvm.h"
#include "system/runstate.h"
#include "cpu.h"
#include "internals.h"
#include "cpreg-explain.h"
#include "kvm-cpregs.h"

/* The longest register, a Z of 2048 bits. */
#define LONGEST 256

#define X(n)    (ARM_CPREG_CORE(2 * (n)))
#define V(n)    (ARM_CPREG_CORE_U128(0x54 + 4 * (n)))
#define Z(n)    (ARM_CPREG_SVE_Z + ((n) << 5))
#define P(n)    (ARM_CPREG_SVE_P + ((n) << 5))
#define FFR     (ARM_CPREG_SVE_P + (16 << 5))

static bool is_refused(ARMCPU *cpu, bool put, uint64_t regidx,
                       const uint64_t *value)
{
    uint8_t here[LONGEST] = { 0 };
    int ret = kvm_get_one_reg(CPU(cpu), regidx, here);

    if (put && !ret) {
        ret = kvm_set_one_reg(CPU(cpu), regidx,
                              value ? (void *)value : here);
    }
    return ret != 0;
}

/* A clause about the register, if it is one that KVM refuses. */
static bool name_one(ARMCPU *cpu, bool put, uint64_t regidx,
                     const uint64_t *value, GString *clause)
{
    g_autofree char *name = NULL;

    if (!is_refused(cpu, put, regidx, value)) {
        return false;
    }
    name = arm_cpreg_name(regidx);
    g_string_append(clause, name);
    if (put && value) {
        g_string_append_printf(clause, " = 0x%" PRIx64, *value);
    }
    return true;
}

static bool name_vectors(ARMCPU *cpu, bool put, GString *clause)
{
    bool sve = cpu_isar_feature(aa64_sve, cpu);

    for (uint64_t n = 0; n < 32; n++) {
        if (name_one(cpu, put, sve ? Z(n) : V(n), NULL, clause)) {
            return true;
        }
    }
    for (uint64_t n = 0; sve && n < 16; n++) {
        if (name_one(cpu, put, P(n), NULL, clause)) {
            return true;
        }
    }
    return sve && name_one(cpu, put, FFR, NULL, clause);
}

/*
 * Which one was it?  kvm.c only has the errno.  False if KVM now takes each
 * of them by itself.
 */
static bool name_refused(ARMCPU *cpu, bool put, GString *clause)
{
    CPUARMState *env = &cpu->env;
    uint64_t pstate = is_a64(env) ? pstate_read(env) : cpsr_read(env);
    uint64_t fpsr = vfp_get_fpsr(env), fpcr = vfp_get_fpcr(env);
    const struct {
        uint64_t regidx;
        const uint64_t *value;
    } others[] = {
        { ARM_CPREG_CORE(0x3e), &env->sp_el[0] },
        { ARM_CPREG_CORE(0x40), &env->pc },
        { ARM_CPREG_CORE(0x42), &pstate },
        { ARM_CPREG_CORE(0x44), &env->sp_el[1] },
        { ARM_CPREG_CORE(0x46), &env->elr_el[1] },
        /* Those of KVM begin with QEMU's second one. */
        { ARM_CPREG_CORE(0x48), &env->banked_spsr[1] },
        { ARM_CPREG_CORE(0x4a), &env->banked_spsr[2] },
        { ARM_CPREG_CORE(0x4c), &env->banked_spsr[3] },
        { ARM_CPREG_CORE(0x4e), &env->banked_spsr[4] },
        { ARM_CPREG_CORE(0x50), &env->banked_spsr[5] },
        { ARM_CPREG_CORE_U32(0xd4), &fpsr },
        { ARM_CPREG_CORE_U32(0xd5), &fpcr },
    };

    if (HOST_BIG_ENDIAN) {      /* the two of 32 bits are read from memory */
        fpsr <<= 32;
        fpcr <<= 32;
    }
    for (uint64_t n = 0; n < 31; n++) {
        if (name_one(cpu, put, X(n), &env->xregs[n], clause)) {
            return true;
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        if (name_one(cpu, put, others[i].regidx, others[i].value, clause)) {
            return true;
        }
    }
    return name_vectors(cpu, put, clause);
}

/*
 * Move them once more if KVM refuses none of them by itself: it was for a
 * moment, or it is no register.  What remains is in @clause.
 */
static int once_more(ARMCPU *cpu, int ret, KvmPutState level, bool put,
                     GString *clause, Error **errp)
{
    if (!name_refused(cpu, put, clause)) {
        ret = put ? kvm_arm_put_registers(CPU(cpu), level, errp)
                  : kvm_arm_get_registers(CPU(cpu), errp);
        g_string_append(clause, "the events or the power state of the vCPU");
    }
    if (ret) {
        g_string_append_printf(clause, ": %s", kvm_arm_cpreg_why(ret));
    }
    return ret;
}

int kvm_arch_get_registers(CPUState *cs, Error **errp)
{
    ARMCPU *cpu = ARM_CPU(cs);
    g_autoptr(GString) clause = g_string_new(NULL);
    int ret = kvm_arm_get_registers(cs, errp);

    g_clear_pointer(&cpu->kvm_cpregs->core_unread, g_free);
    if (ret) {
        ret = once_more(cpu, ret, KVM_PUT_RUNTIME_STATE, false, clause, errp);
    }
    if (!ret) {
        return 0;
    }
    cpu->kvm_cpregs->core_unread = g_strdup(clause->str);
    if (!runstate_is_running()) {
        /* As kvm_arm_cpregs_sync(). */
        warn_report_once("cpu %d: KVM does not let be read: %s (the guest can "
                         "run on, and cannot migrate)", cs->cpu_index,
                         clause->str);
        return 0;
    }
    error_setg(errp, "cpu %d: KVM does not let be read: %s", cs->cpu_index,
               clause->str);
    /* The caller shows what there is of the vCPU, and would come back here. */
    cs->vcpu_dirty = true;
    return ret;
}

/* What a load has left for KVM_PUT_FULL_STATE: the counters. */
static bool is_loaded(ARMCPU *cpu)
{
    g_autofree CPUARMState *loaded = g_steal_pointer(&cpu->kvm_cpregs->loaded);

    return loaded && cpu->kvm_cpregs->loaded_power == cpu->power_state &&
           memcmp(loaded, &cpu->env, sizeof(*loaded)) == 0;
}

static int put(ARMCPU *cpu, KvmPutState level, GString *clause, Error **errp)
{
    ERRP_GUARD();
    int ret = kvm_arm_put_registers(CPU(cpu), level, errp);

    return ret && !*errp ? once_more(cpu, ret, level, true, clause, errp)
                         : ret;
}

int kvm_arch_put_registers(CPUState *cs, KvmPutState level, Error **errp)
{
    ERRP_GUARD();
    ARMCPU *cpu = ARM_CPU(cs);
    g_autoptr(GString) clause = g_string_new(NULL);
    int ret;

    if (is_loaded(cpu)) {
        return kvm_arm_cpregs_put(cpu, level, errp) ? 0 : -EINVAL;
    }
    if (cpu->kvm_cpregs->core_unread && level == KVM_PUT_RUNTIME_STATE) {
        return 0;       /* KVM still has all that is the guest's */
    }
    ret = put(cpu, level, clause, errp);
    if (ret && !*errp) {
        error_setg(errp, "cpu %d: KVM did not take %s", cs->cpu_index,
                   clause->str);
    }
    return ret;
}

bool kvm_arm_core_load(ARMCPU *cpu, Error **errp)
{
    ERRP_GUARD();
    g_autoptr(GString) clause = g_string_new(NULL);

    g_clear_pointer(&cpu->kvm_cpregs->core_unread, g_free);
    g_clear_pointer(&cpu->kvm_cpregs->loaded, g_free);
    /* Counters go on, and are written when all is loaded. */
    if (put(cpu, KVM_PUT_RESET_STATE, clause, errp)) {
        if (!*errp) {
            error_setg(errp, "cpu %d: registers of the source cannot be "
                       "restored on this host: %s%s", CPU(cpu)->cpu_index,
                       clause->str, ARM_CPREG_REMEDY);
        }
        return false;
    }
    cpu->kvm_cpregs->loaded = g_memdup2(&cpu->env, sizeof(cpu->env));
    cpu->kvm_cpregs->loaded_power = cpu->power_state;
    return true;
}

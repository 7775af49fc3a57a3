/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One vCPU's registers from a scripted kernel to another, through a stream:
 * the hooks of the vCPU's vmstate in the order in which QEMU calls them.
 */

#include "qemu/osdep.h"
#include "scripted-migration.h"
#include "system/kvm.h"
#include "target/arm/migration/cpreg.h"
#include "target/arm/migration/lists.h"
#include "target/arm/migration/wide-regs.h"
#include "target/arm/migration/vcpu-init.h"
#include "target/arm/kvm/registers.h"

ARMCPU *scripted_start(ScriptedKVM *kvm, Error **errp)
{
    g_autoptr(ARMCPU) cpu = scripted_vcpu_new(kvm);

    if (!kvm_arm_cpregs_init(cpu, errp)) {
        return NULL;
    }
    return g_steal_pointer(&cpu);
}

/* Core registers are not in a list, and have no scripted kernel. */
int (*scripted_core_put)(CPUState *cs, int level, Error **errp);

int kvm_arch_put_registers(CPUState *cs, int level, Error **errp)
{
    return scripted_core_put ? scripted_core_put(cs, level, errp) : 0;
}

bool scripted_run(ARMCPU *cpu, Error **errp)
{
    if (!kvm_arm_cpregs_put(cpu, KVM_PUT_RUNTIME_STATE, errp)) {
        return false;
    }
    CPU(cpu)->vcpu_dirty = false;
    scripted_kvm_run(CPU(cpu)->kvm);
    return true;
}

static void put_array(QEMUFile *f, const uint64_t *array, int32_t len)
{
    for (int32_t i = 0; i < len; i++) {
        qemu_put_be64(f, array[i]);
    }
}

static void get_array(QEMUFile *f, uint64_t *array, int32_t len)
{
    for (int32_t i = 0; i < len; i++) {
        array[i] = qemu_get_be64(f);
    }
}

/* Those that are needed are sent: bit n for the n-th. */
static const VMStateDescription *const subsections[] = {
    &vmstate_kvm_wide_regs,
    &vmstate_kvm_vcpu_init,
};

static bool save_subsections(ARMCPU *cpu, QEMUFile *f, Error **errp)
{
    uint32_t needed = 0;

    for (size_t i = 0; i < ARRAY_SIZE(subsections); i++) {
        needed |= (uint32_t)subsections[i]->needed(cpu) << i;
    }
    qemu_put_be32(f, needed);
    for (size_t i = 0; i < ARRAY_SIZE(subsections); i++) {
        if (needed >> i & 1 &&
            !vmstate_save_section(f, subsections[i], cpu, errp)) {
            return false;
        }
    }
    return true;
}

static bool load_subsections(ARMCPU *cpu, QEMUFile *f, Error **errp)
{
    uint32_t needed = qemu_get_be32(f);

    if (needed >> ARRAY_SIZE(subsections)) {
        error_setg(errp, "unknown subsection");
        return false;
    }
    for (size_t i = 0; i < ARRAY_SIZE(subsections); i++) {
        if (needed >> i & 1 &&
            !vmstate_load_section(f, subsections[i], cpu, errp)) {
            return false;
        }
    }
    return true;
}

bool scripted_save(ARMCPU *cpu, QEMUFile *f, Error **errp)
{
    if (!arm_cpreg_pre_save(cpu, errp)) {
        return false;
    }
    arm_cpreg_len_put(f, &cpu->cpreg_vmstate_array_len, sizeof(int32_t), NULL,
                      NULL);
    put_array(f, cpu->cpreg_vmstate_indexes, cpu->cpreg_vmstate_array_len);
    put_array(f, cpu->cpreg_vmstate_values, cpu->cpreg_vmstate_array_len);
    return save_subsections(cpu, f, errp);
}

bool scripted_load(ARMCPU *cpu, QEMUFile *f, Error **errp)
{
    int ret;

    arm_cpreg_pre_load(cpu);
    ret = arm_cpreg_len_get(f, &cpu->cpreg_vmstate_array_len, sizeof(int32_t),
                            NULL);
    if (vmstate_failed(ret, errp)) {
        return false;
    }
    get_array(f, cpu->cpreg_vmstate_indexes, cpu->cpreg_vmstate_array_len);
    get_array(f, cpu->cpreg_vmstate_values, cpu->cpreg_vmstate_array_len);
    return load_subsections(cpu, f, errp) &&
           !vmstate_failed(qemu_file_get_error(f), errp) &&
           arm_cpreg_post_load(cpu, errp);
}

bool scripted_migrate(ScriptedKVM *from, ScriptedKVM *to, Error **errp)
{
    g_autoptr(QEMUFile) f = qemu_file_new();
    g_autoptr(ARMCPU) source = scripted_start(from, errp);
    g_autoptr(ARMCPU) destination = source ? scripted_start(to, errp) : NULL;

    return destination && scripted_run(source, errp) &&
           scripted_save(source, f, errp) &&
           scripted_load(destination, f, errp);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One vCPU's registers from a scripted kernel to another, through a stream:
 * the hooks of the vCPU's vmstate in the order in which QEMU calls them.
 */

#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "scripted-migration.h"
#include "system/kvm.h"
#include "target/arm/cpreg-migration.h"
#include "target/arm/kvm-cpregs.h"

ARMCPU *scripted_start(ScriptedKVM *kvm, Error **errp)
{
    g_autoptr(ARMCPU) cpu = scripted_vcpu_new(kvm);

    if (!kvm_arm_cpregs_init(cpu, errp)) {
        return NULL;
    }
    return g_steal_pointer(&cpu);
}

bool scripted_run(ARMCPU *cpu, Error **errp)
{
    if (!kvm_arm_cpregs_put(cpu, KVM_PUT_RUNTIME_STATE, errp)) {
        return false;
    }
    kvm_arm_cpregs_pre_run(cpu);
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

bool scripted_save(ARMCPU *cpu, QEMUFile *f, Error **errp)
{
    bool wide;

    if (!arm_cpreg_pre_save(cpu, errp)) {
        return false;
    }
    vmstate_info_cpreg_len.put(f, &cpu->cpreg_vmstate_array_len,
                               sizeof(int32_t), NULL, NULL);
    put_array(f, cpu->cpreg_vmstate_indexes, cpu->cpreg_vmstate_array_len);
    put_array(f, cpu->cpreg_vmstate_values, cpu->cpreg_vmstate_array_len);

    /* A subsection, if it is needed. */
    wide = vmstate_kvm_wide_regs.needed(cpu);
    qemu_put_be32(f, wide);
    if (wide) {
        vmstate_save_fields(f, &vmstate_kvm_wide_regs, cpu);
    }
    return true;
}

/* An error for what a VMStateInfo has reported, or for a stream that ended. */
static bool failed(int ret, Error **errp)
{
    if (ret == 0) {
        return false;
    }
    error_setg(errp, "%s(load: %s)", standalone_reports()->str,
               strerror(-ret));
    g_string_truncate(standalone_reports(), 0);
    return true;
}

bool scripted_load(ARMCPU *cpu, QEMUFile *f, Error **errp)
{
    int ret;

    arm_cpreg_pre_load(cpu);
    ret = vmstate_info_cpreg_len.get(f, &cpu->cpreg_vmstate_array_len,
                                     sizeof(int32_t), NULL);
    if (failed(ret, errp)) {
        return false;
    }
    get_array(f, cpu->cpreg_vmstate_indexes, cpu->cpreg_vmstate_array_len);
    get_array(f, cpu->cpreg_vmstate_values, cpu->cpreg_vmstate_array_len);
    if (qemu_get_be32(f)) {
        ret = vmstate_load_fields(f, &vmstate_kvm_wide_regs, cpu);
    }
    if (failed(ret ?: qemu_file_get_error(f), errp)) {
        return false;
    }
    return arm_cpreg_post_load(cpu, errp);
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

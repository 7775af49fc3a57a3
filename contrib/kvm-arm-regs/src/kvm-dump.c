/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dump of this host. */

#include "qemu/osdep.h"
#include <sys/utsname.h>

#include "kvm-dump.h"
#include "kvm-registers.h"

HostDump *kvm_dump(const VCPUOptions *options, bool all, GError **err)
{
    g_autoptr(HostDump) dump = host_dump_new();
    KVMVCPU vcpu = KVM_VCPU_NONE;
    ARMCPRegVCPUInit *init = &dump->manifest->init;
    g_autofree char *fault = NULL;
    struct utsname system;
    bool ok = kvm_vcpu_make(&vcpu, options, err) &&
              kvm_registers_add(dump, &vcpu, all, err);

    if (ok) {
        kvm_registers_set_capabilities(dump, &vcpu);
        init->target = vcpu.init.target;
        memcpy(init->features, vcpu.init.features, sizeof(init->features));
        init->sve_vls = vcpu.sve_vls;
        uname(&system);
        g_free(dump->manifest->kernel);
        dump->manifest->kernel = g_strndup(system.release,
                                           ARM_CPREG_KERNEL_MAX);
    }
    kvm_vcpu_close(&vcpu);
    if (ok && !host_dump_finish(dump, &fault)) {
        g_set_error(err, HOST_DUMP_ERROR, HOST_DUMP_ERROR_CONTENT,
                    "dump: KVM's register list is invalid: %s; report it to "
                    "the kernel's maintainers", fault);
        return NULL;
    }
    return ok ? g_steal_pointer(&dump) : NULL;
}

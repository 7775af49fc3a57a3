/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scratch vCPU of this host's KVM. */

#include "qemu/osdep.h"
#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kvm-vcpu.h"

/* The addresses of -machine virt; any free ones would do. */
#define GIC_DIST_BASE               0x08000000
#define GIC_REDIST_BASE             0x080a0000
#define PMU_IRQ                     23

void kvm_vcpu_close(const KVMVCPU *vcpu)
{
    int fds[] = { vcpu->gic, vcpu->fd, vcpu->vm, vcpu->kvm };

    for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
}

bool kvm_vcpu_fail(GError **err, const char *what)
{
    g_set_error(err, HOST_DUMP_ERROR, HOST_DUMP_ERROR_FILE,
                "dump: %s: %s; see dmesg for the reason", what,
                g_strerror(errno));
    return false;
}

static bool kvm_vcpu_lacks(GError **err, const char *feature,
                           const char *option)
{
    g_set_error(err, HOST_DUMP_ERROR, HOST_DUMP_ERROR_FILE,
                "dump: this host's KVM does not offer %s to guests; leave out "
                "%s", feature, option);
    return false;
}

bool kvm_vcpu_has(const KVMVCPU *vcpu, int capability)
{
    return ioctl(vcpu->vm, KVM_CHECK_EXTENSION, capability) > 0;
}

static bool open_kvm(KVMVCPU *vcpu, GError **err)
{
    const char *help;

    vcpu->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (vcpu->kvm >= 0) {
        return true;
    }
    switch (errno) {
    case EACCES:
    case EPERM:
        help = "add yourself to its group, usermod -aG kvm USER, and log in "
               "again";
        break;
    case ENOENT:
    case ENXIO:
    case ENODEV:
        help = "use a kernel that booted at EL2: on bare metal, or in a guest "
               "with nested virtualization";
        break;
    default:
        help = "see dmesg for the reason";
        break;
    }
    g_set_error(err, HOST_DUMP_ERROR, HOST_DUMP_ERROR_FILE,
                "dump: /dev/kvm: %s; %s", g_strerror(errno), help);
    return false;
}

static bool create_vm(KVMVCPU *vcpu, GError **err)
{
    /* 0 stands for 40 bits of address, which some CPUs lack. */
    int bits = ioctl(vcpu->kvm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_VM_IPA_SIZE);

    vcpu->vm = ioctl(vcpu->kvm, KVM_CREATE_VM, bits > 0 && bits < 40 ? bits
                                                                     : 0);
    if (vcpu->vm < 0) {
        return kvm_vcpu_fail(err, "cannot create a VM (KVM_CREATE_VM)");
    }
    vcpu->fd = ioctl(vcpu->vm, KVM_CREATE_VCPU, 0);
    return vcpu->fd >= 0 ||
           kvm_vcpu_fail(err, "cannot create a vCPU (KVM_CREATE_VCPU)");
}

/* Set @on by the user's choice; false if it is on and KVM lacks it. */
static bool choose_feature(VCPUChoice choice, bool offered,
                           const char *feature, const char *option, bool *on,
                           GError **err)
{
    *on = choice != VCPU_CHOICE_OFF && offered;
    return choice != VCPU_CHOICE_ON || offered ||
           kvm_vcpu_lacks(err, feature, option);
}

static bool choose_features(KVMVCPU *vcpu, const VCPUOptions *options,
                            GError **err)
{
    uint32_t *bits = &vcpu->init.features[0];
    bool pmu, sve, pauth;

    if (ioctl(vcpu->vm, KVM_ARM_PREFERRED_TARGET, &vcpu->init) < 0) {
        return kvm_vcpu_fail(err, "KVM does not know this CPU "
                             "(KVM_ARM_PREFERRED_TARGET)");
    }
    if (!choose_feature(options->pmu, kvm_vcpu_has(vcpu, KVM_CAP_ARM_PMU_V3),
                        "a PMU", "pmu=on", &pmu, err) ||
        !choose_feature(options->sve, kvm_vcpu_has(vcpu, KVM_CAP_ARM_SVE),
                        "SVE", "sve=on", &sve, err) ||
        !choose_feature(options->pauth,
                        kvm_vcpu_has(vcpu, KVM_CAP_ARM_PTRAUTH_ADDRESS) &&
                        kvm_vcpu_has(vcpu, KVM_CAP_ARM_PTRAUTH_GENERIC),
                        "pointer authentication", "pauth=on", &pauth, err)) {
        return false;
    }
    *bits = 1 << KVM_ARM_VCPU_PSCI_0_2;
    *bits |= pmu ? 1 << KVM_ARM_VCPU_PMU_V3 : 0;
    *bits |= sve ? 1 << KVM_ARM_VCPU_SVE : 0;
    *bits |= pauth ? 1 << KVM_ARM_VCPU_PTRAUTH_ADDRESS |
                     1 << KVM_ARM_VCPU_PTRAUTH_GENERIC : 0;
    if (!sve && options->lengths_on) {
        return kvm_vcpu_lacks(err, "SVE", "sve128=on and so on");
    }
    return true;
}

static bool init_vcpu(KVMVCPU *vcpu, GError **err)
{
    return ioctl(vcpu->fd, KVM_ARM_VCPU_INIT, &vcpu->init) == 0 ||
           kvm_vcpu_fail(err, "cannot initialize the vCPU "
                         "(KVM_ARM_VCPU_INIT)");
}

static bool choose_lengths(KVMVCPU *vcpu, const VCPUOptions *options,
                           GError **err)
{
    uint64_t words[KVM_ARM64_SVE_VLS_WORDS] = { 0 };
    struct kvm_one_reg reg = {
        .id = KVM_REG_ARM64_SVE_VLS, .addr = (uintptr_t)words,
    };
    int what = KVM_ARM_VCPU_SVE;

    if (!(vcpu->init.features[0] & 1 << KVM_ARM_VCPU_SVE)) {
        return true;
    }
    if (ioctl(vcpu->fd, KVM_GET_ONE_REG, &reg) < 0) {
        return kvm_vcpu_fail(err, "cannot read the SVE vector lengths");
    }
    vcpu->sve_vls = vcpu_options_lengths(options, words[0], err);
    if (!vcpu->sve_vls) {
        g_prefix_error(err, "dump: ");
        return false;
    }
    memset(words, 0, sizeof(words));
    words[0] = vcpu->sve_vls;
    if (ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg) < 0) {
        return kvm_vcpu_fail(err, "cannot set the SVE vector lengths");
    }
    return ioctl(vcpu->fd, KVM_ARM_VCPU_FINALIZE, &what) == 0 ||
           kvm_vcpu_fail(err, "cannot finalize SVE (KVM_ARM_VCPU_FINALIZE)");
}

static bool set_attr(int fd, uint32_t group, uint64_t attr, void *value)
{
    struct kvm_device_attr request = {
        .group = group, .attr = attr, .addr = (uintptr_t)value,
    };

    return ioctl(fd, KVM_SET_DEVICE_ATTR, &request) == 0;
}

/*
 * ID_AA64PFR0_EL1.GIC shows a GICv3 if the host has one, or if the VM has one;
 * that depends on the kernel.
 */
static bool create_gic(KVMVCPU *vcpu, GError **err)
{
    struct kvm_create_device gic = {
        .type = KVM_DEV_TYPE_ARM_VGIC_V3, .flags = KVM_CREATE_DEVICE_TEST,
    };
    uint64_t dist = GIC_DIST_BASE, redist = GIC_REDIST_BASE;

    if (ioctl(vcpu->vm, KVM_CREATE_DEVICE, &gic) < 0) {
        return true;
    }
    gic.flags = 0;
    if (ioctl(vcpu->vm, KVM_CREATE_DEVICE, &gic) < 0) {
        return kvm_vcpu_fail(err, "cannot create a GICv3 (KVM_CREATE_DEVICE)");
    }
    vcpu->gic = gic.fd;
    return (set_attr(gic.fd, KVM_DEV_ARM_VGIC_GRP_ADDR,
                     KVM_VGIC_V3_ADDR_TYPE_DIST, &dist) &&
            set_attr(gic.fd, KVM_DEV_ARM_VGIC_GRP_ADDR,
                     KVM_VGIC_V3_ADDR_TYPE_REDIST, &redist) &&
            set_attr(gic.fd, KVM_DEV_ARM_VGIC_GRP_CTRL,
                     KVM_DEV_ARM_VGIC_CTRL_INIT, NULL)) ||
           kvm_vcpu_fail(err, "cannot initialize the GICv3");
}

static bool create_pmu(KVMVCPU *vcpu, GError **err)
{
    int irq = PMU_IRQ;

    if (!(vcpu->init.features[0] & 1 << KVM_ARM_VCPU_PMU_V3)) {
        return true;
    }
    /* The interrupt needs an interrupt controller in KVM. */
    return ((vcpu->gic < 0 ||
             set_attr(vcpu->fd, KVM_ARM_VCPU_PMU_V3_CTRL,
                      KVM_ARM_VCPU_PMU_V3_IRQ, &irq)) &&
            set_attr(vcpu->fd, KVM_ARM_VCPU_PMU_V3_CTRL,
                     KVM_ARM_VCPU_PMU_V3_INIT, NULL)) ||
           kvm_vcpu_fail(err, "cannot initialize the PMU, try pmu=off");
}

static bool set_psci_version(KVMVCPU *vcpu, uint64_t version, GError **err)
{
    struct kvm_one_reg reg = {
        .id = ARM_CPREG_FW(0), .addr = (uintptr_t)&version,
    };

    if (!version || ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg) == 0) {
        return true;
    }
    g_set_error(err, HOST_DUMP_ERROR, HOST_DUMP_ERROR_FILE,
                "dump: KVM refuses kvm-psci-version=%u.%u (%s); give a version "
                "that this kernel knows",
                (unsigned)(version >> 16), (unsigned)(version & 0xffff),
                g_strerror(errno));
    return false;
}

/* In QEMU's order: vCPU, GIC, PMU, and the reset. */
bool kvm_vcpu_make(KVMVCPU *vcpu, const VCPUOptions *options, GError **err)
{
    return open_kvm(vcpu, err) && create_vm(vcpu, err) &&
           choose_features(vcpu, options, err) && init_vcpu(vcpu, err) &&
           choose_lengths(vcpu, options, err) && create_gic(vcpu, err) &&
           create_pmu(vcpu, err) && init_vcpu(vcpu, err) &&
           set_psci_version(vcpu, options->psci, err);
}

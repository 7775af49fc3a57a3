/*
 * The register list of this host's KVM, with the values of a vCPU that has
 * not run yet.
 *
 *   reglist FEATURES      a sum, "vregs+pmu": vregs is a vCPU with PSCI 0.2
 *                         and no other feature; pmu, sve and pauth add to it
 *
 * The VM is made as QEMU's machine "virt" makes it, since values depend on
 * it: vCPU, then GICv3, then PMU, then the reset.  On standard output, after
 * "# name: value" lines on the kernel and the VM, each listed register is
 *
 *   INDEX VALUE MASK      in ascending order of the indexes
 *
 * VALUE and MASK are hexadecimal numbers of the register's size, or "-".
 * VALUE is "-" for core and SVE registers, which are state of the guest; MASK,
 * the bits that KVM lets user space change, is there for the registers that
 * KVM_ARM_GET_REG_WRITABLE_MASKS is about.
 *
 * Exit status 3: this host's KVM does not offer a feature of the sum.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

/* What the headers of Debian 12's cross compiler (Linux 6.1) lack. */
#define CAP_COUNTER_OFFSET          227         /* Linux 6.4 */
#define CAP_REG_MASK_RANGES         230         /* Linux 6.7 */
#define CAP_WRITABLE_IMP_ID_REGS    239         /* Linux 6.15 */
#define CAP_EL2                     240         /* Linux 6.16 */
#define CAP_EL2_E2H0                241         /* Linux 6.16 */

struct mask_range {                             /* Linux 6.7 */
    uint64_t addr;
    uint32_t range;
    uint32_t reserved[13];
};
#define GET_REG_WRITABLE_MASKS _IOR(KVMIO, 0xb6, struct mask_range)

/* Range 0 of it: op0 3, op1 0, 1 and 3, CRn 0, CRm 0 to 7, op2 0 to 7. */
#define FEATURE_ID_RANGE            0
#define FEATURE_ID_RANGE_SIZE       (3 * 8 * 8)

/* Where QEMU's machine "virt" has them; any free place would do. */
#define GIC_DIST_BASE               0x08000000
#define GIC_REDIST_BASE             0x080a0000
#define PMU_IRQ                     23

#define FEATURE_MISSING             3

static const struct {
    const char *name;
    uint32_t bits;
    int caps[2];
    const char *cap_names;
} features[] = {
    { "vregs", 1 << KVM_ARM_VCPU_PSCI_0_2, { KVM_CAP_ARM_PSCI_0_2 },
      "KVM_CAP_ARM_PSCI_0_2" },
    { "pmu", 1 << KVM_ARM_VCPU_PMU_V3, { KVM_CAP_ARM_PMU_V3 },
      "KVM_CAP_ARM_PMU_V3" },
    { "sve", 1 << KVM_ARM_VCPU_SVE, { KVM_CAP_ARM_SVE }, "KVM_CAP_ARM_SVE" },
    { "pauth", 1 << KVM_ARM_VCPU_PTRAUTH_ADDRESS |
               1 << KVM_ARM_VCPU_PTRAUTH_GENERIC,
      { KVM_CAP_ARM_PTRAUTH_ADDRESS, KVM_CAP_ARM_PTRAUTH_GENERIC },
      "KVM_CAP_ARM_PTRAUTH_ADDRESS and _GENERIC" },
};

/* Capabilities that decide what a list holds, or who may change a value. */
static const struct {
    const char *name;
    int number;
} caps[] = {
    { "KVM_CAP_ARM_EL1_32BIT", KVM_CAP_ARM_EL1_32BIT },
    { "KVM_CAP_ARM_MTE", KVM_CAP_ARM_MTE },
    { "KVM_CAP_COUNTER_OFFSET", CAP_COUNTER_OFFSET },
    { "KVM_CAP_ARM_SUPPORTED_REG_MASK_RANGES", CAP_REG_MASK_RANGES },
    { "KVM_CAP_ARM_WRITABLE_IMP_ID_REGS", CAP_WRITABLE_IMP_ID_REGS },
    { "KVM_CAP_ARM_EL2", CAP_EL2 },
    { "KVM_CAP_ARM_EL2_E2H0", CAP_EL2_E2H0 },
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void __attribute__((noreturn, format(printf, 2, 3)))
die(int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("reglist: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(status);
}

/* An ioctl that has to work; its result. */
static int request(int fd, const char *name, unsigned long number, void *arg)
{
    int result = ioctl(fd, number, arg);

    if (result < 0) {
        die(1, "%s: %s", name, strerror(errno));
    }
    return result;
}
#define REQUEST(fd, number, arg) \
    request(fd, #number, number, (void *)(uintptr_t)(arg))

static uint32_t feature_bits(int vm, const char *sum)
{
    char *words = strdup(sum), *rest = words, *word;
    uint32_t bits = 0;
    size_t i;

    if (!words) {
        die(1, "no memory");
    }
    while ((word = strsep(&rest, "+"))) {
        for (i = 0; i < LENGTH(features); i++) {
            if (!strcmp(word, features[i].name)) {
                break;
            }
        }
        if (i == LENGTH(features)) {
            die(2, "\"%s\" is not a feature; a sum is vregs[+pmu][+sve]"
                "[+pauth]", word);
        }
        for (int n = 0; n < 2; n++) {
            if (features[i].caps[n] &&
                ioctl(vm, KVM_CHECK_EXTENSION, features[i].caps[n]) <= 0) {
                die(FEATURE_MISSING, "no %s: this host's KVM does not offer "
                    "%s", word, features[i].cap_names);
            }
        }
        bits |= features[i].bits;
    }
    free(words);
    return bits;
}

static void set_attr(int fd, const char *what, uint32_t group, uint64_t attr,
                     uint64_t addr)
{
    struct kvm_device_attr request = {
        .group = group, .attr = attr, .addr = addr,
    };

    if (ioctl(fd, KVM_SET_DEVICE_ATTR, &request) < 0) {
        die(1, "KVM_SET_DEVICE_ATTR, %s: %s", what, strerror(errno));
    }
}

static void create_gic(int vm)
{
    struct kvm_create_device gic = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
    uint64_t dist = GIC_DIST_BASE, redist = GIC_REDIST_BASE;

    REQUEST(vm, KVM_CREATE_DEVICE, &gic);
    set_attr(gic.fd, "distributor", KVM_DEV_ARM_VGIC_GRP_ADDR,
             KVM_VGIC_V3_ADDR_TYPE_DIST, (uintptr_t)&dist);
    set_attr(gic.fd, "redistributor", KVM_DEV_ARM_VGIC_GRP_ADDR,
             KVM_VGIC_V3_ADDR_TYPE_REDIST, (uintptr_t)&redist);
    set_attr(gic.fd, "init of the GIC", KVM_DEV_ARM_VGIC_GRP_CTRL,
             KVM_DEV_ARM_VGIC_CTRL_INIT, 0);
}

static void create_pmu(int vcpu)
{
    int irq = PMU_IRQ;

    set_attr(vcpu, "interrupt of the PMU", KVM_ARM_VCPU_PMU_V3_CTRL,
             KVM_ARM_VCPU_PMU_V3_IRQ, (uintptr_t)&irq);
    set_attr(vcpu, "init of the PMU", KVM_ARM_VCPU_PMU_V3_CTRL,
             KVM_ARM_VCPU_PMU_V3_INIT, 0);
}

static int ascending(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

static struct kvm_reg_list *register_list(int vcpu)
{
    struct kvm_reg_list none = { .n = 0 }, *list;

    /* It asks for the length; E2BIG is how it is answered. */
    if (ioctl(vcpu, KVM_GET_REG_LIST, &none) != -1 || errno != E2BIG) {
        die(1, "KVM_GET_REG_LIST told no length: %s", strerror(errno));
    }
    list = calloc(1, sizeof(*list) + none.n * sizeof(list->reg[0]));
    if (!list) {
        die(1, "no memory for a list of %" PRIu64, (uint64_t)none.n);
    }
    list->n = none.n;
    REQUEST(vcpu, KVM_GET_REG_LIST, list);
    qsort(list->reg, list->n, sizeof(list->reg[0]), ascending);
    return list;
}

/* Any size is printed as one number. */
static void print_value(int vcpu, uint64_t index)
{
    size_t size = 1u << ((index & KVM_REG_SIZE_MASK) >> KVM_REG_SIZE_SHIFT);
    uint8_t bytes[2048];
    struct kvm_one_reg reg = { .id = index, .addr = (uintptr_t)bytes };

    if (size > sizeof(bytes)) {
        die(1, "register 0x%016" PRIx64 " has %zu bytes", index, size);
    }
    if (ioctl(vcpu, KVM_GET_ONE_REG, &reg) < 0) {
        die(1, "KVM_GET_ONE_REG of 0x%016" PRIx64 ", which is listed: %s",
            index, strerror(errno));
    }
    fputs(" 0x", stdout);
    while (size) {
        printf("%02x", bytes[--size]);
    }
}

static int guest_state(uint64_t index)
{
    return (index & KVM_REG_ARM_COPROC_MASK) == KVM_REG_ARM_CORE ||
           ((index & KVM_REG_ARM_COPROC_MASK) == KVM_REG_ARM64_SVE &&
            index != KVM_REG_ARM64_SVE_VLS);
}

/* The register's place in the range of feature ID registers, or -1. */
static int feature_id_place(uint64_t index)
{
    unsigned op1 = index >> 11 & 7, crm = index >> 3 & 15, op2 = index & 7;

    if ((index & KVM_REG_ARM_COPROC_MASK) != KVM_REG_ARM64_SYSREG ||
        (index >> 14 & 3) != 3 || (index >> 7 & 15) != 0 || crm > 7 ||
        (op1 != 0 && op1 != 1 && op1 != 3)) {
        return -1;
    }
    return (op1 == 3 ? 2 : op1) << 6 | crm << 3 | op2;
}

static void print_register(int vcpu, uint64_t index, const uint64_t *masks)
{
    int place = feature_id_place(index);

    printf("0x%016" PRIx64, index);
    if (guest_state(index)) {
        fputs(" -", stdout);
    } else {
        print_value(vcpu, index);
    }
    if (masks && place >= 0) {
        printf(" 0x%016" PRIx64 "\n", masks[place]);
    } else {
        puts(" -");
    }
}

int main(int argc, char **argv)
{
    uint64_t masks[FEATURE_ID_RANGE_SIZE] = { 0 };
    struct mask_range range = {
        .addr = (uintptr_t)masks, .range = FEATURE_ID_RANGE,
    };
    struct kvm_vcpu_init init = { 0 };
    struct kvm_reg_list *early, *list;
    int sve = KVM_ARM_VCPU_SVE;
    int kvm, vm, vcpu, has_masks;
    struct utsname kernel;
    uint32_t bits;

    if (argc != 2) {
        die(2, "usage: reglist FEATURES, for example vregs+pmu");
    }
    kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm < 0) {
        die(1, "/dev/kvm: %s", strerror(errno));
    }
    vm = REQUEST(kvm, KVM_CREATE_VM, 0);
    bits = feature_bits(vm, argv[1]);

    vcpu = REQUEST(vm, KVM_CREATE_VCPU, 0);
    REQUEST(vm, KVM_ARM_PREFERRED_TARGET, &init);
    init.features[0] = bits;
    REQUEST(vcpu, KVM_ARM_VCPU_INIT, &init);
    if (bits & 1 << KVM_ARM_VCPU_SVE) {
        REQUEST(vcpu, KVM_ARM_VCPU_FINALIZE, &sve);
    }
    /* QEMU asks for the list here, and for the values after the reset. */
    early = register_list(vcpu);
    create_gic(vm);
    if (bits & 1 << KVM_ARM_VCPU_PMU_V3) {
        create_pmu(vcpu);
    }
    REQUEST(vcpu, KVM_ARM_VCPU_INIT, &init);
    list = register_list(vcpu);
    if (early->n != list->n || memcmp(early->reg, list->reg,
                                      list->n * sizeof(list->reg[0]))) {
        die(1, "the list changed from %" PRIu64 " to %" PRIu64 " registers "
            "when the GIC and the PMU were made; QEMU would migrate the "
            "earlier one", (uint64_t)early->n, (uint64_t)list->n);
    }

    uname(&kernel);
    printf("# kernel: %s %s\n# features: %s\n# target: %" PRIu32 "\n",
           kernel.release, kernel.version, argv[1], init.target);
    for (size_t i = 0; i < LENGTH(caps); i++) {
        printf("# %s: %d\n", caps[i].name,
               ioctl(vm, KVM_CHECK_EXTENSION, caps[i].number));
    }
    has_masks = ioctl(vm, KVM_CHECK_EXTENSION, CAP_REG_MASK_RANGES) > 0;
    if (has_masks) {
        REQUEST(vm, GET_REG_WRITABLE_MASKS, &range);
    }
    printf("# registers: %" PRIu64 "\n", (uint64_t)list->n);
    for (uint64_t i = 0; i < list->n; i++) {
        print_register(vcpu, list->reg[i], has_masks ? masks : NULL);
    }
    if (fflush(stdout)) {
        die(1, "cannot write: %s", strerror(errno));
    }
    return 0;
}

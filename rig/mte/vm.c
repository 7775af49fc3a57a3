/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "vm.h"

#define EXIT 0x10000000UL               /* not backed: a store exits */

int vm;
static int kvm, vcpu;
static struct kvm_run *run;

void die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("mte: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

int request(int fd, const char *name, unsigned long number, void *arg)
{
    int result = ioctl(fd, number, arg);

    if (result < 0) {
        die("%s: %s", name, strerror(errno));
    }
    return result;
}

void *map(size_t size, int prot)
{
    void *p = mmap(NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED) {
        die("mmap of %zu bytes: %s", size, strerror(errno));
    }
    return p;
}

void tell(const char *name, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    printf("%s: ", name);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
    fflush(stdout);
}

int copy_tags(uint64_t gpa, uint64_t length, void *tags, int from)
{
    struct kvm_arm_copy_mte_tags copy = {
        .guest_ipa = gpa, .length = length, .addr = tags,
        .flags = from ? KVM_ARM_TAGS_FROM_GUEST : KVM_ARM_TAGS_TO_GUEST,
    };
    int done = ioctl(vm, KVM_ARM_MTE_COPY_TAGS, &copy);

    return done < 0 ? -errno : (uint64_t)done == length ? 0 : -EIO;
}

const char *result(int error)
{
    return error ? strerrorname_np(-error) : "works";
}

int set_slot(unsigned slot, uint64_t gpa, void *memory, size_t size,
             unsigned flags)
{
    struct kvm_userspace_memory_region region = {
        .slot = slot, .flags = flags, .guest_phys_addr = gpa,
        .memory_size = size, .userspace_addr = (uintptr_t)memory,
    };

    return ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) ? -errno : 0;
}

void slot(unsigned number, uint64_t gpa, void *memory, size_t size,
          unsigned flags)
{
    int error = set_slot(number, gpa, memory, size, flags);

    if (error) {
        die("KVM_SET_USER_MEMORY_REGION, slot %u, flags %u: %s", number,
            flags, strerror(-error));
    }
}

int create_vm(void)
{
    struct kvm_enable_cap mte = { .cap = KVM_CAP_ARM_MTE };

    kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm < 0) {
        die("/dev/kvm: %s", strerror(errno));
    }
    vm = REQUEST(kvm, KVM_CREATE_VM, 0);
    if (ioctl(vm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_MTE) <= 0) {
        return 0;
    }
    /* It has to come before the first vCPU. */
    REQUEST(vm, KVM_ENABLE_CAP, &mte);
    return 1;
}

/* The guest */

extern const char guest_code[], guest_end[];
asm(".pushsection .rodata\n"
    ".arch armv8.5-a+memtag\n"
    "guest_code: .globl guest_code\n"
    "nop\n"                             /* KVM skips it after an exit */
    "str x3, [x2]\n"                    /* data */
    "stg x1, [x0]\n"                    /* a tag and no data */
    "ldg x4, [x4]\n"
    "str x4, [x5]\n"                    /* exits, with the tag loaded */
    "guest_end: .globl guest_end\n"
    ".popsection\n");

static void set_reg(uint64_t id, uint64_t value)
{
    struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

    if (ioctl(vcpu, KVM_SET_ONE_REG, &reg)) {
        die("KVM_SET_ONE_REG of 0x%" PRIx64 ": %s", id, strerror(errno));
    }
}

#define CORE(word) (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | \
                    (2 * (word)))
#define CORE_PC 32
#define CORE_PSTATE 33

/* The MMU is on: only memory that its tables call Tagged has tags. */
void create_guest(uint64_t *memory)
{
    struct kvm_vcpu_init init = { 0 };
    int size = REQUEST(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

    memory[0] = 0x0060000000000405;             /* device, 1 GiB */
    memory[1] = RAM | 0x701;                    /* attribute 0, 1 GiB */
    memcpy((char *)memory + PAGE, guest_code, guest_end - guest_code);

    vcpu = REQUEST(vm, KVM_CREATE_VCPU, 0);
    REQUEST(vm, KVM_ARM_PREFERRED_TARGET, &init);
    REQUEST(vcpu, KVM_ARM_VCPU_INIT, &init);
    run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
    if (run == MAP_FAILED) {
        die("mmap of the vCPU: %s", strerror(errno));
    }
    /* 0: Normal Tagged, 1: Device; 39 bits; ATA, I, C, M and RES1 bits */
    set_reg(ARM64_SYS_REG(3, 0, 10, 2, 0), 0x00f0);
    set_reg(ARM64_SYS_REG(3, 0, 2, 0, 2), 0x100803519);
    set_reg(ARM64_SYS_REG(3, 0, 2, 0, 0), RAM);
    set_reg(ARM64_SYS_REG(3, 0, 1, 0, 0), 1UL << 43 | 0x30d01805);
}

int enter_guest(unsigned tag)
{
    uint64_t value;

    set_reg(CORE(0), RAM + TAG_STORE * PAGE);
    set_reg(CORE(1), (uint64_t)tag << 56);
    set_reg(CORE(2), RAM + DATA * PAGE);
    set_reg(CORE(3), tag);
    set_reg(CORE(4), RAM + TAG_LOAD * PAGE);
    set_reg(CORE(5), EXIT);
    set_reg(CORE(CORE_PC), RAM + PAGE);
    set_reg(CORE(CORE_PSTATE), 0x3c5);
    REQUEST(vcpu, KVM_RUN, 0);
    if (run->exit_reason != KVM_EXIT_MMIO || !run->mmio.is_write ||
        run->mmio.phys_addr != EXIT) {
        tell("guest", "exit reason %u, address 0x%" PRIx64,
             run->exit_reason, (uint64_t)run->mmio.phys_addr);
        return -1;
    }
    memcpy(&value, run->mmio.data, sizeof(value));
    return value >> 56 & 15;
}

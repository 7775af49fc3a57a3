/*
 * Counts the KVM ioctls for registers of one QEMU, below it: preloaded into
 * QEMU (LD_PRELOAD), with RIG_COUNT naming a file.
 *
 * The file is an array of little-endian 32-bit numbers: for every file
 * descriptor from 0 to 4095 how often it was asked for KVM_GET_REG_LIST,
 * KVM_GET_ONE_REG and KVM_SET_ONE_REG, in this order.  It is mapped, and
 * can be read at any time; to count takes no system call.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <fcntl.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FDS 4096

static uint32_t (*counts)[3];

static __attribute__((constructor)) void begin(void)
{
    const char *path = getenv("RIG_COUNT");
    int fd = path ? open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
                  : -1;
    void *mapped;

    if (fd < 0 || ftruncate(fd, FDS * sizeof(*counts))) {
        perror("RIG_COUNT");
        _exit(1);
    }
    mapped = mmap(NULL, FDS * sizeof(*counts), PROT_READ | PROT_WRITE,
                  MAP_SHARED, fd, 0);
    close(fd);
    if (mapped == MAP_FAILED) {
        perror("RIG_COUNT");
        _exit(1);
    }
    counts = mapped;
}

/* Stands in the way of the C library's. */
int ioctl(int fd, unsigned long request, ...)
{
    int which = request == KVM_GET_REG_LIST ? 0 :
                request == KVM_GET_ONE_REG ? 1 :
                request == KVM_SET_ONE_REG ? 2 : -1;
    va_list args;
    void *arg;

    va_start(args, request);
    arg = va_arg(args, void *);
    va_end(args);
    if (counts && which >= 0 && fd >= 0 && fd < FDS) {
        __atomic_fetch_add(&counts[fd][which], 1, __ATOMIC_RELAXED);
    }
    return syscall(SYS_ioctl, fd, request, arg);
}

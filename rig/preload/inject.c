/*
 * Makes a KVM register ioctl of one QEMU fail, below it: preloaded into QEMU
 * (LD_PRELOAD), with RIG_INJECT naming a control file.
 *
 * While there is no such file, or an empty one, everything is passed on.  It
 * is read again when another file stands in its place, and counting starts
 * anew.  It has one line:
 *
 *   get N ERRNO     the N-th KVM_GET_ONE_REG from now on fails, once
 *   set N ERRNO     the N-th KVM_SET_ONE_REG from now on fails, once
 *   get 0xI ERRNO   every KVM_GET_ONE_REG of the register with this index
 *   set 0xI ERRNO   every KVM_SET_ONE_REG of it
 *   log             none fails
 *
 * "FILE.log" gets a line for each that failed, or with `log` for each at all:
 * "get" or "set", the number, the index and the vCPU's file descriptor.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#define _GNU_SOURCE
#include <errno.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static ino_t seen;
static bool log_all, by_index;
static unsigned long fails;         /* KVM_GET_ONE_REG, KVM_SET_ONE_REG, 0 */
static unsigned long long which;    /* the number, or the index */
static int with;
static unsigned long long gets, sets;

static void read_control(const char *path)
{
    struct stat now;
    char verb[8], what[32];
    FILE *file;
    int words;

    if (stat(path, &now) || now.st_ino == seen) {
        return;
    }
    file = fopen(path, "re");
    if (!file) {
        return;
    }
    words = fscanf(file, "%7s %31s %d", verb, what, &with);
    fclose(file);
    seen = now.st_ino;
    gets = sets = 0;
    fails = 0;
    log_all = words == 1 && !strcmp(verb, "log");
    if (words == 3) {
        fails = strcmp(verb, "get") ? KVM_SET_ONE_REG : KVM_GET_ONE_REG;
        by_index = !strncmp(what, "0x", 2);
        which = strtoull(what, NULL, 0);
    }
}

static void note(const char *path, bool get, unsigned long long number,
                 uint64_t index, int fd)
{
    char name[256];
    FILE *file;

    snprintf(name, sizeof(name), "%s.log", path);
    file = fopen(name, "ae");
    if (file) {
        fprintf(file, "%s %llu 0x%016llx %d\n", get ? "get" : "set", number,
                (unsigned long long)index, fd);
        fclose(file);
    }
}

/* Whether this one is to fail; errno is then what it fails with. */
static bool chosen(int fd, unsigned long request, const struct kvm_one_reg *reg)
{
    const char *path = getenv("RIG_INJECT");
    bool get = request == KVM_GET_ONE_REG, found;
    unsigned long long number;

    if (!path) {
        return false;
    }
    pthread_mutex_lock(&lock);
    read_control(path);
    number = get ? ++gets : ++sets;
    found = request == fails && which == (by_index ? reg->id : number);
    if (found || log_all) {
        note(path, get, number, reg->id, fd);
    }
    errno = with;
    pthread_mutex_unlock(&lock);
    return found;
}

/* Stands in the way of the C library's. */
int ioctl(int fd, unsigned long request, ...)
{
    va_list args;
    void *arg;

    va_start(args, request);
    arg = va_arg(args, void *);
    va_end(args);
    if ((request == KVM_GET_ONE_REG || request == KVM_SET_ONE_REG) &&
        chosen(fd, request, arg)) {
        return -1;
    }
    return syscall(SYS_ioctl, fd, request, arg);
}

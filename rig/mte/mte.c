/*
 * What this host's KVM offers to migrate a guest's memory tags (MTE).
 *
 *   mte [MIB]      with a guest of so many MiB (default 64)
 *
 * Makes a VM with KVM_CAP_ARM_MTE, and a guest of a few instructions that
 * stores and loads a tag.  On standard output is a "name: value" line for
 * each thing tried; a call that failed has its error as the value.
 *
 * Exit status 3: this host's KVM does not offer MTE.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "vm.h"

static void try_copy(size_t size)
{
    uint8_t *tags = map(size / 16, PROT_READ | PROT_WRITE);
    uint8_t *back = map(size / 16, PROT_READ | PROT_WRITE);
    size_t from = UNTOUCHED * PAGE, length = size - from;
    int error;

    for (size_t i = 0; i < size / 16; i++) {
        tags[i] = i * 7 % 16;
    }
    error = copy_tags(RAM + from, length, tags, 0);
    tell("tags to the guest", "%s", result(error));
    error = copy_tags(RAM + from, length, back, 1);
    tell("tags from the guest", "%s", error ? result(error) :
         memcmp(tags, back, length / 16) ? "others than were stored" :
         "the same");
    tell("length of less than a page", "%s",
         result(copy_tags(RAM, PAGE / 2, back, 1)));
    tell("behind the guest's memory", "%s",
         result(copy_tags(RAM + size, PAGE, back, 1)));
    munmap(tags, size / 16);
    munmap(back, size / 16);
}

static long resident_kib(void)
{
    char text[128] = "";
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    if (file && fgets(text, sizeof(text), file)) {
        sscanf(text, "%*d %ld", &pages);
    }
    if (file) {
        fclose(file);
    }
    return pages * (long)(PAGE / 1024);
}

static void try_untouched(size_t size)
{
    static uint8_t tags[16 * MIB / 16];
    size_t length = size - MIB < 16 * MIB ? size - MIB : 16 * MIB;
    long before, nonzero = 0;
    int error;

    memset(tags, 1, sizeof(tags));
    before = resident_kib();
    error = copy_tags(RAM + MIB, length, tags, 1);
    for (size_t i = 0; i < length / 16; i++) {
        nonzero += tags[i] != 0;
    }
    tell("tags of memory never touched", "%s, %ld not 0, +%ld KiB",
         result(error), nonzero, resident_kib() - before);
}

static void try_guest(void)
{
    uint8_t tags[TAGS] = { 5 };
    int error = copy_tags(RAM + TAG_LOAD * PAGE, PAGE, tags, 0), found;

    if (error) {
        die("no tags to the guest: %s", result(error));
    }
    found = enter_guest(9);
    tell("tag 5 that the guest loads", "%d", found);
    error = copy_tags(RAM + TAG_STORE * PAGE, PAGE, tags, 1);
    tell("tag 9 that the guest stored", "%d", error ? -1 : tags[0]);
}

static void read_log(uint64_t *bitmap)
{
    struct kvm_dirty_log log = { .slot = 0, .dirty_bitmap = bitmap };

    REQUEST(vm, KVM_GET_DIRTY_LOG, &log);
}

static const char *in_log(const uint64_t *bitmap, unsigned page)
{
    return bitmap[page / 64] >> page % 64 & 1 ? "logged" : "not logged";
}

static void try_log(void *memory, size_t size)
{
    uint64_t *bitmap = calloc(size / PAGE / 64 + 1, 8);
    void *other = map(MIB, PROT_READ | PROT_WRITE);
    uint8_t tags[TAGS] = { 3 };
    int error;

    if (!bitmap) {
        die("no memory for the log");
    }
    slot(0, RAM, memory, size, KVM_MEM_LOG_DIRTY_PAGES);
    read_log(bitmap);
    enter_guest(12);
    read_log(bitmap);
    tell("page with a data store", "%s", in_log(bitmap, DATA));
    tell("page with a tag store alone", "%s", in_log(bitmap, TAG_STORE));
    tell("page with a tag load", "%s", in_log(bitmap, TAG_LOAD));

    error = copy_tags(RAM + TAG_LOAD * PAGE, PAGE, tags, 1);
    tell("tags from the guest while logging", "%s", result(error));
    error = copy_tags(RAM + FROM_USER * PAGE, PAGE, tags, 0);
    read_log(bitmap);
    tell("tags to the guest while logging", "%s%s%s", result(error),
         error ? "" : ", page ", error ? "" : in_log(bitmap, FROM_USER));

    slot(0, RAM, memory, size, 0);
    slot(1, RAM + size, other, MIB, KVM_MEM_LOG_DIRTY_PAGES);
    error = copy_tags(RAM + FROM_USER * PAGE, PAGE, tags, 0);
    tell("tags to the guest while another slot is logged", "%s",
         result(error));
    slot(1, RAM + size, other, 0, 0);
    munmap(other, MIB);
    free(bitmap);
}

/* Memory that other processes share, as vhost-user and memfd have it. */
static void try_shared(void)
{
    static const struct { const char *name; unsigned flags; } kinds[] = {
        { "shared memory (memfd)", 0 },
        { "huge pages (memfd)", MFD_HUGETLB },
    };
    FILE *pool = fopen("/proc/sys/vm/nr_hugepages", "w");

    if (pool) {
        fputs("1\n", pool);
        fclose(pool);
    }
    for (unsigned i = 0; i < 2; i++) {
        int fd = memfd_create("mte", kinds[i].flags);
        void *memory;
        int error;

        if (fd < 0 || ftruncate(fd, 2 * MIB)) {
            tell(kinds[i].name, "none here: %s", strerror(errno));
            continue;
        }
        memory = mmap(NULL, 2 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
                      0);
        if (memory == MAP_FAILED) {
            tell(kinds[i].name, "none here: %s", strerror(errno));
            close(fd);
            continue;
        }
        error = set_slot(1, 2 * RAM, memory, 2 * MIB, 0);
        if (!error) {
            uint8_t tags[TAGS] = { 3 };

            error = copy_tags(2 * RAM, PAGE, tags, 0);
            slot(1, 2 * RAM, memory, 0, 0);
        }
        tell(kinds[i].name, "%s", result(error));
        munmap(memory, 2 * MIB);
        close(fd);
    }
}

static double microseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static void try_time(char *memory, size_t size)
{
    char *copy = map(size, PROT_READ | PROT_WRITE);
    uint8_t *tags = map(size / 16, PROT_READ | PROT_WRITE);
    double start, mib = (double)size / MIB;
    int error = 0;

    memset(copy, 1, size);
    memset(tags, 1, size / 16);
    start = microseconds();
    memcpy(copy, memory, size);
    tell("us a MiB, memcpy", "%.0f", (microseconds() - start) / mib);

    for (int from = 0; from < 2; from++) {
        start = microseconds();
        error |= copy_tags(RAM, size, tags, from);
        tell(from ? "us a MiB, tags from the guest" :
             "us a MiB, tags to the guest", "%.0f",
             (microseconds() - start) / mib);
        start = microseconds();
        for (size_t at = 0; at < size; at += PAGE) {
            error |= copy_tags(RAM + at, PAGE, tags, from);
        }
        tell(from ? "us a MiB, tags from the guest page by page" :
             "us a MiB, tags to the guest page by page", "%.0f",
             (microseconds() - start) / mib);
    }
    if (error) {
        die("a copy of tags failed while it was timed");
    }
    munmap(copy, size);
    munmap(tags, size / 16);
}

int main(int argc, char **argv)
{
    size_t size = (argc > 1 ? strtoul(argv[1], NULL, 10) : 64) * MIB;
    char *memory;

    if (size < 4 * MIB || size > 512 * MIB) {
        die("usage: mte [MIB], from 4 to 512");
    }
    if (!create_vm()) {
        tell("KVM_CAP_ARM_MTE", "no");
        return 3;
    }
    tell("KVM_CAP_ARM_MTE", "yes");
    memory = map(size, PROT_READ | PROT_WRITE);
    slot(0, RAM, memory, size, 0);
    create_guest((uint64_t *)memory);
    try_untouched(size);
    try_copy(size);
    try_guest();
    try_log(memory, size);
    try_shared();
    try_postcopy();
    memset(memory + UNTOUCHED * PAGE, 1, size - UNTOUCHED * PAGE);
    try_time(memory, size);
    return 0;
}

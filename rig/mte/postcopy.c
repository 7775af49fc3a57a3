/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page that the guest's RAM does not have yet, as in postcopy: whether its
 * tags can be there before the guest sees its data.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vm.h"

/* What the headers of Debian 12's cross compiler (Linux 6.1) lack. */
struct move {                           /* Linux 6.8 */
    uint64_t dst, src, len, mode;
    int64_t moved;
};
#define MOVE _IOWR(UFFDIO, 0x05, struct move)
#define FEATURE_MOVE (1 << 16)

static int stored;

static void *store_tags(void *unused)
{
    uint8_t tags[TAGS] = { 7, 7 };

    (void)unused;
    stored = copy_tags(2 * RAM, PAGE, tags, 0);
    return NULL;
}

static int faults_of(struct uffdio_register *range)
{
    struct uffdio_api api = { .api = UFFD_API, .features = FEATURE_MOVE };
    int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

    if (fd >= 0 && ioctl(fd, UFFDIO_API, &api)) {
        /* Before Linux 6.8; a failed handshake spoils the descriptor. */
        close(fd);
        api = (struct uffdio_api) { .api = UFFD_API };
        fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
        if (fd >= 0 && ioctl(fd, UFFDIO_API, &api)) {
            die("UFFDIO_API: %s", strerror(errno));
        }
    }
    if (fd < 0) {
        tell("userfaultfd", "%s", strerrorname_np(errno));
        return -1;
    }
    if (ioctl(fd, UFFDIO_REGISTER, range)) {
        die("UFFDIO_REGISTER: %s", strerror(errno));
    }
    return fd;
}

/* How a page gets in whole, data and tags; @tag is on its first granule. */
static void try_move(int fd, const char *name, char *to, uint64_t gpa,
                     char *from, unsigned tag)
{
    struct move move = {
        .dst = (uintptr_t)to, .src = (uintptr_t)from, .len = PAGE,
    };
    uint8_t tags[TAGS];

    if (ioctl(fd, MOVE, &move)) {
        tell(name, "%s", strerrorname_np(errno));
    } else {
        int error = copy_tags(gpa, PAGE, tags, 1);

        tell(name, error || tags[0] == tag ? "%s" : "%s, and its tags do not",
             result(error));
    }
}

/* The tags of a page that is not there yet. */
void try_postcopy(void)
{
    char *memory = map(3 * PAGE, PROT_READ | PROT_WRITE);
    char *tagged = map(PAGE, PROT_READ | PROT_WRITE | PROT_MTE);
    char *staged = map(PAGE, PROT_READ | PROT_WRITE);
    struct uffdio_register range = {
        .range = { .start = (uintptr_t)memory, .len = 3 * PAGE },
        .mode = UFFDIO_REGISTER_MODE_MISSING,
    };
    struct uffdio_copy copy = {
        .dst = (uintptr_t)memory, .src = (uintptr_t)tagged, .len = PAGE,
    };
    struct pollfd event = { .fd = faults_of(&range), .events = POLLIN };
    uint8_t tags[TAGS] = { 7 };
    pthread_t thread;

    if (event.fd < 0) {
        return;
    }
    memset(tagged, 1, PAGE);
    asm volatile(".arch armv8.5-a+memtag\n\tstg %0, [%1]"
                 : : "r"(7UL << 56), "r"(tagged) : "memory");
    slot(1, 2 * RAM, memory, 3 * PAGE, 0);

    pthread_create(&thread, NULL, store_tags, NULL);
    tell("tags to a page that is not there yet",
         poll(&event, 1, 5000) == 1 ? "wait for the page" : "do not wait");
    REQUEST(event.fd, UFFDIO_COPY, &copy);
    pthread_join(thread, NULL);
    tell("tags once UFFDIO_COPY has put the page there", "%s",
         result(stored));

    try_move(event.fd, "UFFDIO_MOVE of a page of PROT_MTE memory",
             memory + PAGE, 2 * RAM + PAGE, tagged, 7);

    /* Memory as the guest's has no tags of its own: KVM gives it some. */
    memset(staged, 1, PAGE);
    slot(2, 3 * RAM, staged, PAGE, 0);
    if (copy_tags(3 * RAM, PAGE, tags, 0)) {
        die("no tags to the staged page");
    }
    slot(2, 3 * RAM, staged, 0, 0);
    try_move(event.fd, "UFFDIO_MOVE of a page tagged through another slot",
             memory + 2 * PAGE, 2 * RAM + 2 * PAGE, staged, 7);

    slot(1, 2 * RAM, memory, 0, 0);
    close(event.fd);
}


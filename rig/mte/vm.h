/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM with MTE, and a guest of a few instructions. */
#ifndef RIG_MTE_VM_H
#define RIG_MTE_VM_H

#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE 4096UL
#define TAGS (PAGE / 16)                /* in a page, a byte each */
#define MIB (1UL << 20)
#define RAM 0x40000000UL

/* Pages of the guest, behind its page table (page 0) and code (page 1). */
enum { DATA = 16, TAG_STORE, TAG_LOAD, FROM_USER, UNTOUCHED = 64 };

extern int vm;

void die(const char *format, ...)
    __attribute__((noreturn, format(printf, 1, 2)));
/* A "name: value" line. */
void tell(const char *name, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *result(int error);

/* An ioctl that has to work; its result. */
int request(int fd, const char *name, unsigned long number, void *arg);
#define REQUEST(fd, number, arg) \
    request(fd, #number, number, (void *)(uintptr_t)(arg))

void *map(size_t size, int prot);
int set_slot(unsigned slot, uint64_t gpa, void *memory, size_t size,
             unsigned flags);
/* As set_slot(), and has to work. */
void slot(unsigned number, uint64_t gpa, void *memory, size_t size,
          unsigned flags);
/* 0 or a negative error; a copy of fewer bytes is an error as well. */
int copy_tags(uint64_t gpa, uint64_t length, void *tags, int from);

/* False: this host's KVM has no MTE. */
int create_vm(void);
void create_guest(uint64_t *memory);
/*
 * The guest stores @tag as data in page DATA and as a tag in page TAG_STORE.
 * The tag that it loaded from page TAG_LOAD, or -1.
 */
int enter_guest(unsigned tag);

/* postcopy.c */
void try_postcopy(void);

#endif

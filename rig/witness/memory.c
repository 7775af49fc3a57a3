/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A few MiB of memory.  Every word is a function of its place and of the
 * generation of its slice; slices are renewed one by one, so that there are
 * always dirty pages to migrate.
 */
#include "witness.h"

#define WORDS (4 * 1024 * 1024 / 8)
#define MAX_SLICES 16

static u64 memory[WORDS] __attribute__((aligned(4096)));
static u64 generation[MAX_SLICES];

static u64 word(u64 i, u64 gen)
{
    return (i + 1) * 0x9e3779b97f4a7c15ULL ^ gen * 0xc2b2ae3d27d4eb4fULL;
}

static u64 first(unsigned slice, unsigned slices)
{
    return (u64)WORDS * slice / slices;
}

void memory_fill(void)
{
    for (u64 i = 0; i < WORDS; i++) {
        memory[i] = word(i, 0);
    }
}

/* @slices is the same in every call. */
void memory_check(unsigned slice, unsigned slices)
{
    u64 end = first(slice + 1, slices);

    for (u64 i = first(slice, slices); i < end; i++) {
        u64 expected = word(i, generation[slice]);

        if (memory[i] != expected) {
            memory_mismatch(i * 8, expected, memory[i]);
            memory[i] = expected;
        }
    }
}

/* Checks first: what was damaged since must not be overwritten unseen. */
void memory_renew(unsigned slice, unsigned slices)
{
    u64 end = first(slice + 1, slices);

    memory_check(slice, slices);
    generation[slice]++;
    for (u64 i = first(slice, slices); i < end; i++) {
        memory[i] = word(i, generation[slice]);
    }
}

unsigned memory_kib(void)
{
    return sizeof(memory) / 1024;
}

void memory_sabotage(void)
{
    memory[WORDS / 3] ^= 0x100;
}

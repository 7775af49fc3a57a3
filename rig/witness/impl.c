/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The implementations (MIDR, REVIDR, AIDR) that the hypervisor says the guest
 * may run on: KVM's vendor hypercalls DISCOVER_IMPL_VER and
 * DISCOVER_IMPL_CPUS (Documentation/virt/kvm/arm/hypercalls.rst of Linux 6.15
 * and later).  A guest decides on errata by them once, when it boots, so the
 * list has to be the same wherever the guest goes.
 */
#include "witness.h"

#define VENDOR_UID 0x8600ff01
#define VENDOR_FEATURES 0x86000000
#define DISCOVER_VERSION 0xc6000040     /* function 64 */
#define DISCOVER_CPUS 0xc6000041        /* function 65 */

#define NOT_SUPPORTED (~0ULL)
#define MAX_IMPLS 64                    /* more are counted, not compared */

enum { CALL, VERSION, COUNT, FIRST_IMPL, WORDS = FIRST_IMPL + 3 * MAX_IMPLS };

static bool offered;
static u64 expected[WORDS];
static bool reported[WORDS];

static unsigned words(const u64 *list)
{
    u64 impls = list[COUNT] < MAX_IMPLS ? list[COUNT] : MAX_IMPLS;

    return list[CALL] ? FIRST_IMPL : FIRST_IMPL + 3 * impls;
}

static bool is_offered(void)
{
    u64 uid[4] = { VENDOR_UID }, bits[4] = { VENDOR_FEATURES };

    /* Function numbers mean what they mean here on KVM alone. */
    hypercall(uid);
    if ((u32)uid[0] != 0xb66fb428 || (u32)uid[1] != 0xe911c52e ||
        (u32)uid[2] != 0x564bcaa9 || (u32)uid[3] != 0x743a004d) {
        return false;
    }
    hypercall(bits);
    return bits[0] != NOT_SUPPORTED && (bits[64 / 32] & 3) == 3;
}

/* CALL keeps the first answer that is no success. */
static void discover(u64 *list)
{
    u64 version[4] = { DISCOVER_VERSION };

    hypercall(version);
    list[CALL] = version[0];
    list[VERSION] = (u32)version[1];
    list[COUNT] = version[2];
    for (u64 i = 0; i < MAX_IMPLS && i < list[COUNT] && !list[CALL]; i++) {
        u64 v[4] = { DISCOVER_CPUS, i };

        hypercall(v);
        list[CALL] = v[0];
        for (unsigned n = 0; n < 3; n++) {
            list[FIRST_IMPL + 3 * i + n] = v[1 + n];
        }
    }
}

static void word_name(char *to, size_t size, unsigned word)
{
    static const char *heads[] = { "IMPL_CALL", "IMPL_VERSION", "IMPL_COUNT" };
    static const char *ends[] = { "MIDR", "REVIDR", "AIDR" };

    if (word < FIRST_IMPL) {
        format(to, size, "%s", heads[word]);
    } else {
        word -= FIRST_IMPL;
        format(to, size, "IMPL%u_%s", word / 3, ends[word % 3]);
    }
}

static void compare(unsigned word, u64 wanted, u64 found)
{
    char name[24];

    if (wanted != found) {
        word_name(name, sizeof(name), word);
        mismatch(0, &reported[word], name, wanted, found);
    }
}

void impls_hold(void)
{
    offered = is_offered();
    if (!offered) {
        return;
    }
    discover(expected);
    /* A call that is offered has to work, and this is the ABI's version 1. */
    compare(CALL, 0, expected[CALL]);
    compare(VERSION, 1, expected[VERSION] >> 16);
    for (unsigned i = FIRST_IMPL; i < words(expected); i += 3) {
        say("witness impl %u: midr %lx revidr %lx aidr %lx",
            (i - FIRST_IMPL) / 3, expected[i], expected[i + 1],
            expected[i + 2]);
    }
}

void impls_check(void)
{
    static u64 found[WORDS];
    unsigned both;

    if (!offered) {
        return;
    }
    discover(found);
    compare(CALL, expected[CALL], found[CALL]);
    if (found[CALL]) {
        return;
    }
    both = words(found) < words(expected) ? words(found) : words(expected);
    for (unsigned i = VERSION; i < both; i++) {
        compare(i, expected[i], found[i]);
    }
}

void impls_list(void)
{
    char name[24];

    for (unsigned i = 0; offered && i < words(expected); i++) {
        word_name(name, sizeof(name), i);
        say("witness list: %s", name);
    }
}

bool impls_sabotage(const char *wanted)
{
    char name[24];

    for (unsigned i = 0; offered && i < words(expected); i++) {
        word_name(name, sizeof(name), i);
        if (same(name, wanted)) {
            expected[i] ^= 1;
            say("witness sabotage: %s expectation altered", name);
            return true;
        }
    }
    return false;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reconciliation of register lists: time and allocations of a call.
 *
 * No result depends on the clock.  The lists are recorded ones, Linux 6.12 and
 * 6.18 on neoverse-n1 with a PMU, if the tests' data folder is there
 * (G_TEST_SRCDIR), and else synthetic ones of the same length.
 */

#include "qemu/osdep.h"
#include "target/arm/cpreg/reconcile.h"
#include "../unit/arm-cpreg-recorded.h"

#define TYPICAL_LEN     300
#define SECONDS         0.3     /* of each measurement */

/*
 * Allocations are counted by standing in for glibc's functions (configure
 * looks for malloc_trim to know glibc's malloc), which a sanitizer does too.
 */
#if defined(CONFIG_MALLOC_TRIM) && !defined(QEMU_SANITIZE_ADDRESS)
#define COUNTED 1

static unsigned long allocations;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    allocations++;
    return __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    allocations++;
    return __libc_realloc(old, size);
}
#else
#define COUNTED 0

static unsigned long allocations;
#endif

typedef struct Pair {
    ARMCPRegList source;
    ARMCPRegList destination;
    uint64_t *indexes[2];
    uint64_t *values[2];
} Pair;

static void pair_clear(Pair *pair)
{
    for (int i = 0; i < 2; i++) {
        g_free(pair->indexes[i]);
        g_free(pair->values[i]);
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pair, pair_clear)

/*
 * Lists of @len registers.  Of each hundred the source has one that the
 * destination does not, and the other way round, or, with @apart, they have
 * none in common.
 */
static void pair_init(Pair *pair, size_t len, bool apart)
{
    ARMCPRegList *lists[2] = { &pair->source, &pair->destination };

    for (size_t side = 0; side < 2; side++) {
        pair->indexes[side] = g_new(uint64_t, len);
        pair->values[side] = g_new0(uint64_t, len);
        for (size_t i = 0; i < len; i++) {
            bool own = apart || i % 100 == 7;

            /* from the lowest system register on, three to an entry */
            pair->indexes[side][i] = ARM_CPREG_ARCH_ARM64 |
                ARM_CPREG_SIZE_U64 | ARM_CPREG_KIND_SYSREG |
                (3 * i + (own ? 1 + side : 0));
        }
        *lists[side] = (ARMCPRegList) {
            pair->indexes[side], pair->values[side], len
        };
    }
    g_assert_null(arm_cpreg_list_fault(&pair->source));
}

static void reconcile(const ARMCPRegList *source,
                      const ARMCPRegList *destination)
{
    g_auto(ARMCPRegReport) report = { NULL };

    arm_cpreg_reconcile(&arm_cpreg_rules, source, destination, &report);
}

static void measure(const char *what, const ARMCPRegList *source,
                    const ARMCPRegList *destination)
{
    g_autofree char *counted = NULL;
    unsigned long before = allocations;
    unsigned calls = 0;
    double seconds;

    reconcile(source, destination);
    counted = COUNTED ? g_strdup_printf("%lu", allocations - before)
                      : g_strdup("not counted");

    g_test_timer_start();
    do {
        reconcile(source, destination);
        calls++;
        seconds = g_test_timer_elapsed();
    } while (seconds < SECONDS);

    g_test_message("%-28s %5zu and %5zu registers: %9.2f us, allocations: %s",
                   what, source->len, destination->len,
                   seconds * 1e6 / calls, counted);
}

/* A recorded list, or NULL. */
static RecordedList *recorded(const char *file)
{
    g_autofree char *path = NULL;

    if (!g_getenv("G_TEST_SRCDIR")) {
        return NULL;
    }
    path = g_test_build_filename(G_TEST_DIST, "data", "arm-kvm-reg-list", file,
                                 NULL);
    return recorded_list_read(path);
}

static void bench_typical(void)
{
    g_autoptr(RecordedList) from = recorded("6.12-neoverse-n1-vregs+pmu.txt");
    g_autoptr(RecordedList) to = recorded("6.18-neoverse-n1-vregs+pmu.txt");
    g_auto(Pair) made = { 0 };

    pair_init(&made, TYPICAL_LEN, false);
    measure("made up", &made.source, &made.destination);
    if (from && to) {
        measure("Linux 6.12 to 6.18", &from->list, &to->list);
    }
}

static void bench_growing(void)
{
    for (size_t len = 256; len <= ARM_CPREG_LIST_MAX; len *= 2) {
        g_auto(Pair) pair = { 0 };

        pair_init(&pair, len, false);
        measure("2 of 100 on one side only", &pair.source, &pair.destination);
    }
}

/* What a hostile stream can make of it. */
static void bench_apart(void)
{
    for (size_t len = 256; len <= ARM_CPREG_LIST_MAX; len *= 2) {
        g_auto(Pair) pair = { 0 };

        pair_init(&pair, len, true);
        measure("nothing in common", &pair.source, &pair.destination);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arm/cpreg/reconcile/typical", bench_typical);
    g_test_add_func("/arm/cpreg/reconcile/growing", bench_growing);
    g_test_add_func("/arm/cpreg/reconcile/apart", bench_apart);
    return g_test_run();
}

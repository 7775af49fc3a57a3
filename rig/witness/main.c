/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rounds of hold and compare, and the commands of the console.
 *
 * A round sleeps with the general registers at patterns, then compares them,
 * the vector registers and a slice of all else.  A tick is ROUNDS of them,
 * hence everything.
 */
#include "witness.h"

#define ROUNDS 10
#define ROUND_MS 10
#define STOPPED_TICKS 50

static struct {
    u64 rounds;         /* completed */
    u32 answered;       /* the last request for a full compare */
    bool ready;
} progress[MAX_CPUS];

static u32 request;
static struct {
    u32 serial;
    unsigned cpu;
    char name[32];
} sabotage;

/*
 * The virtual counter goes with the guest.  The physical counter is the
 * host's, unless an offset was given to KVM (which it takes since Linux 6.4):
 * its jump is worth a word and no more.
 */
static void check_counters(unsigned cpu, bool spoil)
{
    static u64 last_virtual[MAX_CPUS], last_physical[MAX_CPUS];
    static bool reported[MAX_CPUS], said;
    u64 value = now();

    if (value < last_virtual[cpu]) {
        mismatch(cpu, &reported[cpu], "CNTVCT_EL0 (went backwards)",
                 last_virtual[cpu], value);
    }
    last_virtual[cpu] = spoil ? ~0ULL : value;

    value = sysreg_read(cntpct_el0);
    if (value < last_physical[cpu] && !said) {
        said = true;
        say("witness: CNTPCT_EL0 went backwards, from %lx to %lx: it is the "
            "host's own here", last_physical[cpu], value);
    }
    last_physical[cpu] = value;
}

static void do_sabotage(unsigned cpu)
{
    static u32 done[MAX_CPUS];
    u32 serial = __atomic_load_n(&sabotage.serial, __ATOMIC_ACQUIRE);

    if (serial == done[cpu]) {
        return;
    }
    done[cpu] = serial;
    if (sabotage.cpu != cpu) {
        return;
    }
    if (same(sabotage.name, "MEM")) {
        memory_sabotage();
        say("witness sabotage: MEM altered");
    } else if (same(sabotage.name, "CNTVCT_EL0")) {
        check_counters(cpu, true);
        say("witness sabotage: CNTVCT_EL0 expectation altered");
    } else if (!impls_sabotage(sabotage.name) &&
               !hold_sabotage(cpu, sabotage.name) &&
               !regs_sabotage(cpu, sabotage.name)) {
        say("witness: no register %s here", sabotage.name);
    }
}

static void round_on(unsigned cpu)
{
    static u64 deadlines[MAX_CPUS];
    u64 period = ticks_of_ms(ROUND_MS), time = now();
    u32 asked;

    deadlines[cpu] += period;
    if (deadlines[cpu] < time || deadlines[cpu] > time + period) {
        deadlines[cpu] = time + period;
    }
    hold_until(cpu, deadlines[cpu]);
    check_counters(cpu, false);
    vectors_check(cpu);

    asked = __atomic_load_n(&request, __ATOMIC_ACQUIRE);
    if (asked != progress[cpu].answered) {
        regs_check(cpu, 0, 1);
        __atomic_store_n(&progress[cpu].answered, asked, __ATOMIC_RELEASE);
    } else {
        regs_check(cpu, progress[cpu].rounds % ROUNDS, ROUNDS);
    }
    do_sabotage(cpu);
    __atomic_store_n(&progress[cpu].rounds, progress[cpu].rounds + 1,
                     __ATOMIC_RELEASE);
}

/* Once a tick: has every other CPU gone on? */
static void check_others(void)
{
    static u64 seen[MAX_CPUS];
    static unsigned same_ticks[MAX_CPUS];
    static bool reported[MAX_CPUS];

    for (unsigned cpu = 1; cpu < cpus; cpu++) {
        u64 rounds = __atomic_load_n(&progress[cpu].rounds,
                                     __ATOMIC_ACQUIRE);

        same_ticks[cpu] = rounds == seen[cpu] ? same_ticks[cpu] + 1 : 0;
        seen[cpu] = rounds;
        if (same_ticks[cpu] == STOPPED_TICKS) {
            mismatch(cpu, &reported[cpu], "rounds (the cpu stopped)",
                     rounds + 1, rounds);
        }
    }
}

static void start_others(void)
{
    for (unsigned cpu = 1; cpu < MAX_CPUS; cpu++) {
        u64 limit;

        if (psci_cpu_on(cpu)) {
            break;
        }
        cpus = cpu + 1;
        limit = now() + ticks_of_ms(10000);
        while (!__atomic_load_n(&progress[cpu].ready, __ATOMIC_ACQUIRE)) {
            if (now() > limit) {
                say("witness: cpu %u was started and did not come up", cpu);
                break;
            }
        }
    }
}

static void say_start(const struct features *f)
{
    say("witness start: cpus=%u midr=%lx features: pmu=%u sve=%u pauth=%u "
        "tcr2=%u s1pie=%u s1poe=%u sctlr2=%u mte=%u", cpus,
        sysreg_read(midr_el1), f->pmuver, f->sve, f->pauth, f->tcrx,
        f->s1pie, f->s1poe, f->sctlrx, f->mte);
}

static const char *classes[] = {
    "FP", "SVE", "PSTATE", "EL1", "PAUTH", "DEBUG", "PMU", "TIMER", "GIC",
    "ID", NULL
};
#define CLASSES (sizeof(classes) / sizeof(classes[0]))

static unsigned registers(unsigned cpu, unsigned *counts)
{
    unsigned sve, sum = regs_count(cpu, classes, counts);
    unsigned fp = vectors_count(cpu, &sve);

    counts[0] += fp;
    counts[1] += sve;
    return sum + fp + sve + HOLD_WORDS;
}

static void say_holds(void)
{
    unsigned n[CLASSES];

    registers(0, n);
    say("witness holds: %u general, %u fp, %u sve, %u pstate, %u el1, "
        "%u pauth, %u debug, %u pmu, %u timer, %u gic, %u id registers, "
        "%u MiB memory", HOLD_WORDS, n[0], n[1], n[2], n[3], n[4], n[5],
        n[6], n[7], n[8], n[9], memory_kib() / 1024);
}

/* After a request: true when it is answered on the console. */
static bool answer(u64 tick)
{
    unsigned sum = 0;

    if (say_if_failed()) {
        return true;
    }
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        unsigned counts[CLASSES];

        if (__atomic_load_n(&progress[cpu].answered, __ATOMIC_ACQUIRE) !=
            request) {
            return false;
        }
        sum += registers(cpu, counts);
    }
    for (unsigned slice = 0; slice < ROUNDS; slice++) {
        memory_check(slice, ROUNDS);
    }
    impls_check();
    if (!say_if_failed()) {
        say("witness ok: tick %lu, %u registers, %u KiB compared", tick,
            sum, memory_kib());
    }
    return true;
}

/* "NAME" or "NAME@CPU" */
static void ask_sabotage(const char *text)
{
    unsigned n = 0;

    sabotage.cpu = 0;
    for (; *text && *text != '@' && n < sizeof(sabotage.name) - 1; text++) {
        sabotage.name[n++] = *text;
    }
    sabotage.name[n] = 0;
    if (*text == '@') {
        while (*++text >= '0' && *text <= '9') {
            sabotage.cpu = sabotage.cpu * 10 + *text - '0';
        }
    }
    __atomic_fetch_add(&sabotage.serial, 1, __ATOMIC_RELEASE);
}

/* c: compare, l: list, q: power off, s NAME and end of line: sabotage */
static bool read_commands(void)
{
    static char text[40];
    static unsigned length;
    static bool in_name;
    bool asked = false;
    int c;

    while ((c = console_getc()) >= 0) {
        if (in_name) {
            if (c == '\r' || c == '\n') {
                text[length] = 0;
                ask_sabotage(text);
                in_name = false;
                break;
            } else if (c != ' ' && length < sizeof(text) - 1) {
                text[length++] = c;
            }
        } else if (c == 's') {
            in_name = true;
            length = 0;
        } else if (c == 'c') {
            asked = true;
        } else if (c == 'l') {
            hold_list(0);
            regs_list(0);
            impls_list();
            say("witness list: MEM");
            say("witness list: CNTVCT_EL0");
            say("witness list ends");
        } else if (c == 'q') {
            say("witness off");
            psci_system_off();
        }
    }
    return asked;
}

static void run(void)
{
    bool asked = false;
    unsigned known = 0;

    for (u64 tick = 0;; tick++) {
        for (unsigned i = 0; i < ROUNDS; i++) {
            round_on(0);
            memory_check(i, ROUNDS);
            if (read_commands() && !asked) {
                asked = true;
                __atomic_fetch_add(&request, 1, __ATOMIC_RELEASE);
            } else if (asked) {
                asked = !answer(tick);
            }
        }
        check_others();
        impls_check();
        memory_renew(tick % ROUNDS, ROUNDS);
        if (mismatches() != known) {
            known = mismatches();
            say_if_failed();
        }
        say("tick %lu", tick);
    }
}

void main(unsigned cpu)
{
    struct features f;

    features_read(&f);
    if (cpu == 0) {
        console_init();
        if (!f.gic) {
            say("witness: no GIC system registers, needs gic-version=3");
            return;
        }
        memory_fill();
    }
    gic_init_cpu(cpu);
    if (cpu == 0) {
        start_others();
        say_start(&f);
        impls_hold();
    }
    regs_fill(cpu, &f);         /* has ZCR_EL1, the vector length */
    vectors_fill(cpu, f.sve);
    if (cpu == 0) {
        say_holds();
        run();
    }
    __atomic_store_n(&progress[cpu].ready, true, __ATOMIC_RELEASE);
    for (;;) {
        round_on(cpu);
    }
}

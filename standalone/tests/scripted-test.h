/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests on scripted kernels have in common. */

#ifndef STANDALONE_TESTS_SCRIPTED_TEST_H
#define STANDALONE_TESTS_SCRIPTED_TEST_H

#include "scripted-migration.h"

/* What follows the kernel's series in the names of recorded lists. */
#define ON_MAX      "-max-vregs+pmu+sve+pauth.txt"
#define ON_N1       "-neoverse-n1-vregs.txt"
#define ON_N1_PMU   "-neoverse-n1-vregs+pmu.txt"

/* Lists of each CPU with its features; fewer mean that files were lost. */
#define KERNELS_MIN 10

/* The test fails and goes on, so that one run says all that is wrong. */
#define wrong(...) (g_test_message(__VA_ARGS__), g_test_fail())

/* The kernel of a recorded list, "6.12" ON_N1; there must be one. */
ScriptedKVM *recorded_kernel(const char *name);

/* Two of them: a source and a destination. */
typedef struct RecordedPair {
    const char *name;
    const char *from;
    const char *to;
} RecordedPair;

/* All of them, by name; of ScriptedKVM. */
GPtrArray *recorded_kernels(GError **err);

/* One source; all kernels are destinations. */
typedef struct RecordedCase {
    ScriptedKVM *from;
    GPtrArray *all;         /* of ScriptedKVM */
} RecordedCase;

/*
 * Add a case for each recorded kernel, /arm/@group/NAME; @run gets a
 * RecordedCase.  Sets @from and @to to the kernels: free them after the tests.
 * Returns false, with a message on stderr, if the lists cannot be read.
 */
bool recorded_cases_add(const char *group, GTestDataFunc run,
                        GPtrArray **from, GPtrArray **to);

/* What its vCPU is: "neoverse-n1-vregs+pmu.txt" */
const char *recorded_vcpu(const ScriptedKVM *kvm);

/* Set the value of each register that @text names, by short name. */
void add_names(GHashTable *names, const char *text, int value);

/* The stream of a guest that has run and worked on this kernel. */
QEMUFile *stream_from(ScriptedKVM *kvm);

/* Load from the beginning.  Only the calls of this load are kept. */
bool load_stream(ARMCPU *cpu, QEMUFile *f, Error **errp);

/* How often this register was written; 0 for all identity registers. */
guint writes(const ScriptedKVM *kvm, uint64_t regidx);

/* Where QEMU has the value of a register, which must be listed. */
uint64_t *value_of(ARMCPU *cpu, uint64_t regidx);

/* The test fails and goes on, so that one run says all that is wrong. */
void assert_says(const Error *err, const char *words);

/* The same: the error names this call... */
void assert_call_named(const ScriptedCall *call, const Error *err);

/* ...or the one that failed first. */
void assert_failed_call_named(const ScriptedKVM *kvm, const Error *err);

typedef struct ScriptedCase {
    const char *name;
    GTestFunc run;
} ScriptedCase;

/* A test program's main(): the cases as /arm/@group/name. */
int scripted_test_main(int argc, char **argv, const char *group,
                       const ScriptedCase *cases, size_t len);

#endif

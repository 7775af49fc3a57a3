/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzz targets have in common.
 *
 * A target is LLVMFuzzerTestOneInput(), which takes any bytes, and aborts
 * where a property does not hold.  It is linked with libFuzzer, or with
 * replay.c, which runs it on files.
 */

#ifndef STANDALONE_FUZZ_FUZZ_H
#define STANDALONE_FUZZ_FUZZ_H

#include "qemu/osdep.h"
#include "scripted-kvm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes left of an input; after its end all reads return 0. */
typedef struct FuzzInput {
    const uint8_t *data;
    size_t size;
} FuzzInput;

uint8_t fuzz_u8(FuzzInput *in);
uint16_t fuzz_u16(FuzzInput *in);
uint64_t fuzz_u64(FuzzInput *in);

/*
 * A recorded kernel, "6.12" ON_N1; one that is cut to about thirty registers,
 * of every kind, where speed counts.
 */
ScriptedKVM *fuzz_kernel(const char *name);
ScriptedKVM *fuzz_small_kernel(const char *name);

/* Does any recorded kernel list this register? */
bool fuzz_is_recorded(uint64_t regidx);

/* After a failure: exactly one error, and a readable one. */
void fuzz_check_failed(bool ok, Error *err);

/* The same for a text: UTF-8, printable, and no longer than @max. */
void fuzz_check_text(const char *text, size_t max);

#endif

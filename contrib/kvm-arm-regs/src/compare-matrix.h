/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compare three or more dumps: kinds of hosts, and groups of kinds. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_COMPARE_MATRIX_H
#define CONTRIB_KVM_ARM_REGS_SRC_COMPARE_MATRIX_H

/*
 * Print kinds, matrix, reasons and groups of @dumps, an array of HostDump.
 * True if all of them can exchange guests.
 */
bool compare_matrix_print(GPtrArray *dumps, bool as_json);

#endif

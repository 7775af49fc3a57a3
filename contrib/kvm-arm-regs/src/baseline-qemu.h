/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QEMU options that start a guest with a baseline. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_BASELINE_QEMU_H
#define CONTRIB_KVM_ARM_REGS_SRC_BASELINE_QEMU_H

/* Print the options for @file, and a libvirt fragment with them. */
void baseline_print_qemu(const char *file);

#endif

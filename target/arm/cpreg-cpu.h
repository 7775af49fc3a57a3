/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cpreg lists that an ARMCPU owns, and what KVM was given for it. */

#ifndef TARGET_ARM_CPREG_CPU_H
#define TARGET_ARM_CPREG_CPU_H

#include "cpreg-list.h"
#include "cpreg-vcpu-init.h"
#include "cpu.h"

/* The vCPU's own list; valid until the list changes. */
ARMCPRegList arm_cpreg_list_of(ARMCPU *cpu);

/* Give the arrays of the stream this length; the content is undefined. */
void arm_cpreg_vmstate_resize(ARMCPU *cpu, int32_t len);

/* What KVM_ARM_VCPU_INIT is given for a KVM vCPU. */
ARMCPRegVCPUInit arm_cpreg_vcpu_init_of(ARMCPU *cpu);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes to feature ID registers, a part of kvm_model_set(). */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_KVM_MODEL_ID_H
#define CONTRIB_KVM_ARM_REGS_SRC_KVM_MODEL_ID_H

#include "kvm-model-types.h"

/* Up to 6.6: only the value that KVM has, except for a few fields. */
int kvm_model_id_set_fixed(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                           uint64_t wanted, uint64_t *value);

/* Since 6.7: a value that is safe on the host, and within the mask. */
int kvm_model_id_set_within_mask(const KVMModelVCPU *vcpu,
                                 const KVMModelReg *reg, uint64_t wanted,
                                 uint64_t *value);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KVM does with a write to a feature ID register; see kvm_model_set(). */

#ifndef CONTRIB_KVM_ARM_REGS_KVM_MODEL_ID_H
#define CONTRIB_KVM_ARM_REGS_KVM_MODEL_ID_H

#include "kvm-model.h"

/* Up to 6.6: the value that KVM has, but for a few fields. */
int kvm_model_id_set_fixed(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                           uint64_t wanted, uint64_t *value);

/* Since 6.7: what does not promise more than the host has. */
int kvm_model_id_set_within_mask(const KVMModelVCPU *vcpu,
                                 const KVMModelReg *reg, uint64_t wanted,
                                 uint64_t *value);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KVM does with a write to a feature ID register. */

#ifndef TESTS_UNIT_SCRIPTED_KVM_ID_H
#define TESTS_UNIT_SCRIPTED_KVM_ID_H

#include "scripted-kvm.h"

/* Up to 6.6: the value that KVM has, but for a few fields. */
int scripted_id_set_fixed(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value);

/* Since 6.7: what does not promise more than the host has. */
int scripted_id_set_within_mask(ScriptedKVM *kvm, ScriptedReg *reg,
                                uint64_t value);

#endif

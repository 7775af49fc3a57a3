/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs of kvm-arm-regs; verb-NAME.c defines each. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_VERBS_H
#define CONTRIB_KVM_ARM_REGS_SRC_VERBS_H

#include "verb.h"

extern const Verb verb_dump;
extern const Verb verb_show;
extern const Verb verb_compare;
extern const Verb verb_baseline;
extern const Verb verb_fits;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Empty: this build has KVM's headers. */

#ifndef STANDALONE_INCLUDE_KVM_CONSTS_H
#define STANDALONE_INCLUDE_KVM_CONSTS_H

#include "arm64-uapi.h"

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's numbers for what a build without KVM's headers lacks: it has them. */

#ifndef STANDALONE_KVM_CONSTS_H
#define STANDALONE_KVM_CONSTS_H

#include "arm64-uapi.h"

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields of ID registers, which tests set in the vCPU. */

#ifndef STANDALONE_INCLUDE_CPU_FEATURES_H
#define STANDALONE_INCLUDE_CPU_FEATURES_H

#include "cpu.h"

#define cpu_isar_feature(name, cpu) ((cpu)->isar.name)

#endif

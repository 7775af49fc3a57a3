/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an ID register says: a test sets it in the vCPU. */

#ifndef STANDALONE_CPU_FEATURES_H
#define STANDALONE_CPU_FEATURES_H

#include "cpu.h"

#define cpu_isar_feature(name, cpu) ((cpu)->isar.name)

#endif

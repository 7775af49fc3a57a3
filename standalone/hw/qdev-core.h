/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices are in hw/qdev-properties.h here. */

#ifndef STANDALONE_HW_QDEV_CORE_H
#define STANDALONE_HW_QDEV_CORE_H

#include "hw/qdev-properties.h"

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name that hw/qdev-properties.h has in QEMU 11.0 and later. */

#ifndef HW_CORE_QDEV_PROPERTIES_H
#define HW_CORE_QDEV_PROPERTIES_H

#include "hw/qdev-properties.h"

#endif

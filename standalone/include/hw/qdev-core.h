/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See hw/qdev-properties.h. */

#ifndef STANDALONE_INCLUDE_HW_QDEV_CORE_H
#define STANDALONE_INCLUDE_HW_QDEV_CORE_H

#include "hw/qdev-properties.h"

#endif

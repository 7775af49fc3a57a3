/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices, as far as properties use them. */

#ifndef STANDALONE_INCLUDE_HW_CORE_QDEV_PROPERTIES_H
#define STANDALONE_INCLUDE_HW_CORE_QDEV_PROPERTIES_H

#include "qom/object.h"

typedef struct DeviceState {
    bool realized;
} DeviceState;

typedef struct GlobalProperty {
    const char *property;
    const char *value;
} GlobalProperty;

/* The property given with -cpu or -global; NULL if there is none. */
const GlobalProperty *qdev_find_global_prop(Object *obj, const char *name);

DeviceState *standalone_device(void *obj);

#define DEVICE(obj) standalone_device(obj)

void qdev_prop_set_after_realize(DeviceState *dev, const char *name,
                                 Error **errp);

#endif

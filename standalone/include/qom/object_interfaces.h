/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The objects of -object. */

#ifndef STANDALONE_INCLUDE_QOM_OBJECT_INTERFACES_H
#define STANDALONE_INCLUDE_QOM_OBJECT_INTERFACES_H

#include "qom/object.h"

Object *object_get_objects_root(void);
Object *object_resolve_path_component(Object *parent, const char *part);
const char *object_get_canonical_path_component(const Object *obj);

#endif

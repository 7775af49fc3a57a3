/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small QOM for tests: one class with properties, and one device. */

#ifndef STANDALONE_KVM_SCRIPTED_OBJECT_H
#define STANDALONE_KVM_SCRIPTED_OBJECT_H

#include "hw/core/qdev-properties.h"
#include "qapi/visitor.h"

struct ObjectProperty {
    char *type;
    char *description;
    ObjectPropertyAccessor *get;
    ObjectPropertyAccessor *set;
    ObjectPropertyRelease *release;
    char *(*get_str)(Object *obj, Error **errp);
    void (*set_str)(Object *obj, const char *value, Error **errp);
    void *opaque;
};

/* Replace the class by one without properties. */
void scripted_class_new(void);

unsigned scripted_class_size(void);

/* NULL if the class does not have it. */
ObjectProperty *scripted_property(const char *name);

/* An object of -object; it belongs to the caller. */
void scripted_object_add(Object *obj);

/* An option that is on or off; it can be switched on only if @can. */
void scripted_option_new(const char *name, bool can);

/* The options of -cpu and -global; the last entry has no name. */
extern const GlobalProperty *scripted_options_given;

/* The options that were set since scripted_class_new(): "pmu=on sve=off " */
const char *scripted_options_set(void);

/* The property must be there. */
void scripted_property_set(void *obj, const char *name, Visitor *v,
                           Error **errp);
uint64_t scripted_property_get(void *obj, const char *name, Error **errp);

#endif

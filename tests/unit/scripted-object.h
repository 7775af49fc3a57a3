/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QOM in the size of a test: one class with properties, one device of it. */

#ifndef TESTS_UNIT_SCRIPTED_OBJECT_H
#define TESTS_UNIT_SCRIPTED_OBJECT_H

#include "hw/qdev-properties.h"
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

/* A class without properties takes the place of the one before. */
void scripted_class_new(void);

unsigned scripted_class_size(void);

/* NULL if the class does not have it. */
ObjectProperty *scripted_property(const char *name);

/* An object that was made with -object; it belongs to the caller. */
void scripted_object_add(Object *obj);

/* An option that is on or off, and can be switched on only @can. */
void scripted_option_new(const char *name, bool can);

/* The options that the user gives, up to one without a name. */
extern const GlobalProperty *scripted_options_given;

/* What the options were set to since the class is there: "pmu=on sve=off " */
const char *scripted_options_set(void);

/* The property must be there. */
void scripted_property_set(void *obj, const char *name, Visitor *v,
                           Error **errp);
uint64_t scripted_property_get(void *obj, const char *name, Error **errp);

#endif

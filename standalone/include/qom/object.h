/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Properties of one class; standalone/kvm/scripted-object.c keeps them. */

#ifndef STANDALONE_INCLUDE_QOM_OBJECT_H
#define STANDALONE_INCLUDE_QOM_OBJECT_H

#include "qemu/osdep.h"

typedef struct Object {
    const char *type;
    const char *id;
    unsigned ref;
} Object;

typedef struct ObjectClass ObjectClass;
typedef struct ObjectProperty ObjectProperty;
typedef struct Visitor Visitor;

typedef void ObjectPropertyAccessor(Object *obj, Visitor *v, const char *name,
                                    void *opaque, Error **errp);
typedef void ObjectPropertyRelease(Object *obj, const char *name,
                                   void *opaque);

#define OBJECT(obj) ((Object *)(obj))
#define OBJECT_DECLARE_SIMPLE_TYPE(type, name) \
    typedef struct type type; \
    static inline type *name(Object *obj) \
    { \
        return (type *)obj; \
    }

Object *object_ref(void *obj);
void object_unref(void *obj);
Object *object_dynamic_cast(Object *obj, const char *type);

ObjectClass *object_get_class(Object *obj);
ObjectProperty *object_class_property_find(ObjectClass *klass,
                                           const char *name);
ObjectProperty *object_class_property_add(ObjectClass *klass, const char *name,
                                          const char *type,
                                          ObjectPropertyAccessor *get,
                                          ObjectPropertyAccessor *set,
                                          ObjectPropertyRelease *release,
                                          void *opaque);
ObjectProperty *object_property_add(Object *obj, const char *name,
                                    const char *type,
                                    ObjectPropertyAccessor *get,
                                    ObjectPropertyAccessor *set,
                                    ObjectPropertyRelease *release,
                                    void *opaque);
ObjectProperty *object_property_find(Object *obj, const char *name);
bool object_property_set_bool(Object *obj, const char *name, bool value,
                              Error **errp);
ObjectProperty *object_property_add_str(
    Object *obj, const char *name, char *(*get)(Object *obj, Error **errp),
    void (*set)(Object *obj, const char *value, Error **errp));
void object_property_set_description(Object *obj, const char *name,
                                     const char *description);
void object_class_property_set_description(ObjectClass *klass,
                                           const char *name,
                                           const char *description);

#endif

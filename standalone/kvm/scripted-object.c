/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small QOM for tests. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/util.h"
#include "scripted-object.h"

struct ObjectClass {
    GHashTable *properties;     /* name to ObjectProperty */
};

static ObjectClass class;
static DeviceState device;
static GPtrArray *objects;      /* of Object */
static GString *options_set;

static void free_property(gpointer data)
{
    ObjectProperty *property = data;

    g_free(property->type);
    g_free(property->description);
    g_free(property);
}

void scripted_class_new(void)
{
    g_clear_pointer(&class.properties, g_hash_table_unref);
    class.properties = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                             free_property);
    device.realized = false;
    g_clear_pointer(&objects, g_ptr_array_unref);
    objects = g_ptr_array_new();
    if (options_set) {
        g_string_free(options_set, true);
    }
    options_set = g_string_new(NULL);
}

unsigned scripted_class_size(void)
{
    return g_hash_table_size(class.properties);
}

ObjectProperty *scripted_property(const char *name)
{
    return object_class_property_find(&class, name);
}

void scripted_property_set(void *obj, const char *name, Visitor *v,
                           Error **errp)
{
    ObjectProperty *property = scripted_property(name);

    g_assert_nonnull(property);
    property->set(obj, v, name, property->opaque, errp);
}

uint64_t scripted_property_get(void *obj, const char *name, Error **errp)
{
    ObjectProperty *property = scripted_property(name);
    Visitor v = { };

    g_assert_nonnull(property);
    property->get(obj, &v, name, property->opaque, errp);
    return v.value;
}

ObjectClass *object_get_class(Object *obj)
{
    return &class;
}

ObjectProperty *object_class_property_find(ObjectClass *klass,
                                           const char *name)
{
    return g_hash_table_lookup(klass->properties, name);
}

ObjectProperty *object_class_property_add(ObjectClass *klass, const char *name,
                                          const char *type,
                                          ObjectPropertyAccessor *get,
                                          ObjectPropertyAccessor *set,
                                          ObjectPropertyRelease *release,
                                          void *opaque)
{
    ObjectProperty *property = g_new0(ObjectProperty, 1);

    /* QEMU asserts this too. */
    g_assert_null(object_class_property_find(klass, name));
    property->type = g_strdup(type);
    property->get = get;
    property->set = set;
    property->release = release;
    property->opaque = opaque;
    g_hash_table_insert(klass->properties, g_strdup(name), property);
    return property;
}

/* Options */

/* The opaque of an option that can be switched on. */
static char can_be_on;

void scripted_option_new(const char *name, bool can)
{
    object_class_property_add(&class, name, "bool", NULL, NULL, NULL,
                              can ? &can_be_on : NULL);
}

const char *scripted_options_set(void)
{
    return options_set->str;
}

bool object_property_set_bool(Object *obj, const char *name, bool value,
                              Error **errp)
{
    const ObjectProperty *property = object_property_find(obj, name);

    g_assert_nonnull(property);
    if (!property->opaque) {
        /* as QEMU has it, in either direction */
        error_setg(errp, "'%s' feature not supported by KVM on this host",
                   name);
        return false;
    }
    g_string_append_printf(options_set, "%s=%s ", name, value ? "on" : "off");
    return true;
}

const GlobalProperty *scripted_options_given;

const GlobalProperty *qdev_find_global_prop(Object *obj, const char *name)
{
    const GlobalProperty *given = scripted_options_given;

    for (; given && given->property; given++) {
        if (g_str_equal(given->property, name)) {
            return given;
        }
    }
    return NULL;
}

bool qapi_bool_parse(const char *name, const char *value, bool *obj,
                     Error **errp)
{
    *obj = g_str_equal(value, "on");
    if (!*obj && !g_str_equal(value, "off")) {
        error_setg(errp, "Parameter '%s' expects 'on' or 'off'", name);
        return false;
    }
    return true;
}

/* Objects */

void scripted_object_add(Object *obj)
{
    obj->ref = 1;
    g_ptr_array_add(objects, obj);
}

Object *object_get_objects_root(void)
{
    return NULL;
}

Object *object_resolve_path_component(Object *parent, const char *part)
{
    for (guint i = 0; i < objects->len; i++) {
        Object *obj = objects->pdata[i];

        if (g_str_equal(obj->id, part)) {
            return obj;
        }
    }
    return NULL;
}

const char *object_get_canonical_path_component(const Object *obj)
{
    return obj->id;
}

Object *object_dynamic_cast(Object *obj, const char *type)
{
    return g_str_equal(obj->type, type) ? obj : NULL;
}

Object *object_ref(void *obj)
{
    ((Object *)obj)->ref++;
    return obj;
}

void object_unref(void *obj)
{
    g_assert_cmpuint(((Object *)obj)->ref, >, 1);
    ((Object *)obj)->ref--;
}

ObjectProperty *object_property_find(Object *obj, const char *name)
{
    return object_class_property_find(&class, name);
}

ObjectProperty *object_property_add(Object *obj, const char *name,
                                    const char *type,
                                    ObjectPropertyAccessor *get,
                                    ObjectPropertyAccessor *set,
                                    ObjectPropertyRelease *release,
                                    void *opaque)
{
    return object_class_property_add(&class, name, type, get, set, release,
                                     opaque);
}

ObjectProperty *object_property_add_str(
    Object *obj, const char *name, char *(*get)(Object *obj, Error **errp),
    void (*set)(Object *obj, const char *value, Error **errp))
{
    ObjectProperty *property = object_class_property_add(
        object_get_class(obj), name, "string", NULL, NULL, NULL, NULL);

    property->get_str = get;
    property->set_str = set;
    return property;
}

void object_property_set_description(Object *obj, const char *name,
                                     const char *description)
{
    object_class_property_set_description(object_get_class(obj), name,
                                          description);
}

void object_class_property_set_description(ObjectClass *klass,
                                           const char *name,
                                           const char *description)
{
    ObjectProperty *property = object_class_property_find(klass, name);

    g_assert_nonnull(property);
    g_free(property->description);
    property->description = g_strdup(description);
}

DeviceState *standalone_device(void *obj)
{
    return &device;
}

void qdev_prop_set_after_realize(DeviceState *dev, const char *name,
                                 Error **errp)
{
    error_setg(errp, "set after it was realized: %s", name);
}

/* Both directions: a test looks at @value after a get. */
bool visit_type_uint64(Visitor *v, const char *name, uint64_t *obj,
                       Error **errp)
{
    if (v->fails) {
        error_setg(errp, "no number: %s", name);
        return false;
    }
    if (v->input) {
        *obj = v->value;
    } else {
        v->value = *obj;
    }
    return true;
}

bool visit_type_str(Visitor *v, const char *name, char **obj, Error **errp)
{
    if (v->fails) {
        error_setg(errp, "no text: %s", name);
        return false;
    }
    if (v->input) {
        *obj = g_strdup(v->text);
    } else {
        g_free(v->text);
        v->text = g_strdup(*obj);
    }
    return true;
}

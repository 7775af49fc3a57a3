/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -object arm-kvm-baseline: read what a guest sees of its CPU. */

#include "qemu/osdep.h"
#include "io/channel-file.h"
#include "qapi/error.h"
#include "qapi/qapi-visit-arm-migration-manifest.h"
#include "qapi/qobject-input-visitor.h"
#include "qobject/qdict.h"
#include "qobject/qjson.h"
#include "qom/object_interfaces.h"
#include "qapi-manifest.h"
#include "baseline.h"

/* What a guest can change does not belong to a baseline. */
static void baseline_keep_fixed(ARMCPRegManifest *manifest)
{
    size_t kept = 0;

    for (size_t i = 0; i < manifest->fixed_len; i++) {
        if (arm_cpreg_fixed_bits(manifest->fixed_indexes[i])) {
            manifest->fixed_indexes[kept] = manifest->fixed_indexes[i];
            manifest->fixed_values[kept] = manifest->fixed_values[i];
            manifest->indexes[kept++] = manifest->fixed_indexes[i];
        }
    }
    manifest->fixed_len = kept;
    manifest->len = kept;
    manifest->wide_len = 0;
}

/* The manifest in a JSON value: the value itself, or QMP's answer with it. */
static ArmMigrationManifest *baseline_visit(QObject *json, Error **errp)
{
    QDict *answer = qobject_to(QDict, json);
    QObject *content = answer ? qdict_get(answer, "return") : NULL;
    ArmMigrationManifest *qapi = NULL;
    Visitor *visitor;

    if (!answer) {
        error_setg(errp, "it is not a JSON object; make the file with "
                   "kvm-arm-regs baseline");
        return NULL;
    }
    visitor = qobject_input_visitor_new(content ?: json);
    visit_type_ArmMigrationManifest(visitor, NULL, &qapi, errp);
    visit_free(visitor);
    return qapi;
}

/* A checked manifest without registers that a guest can change. */
static ARMCPRegManifest *baseline_parse(const char *text, Error **errp)
{
    g_autoptr(ARMCPRegManifest) manifest = NULL;
    g_autoptr(ArmMigrationManifest) qapi = NULL;
    QObject *json = qobject_from_json(text, errp);

    if (!json) {
        return NULL;
    }
    qapi = baseline_visit(json, errp);
    qobject_unref(json);
    manifest = qapi ? arm_cpreg_manifest_from_qapi(qapi, errp) : NULL;
    if (!manifest) {
        return NULL;
    }
    baseline_keep_fixed(manifest);
    if (!manifest->len) {
        error_setg(errp, "it has no register that a guest cannot change; "
                   "make the file with kvm-arm-regs baseline");
        return NULL;
    }
    return g_steal_pointer(&manifest);
}

static char *baseline_read(const char *path, Error **errp)
{
    ERRP_GUARD();
    g_autoptr(QIOChannelFile) file =
        qio_channel_file_new_path(path, O_RDONLY, 0, errp);
    g_autofree char *text = g_malloc0(ARM_KVM_BASELINE_MAX + 2);
    size_t size = 0;
    ssize_t got = file ? 1 : -1;

    while (got > 0 && size <= ARM_KVM_BASELINE_MAX) {
        got = qio_channel_read(QIO_CHANNEL(file), text + size,
                               ARM_KVM_BASELINE_MAX + 1 - size, errp);
        size += MAX(got, 0);
    }
    if (got < 0 && !*errp) {
        error_setg(errp, "reading it would block");
    } else if (size > ARM_KVM_BASELINE_MAX) {
        error_setg(errp, "it is longer than %d bytes", ARM_KVM_BASELINE_MAX);
    } else if (!*errp && strlen(text) != size) {
        error_setg(errp, "it is not text: it has a byte 0");
    }
    return *errp ? NULL : g_steal_pointer(&text);
}

static void baseline_complete(UserCreatable *creatable, Error **errp)
{
    ERRP_GUARD();
    ARMKVMBaseline *baseline = ARM_KVM_BASELINE(creatable);
    const char *id = object_get_canonical_path_component(OBJECT(creatable));
    g_autofree char *text = NULL;

    if (!baseline->file == !baseline->data) {
        error_setg(errp, "arm-kvm-baseline %s: give exactly one of file= and "
                   "data=, not %s", id, baseline->file ? "both" : "none");
        return;
    }
    baseline->label = g_strdup_printf("baseline %s (%s)", id,
                                      baseline->file ?: "data=");
    text = baseline->file ? baseline_read(baseline->file, errp)
                          : g_strdup(baseline->data);
    if (text) {
        baseline->manifest = baseline_parse(text, errp);
    }
    if (!baseline->manifest) {
        error_prepend(errp, "%s: ", baseline->label);
    }
}

static char *baseline_get_file(Object *obj, Error **errp)
{
    return g_strdup(ARM_KVM_BASELINE(obj)->file);
}

static char *baseline_get_data(Object *obj, Error **errp)
{
    return g_strdup(ARM_KVM_BASELINE(obj)->data);
}

static void baseline_set_text(Object *obj, char **text, const char *value,
                              Error **errp)
{
    if (ARM_KVM_BASELINE(obj)->manifest) {
        error_setg(errp, "an arm-kvm-baseline is read once and cannot be "
                   "changed; create another one");
        return;
    }
    g_free(*text);
    *text = g_strdup(value);
}

static void baseline_set_file(Object *obj, const char *value, Error **errp)
{
    baseline_set_text(obj, &ARM_KVM_BASELINE(obj)->file, value, errp);
}

static void baseline_set_data(Object *obj, const char *value, Error **errp)
{
    baseline_set_text(obj, &ARM_KVM_BASELINE(obj)->data, value, errp);
}

static void baseline_finalize(Object *obj)
{
    ARMKVMBaseline *baseline = ARM_KVM_BASELINE(obj);

    g_free(baseline->file);
    g_free(baseline->data);
    g_free(baseline->label);
    arm_cpreg_manifest_free(baseline->manifest);
}

static void baseline_class_init(ObjectClass *oc, const void *data)
{
    UserCreatableClass *uc = USER_CREATABLE_CLASS(oc);

    uc->complete = baseline_complete;
    object_class_property_add_str(oc, "file", baseline_get_file,
                                  baseline_set_file);
    object_class_property_set_description(oc, "file",
        "Name of a file from kvm-arm-regs baseline");
    object_class_property_add_str(oc, "data", baseline_get_data,
                                  baseline_set_data);
    object_class_property_set_description(oc, "data",
        "The content of such a file");
}

static const TypeInfo baseline_type = {
    .name = TYPE_ARM_KVM_BASELINE,
    .parent = TYPE_OBJECT,
    .instance_size = sizeof(ARMKVMBaseline),
    .instance_finalize = baseline_finalize,
    .class_init = baseline_class_init,
    .interfaces = (const InterfaceInfo[]) {
        { TYPE_USER_CREATABLE },
        { }
    },
};

static void baseline_register_type(void)
{
    type_register_static(&baseline_type);
}

type_init(baseline_register_type)

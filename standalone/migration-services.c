/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services of QEMU's migration/: streams, sections, handshake. */

#include "qemu/osdep.h"
#include "migration/handshake.h"
#include "migration/refusal.h"
#include "migration/vmstate.h"
#include "qapi/error.h"
#include "qemu/error-report.h"

/* Streams */

QEMUFile *qemu_file_new(void)
{
    QEMUFile *f = g_new0(QEMUFile, 1);

    f->bytes = g_byte_array_new();
    return f;
}

void qemu_file_free(QEMUFile *f)
{
    g_byte_array_unref(f->bytes);
    g_free(f);
}

int qemu_file_get_error(QEMUFile *f)
{
    return f->error;
}

void qemu_put_buffer(QEMUFile *f, const uint8_t *buf, size_t size)
{
    g_byte_array_append(f->bytes, buf, size);
}

void qemu_put_be32(QEMUFile *f, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    qemu_put_buffer(f, (uint8_t *)&value, sizeof(value));
}

void qemu_put_be64(QEMUFile *f, uint64_t value)
{
    value = GUINT64_TO_BE(value);
    qemu_put_buffer(f, (uint8_t *)&value, sizeof(value));
}

size_t qemu_get_buffer(QEMUFile *f, uint8_t *buf, size_t size)
{
    size_t have = MIN(size, f->bytes->len - f->at);

    if (have < size) {
        memset(buf + have, 0, size - have);
        f->error = -EIO;
    }
    if (have) {
        memcpy(buf, f->bytes->data + f->at, have);
    }
    f->at += have;
    return have;
}

uint32_t qemu_get_be32(QEMUFile *f)
{
    uint32_t value;

    qemu_get_buffer(f, (uint8_t *)&value, sizeof(value));
    return GUINT32_FROM_BE(value);
}

uint64_t qemu_get_be64(QEMUFile *f)
{
    uint64_t value;

    qemu_get_buffer(f, (uint8_t *)&value, sizeof(value));
    return GUINT64_FROM_BE(value);
}

/* Descriptions */

int vmstate_save_fields(QEMUFile *f, const VMStateDescription *vmsd,
                        void *opaque)
{
    int ret = 0;

    for (const VMStateField *field = vmsd->fields; !ret && field->name;
         field++) {
        ret = field->info->put(f, (char *)opaque + field->offset, field->size,
                               field, NULL);
    }
    return ret;
}

int vmstate_load_fields(QEMUFile *f, const VMStateDescription *vmsd,
                        void *opaque)
{
    int ret = 0;

    for (const VMStateField *field = vmsd->fields; !ret && field->name;
         field++) {
        ret = field->info->get(f, (char *)opaque + field->offset, field->size,
                               field);
        if (!ret) {
            ret = qemu_file_get_error(f);
        }
    }
    return ret;
}

static int get_uint32(QEMUFile *f, void *pv, size_t size,
                      const VMStateField *field)
{
    for (size_t i = 0; i < size / sizeof(uint32_t); i++) {
        ((uint32_t *)pv)[i] = qemu_get_be32(f);
    }
    return 0;
}

static int put_uint32(QEMUFile *f, void *pv, size_t size,
                      const VMStateField *field, JSONWriter *vmdesc)
{
    for (size_t i = 0; i < size / sizeof(uint32_t); i++) {
        qemu_put_be32(f, ((uint32_t *)pv)[i]);
    }
    return 0;
}

static int get_uint64(QEMUFile *f, void *pv, size_t size,
                      const VMStateField *field)
{
    *(uint64_t *)pv = qemu_get_be64(f);
    return 0;
}

static int put_uint64(QEMUFile *f, void *pv, size_t size,
                      const VMStateField *field, JSONWriter *vmdesc)
{
    qemu_put_be64(f, *(uint64_t *)pv);
    return 0;
}

const VMStateInfo vmstate_info_uint32 = { "uint32", get_uint32, put_uint32 };
const VMStateInfo vmstate_info_uint32s = { "uint32", get_uint32, put_uint32 };
const VMStateInfo vmstate_info_uint64 = { "uint64", get_uint64, put_uint64 };

/* Each subsection follows its number. */
static bool save_subsections(QEMUFile *f, const VMStateDescription *vmsd,
                             void *opaque, Error **errp)
{
    for (uint32_t i = 0; vmsd->subsections && vmsd->subsections[i]; i++) {
        const VMStateDescription *sub = vmsd->subsections[i];

        if (sub->needed(opaque)) {
            qemu_put_be32(f, i);
            if (!vmstate_save_section(f, sub, opaque, errp)) {
                return false;
            }
        }
    }
    return true;
}

static bool load_subsections(QEMUFile *f, const VMStateDescription *vmsd,
                             void *opaque, Error **errp)
{
    while (vmsd->subsections && f->at < f->bytes->len) {
        uint32_t which = qemu_get_be32(f), i = 0;

        while (i < which && vmsd->subsections[i]) {
            i++;
        }
        if (!vmsd->subsections[i]) {
            error_setg(errp, "unknown subsection");
            return false;
        }
        if (!vmstate_load_section(f, vmsd->subsections[i], opaque, errp)) {
            return false;
        }
    }
    return true;
}

bool vmstate_save_section(QEMUFile *f, const VMStateDescription *vmsd,
                          void *opaque, Error **errp)
{
    return (!vmsd->pre_save_errp || vmsd->pre_save_errp(opaque, errp)) &&
           vmstate_save_fields(f, vmsd, opaque) == 0 &&
           save_subsections(f, vmsd, opaque, errp);
}

bool vmstate_failed(int ret, Error **errp)
{
    if (ret == 0) {
        return false;
    }
    error_setg(errp, "%s(load: %s)", standalone_reports()->str,
               strerror(-ret));
    g_string_truncate(standalone_reports(), 0);
    return true;
}

bool vmstate_load_section(QEMUFile *f, const VMStateDescription *vmsd,
                          void *opaque, Error **errp)
{
    return (!vmsd->pre_load_errp || vmsd->pre_load_errp(opaque, errp)) &&
           !vmstate_failed(vmstate_load_fields(f, vmsd, opaque), errp) &&
           load_subsections(f, vmsd, opaque, errp) &&
           (!vmsd->post_load_errp ||
            vmsd->post_load_errp(opaque, vmsd->version_id, errp));
}

/* Handshake and refusal */

bool standalone_handshake;
bool standalone_required;
bool standalone_accepted;
StandaloneSection standalone_section;

void migration_handshake_provide(const VMStateDescription *vmsd, void *opaque)
{
    standalone_section = (StandaloneSection) { vmsd, opaque };
}

void migration_handshake_require(void)
{
    standalone_required = true;
}

bool migration_handshake_agreed(void)
{
    return standalone_handshake || standalone_required;
}

void migration_handshake_accept(void)
{
    standalone_accepted = true;
}

GString *standalone_cause(void)
{
    static GString *cause;

    if (!cause) {
        cause = g_string_new(NULL);
    }
    return cause;
}

void migration_load_set_cause(const Error *err)
{
    g_string_assign(standalone_cause(), error_get_pretty(err));
}

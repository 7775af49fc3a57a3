/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmstate, as far as target/arm/migration uses it. */

#ifndef STANDALONE_INCLUDE_MIGRATION_VMSTATE_H
#define STANDALONE_INCLUDE_MIGRATION_VMSTATE_H

#include "migration/qemu-file-types.h"

typedef struct JSONWriter JSONWriter;
typedef struct VMStateField VMStateField;

typedef struct VMStateInfo {
    const char *name;
    int (*get)(QEMUFile *f, void *pv, size_t size, const VMStateField *field);
    int (*put)(QEMUFile *f, void *pv, size_t size, const VMStateField *field,
               JSONWriter *vmdesc);
} VMStateInfo;

struct VMStateField {
    const char *name;       /* NULL after the last field */
    size_t offset;
    size_t size;
    const VMStateInfo *info;
};

#define MIG_PRI_GICV3 1

typedef struct VMStateDescription {
    const char *name;
    int version_id;
    int minimum_version_id;
    bool early_setup;
    int priority;
    bool (*needed)(void *opaque);
    bool (*pre_save_errp)(void *opaque, Error **errp);
    bool (*pre_load_errp)(void *opaque, Error **errp);
    bool (*post_load_errp)(void *opaque, int version_id, Error **errp);
    const VMStateField *fields;
    const struct VMStateDescription *const *subsections;    /* or NULL */
} VMStateDescription;

extern const VMStateInfo vmstate_info_uint32;
extern const VMStateInfo vmstate_info_uint32s;      /* an array */
extern const VMStateInfo vmstate_info_uint64;

#define VMSTATE_SINGLE(member, state, version, how, type) \
    { .name = #member, .offset = offsetof(state, member), \
      .size = sizeof(type), .info = &(how) }
#define VMSTATE_UINT32(member, state) \
    VMSTATE_SINGLE(member, state, 0, vmstate_info_uint32, uint32_t)
#define VMSTATE_UINT32_ARRAY(member, state, length) \
    VMSTATE_SINGLE(member, state, 0, vmstate_info_uint32s, uint32_t[length])
#define VMSTATE_UINT64(member, state) \
    VMSTATE_SINGLE(member, state, 0, vmstate_info_uint64, uint64_t)
#define VMSTATE_END_OF_LIST() { .name = NULL }

/*
 * All fields of @vmsd; 0 or the first error.  The early end of a stream is an
 * error, even if a field's get() did not return one.
 */
int vmstate_save_fields(QEMUFile *f, const VMStateDescription *vmsd,
                        void *opaque);
int vmstate_load_fields(QEMUFile *f, const VMStateDescription *vmsd,
                        void *opaque);

/*
 * The same with the hooks of @vmsd and its subsections.  The subsections that
 * are needed follow the fields, at the end of the stream.
 */
bool vmstate_save_section(QEMUFile *f, const VMStateDescription *vmsd,
                          void *opaque, Error **errp);
bool vmstate_load_section(QEMUFile *f, const VMStateDescription *vmsd,
                          void *opaque, Error **errp);

/* If @ret is not 0, set an error with what fields have reported. */
bool vmstate_failed(int ret, Error **errp);

#endif

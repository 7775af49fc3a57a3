/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptions of migrated state, as far as the cpreg list has any. */

#ifndef STANDALONE_MIGRATION_VMSTATE_H
#define STANDALONE_MIGRATION_VMSTATE_H

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
    const char *name;       /* NULL behind the last one */
    size_t offset;
    size_t size;
    const VMStateInfo *info;
};

typedef struct VMStateDescription {
    const char *name;
    int version_id;
    int minimum_version_id;
    bool (*needed)(void *opaque);
    const VMStateField *fields;
} VMStateDescription;

#define VMSTATE_SINGLE(member, state, version, how, type) \
    { .name = #member, .offset = offsetof(state, member), \
      .size = sizeof(type), .info = &(how) }
#define VMSTATE_END_OF_LIST() { .name = NULL }

/*
 * All the fields of @vmsd; 0 or the first error.  A stream that ended early is
 * one, also where a field's get() did not say so.
 */
int vmstate_save_fields(QEMUFile *f, const VMStateDescription *vmsd,
                        void *opaque);
int vmstate_load_fields(QEMUFile *f, const VMStateDescription *vmsd,
                        void *opaque);

#endif

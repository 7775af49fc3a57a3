/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Preflight of Arm KVM guests in the migration stream. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "hw/core/cpu.h"
#include "migration/preflight.h"
#include "migration/qemu-file-types.h"
#include "migration/refusal.h"
#include "migration/vmstate.h"
#include "system/kvm.h"
#include "cpreg-preflight.h"
#include "kvm-identity.h"
#include "kvm-preflight.h"
#include "trace.h"

/* The section; it is there once. */
typedef struct ManifestSection {
    uint32_t format;
    GByteArray *encoded;
    GByteArray *chosen;     /* in a subsection; NULL where there is none */
} ManifestSection;

static bool section_needed(void *opaque)
{
    return migration_preflight();
}

static bool section_pre_save(void *opaque, Error **errp)
{
    ManifestSection *section = opaque;
    g_autoptr(ARMCPRegManifest) manifest = kvm_arm_manifest_of_machine(errp);

    if (!manifest) {
        return false;
    }
    section->format = ARM_CPREG_MANIFEST_FORMAT;
    g_clear_pointer(&section->encoded, g_byte_array_unref);
    section->encoded = arm_cpreg_manifest_encode(manifest);
    g_clear_pointer(&section->chosen, g_byte_array_unref);
    if (manifest->baseline) {
        section->chosen = arm_cpreg_manifest_encode_chosen(manifest);
    }
    return true;
}

static int put_encoded(QEMUFile *f, void *pv, size_t size,
                       const VMStateField *field, JSONWriter *vmdesc)
{
    GByteArray *encoded = *(GByteArray **)pv;

    qemu_put_be32(f, encoded->len);
    qemu_put_buffer(f, encoded->data, encoded->len);
    return 0;
}

static int get_encoded(QEMUFile *f, void *pv, size_t size,
                       const VMStateField *field)
{
    GByteArray **encoded = pv;
    uint32_t len = qemu_get_be32(f);

    g_clear_pointer(encoded, g_byte_array_unref);
    if (len > ARM_CPREG_MANIFEST_MAX) {
        /* A VMStateInfo has no Error: what it can do is to report. */
        error_report("the migration stream is corrupt: a register manifest of "
                     "%" PRIu32 " bytes, at most %d are possible", len,
                     ARM_CPREG_MANIFEST_MAX);
        return -EINVAL;
    }
    *encoded = g_byte_array_set_size(g_byte_array_new(), len);
    if (qemu_get_buffer(f, (*encoded)->data, len) != len) {
        return qemu_file_get_error(f) ?: -EIO;
    }
    return 0;
}

static const VMStateInfo vmstate_info_encoded = {
    .name = "register manifest",
    .get = get_encoded,
    .put = put_encoded,
};

/* A guest's manifest has arrived: can it be loaded? */
static bool section_check(const ManifestSection *section, Error **errp)
{
    const GByteArray *chosen = section->chosen;
    g_autofree char *fault = NULL;
    g_autoptr(ARMCPRegManifest) manifest = arm_cpreg_manifest_decode(
        section->encoded->data, section->encoded->len, &fault);
    g_autoptr(KVMPreflight) preflight = NULL;
    g_autofree char *refusal = NULL;

    if (manifest && chosen) {
        fault = arm_cpreg_manifest_decode_chosen(manifest, chosen->data,
                                                 chosen->len);
    }
    if (section->format == 0 || fault) {
        error_setg(errp, "the migration stream is corrupt: register manifest: "
                   "%s", fault ?: "there is no format 0");
        return false;
    }
    preflight = kvm_arm_preflight(ARM_CPU(first_cpu), manifest, errp);
    if (!preflight) {
        return false;
    }
    trace_arm_cpreg_preflight(manifest->kernel, manifest->len,
                              preflight->refused->str);
    refusal = kvm_arm_preflight_text(preflight, manifest);
    if (refusal) {
        error_setg(errp, "%s", refusal);
    }
    return refusal == NULL;
}

/* What an earlier migration, or one that failed, has left. */
static bool section_pre_load(void *opaque, Error **errp)
{
    ManifestSection *section = opaque;

    g_clear_pointer(&section->encoded, g_byte_array_unref);
    g_clear_pointer(&section->chosen, g_byte_array_unref);
    return true;
}

static bool section_post_load(void *opaque, int version_id, Error **errp)
{
    ERRP_GUARD();
    ManifestSection *section = opaque;
    bool ok;

    if (section->format > ARM_CPREG_MANIFEST_FORMAT) {
        trace_arm_cpreg_preflight_skipped(section->format,
                                          ARM_CPREG_MANIFEST_FORMAT);
        ok = true;
    } else {
        ok = section_check(section, errp);
    }
    if (ok) {
        migration_preflight_accept();
    } else {
        migration_refusal_reason(*errp);
    }
    g_clear_pointer(&section->encoded, g_byte_array_unref);
    g_clear_pointer(&section->chosen, g_byte_array_unref);
    return ok;
}

static bool chosen_needed(void *opaque)
{
    return ((ManifestSection *)opaque)->chosen;
}

static const VMStateDescription vmstate_chosen = {
    .name = "arm-cpreg-manifest/chosen",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = chosen_needed,
    .fields = (const VMStateField[]) {
        VMSTATE_SINGLE(chosen, ManifestSection, 1, vmstate_info_encoded,
                       GByteArray *),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_manifest = {
    .name = "arm-cpreg-manifest",
    .version_id = 1,
    .minimum_version_id = 1,
    .early_setup = true,
    .priority = MIG_PRI_GICV3,      /* the highest; before RAM's set-up */
    .needed = section_needed,
    .pre_save_errp = section_pre_save,
    .pre_load_errp = section_pre_load,
    .post_load_errp = section_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(format, ManifestSection),
        VMSTATE_SINGLE(encoded, ManifestSection, 1, vmstate_info_encoded,
                       GByteArray *),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *const []) {
        &vmstate_chosen,
        NULL
    }
};

void arm_cpreg_preflight_provide(ARMCPU *cpu)
{
    static ManifestSection section;
    g_autofree char *label = kvm_arm_identity_label(cpu);

    migration_preflight_provide(&vmstate_manifest, &section);
    if (label) {
        migration_preflight_require();
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manifest of an Arm KVM guest in the migration stream. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "hw/core/cpu.h"
#include "migration/handshake.h"
#include "migration/misc.h"
#include "migration/qemu-file-types.h"
#include "migration/refusal.h"
#include "migration/vmstate.h"
#include "system/kvm.h"
#include "manifest.h"
#include "target/arm/cpreg/manifest-stream.h"
#include "target/arm/kvm/manifest.h"
#include "trace.h"

/* The section: one for the machine. */
typedef struct ManifestSection {
    uint32_t format;
    GByteArray *encoded;
    GByteArray *configured; /* the subsection's content; NULL for none */
} ManifestSection;

static bool section_needed(void *opaque)
{
    return migration_handshake_agreed();
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
    g_clear_pointer(&section->configured, g_byte_array_unref);
    if (manifest->baseline) {
        section->configured = arm_cpreg_manifest_encode_configured(manifest);
    }
    return true;
}

static int manifest_put(QEMUFile *f, void *pv, size_t size,
                        const VMStateField *field, JSONWriter *vmdesc)
{
    GByteArray *encoded = *(GByteArray **)pv;

    qemu_put_be32(f, encoded->len);
    qemu_put_buffer(f, encoded->data, encoded->len);
    return 0;
}

static int manifest_get(QEMUFile *f, void *pv, size_t size,
                        const VMStateField *field)
{
    GByteArray **encoded = pv;
    uint32_t len = qemu_get_be32(f);

    g_clear_pointer(encoded, g_byte_array_unref);
    if (len > ARM_CPREG_MANIFEST_MAX) {
        /* VMStateInfo.get() has no Error */
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

static const VMStateInfo vmstate_info_manifest = {
    .name = "register manifest",
    .get = manifest_get,
    .put = manifest_put,
};

/* Check the manifest that has arrived. */
static bool section_check(const ManifestSection *section, Error **errp)
{
    const GByteArray *configured = section->configured;
    g_autofree char *fault = NULL;
    g_autoptr(ARMCPRegManifest) manifest = arm_cpreg_manifest_decode(
        section->encoded->data, section->encoded->len, &fault);
    g_autoptr(KVMManifestCheck) check = NULL;
    g_autofree char *refusal = NULL;

    if (manifest && configured) {
        fault = arm_cpreg_manifest_decode_configured(
            manifest, configured->data, configured->len);
    }
    if (section->format == 0 || fault) {
        error_setg(errp, "the migration stream is corrupt: register manifest: "
                   "%s", fault ?: "there is no format 0");
        return false;
    }
    check = kvm_arm_manifest_check(ARM_CPU(first_cpu), manifest, errp);
    if (!check) {
        return false;
    }
    trace_arm_cpreg_manifest(manifest->kernel, manifest->len,
                             check->refused->str);
    refusal = kvm_arm_manifest_check_text(check, manifest);
    if (refusal) {
        error_setg(errp, "%s", refusal);
    }
    return refusal == NULL;
}

/* Drop what an earlier migration has left. */
static bool section_pre_load(void *opaque, Error **errp)
{
    ManifestSection *section = opaque;

    g_clear_pointer(&section->encoded, g_byte_array_unref);
    g_clear_pointer(&section->configured, g_byte_array_unref);
    return true;
}

static bool section_post_load(void *opaque, int version_id, Error **errp)
{
    ERRP_GUARD();
    ManifestSection *section = opaque;
    bool ok;

    if (section->format > ARM_CPREG_MANIFEST_FORMAT) {
        trace_arm_cpreg_manifest_skipped(section->format,
                                         ARM_CPREG_MANIFEST_FORMAT);
        ok = true;
    } else {
        ok = section_check(section, errp);
    }
    if (ok) {
        migration_handshake_accept();
    } else {
        migration_load_set_cause(*errp);
    }
    g_clear_pointer(&section->encoded, g_byte_array_unref);
    g_clear_pointer(&section->configured, g_byte_array_unref);
    return ok;
}

static bool configured_needed(void *opaque)
{
    return ((ManifestSection *)opaque)->configured;
}

static const VMStateDescription vmstate_configured = {
    .name = "arm-migration-manifest/configured",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = configured_needed,
    .fields = (const VMStateField[]) {
        VMSTATE_SINGLE(configured, ManifestSection, 1, vmstate_info_manifest,
                       GByteArray *),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_manifest = {
    .name = "arm-migration-manifest",
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
        VMSTATE_SINGLE(encoded, ManifestSection, 1, vmstate_info_manifest,
                       GByteArray *),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *const []) {
        &vmstate_configured,
        NULL
    }
};

void arm_cpreg_manifest_provide(ARMCPU *cpu)
{
    static ManifestSection section;

    migration_handshake_provide(&vmstate_manifest, &section);
    if (kvm_arm_manifest_is_required(cpu)) {
        migration_handshake_require();
    }
}

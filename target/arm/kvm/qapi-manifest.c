/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manifests in QAPI types: write, read, print. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi-manifest.h"
#include "target/arm/cpreg/wide.h"

/* Errors repeat at most this much of a text from outside. */
#define SHOWN "%.40s"

/* The vector length in bits of bit @n in ARMCPRegVCPUInit.sve_vls */
#define VL_BITS(n) (((n) + 1) * 128)

char *arm_cpreg_hex(uint64_t value)
{
    return g_strdup_printf("0x%" PRIx64, value);
}

static strList *features_to_qapi(const ARMCPRegVCPUInit *init)
{
    strList *list = NULL, **tail = &list;

    for (unsigned bit = 0; bit < ARM_CPREG_FEATURE_WORDS * 32; bit++) {
        if (bit != ARM_CPREG_FEATURE_POWER_OFF &&
            arm_cpreg_has_feature(init, bit)) {
            QAPI_LIST_APPEND(tail, arm_cpreg_feature_name(bit));
        }
    }
    return list;
}

static intList *lengths_to_qapi(uint64_t vls)
{
    intList *list = NULL, **tail = &list;

    for (unsigned n = 0; n < 64; n++) {
        if (vls >> n & 1) {
            QAPI_LIST_APPEND(tail, VL_BITS(n));
        }
    }
    return list;
}

static ArmTargetImplCPUList *impls_to_qapi(const GArray *impls)
{
    ArmTargetImplCPUList *list = NULL, **tail = &list;

    for (guint i = 0; impls && i < impls->len; i++) {
        const ARMCPUImpl *impl = &g_array_index(impls, ARMCPUImpl, i);
        ArmTargetImplCPU *qapi = g_new0(ArmTargetImplCPU, 1);

        qapi->midr = arm_cpreg_hex(impl->midr);
        qapi->revidr = arm_cpreg_hex(impl->revidr);
        qapi->aidr = arm_cpreg_hex(impl->aidr);
        QAPI_LIST_APPEND(tail, qapi);
    }
    return list;
}

ArmMigrationManifest *
arm_cpreg_manifest_to_qapi(const ARMCPRegManifest *manifest)
{
    ArmMigrationManifest *qapi = g_new0(ArmMigrationManifest, 1);
    ArmRegisterList **tail = &qapi->registers;
    ARMCPRegList fixed = arm_cpreg_manifest_fixed(manifest);
    ARMCPRegList list = arm_cpreg_manifest_list(manifest);
    ARMCPRegList wide = {
        .indexes = manifest->wide_indexes,
        .len = manifest->wide_len,
    };
    ARMCPRegList configured = {
        .indexes = manifest->configured_indexes,
        .len = manifest->configured_len,
    };
    /* No register is in both lists; the walk merges them. */
    ARMCPRegWalk walk = { .source = &list, .destination = &wide };

    qapi->format = ARM_CPREG_QAPI_FORMAT;
    qapi->kernel = g_strdup(manifest->kernel);
    qapi->target = manifest->init.target;
    qapi->features = features_to_qapi(&manifest->init);
    qapi->sve_vector_lengths = lengths_to_qapi(manifest->init.sve_vls);
    while (arm_cpreg_walk_next(&walk)) {
        ArmRegister *reg = g_new0(ArmRegister, 1);
        ssize_t at = arm_cpreg_list_find(&fixed, walk.regidx);

        reg->name = arm_cpreg_short_name(walk.regidx);
        reg->index = arm_cpreg_hex(walk.regidx);
        reg->value = at < 0 ? NULL : arm_cpreg_hex(fixed.values[at]);
        reg->configured = arm_cpreg_list_find(&configured, walk.regidx) >= 0;
        reg->has_configured = reg->configured;
        QAPI_LIST_APPEND(tail, reg);
    }
    qapi->baseline = g_strdup(manifest->baseline);
    qapi->target_impl_cpus = impls_to_qapi(manifest->impls);
    qapi->has_target_impl_cpus = qapi->target_impl_cpus;
    return qapi;
}

/* The release goes into messages. */
static bool kernel_from_qapi(ARMCPRegManifest *manifest, const char *kernel,
                             Error **errp)
{
    size_t len = strlen(kernel);

    for (size_t i = 0; i < len; i++) {
        if (!g_ascii_isgraph(kernel[i])) {
            error_setg(errp, "manifest.kernel is not a kernel release: byte "
                       "%zu is 0x%02x, a space, a control character or not "
                       "ASCII", i, (unsigned char)kernel[i]);
            return false;
        }
    }
    if (len == 0 || len > ARM_CPREG_KERNEL_MAX) {
        error_setg(errp, "manifest.kernel is not a kernel release: it has %zu "
                   "bytes, 1 to %d are possible", len, ARM_CPREG_KERNEL_MAX);
        return false;
    }
    g_free(manifest->kernel);
    manifest->kernel = g_strdup(kernel);
    return true;
}

static bool features_from_qapi(ARMCPRegVCPUInit *init, const strList *list,
                               Error **errp)
{
    for (size_t i = 0; list; list = list->next, i++) {
        int bit = arm_cpreg_feature_bit(list->value);

        if (bit < 0 || bit == ARM_CPREG_FEATURE_POWER_OFF) {
            error_setg(errp, "manifest.features[%zu]: \"" SHOWN "\" is not a "
                       "vCPU feature of this QEMU", i, list->value);
            return false;
        }
        if (arm_cpreg_has_feature(init, bit)) {
            error_setg(errp, "manifest.features[%zu]: \"" SHOWN "\" is listed "
                       "twice", i, list->value);
            return false;
        }
        init->features[bit / 32] |= 1u << (bit % 32);
    }
    return true;
}

static bool lengths_from_qapi(ARMCPRegVCPUInit *init, const intList *list,
                              Error **errp)
{
    bool sve = arm_cpreg_has_feature(init, ARM_CPREG_FEATURE_SVE);
    int64_t last = 0;

    if (sve != !!list) {
        error_setg(errp, "manifest.sve-vector-lengths is %s, but "
                   "manifest.features %s sve", list ? "not empty" : "empty",
                   sve ? "has" : "does not have");
        return false;
    }
    for (size_t i = 0; list; list = list->next, i++) {
        int64_t bits = list->value;

        if (bits % VL_BITS(0) || bits < VL_BITS(0) || bits > VL_BITS(63)) {
            error_setg(errp, "manifest.sve-vector-lengths[%zu]: %" PRId64
                       " is not a vector length: use multiples of %d bits up "
                       "to %d", i, bits, VL_BITS(0), VL_BITS(63));
            return false;
        }
        if (bits <= last) {
            error_setg(errp, "manifest.sve-vector-lengths[%zu]: %" PRId64
                       " is not greater than the one before it, %" PRId64, i,
                       bits, last);
            return false;
        }
        init->sve_vls |= 1ull << (bits / VL_BITS(0) - 1);
        last = bits;
    }
    return true;
}

/* A number of @size bytes, of entry @i of @list; 0 if @text is NULL. */
static bool number_from_qapi(const char *text, size_t size, const char *list,
                             size_t i, const char *member, uint64_t *value,
                             Error **errp)
{
    uint64_t max = UINT64_MAX >> (64 - size * 8);

    *value = 0;
    if (text && (!g_str_has_prefix(text, "0x") ||
                 !g_ascii_string_to_unsigned(text + 2, 16, 0, max, value,
                                             NULL))) {
        error_setg(errp, "manifest.%s[%zu].%s: \"" SHOWN "\" is not a number "
                   "of %zu bits: 0x and hexadecimal digits", list, i, member,
                   text, size * 8);
        return false;
    }
    return true;
}

/* @last: in: the index of the register before; out: of this register */
static bool register_from_qapi(ARMCPRegManifest *manifest,
                               const ArmRegister *reg, size_t i,
                               uint64_t *last, Error **errp)
{
    g_autofree char *name = NULL;
    uint64_t regidx, value, mask;
    size_t size;

    if (!number_from_qapi(reg->index, 8, "registers", i, "index", &regidx,
                          errp)) {
        return false;
    }
    name = arm_cpreg_name(regidx);
    if ((regidx & ARM_CPREG_ARCH_MASK) != ARM_CPREG_ARCH_ARM64) {
        error_setg(errp, "manifest.registers[%zu].index: 0x%" PRIx64 " is not "
                   "a register of 64-bit Arm, 0x60...", i, regidx);
        return false;
    }
    if (regidx <= *last) {
        error_setg(errp, "manifest.registers[%zu].index: %s %s", i, name,
                   regidx == *last ? "is listed twice" :
                   "is out of order: its index is lower than the one before");
        return false;
    }
    *last = regidx;
    size = arm_cpreg_size(regidx);
    if (!number_from_qapi(reg->value, MIN(size, 8), "registers", i, "value",
                          &value, errp) ||
        !number_from_qapi(reg->writable, 8, "registers", i, "writable", &mask,
                          errp)) {
        return false;
    }
    if (arm_cpreg_is_wide(regidx)) {
        manifest->wide_indexes[manifest->wide_len++] = regidx;
        return true;
    }
    manifest->indexes[manifest->len++] = regidx;
    if (!arm_cpreg_is_fixed(regidx)) {
        if (reg->value && arm_cpreg_is_in_manifest(regidx)) {
            arm_cpreg_manifest_add_value(manifest, regidx, value);
        }
        return true;
    }
    /* Rules look at the value: a missing one must not pass for 0. */
    if (!reg->value) {
        error_setg(errp, "manifest.registers[%zu].value is missing: %s is a "
                   "register that a guest cannot change", i, name);
        return false;
    }
    arm_cpreg_manifest_add_value(manifest, regidx, value);
    if (reg->configured) {
        manifest->configured_indexes[manifest->configured_len++] = regidx;
    }
    return true;
}

static bool registers_from_qapi(ARMCPRegManifest *manifest,
                                const ArmRegisterList *list, Error **errp)
{
    size_t len = QAPI_LIST_LENGTH(list);
    uint64_t last = 0;

    if (len > ARM_CPREG_LIST_MAX) {
        error_setg(errp, "manifest.registers has %zu entries, at most %d are "
                   "possible", len, ARM_CPREG_LIST_MAX);
        return false;
    }
    manifest->indexes = g_new(uint64_t, len);
    manifest->fixed_indexes = g_new(uint64_t, len);
    manifest->fixed_values = g_new(uint64_t, len);
    manifest->wide_indexes = g_new(uint64_t, len);
    manifest->configured_indexes = g_new(uint64_t, len);
    for (size_t i = 0; list; list = list->next, i++) {
        if (!register_from_qapi(manifest, list->value, i, &last, errp)) {
            return false;
        }
    }
    return true;
}

static bool impls_from_qapi(ARMCPRegManifest *manifest,
                            const ArmTargetImplCPUList *list, Error **errp)
{
    static const char name[] = "target-impl-cpus";

    for (size_t i = 0; list; list = list->next, i++) {
        const ArmTargetImplCPU *qapi = list->value;
        g_autofree char *fault = NULL;
        ARMCPUImpl impl;

        if (!number_from_qapi(qapi->midr, 8, name, i, "midr", &impl.midr,
                              errp) ||
            !number_from_qapi(qapi->revidr, 8, name, i, "revidr",
                              &impl.revidr, errp) ||
            !number_from_qapi(qapi->aidr, 8, name, i, "aidr", &impl.aidr,
                              errp)) {
            return false;
        }
        if (!manifest->impls) {
            manifest->impls = arm_cpu_impls_new();
        }
        fault = arm_cpu_impls_add(manifest->impls, &impl);
        if (fault) {
            error_setg(errp, "manifest.%s[%zu]: %s", name, i, fault);
            return false;
        }
    }
    return true;
}

ARMCPRegManifest *arm_cpreg_manifest_from_qapi(const ArmMigrationManifest *qapi,
                                               Error **errp)
{
    g_autoptr(ARMCPRegManifest) manifest = arm_cpreg_manifest_new();
    g_autofree char *fault = NULL;

    if (qapi->format != ARM_CPREG_QAPI_FORMAT) {
        error_setg(errp, "manifest.format is %" PRId64 ", this QEMU reads %d: "
                   "make the manifest with a QEMU or kvm-arm-regs that writes "
                   "this format", qapi->format, ARM_CPREG_QAPI_FORMAT);
        return NULL;
    }
    if (qapi->architecture && !g_str_equal(qapi->architecture, "aarch64")) {
        error_setg(errp, "manifest.architecture is \"" SHOWN "\", this QEMU's "
                   "guests are aarch64", qapi->architecture);
        return NULL;
    }
    manifest->init.target = qapi->target;
    manifest->baseline = arm_cpreg_printable(qapi->baseline);
    if (!kernel_from_qapi(manifest, qapi->kernel, errp) ||
        !features_from_qapi(&manifest->init, qapi->features, errp) ||
        !lengths_from_qapi(&manifest->init, qapi->sve_vector_lengths, errp) ||
        !registers_from_qapi(manifest, qapi->registers, errp) ||
        !impls_from_qapi(manifest, qapi->target_impl_cpus, errp)) {
        return NULL;
    }
    fault = arm_cpreg_manifest_fault(manifest);
    if (fault) {
        error_setg(errp, "manifest: %s", fault);
        return NULL;
    }
    return g_steal_pointer(&manifest);
}

GString *arm_cpreg_manifest_table(const ArmMigrationManifest *qapi)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "kernel          %s\n"
                           "target          %" PRIu32 "\nfeatures        ",
                           qapi->kernel, qapi->target);
    for (strList *item = qapi->features; item; item = item->next) {
        g_string_append_printf(text, "%s%s", item->value,
                               item->next ? ", " : "");
    }
    g_string_append_printf(text, "%s\nvector lengths  ",
                           qapi->features ? "" : "none");
    for (intList *item = qapi->sve_vector_lengths; item;
         item = item->next) {
        g_string_append_printf(text, "%" PRId64 "%s", item->value,
                               item->next ? ", " : " bits");
    }
    g_string_append_printf(text, "%s\nregisters       %zu, with the values of "
                           "those that the guest cannot change\n\n",
                           qapi->sve_vector_lengths ? "" : "none, no SVE",
                           QAPI_LIST_LENGTH(qapi->registers));
    for (ArmRegisterList *item = qapi->registers; item; item = item->next) {
        g_string_append_printf(text, "%-24s %s%s%s\n", item->value->name,
                               item->value->index,
                               item->value->value ? " = " : "",
                               item->value->value ?: "");
    }
    return text;
}

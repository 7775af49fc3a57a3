/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host's dump as JSON. */

#include "qemu/osdep.h"
#include "json-out.h"
#include "target/arm/cpreg-wide.h"

static void add_hex(JsonBuilder *json, const char *name, uint64_t value)
{
    g_autofree char *text = g_strdup_printf("0x%" PRIx64, value);

    json_out_string(json, name, text);
}

static void add_register(JsonBuilder *json, uint64_t regidx,
                         const HostReg *reg)
{
    g_autofree char *name = arm_cpreg_short_name(regidx);
    g_autofree char *index = g_strdup_printf("0x%016" PRIx64, regidx);

    json_builder_begin_object(json);
    json_out_string(json, "name", name);
    json_out_string(json, "index", index);
    if (reg && reg->has_value) {
        add_hex(json, "value", reg->value);
    }
    if (reg && reg->has_mask) {
        add_hex(json, "writable", reg->writable);
    }
    json_builder_end_object(json);
}

/* Both are ascending, and so is the list that comes of them. */
static void add_registers(JsonBuilder *json, const HostDump *dump)
{
    const ARMCPRegManifest *manifest = dump->manifest;
    size_t w = 0;

    for (guint i = 0; i < dump->regs->len; i++) {
        const HostReg *reg = &g_array_index(dump->regs, HostReg, i);

        while (w < manifest->wide_len &&
               manifest->wide_indexes[w] < reg->regidx) {
            add_register(json, manifest->wide_indexes[w++], NULL);
        }
        add_register(json, reg->regidx, reg);
    }
    while (w < manifest->wide_len) {
        add_register(json, manifest->wide_indexes[w++], NULL);
    }
}

static void add_features(JsonBuilder *json, const ARMCPRegVCPUInit *init)
{
    for (unsigned bit = 0; bit < ARM_CPREG_FEATURE_WORDS * 32; bit++) {
        if (bit != ARM_CPREG_FEATURE_POWER_OFF &&
            arm_cpreg_has_feature(init, bit)) {
            g_autofree char *name = arm_cpreg_feature_name(bit);

            json_builder_add_string_value(json, name);
        }
    }
}

static void add_impls(JsonBuilder *json, const GArray *impls)
{
    if (!impls) {
        return;
    }
    json_out_array(json, "target-impl-cpus");
    for (guint i = 0; i < impls->len; i++) {
        const ARMCPRegImpl *impl = &g_array_index(impls, ARMCPRegImpl, i);

        json_builder_begin_object(json);
        add_hex(json, "midr", impl->midr);
        add_hex(json, "revidr", impl->revidr);
        add_hex(json, "aidr", impl->aidr);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

void json_out_vcpu(JsonBuilder *json, const HostDump *dump)
{
    const ARMCPRegVCPUInit *init = &dump->manifest->init;

    json_out_array(json, "features");
    add_features(json, init);
    json_builder_end_array(json);
    json_out_array(json, "sve-vector-lengths");
    for (unsigned n = 0; n < 64; n++) {
        if (init->sve_vls >> n & 1) {
            json_builder_add_int_value(json, (n + 1) * 128);
        }
    }
    json_builder_end_array(json);
    json_out_strings(json, "capabilities", dump->capabilities);
}

char *host_dump_to_json(const HostDump *dump)
{
    g_autoptr(JsonBuilder) json = json_builder_new();

    json_builder_begin_object(json);
    json_builder_set_member_name(json, "format");
    json_builder_add_int_value(json, HOST_DUMP_FORMAT);
    if (dump->members) {
        json_out_string(json, "architecture", "aarch64");
        json_out_strings(json, "members", dump->members);
    }
    if (dump->host) {
        json_out_string(json, "host", dump->host);
    }
    json_out_string(json, "kernel", dump->manifest->kernel);
    json_builder_set_member_name(json, "target");
    json_builder_add_int_value(json, dump->manifest->init.target);
    json_out_vcpu(json, dump);
    add_impls(json, dump->manifest->impls);
    json_out_array(json, "registers");
    add_registers(json, dump);
    json_builder_end_array(json);
    json_builder_end_object(json);
    return json_out_text(json);
}

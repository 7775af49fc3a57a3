/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host's dump as JSON. */

#include "qemu/osdep.h"
#include "host-dump-write.h"
#include "json-out.h"
#include "target/arm/cpreg/wide.h"

static void write_hex(JsonBuilder *json, const char *name, uint64_t value)
{
    g_autofree char *text = g_strdup_printf("0x%" PRIx64, value);

    json_out_string(json, name, text);
}

static void write_register(JsonBuilder *json, uint64_t regidx,
                           const HostReg *reg)
{
    g_autofree char *name = arm_cpreg_short_name(regidx);
    g_autofree char *index = g_strdup_printf("0x%016" PRIx64, regidx);

    json_builder_begin_object(json);
    json_out_string(json, "name", name);
    json_out_string(json, "index", index);
    if (reg && reg->has_value) {
        write_hex(json, "value", reg->value);
    }
    if (reg && reg->has_mask) {
        write_hex(json, "writable", reg->writable);
    }
    json_builder_end_object(json);
}

/* The lists are ascending; so is the one that is written. */
static void write_registers(JsonBuilder *json, const HostDump *dump)
{
    const ARMCPRegManifest *manifest = dump->manifest;
    guint r = 0, s = 0;
    size_t w = 0;

    while (r < dump->regs->len || s < dump->state->len ||
           w < manifest->wide_len) {
        const HostReg *reg = r < dump->regs->len
                             ? &g_array_index(dump->regs, HostReg, r) : NULL;
        uint64_t state = s < dump->state->len
                         ? g_array_index(dump->state, uint64_t, s)
                         : UINT64_MAX;
        uint64_t wide = w < manifest->wide_len ? manifest->wide_indexes[w]
                                               : UINT64_MAX;

        if (reg && reg->regidx < MIN(state, wide)) {
            write_register(json, reg->regidx, reg);
            r++;
        } else if (state < wide) {
            write_register(json, state, NULL);
            s++;
        } else {
            write_register(json, wide, NULL);
            w++;
        }
    }
}

static void write_features(JsonBuilder *json, const ARMCPRegVCPUInit *init)
{
    for (unsigned bit = 0; bit < ARM_CPREG_FEATURE_WORDS * 32; bit++) {
        if (bit != ARM_CPREG_FEATURE_POWER_OFF &&
            arm_cpreg_has_feature(init, bit)) {
            g_autofree char *name = arm_cpreg_feature_name(bit);

            json_builder_add_string_value(json, name);
        }
    }
}

static void write_impls(JsonBuilder *json, const GArray *impls)
{
    if (!impls) {
        return;
    }
    json_out_array(json, "target-impl-cpus");
    for (guint i = 0; i < impls->len; i++) {
        const ARMCPUImpl *impl = &g_array_index(impls, ARMCPUImpl, i);

        json_builder_begin_object(json);
        write_hex(json, "midr", impl->midr);
        write_hex(json, "revidr", impl->revidr);
        write_hex(json, "aidr", impl->aidr);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

void host_dump_write_vcpu(JsonBuilder *json, const HostDump *dump)
{
    const ARMCPRegVCPUInit *init = &dump->manifest->init;

    json_out_array(json, "features");
    write_features(json, init);
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
    host_dump_write_vcpu(json, dump);
    write_impls(json, dump->manifest->impls);
    json_out_array(json, "registers");
    write_registers(json, dump);
    json_builder_end_array(json);
    json_builder_end_object(json);
    return json_out_text(json);
}

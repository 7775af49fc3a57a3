/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host's dump from JSON; the text is untrusted. */

#include "qemu/osdep.h"
#include <json-glib/json-glib.h>

#include "host-dump-parse.h"

#define REMEDY HOST_DUMP_REMEDY
#define BASELINE_REMEDY "make the file with kvm-arm-regs baseline"

/* The member of @object if it is a value of @type; else NULL. */
static JsonNode *parse_value(JsonObject *object, const char *name, GType type)
{
    JsonNode *node = json_object_get_member(object, name);

    return node && JSON_NODE_HOLDS_VALUE(node) &&
           json_node_get_value_type(node) == type ? node : NULL;
}

static const char *parse_string(JsonObject *object, const char *name)
{
    JsonNode *node = parse_value(object, name, G_TYPE_STRING);

    return node ? json_node_get_string(node) : NULL;
}

static JsonArray *parse_array(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node)
                                               : NULL;
}

static bool parse_hex(const char *text, uint64_t *number)
{
    return text && g_str_has_prefix(text, "0x") &&
           g_ascii_string_to_unsigned(text + 2, 16, 0, UINT64_MAX, number,
                                      NULL);
}

/* A hexadecimal number that may be left out. */
static bool parse_hex_member(JsonObject *object, const char *name,
                             bool *is_there, uint64_t *number)
{
    *is_there = json_object_has_member(object, name);
    return !*is_there || parse_hex(parse_string(object, name), number);
}

char *host_dump_printable(const char *text)
{
    GString *out = g_string_new(NULL);

    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);

        g_string_append_unichar(out, g_unichar_isprint(c) ? c : '?');
    }
    return g_string_free(out, false);
}

/* The strings of a list; NULL, with @at at the first that is not one. */
static char **parse_strings(JsonArray *list, guint *at)
{
    guint len = json_array_get_length(list);
    g_auto(GStrv) strings = g_new0(char *, len + 1);

    for (*at = 0; *at < len; (*at)++) {
        JsonNode *node = json_array_get_element(list, *at);

        if (!JSON_NODE_HOLDS_VALUE(node) || !json_node_get_string(node)) {
            return NULL;
        }
        strings[*at] = host_dump_printable(json_node_get_string(node));
    }
    return g_steal_pointer(&strings);
}

/* Each of the following returns what is wrong, as a new string, or NULL. */

static char *parse_head(HostDump *dump, JsonObject *root)
{
    JsonNode *format = parse_value(root, "format", G_TYPE_INT64);
    JsonNode *target = parse_value(root, "target", G_TYPE_INT64);
    const char *kernel = parse_string(root, "kernel");

    if (!format) {
        return g_strdup("no \"format\", so not a dump of a host; " REMEDY);
    }
    if (json_node_get_int(format) != HOST_DUMP_FORMAT) {
        return g_strdup_printf("format %" PRId64 ", this program reads format "
                               "%d; make the file with this version of "
                               "kvm-arm-regs",
                               json_node_get_int(format), HOST_DUMP_FORMAT);
    }
    if (json_object_has_member(root, "architecture") &&
        g_strcmp0(parse_string(root, "architecture"), "aarch64") != 0) {
        g_autofree char *shown = host_dump_printable(
            parse_string(root, "architecture") ?: "not a string");

        return g_strdup_printf("\"architecture\" is %.40s, not aarch64: not "
                               "from an Arm host; " REMEDY, shown);
    }
    if (!kernel || !*kernel || strlen(kernel) > ARM_CPREG_KERNEL_MAX) {
        return g_strdup_printf("\"kernel\" is not a string of 1 to %d "
                               "bytes; " REMEDY, ARM_CPREG_KERNEL_MAX);
    }
    if (!target || json_node_get_int(target) < 0 ||
        json_node_get_int(target) > UINT32_MAX) {
        return g_strdup("\"target\" is not a 32-bit number; " REMEDY);
    }
    g_free(dump->manifest->kernel);
    dump->manifest->kernel = host_dump_printable(kernel);
    dump->manifest->init.target = json_node_get_int(target);
    if (parse_string(root, "host")) {
        dump->host = host_dump_printable(parse_string(root, "host"));
    }
    return NULL;
}

static char *parse_features(HostDump *dump, JsonObject *root)
{
    ARMCPRegVCPUInit *init = &dump->manifest->init;
    JsonArray *features = parse_array(root, "features");

    if (!features) {
        return g_strdup("\"features\" is not a list of names; " REMEDY);
    }
    for (guint i = 0; i < json_array_get_length(features); i++) {
        JsonNode *node = json_array_get_element(features, i);
        const char *name = JSON_NODE_HOLDS_VALUE(node)
                           ? json_node_get_string(node) : NULL;
        int bit = name ? arm_cpreg_feature_bit(name) : -1;

        if (bit < 0) {
            g_autofree char *shown = host_dump_printable(
                name ?: "not a string");

            return g_strdup_printf("feature %u, %.40s, is unknown; use a newer "
                                   "kvm-arm-regs", i + 1, shown);
        }
        init->features[bit / 32] |= 1u << (bit % 32);
    }
    return NULL;
}

static char *parse_lengths(HostDump *dump, JsonObject *root)
{
    JsonArray *lengths = parse_array(root, "sve-vector-lengths");
    gint64 last = 0;

    if (!lengths) {
        return g_strdup("\"sve-vector-lengths\" is not a list of numbers; "
                        REMEDY);
    }
    for (guint i = 0; i < json_array_get_length(lengths); i++) {
        JsonNode *node = json_array_get_element(lengths, i);
        gint64 bits = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_int(node)
                                                  : 0;

        if (bits <= last || bits % 128 || bits > 64 * 128) {
            return g_strdup_printf("SVE vector length %u is not a multiple of "
                                   "128 up to 8192 in ascending order; " REMEDY,
                                   i + 1);
        }
        dump->manifest->init.sve_vls |= 1ULL << (bits / 128 - 1);
        last = bits;
    }
    return NULL;
}

static char *parse_register(HostDump *dump, JsonNode *node)
{
    HostReg reg = { 0 };
    JsonObject *object;

    if (!JSON_NODE_HOLDS_OBJECT(node)) {
        return g_strdup("is not an object");
    }
    object = json_node_get_object(node);
    if (!parse_hex(parse_string(object, "index"), &reg.regidx) ||
        (reg.regidx & ARM_CPREG_ARCH_MASK) != ARM_CPREG_ARCH_ARM64) {
        return g_strdup("has no \"index\" of an arm64 register "
                        "(\"0x60...\")");
    }
    if (!parse_hex_member(object, "value", &reg.has_value, &reg.value) ||
        !parse_hex_member(object, "writable", &reg.has_mask, &reg.writable)) {
        return g_strdup("has a \"value\" or \"writable\" that is not a "
                        "64-bit number (\"0x...\")");
    }
    if ((reg.regidx & ARM_CPREG_SIZE_MASK) == ARM_CPREG_SIZE_U32 &&
        (reg.value | reg.writable) > UINT32_MAX) {
        return g_strdup("has a number of more than the register's 32 bits");
    }
    host_dump_add(dump, &reg);
    return NULL;
}

static char *parse_registers(HostDump *dump, JsonObject *root)
{
    JsonArray *list = parse_array(root, "registers");
    guint len = list ? json_array_get_length(list) : 0;
    char *fault;

    if (!list) {
        return g_strdup("\"registers\" is not a list; " REMEDY);
    }
    if (len > ARM_CPREG_LIST_MAX) {
        return g_strdup_printf("%u registers, at most %d are possible; " REMEDY,
                               len, ARM_CPREG_LIST_MAX);
    }
    for (guint i = 0; i < len; i++) {
        g_autofree char *why = parse_register(
            dump, json_array_get_element(list, i));

        if (why) {
            return g_strdup_printf("register %u %s; " REMEDY, i + 1, why);
        }
    }
    if (!host_dump_finish(dump, &fault)) {
        g_autofree char *why = fault;

        return g_strdup_printf("%s; " REMEDY, why);
    }
    return NULL;
}

static char *parse_members(HostDump *dump, JsonObject *root)
{
    JsonArray *list = parse_array(root, "members");
    guint at;

    if (!json_object_has_member(root, "members")) {
        return NULL;
    }
    if (!list) {
        return g_strdup("\"members\" is not a list of hosts; "
                        BASELINE_REMEDY);
    }
    dump->members = parse_strings(list, &at);
    return dump->members ? NULL
                         : g_strdup_printf("member %u is not a string; "
                                           BASELINE_REMEDY, at + 1);
}

static char *parse_impl(GArray *impls, JsonNode *node)
{
    ARMCPUImpl impl;
    JsonObject *object;

    if (!JSON_NODE_HOLDS_OBJECT(node)) {
        return g_strdup("is not an object");
    }
    object = json_node_get_object(node);
    if (!parse_hex(parse_string(object, "midr"), &impl.midr) ||
        !parse_hex(parse_string(object, "revidr"), &impl.revidr) ||
        !parse_hex(parse_string(object, "aidr"), &impl.aidr)) {
        return g_strdup("does not have \"midr\", \"revidr\" and \"aidr\" as "
                        "64-bit numbers (\"0x...\")");
    }
    return arm_cpu_impls_add(impls, &impl);
}

static char *parse_impls(HostDump *dump, JsonObject *root)
{
    JsonArray *list = parse_array(root, "target-impl-cpus");

    if (!json_object_has_member(root, "target-impl-cpus")) {
        return NULL;
    }
    if (!list) {
        return g_strdup("\"target-impl-cpus\" is not a list of CPUs; "
                        BASELINE_REMEDY);
    }
    if (!json_array_get_length(list)) {
        return NULL;
    }
    dump->manifest->impls = arm_cpu_impls_new();
    for (guint i = 0; i < json_array_get_length(list); i++) {
        g_autofree char *why = parse_impl(dump->manifest->impls,
                                          json_array_get_element(list, i));

        if (why) {
            return g_strdup_printf("CPU %u of \"target-impl-cpus\": %s; "
                                   BASELINE_REMEDY, i + 1, why);
        }
    }
    return NULL;
}

static void parse_capabilities(HostDump *dump, JsonObject *root)
{
    JsonArray *list = parse_array(root, "capabilities");
    GPtrArray *names = g_ptr_array_new();

    for (guint i = 0; list && i < json_array_get_length(list); i++) {
        JsonNode *node = json_array_get_element(list, i);

        if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_string(node)) {
            g_ptr_array_add(names, host_dump_printable(
                                json_node_get_string(node)));
        }
    }
    g_ptr_array_add(names, NULL);
    g_strfreev(dump->capabilities);
    dump->capabilities = (char **)g_ptr_array_free(names, false);
}

char *host_dump_parse(HostDump *dump, const char *text, size_t len)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) err = NULL;
    JsonObject *root;
    JsonNode *node;

    if (!json_parser_load_from_data(parser, text, len, &err)) {
        g_autofree char *why = host_dump_printable(err->message);

        return g_strdup_printf("not JSON: %s; " REMEDY, why);
    }
    node = json_parser_get_root(parser);
    root = node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node)
                                                : NULL;
    if (!root) {
        return g_strdup("not a JSON object; " REMEDY);
    }
    /* An answer of QMP. */
    node = json_object_get_member(root, "return");
    if (node && JSON_NODE_HOLDS_OBJECT(node)) {
        root = json_node_get_object(node);
    }
    parse_capabilities(dump, root);
    return parse_head(dump, root) ?: parse_members(dump, root) ?:
           parse_impls(dump, root) ?: parse_features(dump, root) ?:
           parse_lengths(dump, root) ?: parse_registers(dump, root);
}

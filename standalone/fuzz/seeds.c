/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The seeds of the fuzzers: streams, manifests and dumps of the recorded
 * kernels.
 *
 *   fuzz-seeds FOLDER        one folder in it for each target
 */

#include "qemu/osdep.h"
#include <glib/gstdio.h>

#include "fuzz.h"
#include "migration/handshake.h"
#include "scripted-test.h"
#include "target/arm/cpreg/manifest-stream.h"
#include "target/arm/kvm/manifest.h"

static const char *folder;

static void write_seed(const char *target, const char *name, const void *data,
                       size_t size)
{
    g_autofree char *into = g_build_filename(folder, target, NULL);
    g_autofree char *path = g_build_filename(into, name, NULL);
    g_autoptr(GError) err = NULL;

    g_mkdir_with_parents(into, 0755);
    if (!g_file_set_contents(path, data, size, &err)) {
        g_error("%s", err->message);
    }
}

/* @head, and then the bytes. */
static void write_after(const char *target, const char *name,
                        const char *head, size_t head_size,
                        const GByteArray *bytes)
{
    g_autoptr(GByteArray) all = g_byte_array_new();

    g_byte_array_append(all, (const guint8 *)head, head_size);
    g_byte_array_append(all, bytes->data, bytes->len);
    write_seed(target, name, all->data, all->len);
}

/* A configured guest view, with two implementations. */
static void add_configured(GByteArray *bytes, ARMCPRegManifest *manifest)
{
    static const ARMCPUImpl some[] = {
        { 0x413fd0c1, 0, 0 }, { 0x413fd0c2, 0, 1 },
    };
    g_autoptr(GByteArray) configured = NULL;
    uint8_t head[3] = { 0 };

    /* As a vCPU without a baseline has it: nothing is configured. */
    g_free(manifest->configured_indexes);
    manifest->baseline = g_strdup("baseline pool (pool.json)");
    manifest->configured_indexes = g_new(uint64_t, manifest->fixed_len);
    for (size_t i = 0; i < manifest->fixed_len; i++) {
        if (arm_cpreg_is_identity(manifest->fixed_indexes[i])) {
            manifest->configured_indexes[manifest->configured_len++] =
                manifest->fixed_indexes[i];
        }
    }
    manifest->impls = arm_cpu_impls_new();
    g_array_append_vals(manifest->impls, some, ARRAY_SIZE(some));
    configured = arm_cpreg_manifest_encode_configured(manifest);
    head[1] = configured->len >> 8;
    head[2] = configured->len;
    g_byte_array_append(bytes, configured->data, configured->len);
    g_byte_array_prepend(bytes, head, sizeof(head));
}

static void of_kernel(const char *name, bool small)
{
    g_autoptr(ScriptedKVM) kvm = small ? fuzz_small_kernel(name)
                                       : fuzz_kernel(name);
    g_autofree char *file = g_strdup_printf("%s%s", small ? "small-" : "",
                                            name);
    g_autofree char *with_configured = g_strdup_printf("%s-chosen", file);
    g_autoptr(QEMUFile) f = NULL;
    g_autoptr(ARMCPU) cpu = NULL;
    g_autoptr(ARMCPRegManifest) manifest = NULL;
    g_autoptr(GByteArray) bytes = NULL;

    standalone_handshake = true;
    f = stream_from(kvm);
    standalone_handshake = false;
    write_after("list", file, small ? "\x80" : "\x8f", 1, f->bytes);

    scripted_kvm_reset(kvm);
    cpu = scripted_start(kvm, NULL);
    manifest = kvm_arm_manifest_read(cpu, NULL);
    bytes = arm_cpreg_manifest_encode(manifest);
    write_after("manifest", file, "\0\0\0", 3, bytes);
    add_configured(bytes, manifest);
    write_seed("manifest", with_configured, bytes->data, bytes->len);
}

static void of_edits(void)
{
    /* One of each, fuzz-list.c. */
    for (uint8_t how = 0; how < 6; how++) {
        uint8_t edit[] = { how, how, 0, 5, 1, 0xc1, 3, 0, 0, 0, 0, 0, 1 };
        g_autofree char *name = g_strdup_printf("edit-%u", how);

        write_seed("list", name, edit, sizeof(edit));
    }
    /* A register of value 1 that no kernel has, S3_0_C15_C15_7. */
    for (uint8_t to = 0; to < 5; to++) {
        uint8_t insert[] = { to, 1, 0, 0, 1, 0xc7, 0xff, 1 };
        g_autofree char *name = g_strdup_printf("unknown-%u", to);

        write_seed("list", name, insert, sizeof(insert));
    }
}

static void of_wide(void)
{
    static const uint64_t some[] = {
        0x600000000013fff1, 0x604000000013fff3, 0x605000000013fff4,
        0x608000000013fff7,
    };
    g_autoptr(QEMUFile) f = qemu_file_new();
    uint8_t value[256] = { 0xa5 };

    qemu_put_be32(f, ARRAY_SIZE(some));
    for (size_t i = 0; i < ARRAY_SIZE(some); i++) {
        qemu_put_be64(f, some[i]);
        qemu_put_buffer(f, value, scripted_size(some[i]));
    }
    write_seed("wide", "four", f->bytes->data, f->bytes->len);
    write_seed("wide", "none", "\0\0\0", 4);
}

static void of_refusal(void)
{
    static const char text[] = "\xc1" "cpu 0: registers of the source cannot "
        "be restored on this host: TCR2_EL1 (0x603000000013c103) = 0x1";

    /* Longer than can be sent, and cut inside a character. */
    g_autoptr(GString) longer = g_string_new("\xc1" "a");

    write_seed("refusal", "forward", text, sizeof(text) - 1);
    while (longer->len <= 16386) {
        g_string_append(longer, "\u00e9");
    }
    write_seed("refusal", "forward-long", longer->str, longer->len);
    write_seed("refusal", "receive", "\0\0\4text\0\2\xc3\xa9", 11);
}

static void of_dumps(void)
{
    static const char text[] =
        "{\"format\": 1, \"host\": \"a\", \"kernel\": \"6.12.107\","
        " \"target\": 5, \"features\": [\"psci-0.2\", \"pmu-v3\"],"
        " \"sve-vector-lengths\": [],"
        " \"capabilities\": [\"arm-writable-imp-id-regs\"],"
        " \"registers\": [{\"name\": \"MIDR_EL1\","
        " \"index\": \"0x603000000013c000\", \"value\": \"0x413fd0c1\"},"
        " {\"name\": \"ID_AA64PFR0_EL1\","
        " \"index\": \"0x603000000013c020\", \"value\": \"0x11\","
        " \"writable\": \"0xf\"}, {\"name\": \"TCR2_EL1\","
        " \"index\": \"0x603000000013c103\","
        " \"value\": \"0x1de7ec7edbadc0de\"}]}";

    write_seed("dump", "host", text, sizeof(text) - 1);
    write_seed("dump", "empty", "{}", 2);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "say where: fuzz-seeds FOLDER\n");
        return 2;
    }
    folder = argv[1];
    for (int small = 0; small < 2; small++) {
        of_kernel("5.10" ON_N1, small);
        of_kernel("6.12" ON_N1_PMU, small);
        of_kernel("6.18" ON_N1_PMU, small);
        of_kernel("7.3" ON_MAX, small);
    }
    of_edits();
    of_wide();
    of_refusal();
    of_dumps();
    return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fuzz target without libFuzzer: runs it on files, and on all files in
 * folders, with the beginning of each as well.  For the machine that has no
 * clang, and to look at what libFuzzer has found with a debugger.
 *
 *   fuzz-list-replay FILE|FOLDER...
 */

#include "qemu/osdep.h"
#include "fuzz.h"

/* Beginnings: at so many places of each file. */
#define CUTS 8

static unsigned files, runs;

static void run(const char *data, size_t size)
{
    /* A copy of just its size: what reads beyond it is seen. */
    g_autofree uint8_t *copy = g_memdup2(data, size);

    LLVMFuzzerTestOneInput(copy ?: (const uint8_t *)"", size);
    runs++;
}

static bool replay(const char *path)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *data = NULL;
    g_autoptr(GDir) dir = NULL;
    const char *name;
    gsize size;
    bool ok = true;

    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        dir = g_dir_open(path, 0, &err);
        while (dir && (name = g_dir_read_name(dir))) {
            g_autofree char *inside = g_build_filename(path, name, NULL);

            ok &= replay(inside);
        }
    } else if (g_file_get_contents(path, &data, &size, &err)) {
        files++;
        for (unsigned i = 0; i < CUTS; i++) {
            run(data, size * i / CUTS);
        }
        run(data, size);
    }
    if (err) {
        fprintf(stderr, "%s\n", err->message);
    }
    return ok && !err;
}

int main(int argc, char **argv)
{
    bool ok = true;

    for (int i = 1; i < argc; i++) {
        ok &= replay(argv[i]);
    }
    printf("%u files, %u runs\n", files, runs);
    return ok && files ? 0 : 1;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A channel that has no data. */

#ifndef TESTS_FUZZ_QEMU_FILE_H
#define TESTS_FUZZ_QEMU_FILE_H

#define qemu_file_get_ioc(f)    ((void)(f), (QIOChannel *)NULL)

#endif

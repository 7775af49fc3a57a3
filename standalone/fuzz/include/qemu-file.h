/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A channel that has no data. */

#ifndef STANDALONE_FUZZ_INCLUDE_QEMU_FILE_H
#define STANDALONE_FUZZ_INCLUDE_QEMU_FILE_H

#define qemu_file_get_ioc(f)    ((void)(f), (QIOChannel *)NULL)

#endif

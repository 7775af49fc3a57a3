/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A channel that cannot be shut down, so that nobody waits for its end. */

#ifndef STANDALONE_FUZZ_INCLUDE_IO_CHANNEL_H
#define STANDALONE_FUZZ_INCLUDE_IO_CHANNEL_H

typedef struct QIOChannel QIOChannel;

#define QIO_CHANNEL_SHUTDOWN_BOTH       0
#define QIO_CHANNEL_FEATURE_SHUTDOWN    0
#define QIO_CHANNEL_ERR_BLOCK           -2

#define qio_channel_shutdown(ioc, how, errp)    ((void)(ioc))
#define qio_channel_has_feature(ioc, feature)   ((void)(ioc), false)
#define qio_channel_read(ioc, buf, size, errp)  ((void)(buf), -1)
#define qio_channel_yield(ioc, condition)       ((void)(ioc))

#endif

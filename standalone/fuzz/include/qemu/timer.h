/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Timers that never fire. */

#ifndef STANDALONE_FUZZ_INCLUDE_QEMU_TIMER_H
#define STANDALONE_FUZZ_INCLUDE_QEMU_TIMER_H

typedef struct QEMUTimer QEMUTimer;

#define QEMU_CLOCK_REALTIME             0
#define qemu_clock_get_ms(clock)        ((int64_t)0)
#define timer_new_ms(clock, cb, opaque) ((void)(cb), (QEMUTimer *)NULL)
#define timer_mod(timer, at)            ((void)(timer), (void)(at))
#define timer_free(timer)               ((void)(timer))

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests say whether the guest runs. */

#ifndef STANDALONE_INCLUDE_SYSTEM_RUNSTATE_H
#define STANDALONE_INCLUDE_SYSTEM_RUNSTATE_H

extern bool standalone_running;

#define runstate_is_running() standalone_running

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the guest runs is for a test to say. */

#ifndef STANDALONE_SYSTEM_RUNSTATE_H
#define STANDALONE_SYSTEM_RUNSTATE_H

extern bool standalone_running;

#define runstate_is_running() standalone_running

#endif

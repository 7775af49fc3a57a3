/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parser of booleans. */

#ifndef STANDALONE_INCLUDE_QAPI_UTIL_H
#define STANDALONE_INCLUDE_QAPI_UTIL_H

bool qapi_bool_parse(const char *name, const char *value, bool *obj,
                     Error **errp);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One number or text, in or out. */

#ifndef STANDALONE_QAPI_VISITOR_H
#define STANDALONE_QAPI_VISITOR_H

#include "qom/object.h"

struct Visitor {
    uint64_t value;
    char *text;
    bool input;         /* @value, or @text, comes in */
    bool fails;         /* what comes in is none */
};

bool visit_type_uint64(Visitor *v, const char *name, uint64_t *obj,
                       Error **errp);
bool visit_type_str(Visitor *v, const char *name, char **obj, Error **errp);

#endif

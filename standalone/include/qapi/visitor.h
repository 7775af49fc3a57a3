/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A visitor of one number or one string. */

#ifndef STANDALONE_INCLUDE_QAPI_VISITOR_H
#define STANDALONE_INCLUDE_QAPI_VISITOR_H

#include "qom/object.h"

struct Visitor {
    uint64_t value;
    char *text;
    bool input;         /* visit @value or @text, else set it */
    bool fails;         /* the input has the wrong type */
};

bool visit_type_uint64(Visitor *v, const char *name, uint64_t *obj,
                       Error **errp);
bool visit_type_str(Visitor *v, const char *name, char **obj, Error **errp);

#endif

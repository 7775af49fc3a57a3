# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls without their progress lines, or with them for a test to read."""

import contextlib
import io


def quietly(function, *args, **kwargs):
    """Call a function that reports progress; (its result, the report)."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        return function(*args, **kwargs), said.getvalue()

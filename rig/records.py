# SPDX-License-Identifier: GPL-2.0-or-later
"""Results as they come: one line of JSON for each, never rewritten.

A run that was killed goes on from there; it may have left half a line.
"""

import hashlib
import json
import pathlib
import sys


def digest(path):
    """The first digits of a file's SHA-256."""
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()[:16]


def read(path, program, take):
    """Give each record to take(); what is none is said, and left out.

    take() raises ValueError, KeyError or TypeError for what is none.
    """
    if not path.exists():
        return
    for number, line in enumerate(
            path.read_text(encoding='utf-8').splitlines(), 1):
        try:
            take(json.loads(line))
        except (ValueError, KeyError, TypeError):
            print(f'{program}: {path}:{number}: not a result, left out',
                  file=sys.stderr)


def append(path, record):
    """Add a record, on a line of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, 'ab+') as file:
        torn = file.tell() and (file.seek(-1, 2), file.read(1))[1] != b'\n'
        file.write((b'\n' if torn else b'')
                   + json.dumps(record).encode() + b'\n')

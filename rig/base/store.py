# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of a program, appended as they come: one line of JSON each.

The next run continues from them.  A killed run may leave half a line.  It is
reported and skipped.
"""

import hashlib
import json
import pathlib
import sys
import time


def digest(path):
    """The first digits of a file's SHA-256."""
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()[:16]


def append(path, record):
    """Add a record to a file, on a line of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, 'ab+') as file:
        torn = file.tell() and (file.seek(-1, 2), file.read(1))[1] != b'\n'
        file.write((b'\n' if torn else b'')
                   + json.dumps(record).encode() + b'\n')


class Store:
    """The results of a program, kept in its file.

    members  what every record has; a line without them is no result
    records  all of them, in the order in which they came
    """

    def __init__(self, path, program, members=('key',)):
        self.path = path
        self.records = []
        self._by_key = {}
        if not path.exists():
            return
        for number, line in enumerate(
                path.read_text(encoding='utf-8').splitlines(), 1):
            try:
                record = json.loads(line)
                for name in members:
                    record[name]        # pylint: disable=pointless-statement
            except (ValueError, KeyError, TypeError):
                print(f'{program}: {path}:{number}: not a result, skipped',
                      file=sys.stderr)
            else:
                self.take(record)

    def take(self, record):
        """Add a record to those in memory."""
        self.records.append(record)
        self._by_key[record.get('key')] = record

    def add(self, record, write=True):
        """Date a record, keep it, and append it to the file; the record."""
        record = {**record, 'date': time.strftime('%Y-%m-%d')}
        self.take(record)
        if write:
            append(self.path, record)
        return record

    def get(self, key):
        """The last record with this key, or None."""
        return self._by_key.get(key)

    def all(self, **members):
        """The records whose members have these values."""
        return [record for record in self.records
                if all(record.get(name) == value
                       for name, value in members.items())]

    def last(self, **members):
        """The last of them, or None."""
        return next(iter(self.all(**members)[::-1]), None)

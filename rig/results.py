# SPDX-License-Identifier: GPL-2.0-or-later
"""The results of the migration matrix, and what they are results of."""

import hashlib
import json
import pathlib
import sys
import time

from . import cases, image, kernels
from .errors import RigError
from .prediction import disagreement
# In scripts/, which rig.kernels has put on the path.
from base import read_upstream    # pylint: disable=wrong-import-order


# How the cases migrate; what was found another way is of no use for them.
HOW = 'return-path'


def digest(path):
    """The first digits of a file's SHA-256."""
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()[:16]


class Results:
    """The results so far: one line of JSON for each, never rewritten.

    A result stands for its case while the kernels, the QEMU, the witness and
    the way of migrating (HOW) are the same.  One that broke is not written:
    the next run tries again.

    versions  {series: version; the RigError for which it cannot be had; None
              for one that is not in the cache and was not asked for}
    binaries  {QEMU or 'witness': digest}
    """

    def __init__(self, path, versions, binaries):
        self.path = path
        self.versions = versions
        self.binaries = binaries
        self._found = {}
        self._lacks = {}
        if not path.exists():
            return
        for number, line in enumerate(
                path.read_text(encoding='utf-8').splitlines(), 1):
            try:
                self._take(json.loads(line))
            except (ValueError, KeyError, TypeError):
                print(f'matrix: {path}:{number}: not a result, left out',
                      file=sys.stderr)

    def _take(self, record):
        self._found[record['key']] = record
        if 'property' in record:
            self._lacks.setdefault(record['binary'], set()).add(
                record['property'])

    def key(self, case):
        return ' '.join((case.variant, case.qemu, self.versions[case.source],
                         self.versions[case.destination],
                         self.binaries[case.qemu], self.binaries['witness'],
                         HOW))

    def get(self, case):
        """The record of a case, None if it is still to be run."""
        for kernel in (case.source, case.destination):
            version = self.versions[kernel]
            if isinstance(version, RigError):
                return {**case._asdict(), 'end': cases.SKIPPED,
                        'reason': str(version)}
            if version is None:
                return None
        # What one case found its QEMU to lack, no other needs to find.
        for name in self._lacks.get(self.binaries[case.qemu], ()):
            if name in cases.VARIANTS[case.variant].guest_cpu:
                return {**case._asdict(), **cases.skip(case, name)}
        return self._found.get(self.key(case))

    def add(self, case, facts, seconds):
        record = {'key': self.key(case), **case._asdict(),
                  'binary': self.binaries[case.qemu], **facts,
                  'seconds': round(seconds, 1),
                  'date': time.strftime('%Y-%m-%d')}
        self._take(record)
        if facts['end'] == cases.ERROR:
            return
        with open(self.path, 'ab+') as file:
            # A run that was killed may have left half a line.
            torn = file.tell() and (file.seek(-1, 2), file.read(1))[1] != b'\n'
            file.write((b'\n' if torn else b'')
                       + json.dumps(record).encode() + b'\n')

    def _judged(self, case, prediction):
        record = self.get(case)
        if record is None:
            return {**case._asdict(), 'outcome': None}
        record = {**record, 'outcome': cases.judge(record)}
        if prediction and record['end'] not in (cases.ERROR, cases.SKIPPED):
            record['prediction'] = prediction._asdict()
            record['disagrees'] = disagreement(record, prediction)
        return record

    def report(self, predicted):
        """All that is known of the matrix, for the picture and the tables.

        A case that is not known yet has the outcome None.  `predicted` are
        the predictions by case; one that was compared has `disagrees`, which
        is None if it is what happened.
        """
        records = [self._judged(case, predicted.get(case))
                   for case in cases.plan()]
        compared = [r for r in records if 'disagrees' in r]
        return {
            'date': max((r['date'] for r in records if 'date' in r),
                        default=None),
            'base': read_upstream()['version'],
            'kernels': {name: version for name, version
                        in self.versions.items() if isinstance(version, str)},
            'binaries': self.binaries,
            'how': HOW,
            'predictions': {
                'compared': len(compared),
                'agree': sum(r['disagrees'] is None for r in compared)},
            'cases': records}


def kernel_versions(wanted):
    """The versions of Results; wanted kernels are fetched if not here."""
    versions = {}
    for name in kernels.CATALOGUE:
        try:
            kernel = (kernels.find if name in wanted else
                      kernels.cached)(name)
            versions[name] = kernel and kernel.version
        except RigError as err:
            print(f'matrix: kernel {name} is left out: {err}',
                  file=sys.stderr)
            versions[name] = err
    return versions


class Rebuilt(Exception):
    """A binary changed while the matrix ran; whose results, who knows."""


class Binaries:
    """The QEMUs and the witness, which must stay what they are."""

    def __init__(self):
        self.paths = {name: image.qemu_path(name) for name in cases.QEMUS}
        self.paths['witness'] = image.witness_files()['guest/witness']
        self._stamps = self._look()

    def _look(self):
        stamps = {}
        for name, path in self.paths.items():
            try:
                stat = path.stat()
                stamps[name] = stat.st_size, stat.st_mtime_ns
            except FileNotFoundError:
                stamps[name] = None     # it is being built
        return stamps

    def digests(self):
        return {name: digest(path) for name, path in self.paths.items()}

    def check(self, qemus):
        """Rebuilt, if one of these QEMUs or the witness was."""
        for name, stamp in self._look().items():
            if name in {*qemus, 'witness'} and stamp != self._stamps[name]:
                raise Rebuilt(
                    f'{self.paths[name]}: built anew while the matrix ran; '
                    'what is done is kept, run it again for the rest')

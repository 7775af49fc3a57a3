# SPDX-License-Identifier: GPL-2.0-or-later
"""The results of the migration matrix, and the builds they depend on."""

import sys

from rig import image
from rig.base import kernels, upstream
from rig.base.errors import RigError
from rig.base.store import Store, digest
from rig.matrix import cases
from rig.matrix.prediction import disagreement

# How the cases migrate; results of another way do not count.
HOW = 'return-path'


class Results(Store):
    """The results so far, of each case.

    A result stands for its case while the kernels, the QEMU, the witness, the
    baseline and the way of migrating (HOW) are the same.  One that broke is
    not written: the next run tries again.

    versions  {series: version; the RigError for which it cannot be had; None
              for one that is not in the cache and was not asked for}
    binaries  {QEMU or 'witness': digest}
    pools     {variant: digest of its baseline}
    former    cases for which the last one of another QEMU, witness or
              baseline stands where there is none of these
    """

    def __init__(self, path, versions, binaries, pools=None, former=()):
        # pylint: disable=too-many-arguments,too-many-positional-arguments
        self.versions = versions
        self.binaries = binaries
        self.pools = pools or {}
        self._may_be_former = frozenset(former)
        self._last = {}
        self._lacks = {}
        super().__init__(path, 'matrix')

    def take(self, record):
        super().take(record)
        self._last[self._question(record['key'])] = record
        if 'property' in record:
            self._lacks.setdefault(record['binary'], set()).add(
                record['property'])

    def key(self, case):
        words = [case.variant, case.qemu, self.versions[case.source],
                 self.versions[case.destination], self.binaries[case.binary],
                 self.binaries['witness'], HOW]
        if case.qemu == cases.POOL:
            words.append(self.pools.get(case.variant, '-'))
        return ' '.join(words)

    @staticmethod
    def _question(key):
        """What is the same in the keys of all builds."""
        words = key.split(' ')
        return tuple(words[:4] + words[6:7])

    def _of_former(self, case):
        return (self._last.get(self._question(self.key(case)))
                if case in self._may_be_former else None)

    def record(self, case):
        """The record of a case, None if it is still to be run."""
        for kernel in (case.source, case.destination):
            version = self.versions[kernel]
            if isinstance(version, RigError):
                return {**case._asdict(), 'end': cases.SKIPPED,
                        'reason': str(version)}
            if version is None:
                return None
        # A QEMU that lacks a property in one case lacks it in all.
        for name in self._lacks.get(self.binaries[case.binary], ()):
            if name in cases.VARIANTS[case.variant].guest_cpu:
                return {**case._asdict(), **cases.skip(case, name)}
        return self.get(self.key(case)) or self._of_former(case)

    def _is_former(self, record):
        return 'key' in record and record['key'] != self.key(
            cases.Case(*(record[name] for name in cases.Case._fields)))

    def keep(self, case, facts, seconds):
        self.add({'key': self.key(case), **case._asdict(),
                  'binary': self.binaries[case.binary], **facts,
                  'seconds': round(seconds, 1)},
                 write=facts['end'] != cases.ERROR)

    def _judged(self, case, prediction):
        record = self.record(case)
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
            'base': upstream.version(),
            'kernels': {name: version for name, version
                        in self.versions.items() if isinstance(version, str)},
            'binaries': self.binaries,
            'how': HOW,
            'former': sum(self._is_former(record) for record in records),
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
    """A binary changed while the matrix ran: its results are unclear."""


class Binaries:
    """The QEMUs and the witness, which must stay what they are."""

    def __init__(self):
        self.paths = {name: image.qemu_path(name) for name in image.COMPARED}
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

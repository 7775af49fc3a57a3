# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of the migration matrix, and how one is judged.

Nothing here boots or runs anything: which migrations there are, which of
them share two hosts, and what the facts of one say.
"""

import re
from typing import NamedTuple

from . import kernels
from .errors import GuestError

# What can become of a guest.  Refused is "early" before its RAM was sent,
# "late" after; damaged is a guest that runs, with registers or memory that
# are not what they were.
MIGRATED, EARLY, LATE = 'migrated', 'refused-early', 'refused-late'
LOST, DAMAGED = 'lost', 'damaged'
# No answer: the rig broke, or the case cannot be had.
ERROR, SKIPPED = 'error', 'skipped'

QEMUS = ('stock', 'series')
# On the wire by then: the stream's header and the early sections.  What
# the witness fills of its RAM is 4 MiB.
BEFORE_RAM = 64 * 1024

N1, A76, MAX = 'neoverse-n1', 'cortex-a76', 'max,pauth-impdef=on'
ALL = tuple(kernels.CATALOGUE)
FOUR = ('6.1', '6.12', '6.18', '7.3')


class Variant(NamedTuple):
    """A table of the matrix: its hosts' CPUs, and what the guest is given.

    `has` and `lacks` are features that the witness must find, and must not.
    `backward` leaves only the migrations to an older kernel.
    """
    title: str
    source_cpu: str = N1
    destination_cpu: str = N1
    guest_cpu: str = 'host'
    pmu: bool = True
    kernels: tuple = ALL
    backward: bool = False
    has: tuple = ('pmu',)
    lacks: tuple = ()


VARIANTS = {
    'pmu': Variant('neoverse-n1, PMU on'),
    'no-pmu': Variant('neoverse-n1, PMU off', pmu=False, has=(),
                      lacks=('pmu',)),
    'psci': Variant('neoverse-n1, PSCI 1.1, backward',
                    guest_cpu='host,kvm-psci-version=1.1', backward=True),
    'n1-to-a76': Variant('n1 to cortex-a76', N1, A76, kernels=FOUR),
    'a76-to-n1': Variant('cortex-a76 to n1', A76, N1, kernels=FOUR),
    'max': Variant('max to max, with SVE and PAuth', MAX, MAX, kernels=FOUR,
                   has=('pmu', 'sve', 'pauth')),
}


class Case(NamedTuple):
    """One migration: names in VARIANTS, QEMUS and the kernels' catalogue."""
    variant: str
    qemu: str
    source: str
    destination: str

    def hosts(self):
        """Kernel and CPU of the source's host and of the destination's."""
        variant = VARIANTS[self.variant]
        return ((self.source, variant.source_cpu),
                (self.destination, variant.destination_cpu))

    def __str__(self):
        return (f'{self.source} -> {self.destination}, '
                f'{VARIANTS[self.variant].title}, {self.qemu}')


def plan():
    """All the cases of the matrix."""
    return [Case(name, qemu, source, destination)
            for name, variant in VARIANTS.items()
            for source in variant.kernels
            for destination in variant.kernels
            if not variant.backward
            or ALL.index(source) > ALL.index(destination)
            for qemu in QEMUS]


def groups(cases):
    """[(two hosts, their cases)]: each unordered pair of hosts just once."""
    found = {}
    for case in cases:
        pair = tuple(sorted(case.hosts(),
                            key=lambda host: (ALL.index(host[0]), host[1])))
        found.setdefault(pair, []).append(case)
    return list(found.items())


def judge(outcome, sent, differ):
    """The outcome of a case, by what the rig and the witness saw.

    `outcome` is that of rig.migration, `differ` what the witness found
    changed where it runs now.
    """
    if differ:
        return DAMAGED
    if outcome == 'refused':
        return EARLY if sent < BEFORE_RAM else LATE
    return {'migrated': MIGRATED, 'lost': LOST}[outcome]


def bad(record):
    """Whether a result must not be: a broken case, or a harmed guest of
    the series."""
    return record.get('outcome') == ERROR or (
        record.get('qemu') == 'series' and
        record.get('outcome') in (LOST, DAMAGED))


def skip(case, name):
    """The facts of a case whose QEMU lacks a -cpu property."""
    return {'outcome': SKIPPED, 'property': name,
            'reason': f'{case.qemu} has no -cpu property {name}'}


# What the guest and the QEMUs said

def differences(serial):
    """What the witness complained about, without its name."""
    return re.findall(r'^witness ((?:MISMATCH|FAULT) .*)$', serial, re.M)


# What QEMU says around the reason of a failed load.
_WRAPPING = re.compile(
    r"load of migration failed: .*? of device '[^']+': "
    r'(?:post load hook failed for: \w+, version_id: \d+, '
    r'minimum_version: \d+: )?')


def reason(stderr, otherwise=None):
    """The first line of QEMU's, which tells why a migration failed."""
    for line in stderr.splitlines():
        name, mark, text = line.partition(': ')
        return _WRAPPING.sub('', text if mark and 'qemu' in name else line)
    return otherwise


def unknown_property(error):
    """The -cpu property that a QEMU did not start for, None if none."""
    found = re.search(r"Property '(?:[^']*\.)?([\w-]+)' not found",
                      str(error))
    return found.group(1) if found else None


def declined(error):
    """Why a QEMU ended by itself at its start; any other error is raised.

    A destination that cannot give the guest what its command line says
    refuses the guest, at the earliest time there is.
    """
    text = str(error)
    said = re.search(r'^ +stderr:\n +\| (.*)$', text, re.M)
    if ('did not start (it ended with 1)' not in text or not said
            or 'its host is down' in text):
        raise error
    return reason(said.group(1))


def features(serial):
    """{name: number} of the features that the witness found at its start."""
    line = re.search(r'^witness start: .*features: (.*)$', serial, re.M)
    found = {name: int(value, 0) for name, value in re.findall(
        r'(\w+)=(\w+)', line.group(1) if line else '')}
    # Linux 5.10 shows PMUVer also to a guest whose PMU is off.
    if re.search('^witness: PMCR_EL0 holds no pattern$', serial, re.M):
        found['pmu'] = 0
    return found


def expect_guest(serial, variant):
    """GuestError unless the guest is what its variant says."""
    found = features(serial)
    wrong = ([f'no {n}' for n in variant.has if not found.get(n)]
             + [f'a {n}' for n in variant.lacks if found.get(n, 1)])
    if wrong:
        raise GuestError(f'the guest of "{variant.title}" has '
                         f'{" and ".join(wrong)}; it found {found}')

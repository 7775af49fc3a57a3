# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of the migration matrix, and how they are judged.

Pure: the migrations, the hosts that they share, and the judgement on their
facts.  Each report judges the facts anew, so a changed table needs no new run.
"""

from typing import NamedTuple, Optional

from rig import messages
from rig.altered import alteration
from rig.base import kernels
from rig.base.errors import GuestError
from rig.image import COMPARED
from rig.migration import BEFORE_RAM, LOST, MIGRATED, REFUSED

# Outcomes.  A guest is refused early, before its RAM was sent, or late, after.
# Altered: it migrated, but KVM shows it another value of a read-only register
# (rig/altered.py).  Damaged: it runs, but registers or memory have changed.
# (MIGRATED and LOST are rig.migration's.)
EARLY, LATE = 'refused-early', 'refused-late'
ALTERED, DAMAGED = 'migrated-altered', 'damaged'
# No outcome: the rig broke, or the case is not possible.
ERROR, SKIPPED = 'error', 'skipped'

# How a case ends, as the rig sees it: one of rig.migration's outcomes, one
# of the two above, or a destination that did not even start.
DECLINED = 'declined'


class Column(NamedTuple):
    """A column of the matrix: its inner QEMU, and what it is called."""
    qemu: str
    title: str


# In the third, each guest is started with the baseline of its pool.
POOL = 'pool'
COLUMNS = {**{name: Column(name, name) for name in COMPARED},
           POOL: Column('series', 'series with a pool baseline')}

N1, A76, MAX = 'neoverse-n1', 'cortex-a76', 'max,pauth-impdef=on'
ALL = tuple(kernels.CATALOGUE)
FOUR = ('6.1', '6.12', '6.18', '7.3')
# No value of ID_AA64DFR0_EL1.DebugVer suits both 5.10 and 6.1 on these CPUs.
POOLED = ('6.12', '6.16', '6.18', '7.0', '7.3')


class Variant(NamedTuple):
    """A table of the matrix: its hosts' CPUs, and what the guest is given.

    `has` and `lacks` are features that the witness must find, and must not.
    `backward` leaves only the migrations to an older kernel, `same` False
    leaves out those to the same one.
    """
    title: str
    source_cpu: str = N1
    destination_cpu: str = N1
    guest_cpu: str = 'host'
    pmu: Optional[bool] = True
    kernels: tuple = ALL
    backward: bool = False
    same: bool = True
    has: tuple = ('pmu',)
    lacks: tuple = ()
    columns: tuple = COMPARED

    def wants(self, source, destination):
        """Whether there is a case from one of its kernels to another."""
        at = ALL.index
        return ((self.same or source != destination) and
                (not self.backward or at(source) > at(destination)))

    def members(self):
        """Its hosts, kernel and CPU each, whose baseline a guest has."""
        return [(kernel, cpu) for kernel in self.kernels
                for cpu in sorted({self.source_cpu, self.destination_cpu})]


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
    'pool-6.1': Variant('neoverse-n1, pool of 6.1 to 7.3', pmu=None,
                        kernels=('6.1', *POOLED), same=False,
                        columns=(POOL,)),
    'pool-5.10': Variant('neoverse-n1, pool of 5.10 to 7.3', pmu=None,
                         kernels=('5.10', *POOLED), same=False,
                         columns=(POOL,)),
    'pool-n1-to-a76': Variant('n1 to cortex-a76, one pool', N1, A76, pmu=None,
                              kernels=('6.18', '7.3'), columns=(POOL,)),
    'pool-a76-to-n1': Variant('cortex-a76 to n1, one pool', A76, N1, pmu=None,
                              kernels=('6.18', '7.3'), columns=(POOL,)),
}


class Case(NamedTuple):
    """One migration: names in VARIANTS, COLUMNS and the kernels' catalogue."""
    variant: str
    qemu: str
    source: str
    destination: str

    @property
    def binary(self):
        """The inner QEMU."""
        return COLUMNS[self.qemu].qemu

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
            if variant.wants(source, destination)
            for qemu in variant.columns]


def groups(cases):
    """[(two hosts, their cases)]: each unordered pair of hosts just once."""
    found = {}
    for case in cases:
        pair = tuple(sorted(case.hosts(),
                            key=lambda host: (ALL.index(host[0]), host[1])))
        found.setdefault(pair, []).append(case)
    return list(found.items())


def judge(record):
    """The outcome of a case, by what the rig and the witness saw.

    `end` is how it ended, `differences` what the witness found changed
    where it runs now, `sent` how many bytes were sent by then.
    """
    end = record['end']
    if end in (ERROR, SKIPPED):
        return end
    differ = record.get('differences') or []
    if end == MIGRATED and differ and all(
            alteration(line, record['source'], record['destination'])
            for line in differ):
        return ALTERED
    if differ:
        return DAMAGED
    if end in (REFUSED, DECLINED):
        return EARLY if record['sent'] < BEFORE_RAM else LATE
    return {MIGRATED: MIGRATED, LOST: LOST}[end]


def of_series(record):
    """Whether a result is one of the series, with a baseline or without."""
    return COLUMNS[record['qemu']].qemu == 'series'


def bad(record):
    """Whether a result is a defect.

    That is a broken case, or a guest that the series harmed.
    """
    return record.get('outcome') == ERROR or (
        of_series(record) and record.get('outcome') in (LOST, DAMAGED))


def list_alone(record):
    """Whether the series refused a guest although KVM keeps every value."""
    said = record.get('destination_stderr') or ''
    return (of_series(record) and record.get('end') == REFUSED
            and 'KVM refuses the value' not in said
            and 'KVM changes it when the guest runs' not in said)


def wrong(record):
    """Whether it is bad(), refused on the list alone, or not predicted."""
    return (bad(record) or list_alone(record)
            or record.get('disagrees') is not None)


def skip(case, name):
    """The facts of a case whose QEMU lacks a -cpu property."""
    return {'end': SKIPPED, 'property': name,
            'reason': f'{case.binary} has no -cpu property {name}'}


# What the guest and the QEMUs said


def expect_guest(serial, variant):
    """GuestError unless the guest is what its variant says."""
    found = messages.features(serial)
    faults = ([f'no {n}' for n in variant.has if not found.get(n)]
              + [f'a {n}' for n in variant.lacks if found.get(n, 1)])
    if faults:
        raise GuestError(f'the guest of "{variant.title}" has '
                         f'{" and ".join(faults)}; it found {found}')

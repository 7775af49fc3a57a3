# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of the migration matrix, and how one is judged.

Nothing here boots or runs anything: which migrations there are, which of
them share two hosts, and what the facts of one say.  Facts are what the rig
saw; the judgement is made anew for each report, so that a changed table
needs no new run.
"""

import collections
import re
from typing import NamedTuple, Optional

from . import kernels
from .alters import alteration
from .errors import GuestError

# What can become of a guest.  Refused is "early" before its RAM was sent,
# "late" after; altered is migrated, but KVM shows the guest another value
# than before in a read-only register (alters.py); damaged is a guest that
# runs, with registers or memory that are not what they were.
MIGRATED, EARLY, LATE = 'migrated', 'refused-early', 'refused-late'
ALTERED, LOST, DAMAGED = 'migrated-altered', 'lost', 'damaged'
# No answer: the rig broke, or the case cannot be had.
ERROR, SKIPPED = 'error', 'skipped'

# How a case ends, as the rig sees it: one of rig.migration's outcomes, one
# of the two above, or a destination that did not even start.
REFUSED, DECLINED = 'refused', 'declined'

QEMUS = ('stock', 'series')


class Column(NamedTuple):
    """A column of the matrix: its inner QEMU, and what it is called."""
    qemu: str
    title: str


# In the third, each guest is started with the baseline of its pool.
POOL = 'pool'
COLUMNS = {**{name: Column(name, name) for name in QEMUS},
           POOL: Column('series', 'series with a pool baseline')}
# On the wire by then: the stream's header and the early sections.  What
# the witness fills of its RAM is 4 MiB.
BEFORE_RAM = 64 * 1024

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
    columns: tuple = QEMUS

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
    """Whether a result must not be: a broken case, or a harmed guest of
    the series."""
    return record.get('outcome') == ERROR or (
        of_series(record) and record.get('outcome') in (LOST, DAMAGED))


def list_alone(record):
    """Whether the series refused a guest of which KVM keeps every value."""
    said = record.get('destination_stderr') or ''
    return (of_series(record) and record.get('end') == REFUSED
            and 'KVM refuses the value' not in said
            and 'KVM changes it when the guest runs' not in said)


def wrong(record):
    """What must not be: bad(), refused on the list alone, not predicted."""
    return (bad(record) or list_alone(record)
            or record.get('disagrees') is not None)


def skip(case, name):
    """The facts of a case whose QEMU lacks a -cpu property."""
    return {'end': SKIPPED, 'property': name,
            'reason': f'{case.binary} has no -cpu property {name}'}


# What the guest and the QEMUs said

# A register in QEMU's messages: its name and its KVM register index.
_REGISTER = re.compile(r'(\S+) \(0x[0-9a-f]{16}\)|'
                       r'\bregister (0x[0-9a-f]{16})')


def refused_registers(stderr):
    """Names of the registers that a destination refused, all of them."""
    text = stderr.partition('cannot be restored on this host: ')[2]
    return sorted({name or index for name, index in _REGISTER.findall(text)})


def differences(serial):
    """What the witness complained about, without its name."""
    return re.findall(r'^witness ((?:MISMATCH|FAULT) .*)$', serial, re.M)


def fold(names, least=3):
    """Names in words: CCSIDR[0], CCSIDR[1] and CCSIDR[2] as CCSIDR[0..2]."""
    families = collections.defaultdict(list)
    for name in names:
        head, number, tail = re.fullmatch(r'(\D*)(\d*)(.*)', name).groups()
        families[head, tail].append(number)
    found = []
    for (head, tail), numbers in sorted(families.items()):
        runs = []
        for number in sorted(int(n) for n in numbers if n):
            if runs and number == runs[-1][-1] + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        found += [head + tail] if '' in numbers else []
        for run in runs:
            found += ([f'{head}{run[0]}..{run[-1]}{tail}']
                      if len(run) >= least else
                      [f'{head}{number}{tail}' for number in run])
    return ', '.join(found)


# What QEMU says around the reason of a failed load.
_WRAPPING = re.compile(
    r"load of migration failed: .*? of device '[^']+': "
    r'(?:post load hook failed for: \S+, version_id: \d+, '
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
    faults = ([f'no {n}' for n in variant.has if not found.get(n)]
              + [f'a {n}' for n in variant.lacks if found.get(n, 1)])
    if faults:
        raise GuestError(f'the guest of "{variant.title}" has '
                         f'{" and ".join(faults)}; it found {found}')

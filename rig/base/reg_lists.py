# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads the recorded register lists (tests/data/arm-kvm-reg-list).

The README beside the files describes their format.
"""

import functools
from typing import NamedTuple, Optional

from rig.base.errors import RigError
from rig.base.paths import LISTS

# The word in the file's name, and the CPU of the host.  Only "max" has TCR2,
# S1PIE, SCTLR2, SVE and PAuth; QARMA would make it slow.
CPUS = {
    'neoverse-n1': 'neoverse-n1',
    'cortex-a57': 'cortex-a57',
    'cortex-a76': 'cortex-a76',
    'max': 'max,pauth-impdef=on',
}
# The word for the CPU of a host.
WORDS = {cpu: word for word, cpu in CPUS.items()}
# struct kvm_vcpu_init.features, arch/arm64/include/uapi/asm/kvm.h
FEATURES = {'vregs': ['psci-0.2'], 'pmu': ['pmu-v3'], 'sve': ['sve'],
            'pauth': ['ptrauth-address', 'ptrauth-generic']}
CAPABILITY = 'KVM_CAP_'
# Kinds that are recorded by index only, without names.
UNNAMED = ('core', 'SVE')


def list_name(kernel, cpu, features=('pmu',)):
    """The name of the file for a host's vCPU with these features."""
    return f'{kernel}-{WORDS[cpu]}-{"+".join(["vregs", *features])}.txt'


class Row(NamedTuple):
    """A register; None for a value or a mask that is not recorded."""
    index: int
    value: Optional[int]
    mask: Optional[int]
    name: str

    def __str__(self):
        return f'{self.name} (0x{self.index:016x})'


class RecordedList(NamedTuple):
    """A file: its name, {key: text} of its head, its rows."""
    name: str
    head: dict
    rows: tuple

    @property
    def version(self):
        """The kernel's release."""
        return self.head['kernel'].split(' ')[0]

    def find(self, name):
        """The Row of the one register of this name, None if not listed."""
        return next((row for row in self.rows if row.name == name), None)

    def dump(self):
        """What `kvm-arm-regs dump` prints of such a host, as a dict."""
        words = self.head['features'].split('+')
        return {
            'format': 1,
            'host': self.name.split('-', 1)[1].removesuffix('.txt'),
            'kernel': self.version,
            'target': int(self.head['target']),
            'features': [feature for word in FEATURES if word in words
                         for feature in FEATURES[word]],
            'capabilities': [
                key.removeprefix(CAPABILITY).lower().replace('_', '-')
                for key, value in self.head.items()
                if key.startswith(CAPABILITY) and value != '0'],
            # The recorded CPU with SVE has them all.
            'sve-vector-lengths': ([128 * n for n in range(1, 17)]
                                   if 'sve' in words else []),
            'registers': [
                {'name': row.name, 'index': f'0x{row.index:016x}',
                 **{key: hex(number) for key, number in (
                     ('value', row.value), ('writable', row.mask))
                    if number is not None}}
                for row in self.rows if row.name not in UNNAMED],
        }


def parse(name, text):
    """A RecordedList from the text of its file."""
    head, rows = {}, []
    for line in text.splitlines():
        if line.startswith('# '):
            key, value = line[2:].split(': ', 1)
            head[key] = value
        else:
            index, value, mask, _, register = line.split(' ')
            rows.append(Row(int(index, 16), *(
                None if word == '-' else int(word, 16)
                for word in (value, mask)), register))
    return RecordedList(name, head, tuple(rows))


def read(name):
    """The RecordedList of a file's name; RigError if it is not recorded."""
    return _read(LISTS / name)


@functools.cache
def _read(path):
    try:
        return parse(path.name, path.read_text(encoding='utf-8'))
    except FileNotFoundError as err:
        raise RigError(f'{path}: not there; `make record-lists` records it'
                       ) from err


@functools.cache
def names():
    """{index: name} of all registers that any recorded kernel lists."""
    return {row.index: row.name for path in LISTS.glob('*.txt')
            for row in read(path.name).rows if row.name != 'core'}


def refusal(name, source, destination):
    """What a refusal says of a register, by the two files' values."""
    both = [read(each).find(name) for each in (source, destination)]
    for each, row in zip((source, destination), both):
        if row is None or row.value is None:
            raise RigError(f'{LISTS / each}: no value of {name}')
    return f'{both[0]} = 0x{both[0].value:x}, destination 0x{both[1].value:x}'

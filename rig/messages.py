# SPDX-License-Identifier: GPL-2.0-or-later
"""Facts in the messages of QEMU and of the witness."""

import collections
import re

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
    """The first line that QEMU printed: why a migration failed."""
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

    A destination that lacks what its command line asks for refuses the guest
    before the migration starts.
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

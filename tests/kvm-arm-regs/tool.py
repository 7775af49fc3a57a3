# SPDX-License-Identifier: GPL-2.0-or-later
"""Run kvm-arm-regs, and dumps of the kernels whose lists are recorded.

A recorded list (tests/data/arm-kvm-reg-list) has what a dump of that host
would have, so that it can stand for the host where there is none.
"""

import copy
import functools
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LISTS = ROOT / 'tests' / 'data' / 'arm-kvm-reg-list'
TOOL = os.environ.get('KVM_ARM_REGS')
PREDICT = os.environ.get('CPREG_PREDICT')

# struct kvm_vcpu_init.features, arch/arm64/include/uapi/asm/kvm.h
FEATURES = {'vregs': ['psci-0.2'], 'pmu': ['pmu-v3'], 'sve': ['sve'],
            'pauth': ['ptrauth-address', 'ptrauth-generic']}
CAPABILITIES = '# KVM_CAP_'


@functools.cache
def _recorded(name):
    """The dump in a recorded list."""
    head, registers = {}, []
    for line in (LISTS / name).read_text(encoding='utf-8').splitlines():
        if line.startswith('#'):
            key, value = line[2:].split(': ', 1)
            head[key] = value
            continue
        words, reg = line.split(' '), {}
        reg['name'], reg['index'] = words[4], words[0]
        if words[4] in ('core', 'SVE'):
            continue
        for key, word in (('value', words[1]), ('writable', words[2])):
            if word != '-':
                reg[key] = hex(int(word, 16))
        registers.append(reg)
    words = head['features'].split('+')
    return {
        'format': 1,
        'kernel': head['kernel'].split(' ')[0],
        'target': int(head['target']),
        'features': [feature for word in FEATURES if word in words
                     for feature in FEATURES[word]],
        # The recorded CPU with SVE has them all.
        'sve-vector-lengths': ([128 * n for n in range(1, 17)]
                               if 'sve' in words else []),
        'registers': registers,
    }


def recorded(name, **changes):
    """The dump in a recorded list, which the caller may change."""
    dump = copy.deepcopy(_recorded(name))
    dump.update(changes)
    return dump


def host(name, **changes):
    """The same as its host would tell: with a name, and KVM's capabilities."""
    head = (line[len(CAPABILITIES):].split(': ') for line in
            (LISTS / name).read_text(encoding='utf-8').splitlines()
            if line.startswith(CAPABILITIES))
    return recorded(name, **{
        'host': name.split('-', 1)[1].removesuffix('.txt'),
        'capabilities': [word.lower().replace('_', '-')
                         for word, has in head if has != '0'],
        **changes})


def register(dump, name):
    """The one register of this name in a dump."""
    found, = (reg for reg in dump['registers'] if reg['name'] == name)
    return found


def run(*argv, env=None, **kwargs):
    """The tool's CompletedProcess."""
    return subprocess.run(
        [TOOL, *map(str, argv)], check=False, text=True, timeout=60,
        capture_output=True, env={**os.environ, 'LC_ALL': 'C.UTF-8',
                                  **(env or {})}, **kwargs)


@unittest.skipUnless(TOOL, 'KVM_ARM_REGS names no tool; run by meson test')
class Case(unittest.TestCase):
    """With a folder for dumps."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='kvm-arm-regs-')
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, dump, name='host.json'):
        """The path of a file with a dump, or with a text as it is."""
        path = self.folder / name
        if isinstance(dump, dict):
            dump = json.dumps(dump)
        if isinstance(dump, str):
            dump = dump.encode()
        path.write_bytes(dump)
        return path

    def fails(self, done, *words):
        """One line on standard error, status 2, nothing else."""
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout[:200], '')
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertTrue(done.stderr.startswith('kvm-arm-regs: '))
        for word in words:
            self.assertIn(str(word), done.stderr)

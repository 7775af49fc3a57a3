# SPDX-License-Identifier: GPL-2.0-or-later
"""Run kvm-arm-regs, and dumps of the kernels whose lists are recorded.

A recorded list (tests/data/arm-kvm-reg-list) takes the place of a host: it
has all that a dump of that host has.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from rig.base import reg_lists
from rig.base.paths import LISTS, ROOT

TOOL = os.environ.get('KVM_ARM_REGS')
PREDICT = os.environ.get('CPREG_PREDICT')


def host(name, **changes):
    """The dump of a recorded host, which the caller may change."""
    return {**reg_lists.read(name).dump(), **changes}


def recorded(name, **changes):
    """The same without the host's name and KVM's capabilities."""
    dump = host(name)
    del dump['host'], dump['capabilities']
    return {**dump, **changes}


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

# SPDX-License-Identifier: GPL-2.0-or-later
"""rig.kvm_arm_regs without a host: what it makes of the tool's output."""

import configparser
import pathlib
import tempfile
import unittest
from unittest import mock

from rig import kvm_arm_regs
from rig.base import standalone
from rig.base.errors import HostError, RigError
from rig.host import Result


class FakeHost:
    """Answers with a text, and keeps the commands."""
    name = 'fake'

    def __init__(self, stdout):
        self.stdout, self.commands, self.provided = stdout, [], None

    def provide(self, files):
        self.provided = files

    def path(self, path):
        return path

    def run(self, command, check=True):
        self.commands.append((command, check))
        return Result(0, self.stdout, '')

    def failed(self, what):
        return HostError(what)


class Dump(unittest.TestCase):

    def setUp(self):
        patch = mock.patch.object(kvm_arm_regs, 'files', lambda: {'a': 'b'})
        patch.start()
        self.addCleanup(patch.stop)

    def test_command(self):
        host = FakeHost('{"format": 1}')
        self.assertEqual(kvm_arm_regs.dump(host, 'pmu=off', 'sve=off'),
                         {'format': 1})
        self.assertEqual(host.provided, {'a': 'b'})
        self.assertEqual(host.commands, [
            ('/usr/bin/kvm-arm-regs dump --host fake --cpu-feature pmu=off '
             '--cpu-feature sve=off', True)])

    def test_no_json(self):
        with self.assertRaisesRegex(RigError, 'not JSON'):
            kvm_arm_regs.dump(FakeHost('kvm-arm-regs: no'))


def with_tool(script, function, *args):
    """Call a function that runs the tool, which is this script."""
    with tempfile.TemporaryDirectory(prefix='regs-tool-') as folder:
        tool = pathlib.Path(folder) / 'tool'
        tool.write_text(f'#!/bin/sh\n{script}\n', encoding='utf-8')
        tool.chmod(0o755)
        with mock.patch.object(standalone, 'tool', lambda name: tool):
            return function(*args)


class Compare(unittest.TestCase):

    def compare(self, script):
        return with_tool(script, kvm_arm_regs.compare, {'a': 1}, {'b': 2})

    def test_refused(self):
        found = self.compare(
            'echo \'{"verdict": "refused", "directions": [{"findings": ['
            '{"outcome": "refused", "name": "PSCI_VERSION"}, '
            '{"outcome": "kept", "name": "X"}, {"outcome": "refused"}]}]}\'; '
            'exit 1')
        self.assertEqual(found['verdict'], 'refused')
        self.assertEqual(found['refused'], (None, 'PSCI_VERSION'))

    def test_arguments(self):
        with self.assertRaisesRegex(
                RigError, 'compare --one-way --json .*"a": 1.*"b": 2'):
            self.compare('echo "$@" $(cat "$4" "$5") >&2; exit 2')

    def test_error(self):
        with self.assertRaisesRegex(RigError, 'exit status 2: broken'):
            self.compare('echo broken >&2; exit 2')


class Baseline(unittest.TestCase):

    MEMBERS = {'old': {'a': 1}, 'new': {'b': 2}}

    def baseline(self, script, *options):
        return with_tool(script, kvm_arm_regs.baseline, self.MEMBERS, *options)

    def test_arguments(self):
        self.assertEqual(
            self.baseline('echo "$@"; cat old.json new.json', '--explain'),
            'baseline --explain old.json new.json\n{"a": 1}{"b": 2}')

    def test_conflict(self):
        with self.assertRaisesRegex(RigError, 'exit status 1: DebugVer'):
            self.baseline('echo DebugVer >&2; exit 1')

    def test_fits(self):
        for script, expected in (
                ('exit 0', None), ('echo fits', None),
                ('echo no; exit 1', 'no'), ('echo no >&2; exit 1', 'no'),
                ('cat host.json pool.json; exit 1', '{"a": 1}text'),
                ('echo "$@"; exit 1', 'fits host.json pool.json')):
            with self.subTest(script):
                self.assertEqual(
                    with_tool(script, kvm_arm_regs.fits, {'a': 1}, 'text'),
                    expected)
        with self.assertRaisesRegex(RigError, 'exit status 2: broken'):
            with_tool('echo broken >&2; exit 2', kvm_arm_regs.fits, {}, '')


class Build(unittest.TestCase):

    def test_cross_file(self):
        parser = configparser.ConfigParser()
        parser.read_string(kvm_arm_regs.cross_file('/s'))
        self.assertEqual(parser['host_machine']['cpu_family'], "'aarch64'")
        self.assertEqual(parser['properties']['sys_root'], "'/s'")
        self.assertIn('--sysroot=/s', parser['binaries']['c'])


if __name__ == '__main__':
    unittest.main()

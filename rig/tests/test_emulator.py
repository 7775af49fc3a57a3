# SPDX-License-Identifier: GPL-2.0-or-later
"""Which emulator the demo's hosts get (no host)."""

import os
import pathlib
import tempfile
import unittest
from unittest import mock

from rig import emulator, host
from rig.base.errors import HostError, RigError
from rig.testing.quiet import quietly

SCRIPT = '''#!/bin/sh
case $1 in
--version) echo 'QEMU emulator version 10.0.13 (Debian 1:10.0.13+ds-0)' ;;
*) printf 'Available CPUs:\\n  cortex-a57\\n  max\\n  neoverse-n1\\n' ;;
esac
'''


class Case(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def put(self, path, script=SCRIPT):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)
        return path


class Emulator(Case):

    def setUp(self):
        super().setUp()
        self.built = self.dir / 'built' / 'qemu-system-aarch64'
        self.debians = None
        self.builds = True
        self.ran = []
        for patch in (
                mock.patch.dict(os.environ),
                mock.patch.object(emulator, 'EMULATOR', self.built),
                mock.patch.object(host, 'EMULATOR', self.built),
                mock.patch.object(emulator, 'debians', self.unpacked),
                mock.patch.object(emulator.subprocess, 'run', self.make),
                mock.patch.object(emulator, 'tool', self.tool)):
            patch.start()
            self.addCleanup(patch.stop)
        os.environ.pop('RIG_EMULATOR', None)

    @staticmethod
    def tool(argv):
        """subprocess.run is the test's here."""
        with os.popen(' '.join(map(str, argv))) as pipe:
            return pipe.read()

    def unpacked(self):
        if self.debians is None:
            raise RigError('no emulator for amd64: gone')
        return self.put(self.debians)

    def make(self, argv, **_):
        self.ran.append(argv)
        if self.builds:
            self.put(self.built)

    def serving(self, cpu):
        return quietly(emulator.serving, cpu)[0]

    def provide(self, cpu):
        return quietly(emulator.provide, cpu)[0]

    def test_plain(self):
        for cpu, plain in (('neoverse-n1', True), ('max', False),
                           ('max,pauth-impdef=on', False),
                           ('neoverse-n1,cntfrq=25000000', False)):
            with self.subTest(cpu=cpu):
                self.assertEqual(emulator.plain(cpu), plain)

    def test_debians_serves_what_it_has(self):
        self.debians = self.dir / 'debian' / 'start'
        for cpu, path in (('neoverse-n1', self.debians),
                          ('neoverse-v1', None), ('max', None),
                          ('neoverse-n1,sve=on', None)):
            with self.subTest(cpu=cpu):
                self.assertEqual(self.serving(cpu), path)

    def test_built_one_comes_first(self):
        self.debians = self.dir / 'debian' / 'start'
        self.put(self.built)
        for cpu in ('neoverse-n1', 'max'):
            self.assertEqual(self.serving(cpu), self.built)

    def test_chosen_by_the_user(self):
        self.put(self.built)
        with mock.patch.dict(os.environ, {'RIG_EMULATOR': '/bin/sh'}):
            self.assertEqual(str(self.serving('max')), '/bin/sh')
        with mock.patch.dict(os.environ, {'RIG_EMULATOR': '/none'}), \
                self.assertRaisesRegex(HostError, 'no emulator /none'):
            self.serving('max')

    def test_builds_none_where_one_serves(self):
        self.debians = self.dir / 'debian' / 'start'
        self.assertEqual(self.provide('neoverse-n1'), self.debians)
        self.assertEqual(self.ran, [])

    def test_builds(self):
        """For another CPU, or where there is no Debian."""
        for cpu, debians in (('max', self.dir / 'start'),
                             ('neoverse-v1', self.dir / 'start'),
                             ('neoverse-n1', None)):
            with self.subTest(cpu=cpu):
                self.built.unlink(missing_ok=True)
                self.debians = debians
                self.ran.clear()
                self.assertEqual(self.provide(cpu), self.built)
                self.assertEqual(self.ran, [emulator.BUILD])

    def test_says_why_it_builds(self):
        _, said = quietly(emulator.provide, 'neoverse-n1')
        self.assertEqual(said, '  HOSTS   no emulator for amd64: gone; '
                         '`make qemu-host` builds one\n')

    def test_none(self):
        self.builds = False
        with self.assertRaisesRegex(HostError, 'no emulator .*built/qemu-sy'):
            self.provide('max')

    def test_says_which(self):
        for path, origin in ((self.put(self.built), 'built here'),
                             (self.put(self.dir / 'start'), "Debian's")):
            _, said = quietly(emulator.tell, path)
            self.assertEqual(
                said, f'  HOSTS   run in QEMU 10.0.13, {origin}: {path}\n')

    def test_not_qemu(self):
        path = self.put(self.dir / 'other', '#!/bin/sh\necho GNU tool 1\n')
        with self.assertRaisesRegex(RigError, 'says "GNU tool 1", not'):
            emulator.version(path)


if __name__ == '__main__':
    unittest.main()

# SPDX-License-Identifier: GPL-2.0-or-later
"""How the rig judges a migration, and what it leaves behind (seconds)."""

import concurrent.futures
import contextlib
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

from rig import host, image, migration, qmp
from rig.base import errors, process
from rig.base.paths import ROOT
from rig.testing.quiet import quietly


# What the kernel's loader would take for an arm64 kernel.
IMAGE = bytes(56) + b'ARM\x64' + bytes(64)


class FakeGuest(qmp.Migrating):
    """What migration.migrate() asks of a Guest, scripted."""

    def __init__(self, status, info, alive=True, moving=False):
        self.run_state, self.info = status, list(info)
        self.is_alive, self.moving = alive, moving
        self.kind = 'witness'
        self.exit_status = None if alive else 1
        self.host = mock.Mock(network=None, address=None)
        self.calls = []

    def qmp(self, command, **arguments):
        self.calls.append((command, arguments))
        if command == 'query-status':
            return {'status': self.run_state}
        if command == 'query-migrate':
            return self.info.pop(0) if len(self.info) > 1 else self.info[0]
        return {}

    def status(self):
        return self.run_state

    def alive(self):
        return self.is_alive

    def moves(self):
        return self.moving

    def stderr(self):
        return '' if self.is_alive else 'qemu: what it said\n'


LISTENS = {'socket-address': [{'port': '4444'}]}


class Outcome(unittest.TestCase):
    """Judged by the destination and the guest, not by the source."""

    def migrate(self, source, destination, **kwargs):
        # The source's first answer is before, its run state is after.
        after, source.run_state = source.run_state, 'running'
        asked = source.qmp

        def qmp(command, **arguments):
            if command == 'migrate':
                source.run_state = after
            return asked(command, **arguments)

        source.qmp = qmp
        return quietly(migration.migrate, source, destination, **kwargs)[0]

    def test_migrated(self):
        result = self.migrate(
            FakeGuest('postmigrate', [{'status': 'active'}, {
                'status': 'completed', 'downtime': 7, 'total-time': 900,
                'ram': {'transferred': 5}}]),
            FakeGuest('running', [LISTENS], moving=True))
        self.assertEqual(result.outcome, 'migrated')
        self.assertEqual((result.downtime, result.transferred), (7, 5))
        self.assertIn('downtime 7 ms', str(result))

    def test_completed_but_lost(self):
        result = self.migrate(
            FakeGuest('postmigrate', [{'status': 'completed'}]),
            FakeGuest('inmigrate', [LISTENS], alive=False))
        self.assertEqual(result.outcome, 'lost')
        self.assertEqual(result.destination_exit, 1)
        self.assertIn('what it said', str(result))

    def test_running_but_not_moving_is_lost(self):
        result = self.migrate(
            FakeGuest('postmigrate', [{'status': 'completed'}]),
            FakeGuest('running', [LISTENS], moving=False))
        self.assertEqual(result.outcome, 'lost')

    def test_refused_keeps_what_was_sent(self):
        source = FakeGuest('running', [
            {'status': 'active', 'ram': {'transferred': 44}},
            {'status': 'failed', 'error-desc': 'Sibling'}], moving=True)
        result = self.migrate(source, FakeGuest('inmigrate', [LISTENS],
                                                alive=False),
                              return_path=True)
        self.assertEqual(result.outcome, 'refused')
        self.assertEqual(result.source_error, 'Sibling')
        self.assertEqual(result.transferred, 44)
        self.assertIn(('migrate-set-capabilities', {'capabilities': [
            {'capability': 'return-path', 'state': True}]}), source.calls)

    def test_both_sides(self):
        with self.assertRaisesRegex(errors.GuestError, 'both sides'):
            self.migrate(
                FakeGuest('running', [{'status': 'completed'}], moving=True),
                FakeGuest('running', [LISTENS], moving=True))

    def test_never_ends(self):
        with self.assertRaisesRegex(errors.GuestError, 'did not end within'):
            self.migrate(FakeGuest('running', [{'status': 'active'}]),
                         FakeGuest('inmigrate', [LISTENS]), timeout=0.3)


class Cleanup(unittest.TestCase):
    """Nothing that was started outlives a failure."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        kernel = self.dir / 'kernel'
        (kernel / 'modules').mkdir(parents=True)
        (kernel / 'Image').write_bytes(IMAGE)
        for patch in (
                mock.patch.object(image, 'CACHE', self.dir / 'rig'),
                mock.patch.object(image, 'base_part',
                                  lambda: image.Part('base', {}))):
            patch.start()
            self.addCleanup(patch.stop)
        self.host = quietly(host.Host, kernel, name='fake')[0]

    def emulator(self, script):
        """An emulator of a few lines: $console and $monitor are given."""
        path = self.dir / 'emulator'
        path.write_text(f'''#!/usr/bin/python3
import socket, sys, time
chardevs = [a for a in sys.argv if a.startswith(('file,', 'socket,'))]
console = open(chardevs[0].split('path=')[1], 'w', buffering=1)
monitor = socket.socket(fileno=int(chardevs[1].split('fd=')[1]))
def serve():
    lines = monitor.makefile('r')
    monitor.sendall(b'{{"QMP": {{}}}}\\n')
    lines.readline()
    monitor.sendall(b'{{"return": {{}}, "id": 1}}\\n')
    lines.readline()
    monitor.sendall(b'{{"return": "TCP[HOST_FORWARD] 9 127.0.0.1 1 x 1 0 0",'
                    b'"id": 2}}\\n')
{script}
''')
        path.chmod(0o755)
        return mock.patch.dict(os.environ, {'RIG_EMULATOR': str(path)})

    def boot_fails(self, script, *wanted, limit=30):
        pids = []
        start = process.start

        def starts(*args, **kwargs):
            pids.append(start(*args, **kwargs))
            return pids[-1]

        with self.emulator(script), \
                mock.patch.object(host.process, 'start', starts), \
                mock.patch.object(host, 'BOOT_LIMIT', limit), \
                self.assertRaises(errors.HostError) as caught, \
                contextlib.redirect_stderr(io.StringIO()):
            with host.boot(self.host):
                pass
        for text in wanted:
            self.assertIn(text, str(caught.exception))
        self.assertEqual(len(pids), 1)
        self.assertIsNotNone(pids[0].poll(), 'the emulator still runs')
        self.assertFalse(process.pid_alive(pids[0].pid))

    def test_kernel_panics(self):
        self.boot_fails('''
serve()
print('line one\\nKernel panic - not syncing', file=console)
sys.exit(1)''', 'did not come up', 'ended (1)', '| Kernel panic', 'fake (')

    def test_init_fails(self):
        self.boot_fails('''
serve()
print('RIG FAILED insmod x.ko', file=console)
time.sleep(60)''', 'its init failed', '| RIG FAILED insmod x.ko')

    def test_hangs(self):
        self.boot_fails('''
serve()
print('Booting', file=console)
time.sleep(60)''', 'within 1 s', '| Booting', limit=1)

    def test_emulator_refuses(self):
        self.boot_fails('sys.exit("emulator: no such CPU")',
                        'did not start', 'no such CPU', 'console is empty')

    def test_no_kvm(self):
        self.boot_fails('''
serve()
print('RIG READY 6.1 kvm=no', file=console)
time.sleep(60)''', 'no /dev/kvm')

    def test_no_emulator(self):
        with mock.patch.dict(os.environ, {'RIG_EMULATOR': '/none'}), \
                self.assertRaisesRegex(errors.HostError, 'no emulator /none'):
            quietly(self.host.start)

    def test_ends_with_the_program(self):
        """Killed outright, a test leaves no emulator behind."""
        code = ('import sys\n'
                'from rig.base import process\n'
                'process.start(["sh", "-c", "echo $$; exec sleep 60"])\n'
                'sys.stdin.read()\n')
        with subprocess.Popen([sys.executable, '-c', code], cwd=ROOT,
                              stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as program:
            pid = int(program.stdout.readline())
            self.assertTrue(process.pid_alive(pid))
            program.kill()
        deadline = time.monotonic() + 10
        while process.pid_alive(pid):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)


class Witness(unittest.TestCase):
    """The guest is built where several tests start at once."""

    @unittest.skipUnless(shutil.which(image.CROSS + 'gcc'), 'no compiler')
    def test_built_at_once(self):
        with tempfile.TemporaryDirectory() as tmp:
            folder = pathlib.Path(tmp) / 'witness'
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                list(pool.map(image.witness, [folder] * 8))
            self.assertTrue((folder / 'witness-ptimer').exists())


class Words(unittest.TestCase):
    """What errors and limits are made of."""

    def test_tail(self):
        text = ''.join(f'line {n}\r\n' for n in range(30))
        self.assertEqual(errors.tail(text, 2), '    | line 28\n    | line 29')

    def test_tail_of_a_panic(self):
        text = 'up\nKernel panic - why\n' + 'registers\n' * 30
        self.assertEqual(errors.tail(text, 1),
                         '    | Kernel panic - why\n    | registers')
        self.assertEqual(errors.tail('Oops\nlast\n', 2),
                         '    | Oops\n    | last')

    def test_slow(self):
        with mock.patch.dict(os.environ, {'RIG_SLOW': '2.5'}):
            self.assertEqual(errors.Deadline(10).limit, 25)
        for text in ('0', 'fast', '-1'):
            with mock.patch.dict(os.environ, {'RIG_SLOW': text}), \
                    self.assertRaisesRegex(errors.RigError, 'RIG_SLOW='):
                errors.slow()


if __name__ == '__main__':
    unittest.main()

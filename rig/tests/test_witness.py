# SPDX-License-Identifier: GPL-2.0-or-later
"""The witness guest boots, migrates, and sees every kind of damage.

Runs under TCG, with the emulator in QEMU (default: build/host).  That each
check can fail is shown twice: every register that the witness lists is
altered on request, and some are altered from outside, by the gdb stub.
"""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from rig import image
from rig.base.paths import ROOT

QEMU = pathlib.Path(os.environ.get(
    'QEMU', ROOT / 'build/host/qemu-system-aarch64'))
OUT = ROOT / 'build/witness'
WFI = 'd503207f'


def setUpModule():
    if not shutil.which(str(QEMU)):
        raise unittest.SkipTest(f'no {QEMU}: build it or set QEMU')
    for tool in image.CROSS + 'gcc', 'make':
        if not shutil.which(tool):
            raise unittest.SkipTest(f'no {tool}')
    image.witness(OUT)


class Qmp:
    """One connection; commands only, events are skipped."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(str(path))
        self.file = self.sock.makefile('r', encoding='utf-8')
        self.file.readline()
        self.command('qmp_capabilities')

    def command(self, name, **arguments):
        request = json.dumps({'execute': name, 'arguments': arguments})
        self.sock.sendall(request.encode())
        while True:
            reply = json.loads(self.file.readline())
            if 'error' in reply:
                raise AssertionError(f'{name}: {reply["error"]["desc"]}')
            if 'return' in reply:
                return reply['return']

    def close(self):
        self.file.close()
        self.sock.close()


class Gdb:
    """The remote protocol, as far as registers and memory need it."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(str(path))

    def ask(self, text):
        packet = f'${text}#{sum(text.encode()) & 0xff:02x}'
        self.sock.sendall(packet.encode())
        reply = b''
        while not re.search(rb'\$[^#]*#..', reply):
            reply += self.sock.recv(4096)
        self.sock.sendall(b'+')
        return re.search(rb'\$([^#]*)#', reply).group(1).decode()

    def word(self, register):
        return int.from_bytes(bytes.fromhex(self.ask(f'p{register:x}')),
                              'little')

    def in_wfi(self):
        """The program counter is behind a WFI: the registers are held."""
        before = self.ask(f'm{self.word(32) - 4:x},4')
        return bytes.fromhex(before)[::-1].hex() == WFI

    def close(self):
        self.sock.close()


class Guest:
    """A QEMU process with a witness in it."""

    def __init__(self, directory, name, *options, cpu='max,pauth-impdef=on',
                 kernel='witness'):
        self.qmp_path = pathlib.Path(directory, f'{name}.qmp')
        self.lines = []
        self.news = threading.Condition()
        self.process = subprocess.Popen(
            [QEMU, '-M', 'virt,gic-version=3', '-cpu', cpu, '-m', '64',
             '-accel', 'tcg', '-nodefaults', '-display', 'none',
             '-serial', 'stdio', '-kernel', OUT / kernel,
             '-qmp', f'unix:{self.qmp_path},server=on,wait=off', *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.news:
                self.lines.append(line.decode(errors='replace').strip())
                self.news.notify_all()
        with self.news:
            self.lines.append('(QEMU ended)')
            self.news.notify_all()

    def send(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def wait(self, regex, after=0, timeout=20):
        """The first match in a line from number @after on."""
        limit = time.monotonic() + timeout
        seen = after
        with self.news:
            while True:
                for line in self.lines[seen:]:
                    match = re.search(regex, line)
                    if match:
                        return match
                seen = max(after, len(self.lines))
                left = limit - time.monotonic()
                if '(QEMU ended)' in self.lines or left <= 0:
                    tail = '\n'.join(self.lines[-15:])
                    raise AssertionError(f'no "{regex}" from the witness '
                                         f'in {timeout} s:\n{tail}')
                self.news.wait(left)

    def compare(self):
        """Ask for a full compare; its answer."""
        start = len(self.lines)
        self.send('c')
        return self.wait('^witness (ok|failed): .*', start).group(0)

    def qmp(self):
        limit = time.monotonic() + 20
        while not self.qmp_path.exists():
            if time.monotonic() > limit:
                raise AssertionError('no QMP socket after 20 s')
            time.sleep(0.05)
        return Qmp(self.qmp_path)

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.reader.join(5)
        self.process.stdin.close()
        self.process.stdout.close()


class WitnessTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def guest(self, *options, name='guest', **kwargs):
        guest = Guest(self.directory, name, *options, **kwargs)
        self.addCleanup(guest.close)
        return guest

    def assert_ok(self, guest):
        answer = guest.compare()
        self.assertRegex(answer, '^witness ok: tick ')
        self.assertFalse([line for line in guest.lines
                          if 'MISMATCH' in line or 'FAULT' in line])

    def test_start(self):
        guest = self.guest()
        guest.wait(r'^witness start: cpus=1 midr=0x[0-9a-f]{16} features: ')
        holds = guest.wait(r'^witness holds: (.*) registers, 4 MiB memory')
        count = sum(int(part.split()[0])
                    for part in holds.group(1).split(','))
        guest.wait('^tick 2$')
        self.assertRegex(
            guest.compare(),
            fr'^witness ok: tick \d+, {count} registers, 4096 KiB compared')
        guest.send('q')
        self.assertEqual(guest.process.wait(10), 0)

    def test_classes_are_filled(self):
        """On a CPU with all features no class is empty."""
        guest = self.guest()
        holds = guest.wait('^witness holds: (.*) registers').group(1)
        counts = {part.split()[1]: int(part.split()[0])
                  for part in holds.split(', ')}
        for name, least in {
                'general': 33, 'fp': 34, 'sve': 50, 'pstate': 5, 'el1': 30,
                'pauth': 10, 'debug': 20, 'pmu': 12, 'timer': 6, 'gic': 6,
                'id': 40}.items():
            self.assertGreaterEqual(counts[name], least, name)

    def test_few_features(self):
        guest = self.guest(cpu='cortex-a57')
        guest.wait('^witness holds: .* 0 sve, .* 0 pauth, ')
        guest.wait('^tick 2$')
        self.assert_ok(guest)

    def migrate(self, *options, **kwargs):
        path = pathlib.Path(self.directory, 'migration')
        target = self.guest('-incoming', f'unix:{path}', *options,
                            name='target', **kwargs)
        source = self.guest(*options, name='source', **kwargs)
        source.wait('^tick 3$')
        target_qmp = target.qmp()
        self.addCleanup(target_qmp.close)
        qmp = source.qmp()
        self.addCleanup(qmp.close)
        qmp.command('migrate', uri=f'unix:{path}')
        limit = time.monotonic() + 30
        while True:
            status = qmp.command('query-migrate').get('status')
            if status == 'completed':
                break
            self.assertNotEqual(status, 'failed')
            self.assertLess(time.monotonic(), limit, f'migration {status}')
            time.sleep(0.1)
        last = [int(line.split()[1]) for line in source.lines
                if re.match(r'tick \d+$', line)][-1]
        target.wait(rf'^tick {last + 3}$')
        self.assert_ok(target)
        self.assertFalse([line for line in source.lines
                          if 'MISMATCH' in line])
        return target

    def test_migration(self):
        self.migrate(cpu='max,pauth-impdef=on')

    def test_migration_few_features(self):
        self.migrate(cpu='cortex-a57')

    def test_migration_smp(self):
        target = self.migrate('-smp', '3', cpu='max,pauth-impdef=on')
        target.send('sTPIDR_EL0@2\n')
        target.wait('^witness MISMATCH TPIDR_EL0 .* on cpu 2$')
        self.assertRegex(target.compare(), '^witness failed: 1 registers')

    def test_physical_timer_variant(self):
        guest = self.migrate(cpu='cortex-a57', kernel='witness-ptimer')
        guest.send('sCNTP_CVAL_EL0\n')
        guest.wait('^witness sabotage: CNTP_CVAL_EL0 altered')
        guest.wait('^witness MISMATCH CNTP_CVAL_EL0 ')

    def test_every_check_can_fail(self):
        """Alter each register that the witness lists: it has to say so."""
        guest = self.guest()
        guest.wait('^tick 1$')
        guest.send('l')
        guest.wait('^witness list ends')
        names = [line.split()[2] for line in guest.lines
                 if line.startswith('witness list: ')]
        self.assertGreater(len(names), 250)
        self.assertEqual(len(names), len(set(names)))
        # V is a part of Z: altered first, it would use up Z's message.
        names.sort(key=lambda name: name.startswith('V'))
        for name in names:
            guest.send(f's{name}\n')
            guest.wait(fr'^witness sabotage: {name} .*altered')
        altered = {line.split()[2] for line in guest.lines
                   if re.match(r'witness sabotage: \S+ altered', line)}
        for name in ('X0', 'X1', 'X30', 'SP', 'NZCV', 'Z31', 'P15', 'FFR',
                     'V0', 'FPCR', 'TTBR1_EL1', 'TCR_EL1', 'TCR2_EL1',
                     'PIR_EL1', 'PIRE0_EL1', 'APIAKeyLo_EL1', 'ELR_EL1',
                     'SPSR_EL1', 'DBGBVR0_EL1', 'PMCCNTR_EL0',
                     'PMEVCNTR0_EL0', 'CNTV_CVAL_EL0', 'CNTKCTL_EL1'):
            self.assertIn(name, altered)
        for name in names:
            with self.subTest(register=name):
                guest.wait(fr'^witness MISMATCH {name}(\W|$)', timeout=5)
        self.assertRegex(guest.compare(),
                         r'^witness failed: \d+ registers, 1 words')
        self.assertFalse([line for line in guest.lines if 'FAULT' in line])

    def test_memory_altered_before_it_is_renewed(self):
        """Between the check of a slice and its renewal, in any tick of ten."""
        guest = self.guest(cpu='cortex-a57')
        guest.wait('^tick 1$')
        for _ in range(12):
            start = len(guest.lines)
            guest.send('sMEM\n')
            guest.wait('^witness MISMATCH MEM', start)

    def test_altered_from_outside(self):
        """General and vector registers, in the time of a hold."""
        path = pathlib.Path(self.directory, 'gdb')
        guest = self.guest('-gdb', f'unix:{path},server=on,wait=off',
                           cpu='cortex-a57')
        guest.wait('^tick 1$')
        for number, name in (7, 'X7'), (31, 'SP'), (34 + 5, r'V5\.D\[0\]'):
            for attempt in range(20):
                gdb = Gdb(path)
                self.addCleanup(gdb.close)
                held = gdb.in_wfi()
                if held:
                    value = bytearray.fromhex(gdb.ask(f'p{number:x}'))
                    value[3] ^= 4
                    self.assertEqual(
                        gdb.ask(f'P{number:x}={value.hex()}'), 'OK')
                self.assertEqual(gdb.ask('D'), 'OK')
                gdb.close()
                if held:
                    break
                time.sleep(0.003 * attempt)
            self.assertTrue(held, 'never found in WFI')
            guest.wait(f'^witness MISMATCH {name} expected 0x')
        self.assertRegex(guest.compare(), '^witness failed: 3 registers')


if __name__ == '__main__':
    unittest.main()

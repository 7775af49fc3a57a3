# SPDX-License-Identifier: GPL-2.0-or-later
"""Real Arm KVM in the place of emulated hosts: when, and for which cases."""

import os
import pathlib
import time
import unittest
from unittest import mock

from rig import agent, image
from rig.base.errors import HostError, RigError
from rig.real import host as real_host, trial
from rig.real.host import Machine, RealHost, obstacle, real

N1, A76, MAX = 'neoverse-n1', 'cortex-a76', 'max,pauth-impdef=on'
HERE = Machine('6.18.15+deb13-arm64', (0x41, 0xd0c),
               frozenset(('asimd', 'sve')))
CPUINFO = '''\
processor	: 0
BogoMIPS	: 125.00
Features	: fp asimd sve
CPU implementer	: 0x41
CPU architecture: 8
CPU part	: 0xd0c

processor	: 1
Features	: fp
CPU implementer	: 0x42
CPU part	: 0x1
'''
NET_DEV = '''\
Inter-|   Receive                    |  Transmit
 face |bytes packets errs drop fifo frame compressed multicast|bytes packets
    lo:   11  2 0 0 0 0 0 0   77  2 0 0 0 0 0 0
  eth0: 5 2 0 0 0 0 0 0 9 2 0 0 0 0 0 0
'''


class Choice(unittest.TestCase):
    """Emulated or real, decided in one place."""

    def test_choice(self):
        """Real where it can be, unless the user says otherwise."""
        for switch, architecture, usable, expected in (
                (None, 'aarch64', None, True),
                ('', 'aarch64', None, True),
                (None, 'aarch64', 'no', False),
                (None, 'x86_64', None, False),
                ('1', 'aarch64', None, False),
                ('1', 'x86_64', 'no', False),
                ('0', 'aarch64', None, True)):
            with self.subTest((switch, architecture, usable)):
                environ = {} if switch is None else {'RIG_EMULATED': switch}
                self.assertIs(real(environ, architecture, usable), expected)

    def test_no_real_one(self):
        """What was asked for and is not here is an error with its reason."""
        for switch, architecture, usable, text in (
                ('0', 'x86_64', None, 'this machine is x86_64, not aarch64'),
                ('0', 'aarch64', '/dev/kvm: Permission denied',
                 '/dev/kvm: Permission denied'),
                ('yes', 'aarch64', None, 'RIG_EMULATED=yes: say 1')):
            with self.subTest(switch), \
                    self.assertRaisesRegex(RigError, text):
                real({'RIG_EMULATED': switch}, architecture, usable)

    def test_usable(self):
        """The device can be opened, or why not."""
        self.assertIsNone(real_host.usable('/dev/null'))
        self.assertEqual(real_host.usable('/none/kvm'),
                         '/none/kvm: No such file or directory')


class Obstacles(unittest.TestCase):
    """Which cases a machine can run."""

    def test_none(self):
        """Hosts that are alike are this machine, whatever it is."""
        for kernels, cpus, kwargs in (
                (('6.18', '6.18'), (N1, N1), {}),
                (('6.12', '6.12'), (MAX, MAX), {}),
                (('5.10',), (A76,), {}),
                (('6.18',), (N1,), {'exact': True}),
                (('6.18',), (MAX,), {'features': ('sve',)})):
            with self.subTest((kernels, cpus, kwargs)):
                self.assertIsNone(obstacle(HERE, kernels, cpus, **kwargs))

    def test_reasons(self):
        """All of them say what is needed, what is here, and what helps."""
        for kernels, cpus, kwargs, text in (
                (('6.12', '6.18'), (N1, N1), {},
                 'needs Linux 6.12 and 6.18; this machine runs '
                 '6.18.15+deb13-arm64'),
                (('6.1',), (N1,), {'exact': True}, 'needs Linux 6.1; '
                 'this machine runs 6.18.15+deb13-arm64'),
                (('6.18', '6.18'), (N1, A76), {},
                 'needs a CPU neoverse-n1 and a cortex-a76; this machine has '
                 'CPUs of implementer 0x41, part 0xd0c'),
                (('6.18',), (A76,), {'exact': True},
                 'needs a CPU cortex-a76; this machine has CPUs of '),
                (('6.18',), (MAX,), {'exact': True},
                 'needs a CPU max,pauth-impdef=on; this machine has CPUs of '),
                (('6.18',), (N1,), {'features': ('sve', 'paca')},
                 'needs a CPU with paca; this machine has none')):
            with self.subTest(text):
                said = obstacle(HERE, kernels, cpus, **kwargs)
                self.assertIn(text, said)
                self.assertTrue(said.endswith(
                    ' (RIG_EMULATED=1 uses emulated hosts)'), said)

    def test_unknown_part(self):
        """A CPU that does not tell its type is not one that was named."""
        self.assertIn('an unknown type', obstacle(
            HERE._replace(part=()), ('6.18',), (MAX,), exact=True))

    def test_series(self):
        """6.1 is not 6.18."""
        self.assertIn('needs Linux 6.18', obstacle(
            HERE._replace(version='6.1.0-9-arm64'), ('6.18',), (N1,),
            exact=True))

    def test_cpuinfo(self):
        """The first CPU's; and of none."""
        self.assertEqual(real_host.cpu_of(CPUINFO), (
            (0x41, 0xd0c), frozenset(('fp', 'asimd', 'sve'))))
        self.assertEqual(real_host.cpu_of(''), ((), frozenset()))

    def test_bytes_sent(self):
        """Of loopback, and what it sent."""
        self.assertEqual(real_host.bytes_sent(NET_DEV), 77)


class Host(unittest.TestCase):
    """This machine as a host; all but KVM is there on any machine."""

    def setUp(self):
        self.host = RealHost('here')
        self.host.start()
        self.addCleanup(self.host.close)
        self.folder = pathlib.Path(self.host.path('/'))

    def test_run(self):
        """Status, both outputs, input; errors as of an emulated host."""
        done = self.host.run('cat; echo b >&2; exit 3', check=False,
                             data=b'a')
        self.assertEqual(done, (3, 'a', 'b\n'))
        with self.assertRaisesRegex(HostError, 'here .*"false" ended with 1'):
            self.host.run('false')
        with self.assertRaisesRegex(HostError, 'did not end within'):
            self.host.run('sleep 60', timeout=0.1)

    def test_signal(self):
        """A command that a signal ended has its negative number."""
        self.assertEqual(self.host.run('kill -9 $$', check=False).status, -9)

    def test_files(self):
        """In the host's own folder, which ends with it."""
        path = self.host.path('/run/x/y')
        self.host.put(b'1\0', path)
        self.assertEqual(self.host.get(path), b'1\0')
        self.assertEqual((self.folder / 'run/x/y').read_bytes(), b'1\0')
        self.host.provide({'guest/self': pathlib.Path(__file__)})
        self.assertTrue((self.folder / 'guest/self').is_file())
        self.host.close()
        self.assertFalse(self.folder.exists())
        with self.assertRaisesRegex(HostError, 'the host is closed'):
            self.host.run('true')

    def test_two(self):
        """Two hosts do not share their files."""
        with RealHost('there') as there:
            self.assertNotEqual(there.path('/run/x'),
                                self.host.path('/run/x'))

    def test_streams(self):
        """What is written while it runs is seen while it runs."""
        running = self.host.popen('while read x; do echo "<$x>"; done')
        for word in ('a', 'b'):
            self.assertTrue(running.write(f'{word}\n'.encode()))
            self.assertTrue(running.wait(10, lambda word=word: (
                f'<{word}>'.encode() in running.stdout)))
        self.assertFalse(running.ended())
        running.end_input()
        self.assertTrue(running.wait(10))
        self.assertEqual(running.status, 0)
        self.assertFalse(running.write(b'x'))

    def test_close_ends_children(self):
        """As the agent does; and what a test forgot ends with the host."""
        running = self.host.popen('sleep 60 & echo $!; wait')
        self.assertTrue(running.wait(10, lambda: running.stdout[-1:] == b'\n'))
        child = f'/proc/{int(running.stdout)}/stat'
        self.host.close()
        self.assertEqual(running.lost, 'ended by the test')
        for _ in range(100):
            if (not os.path.exists(child) or
                    pathlib.Path(child).read_text().split()[2] == 'Z'):
                return
            time.sleep(0.1)
        self.fail('the child lives')

    def test_connections(self):
        """The netcat that it has; AgentError where nobody listens."""
        with self.assertRaisesRegex(agent.AgentError, 'unix:/none: '):
            self.host.connect_once('unix:/none')
        running = self.host.popen(f'exec {self.host.netcat} -l -p 24444')
        for _ in range(100):
            try:
                sock = self.host.connect_once('tcp:24444')
                break
            except agent.AgentError:
                time.sleep(0.1)
        with sock:
            sock.sendall(b'there')
            self.assertTrue(running.wait(
                10, lambda: running.stdout == b'there'))
            running.write(b'back')
            self.assertEqual(sock.recv(4), b'back')
        self.assertTrue(running.wait(10))

    def test_inner_qemu(self):
        """The one that the build left, and not a copy."""
        with mock.patch.dict(image.QEMUS, {
                'series': (pathlib.Path(__file__), 'make it')}):
            self.assertEqual(self.host.qemu('series'), __file__)


class Aboard(unittest.TestCase):
    """What an emulated host gets, to be a machine for the tests."""

    def test_places(self):
        """One folder of libraries, and nothing that nobody needs."""
        for path, expected in (
                ('usr/lib/aarch64-linux-gnu/libz.so.1', 'lib/libz.so.1'),
                ('lib/aarch64-linux-gnu/libc.so.6', 'lib/libc.so.6'),
                ('lib/ld-linux-aarch64.so.1', 'lib/ld-linux-aarch64.so.1'),
                ('usr/lib/aarch64-linux-gnu/gconv/X.so', None),
                ('lib/systemd/system/fstrim.timer', None),
                ('usr/lib/python3.11/os.py', 'usr/lib/python3.11/os.py'),
                ('usr/bin/setpriv', 'usr/bin/setpriv'),
                ('usr/bin/mount', None)):
            self.assertEqual(trial.place(path), expected, path)


if __name__ == '__main__':
    unittest.main()

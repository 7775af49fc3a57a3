# SPDX-License-Identifier: GPL-2.0-or-later
"""The links to and between the hosts: network, agent, monitor (seconds)."""

import contextlib
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

from rig import agent, network
from rig.base import process
from rig.base.paths import ROOT
from rig.qmp import QMP, QMPError, QMPGone


def mac(number):
    return bytes([2, 0, 0, 0, 0, number])


class Switch(unittest.TestCase):
    """The hosts' network, with a socket in place of each host."""

    def make(self, count, **kwargs):
        net = network.Network(**kwargs)
        self.addCleanup(net.close)
        ends = []
        for number in range(count):
            end = net.attach(f'h{number}')
            end.settimeout(5)
            self.addCleanup(end.close)
            ends.append(end)
        return net, ends

    def send(self, end, target, source, data):
        frame = target + source + data
        end.sendall(struct.pack('>I', len(frame)) + frame)

    def receive(self, end):
        size, = struct.unpack('>I', end.recv(4, socket.MSG_WAITALL))
        return end.recv(size, socket.MSG_WAITALL)[12:]

    def silent(self, end):
        end.settimeout(0.2)
        try:
            return end.recv(1) is None
        except socket.timeout:
            return True
        finally:
            end.settimeout(5)

    def test_floods_then_learns(self):
        net, (a, b, c) = self.make(3)
        self.send(a, b'\xff' * 6, mac(1), b'who')
        self.assertEqual(self.receive(b), b'who')
        self.assertEqual(self.receive(c), b'who')
        self.send(b, mac(1), mac(2), b'me')
        self.assertEqual(self.receive(a), b'me')
        self.assertTrue(self.silent(c))
        self.assertEqual(net.received('h0'), 15)
        self.assertEqual(net.ports['h0'].sent, 14)
        self.assertEqual(net.ports['h2'].sent, 15)

    def test_frame_in_pieces(self):
        _net, (a, b) = self.make(2)
        data = os.urandom(60000)
        frame = struct.pack('>I', 60012) + mac(2) + mac(1) + data
        for at in range(0, len(frame), 7001):
            a.sendall(frame[at:at + 7001])
            time.sleep(0.002)
        self.assertEqual(self.receive(b), data)

    def test_cut_and_restore(self):
        net, (a, b) = self.make(2)
        net.cut('h1')
        self.send(a, mac(2), mac(1), b'lost')
        self.assertTrue(self.silent(b))
        self.assertEqual(net.ports['h1'].dropped, 1)
        self.send(b, mac(1), mac(2), b'lost too')
        self.assertTrue(self.silent(a))
        net.restore('h1')
        self.send(a, mac(2), mac(1), b'again')
        self.assertEqual(self.receive(b), b'again')

    def test_delay_and_rate(self):
        _net, (a, b) = self.make(2, delay=0.2, rate=10000)
        start = time.monotonic()
        for _ in range(2):
            self.send(a, mac(2), mac(1), bytes(988))
        self.receive(b)
        first = time.monotonic() - start
        self.receive(b)
        second = time.monotonic() - start
        self.assertGreater(first, 0.29)
        self.assertGreater(second, 0.39)
        self.assertLess(second, 2)

    def test_host_gone(self):
        net, (a, b, c) = self.make(3)
        self.send(b, b'\xff' * 6, mac(2), b'hi')
        self.receive(a)
        b.close()
        deadline = time.monotonic() + 5
        while 'h1' in net.ports and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertNotIn('h1', net.ports)
        self.receive(c)
        self.send(a, mac(2), mac(1), b'still there')
        self.assertEqual(self.receive(c), b'still there')

    def test_nonsense_length_ends_the_link_alone(self):
        net, (a, b, c) = self.make(3)
        a.sendall(b'\xff' * 8)
        self.assertEqual(a.recv(1), b'')
        self.assertNotIn('h0', net.ports)
        self.send(b, mac(3), mac(2), b'on')
        self.assertEqual(self.receive(c), b'on')


class Agent(unittest.TestCase):
    """The agent of the hosts, built for this machine."""

    @classmethod
    def setUpClass(cls):
        if shutil.which('cc') is None:
            raise unittest.SkipTest('cc: not found; scripts/setup.sh '
                                    'installs it')
        cls.dir = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.dir.cleanup)
        binary = f'{cls.dir.name}/agent'
        subprocess.run(['cc', '-Wall', '-Wextra', '-Werror', '-O1', '-o',
                        binary, ROOT / 'rig/agent/agent.c', '-lutil'],
                       check=True)
        for _ in range(20):
            with socket.create_server(('127.0.0.1', 0)) as free:
                cls.address = free.getsockname()
            cls.agent = process.start([binary, str(cls.address[1]), '-f'])
            cls.addClassCleanup(process.end, cls.agent)
            for _ in range(100):
                if cls.agent.poll() is not None:
                    break               # somebody was quicker: another port
                with contextlib.suppress(OSError):
                    socket.create_connection(cls.address, 1).close()
                    return
                time.sleep(0.05)
        raise AssertionError('the agent does not listen')

    def command(self, text, data=None, **kwargs):
        running = agent.Command(self.address, text, 10, **kwargs)
        self.addCleanup(running.close)
        if data is not None:
            running.write(data)
            running.end_input()
        return running

    def ended(self, *args, **kwargs):
        running = self.command(*args, **kwargs)
        self.assertTrue(running.wait(20))
        return running

    def test_output_and_status(self):
        done = self.ended('echo out; echo err >&2; exit 3')
        self.assertEqual((done.stdout, done.stderr, done.status),
                         (b'out\n', b'err\n', 3))
        self.assertEqual(self.ended('kill -9 $$').status, -9)

    def test_input_both_ways(self):
        data = os.urandom(3 << 20)
        self.assertEqual(self.ended('cat', data).stdout, data)
        self.assertEqual(self.ended('exit 5', data).status, 5)

    def test_background_process_does_not_hold(self):
        done = self.ended('sleep 30 & echo $!')
        self.assertEqual(done.status, 0)
        os.kill(int(done.stdout), 9)    # it lives on, as it should

    def test_closing_ends_the_command(self):
        running = self.command('sleep 60 & echo $! $$; wait')
        self.assertTrue(running.wait(10, lambda: b'\n' in running.stdout))
        pids = [int(p) for p in running.stdout.split()]
        running.close()
        self.assertEqual(running.lost, 'ended by the test')
        deadline = time.monotonic() + 10
        while any(map(process.pid_alive, pids)):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def test_terminal(self):
        done = self.ended('tty; exit 4', terminal=True)
        self.assertRegex(bytes(done.stdout), rb'/dev/pts/\d+\r\n')
        self.assertEqual(done.status, 4)

    def test_relay(self):
        path = f'{self.dir.name}/socket'
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path)
            server.listen()
            with agent.connect(self.address, f'unix:{path}', 10) as near:
                far, _ = server.accept()
                with far:
                    near.sendall(b'there')
                    self.assertEqual(far.recv(9), b'there')
                    far.sendall(b'and back')
                    self.assertEqual(near.recv(9), b'and back')
                self.assertEqual(near.recv(1), b'')
        for target, why in ((f'unix:{path}', 'refused'),
                            ('unix:/none', 'No such file'),
                            ('what', 'neither')):
            with self.assertRaisesRegex(agent.AgentError, why):
                agent.connect(self.address, target, 10)

    def test_nobody_there(self):
        with socket.create_server(('127.0.0.1', 0)) as free:
            address = free.getsockname()
        with self.assertRaisesRegex(agent.AgentError, 'no connection'):
            agent.Command(address, 'true', 5)


class Monitor(unittest.TestCase):
    """The QMP client, against a scripted monitor."""

    def start(self, *answers):
        ours, theirs = socket.socketpair()

        def serve():
            with theirs, theirs.makefile('rwb') as file:
                file.write(b'{"QMP": {"version": {}}}\n')
                file.flush()
                for answer in (b'{"return": {}, "id": 1}', *answers):
                    if not file.readline():
                        return
                    file.write(answer + b'\n')
                    file.flush()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 5)
        qmp = QMP(ours, 5)
        self.addCleanup(qmp.close)
        return qmp

    def test_reply_error_event(self):
        qmp = self.start(
            b'{"event": "STOP"}\n{"return": {"status": "x"}, "id": 2}',
            b'{"error": {"class": "GenericError", "desc": "no"}, "id": 3}')
        self.assertEqual(qmp.command('query-status'), {'status': 'x'})
        self.assertEqual(qmp.wait_event('STOP', 5)['event'], 'STOP')
        with self.assertRaisesRegex(QMPError, '^cont: no$'):
            qmp.command('cont')

    def test_gone(self):
        qmp = self.start()
        with self.assertRaisesRegex(QMPGone, 'cont: '):
            qmp.command('cont', timeout=5)

    def test_no_answer(self):
        qmp = self.start(b'{"return": {}, "id": 99}', b'')
        with self.assertRaisesRegex(QMPGone, 'no answer in 0 s'):
            qmp.command('cont', timeout=0.2)


if __name__ == '__main__':
    unittest.main()

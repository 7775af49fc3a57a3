# SPDX-License-Identifier: GPL-2.0-or-later
"""The test's end of the agent in an emulated host (rig/agent/agent.c).

A Command runs in the host.  Its output arrives while it runs, and it takes
input.  close() ends the command and its children.
"""

import socket
import struct
import threading
import time

FRAME_MAX = 65536


class AgentError(Exception):
    """The agent refused, or is gone; the caller names the host."""


def _send(sock, kind, data=b''):
    sock.sendall(struct.pack('>cI', kind, len(data)) + data)


def _read(sock, size):
    data = bytearray()
    while len(data) < size:
        piece = sock.recv(size - len(data))
        if not piece:
            raise AgentError('the connection to the host is gone')
        data += piece
    return bytes(data)


def _receive(sock):
    kind, size = struct.unpack('>cI', _read(sock, 5))
    if size > FRAME_MAX:
        raise AgentError(f'a frame of {size} bytes, the most is {FRAME_MAX}')
    return kind, _read(sock, size)


def open_request(address, kind, text, timeout):
    """Connect to the agent and make a request; the socket."""
    data = text.encode()
    if len(data) > FRAME_MAX:
        raise AgentError(f'a request of {len(data)} bytes, the most is '
                         f'{FRAME_MAX}')
    try:
        sock = socket.create_connection(address, timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _send(sock, kind, data)
    except OSError as err:
        raise AgentError(f'no connection to the host: {err}') from err
    return sock


def connect(address, target, timeout):
    """A socket whose other end is `target` (unix:PATH, tcp:PORT) there."""
    sock = open_request(address, b'c', target, timeout)
    try:
        kind, data = _receive(sock)
    except (OSError, AgentError) as err:
        sock.close()
        raise AgentError(f'{target}: {err}') from err
    if kind != b'o':
        sock.close()
        raise AgentError(f'{target}: {data.decode(errors="replace")}')
    sock.settimeout(None)
    return sock


class Running:
    """A command that runs somewhere.

    stdout and stderr grow while it runs; status is None until it ended,
    then its exit status, negative for a signal.  `lost` says why nothing
    is known of its end.
    """

    def __init__(self, on_output):
        self._changed = threading.Condition()
        self._write = threading.Lock()
        self._on_output = on_output
        self.stdout = bytearray()
        self.stderr = bytearray()
        self.status = None
        self.lost = None

    def ended(self):
        return self.status is not None or self.lost is not None

    def wait(self, seconds, until=lambda: False):
        """True once ended or until() holds, False when time is over."""
        end = time.monotonic() + seconds
        with self._changed:
            while not (until() or self.ended()):
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
        return True

    def _give_up(self):
        """Its end is not waited for."""
        with self._changed:
            if not self.ended():
                self.lost = 'ended by the test'


class Command(Running):
    """A command in an emulated host."""

    def __init__(self, address, command, timeout, terminal=False,
                 on_output=None):
        self._sock = open_request(address, b't' if terminal else b'x',
                                  command, timeout)
        self._sock.settimeout(None)
        super().__init__(on_output)
        self._reader = threading.Thread(target=self._read_all, daemon=True)
        self._reader.start()

    def _read_all(self):
        try:
            while self.status is None:
                kind, data = _receive(self._sock)
                with self._changed:
                    if kind == b'o':
                        self.stdout += data
                    elif kind == b'e':
                        self.stderr += data
                    elif kind == b's':
                        self.status = int(data)
                    else:
                        raise AgentError(data.decode(errors='replace'))
                    self._changed.notify_all()
                if self._on_output and data and kind in b'oe':
                    self._on_output(kind, data)
        except (OSError, AgentError) as err:
            with self._changed:
                self.lost = self.lost or str(err)
                self._changed.notify_all()
        finally:
            self._sock.close()

    def write(self, data):
        """Give standard input; False if the command is gone."""
        try:
            with self._write:
                for at in range(0, len(data), FRAME_MAX):
                    _send(self._sock, b'i', data[at:at + FRAME_MAX])
        except OSError:
            return False
        return True

    def end_input(self):
        try:
            with self._write:
                _send(self._sock, b'i')
        except OSError:
            pass

    def close(self):
        """End the command, if it still runs, and the connection."""
        self._give_up()
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._reader.join(10)

# SPDX-License-Identifier: GPL-2.0-or-later
"""Stand between a source and its destination: read, change, answer.

The source migrates to a port of its own host.  What it sends arrives in the
test; what the test sends is the source's return path.
"""

import socket
import struct
import threading

from rig.base.errors import slow

PORT = 4444
# A pause of the source, on a machine that is not slow.
QUIET = 0.3
# Return path messages, migration/migration.c, and the values of pongs,
# migration/handshake.c.
SHUT, PONG, REFUSAL = 1, 2, 8
PING_KNOWS, PONG_KNOWS, PONG_ACCEPTED = 0xa5c1, 0xa5c2, 0xa5c3


def message(kind, data=b''):
    """A message of the return path."""
    return struct.pack('>HH', kind, len(data)) + data


def shut(value):
    """The message that ends a return path; not 0 is an error."""
    return message(SHUT, struct.pack('>I', value))


def pong(value):
    """A message that answers a ping, or says something by its value."""
    return message(PONG, struct.pack('>I', value))


# How a destination answers the handshake, if it knows it and if not.
KNOWS = pong(PONG_KNOWS) + pong(PING_KNOWS)
ECHOES = pong(PING_KNOWS)


class Listener:
    """The end to which a source in `host` migrates."""

    uri = f'tcp:127.0.0.1:{PORT}'

    def __init__(self, host):
        self._seen = 0
        self.command = host.popen(f'exec {host.netcat} -l -p {PORT}')
        # It has no word for "ready".
        host.run(f'until grep -q ":{PORT:04X} .* 0A " /proc/net/tcp*; '
                 'do sleep 0.1; done', timeout=10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.command.close()

    def read(self, seconds=QUIET):
        """What has come since, after waiting for some; b'' if nothing."""
        self.command.wait(seconds * slow(),
                          lambda: len(self.command.stdout) > self._seen)
        data = bytes(self.command.stdout[self._seen:])
        self._seen += len(data)
        return data

    def read_until_quiet(self, seconds=60):
        """All up to the next pause of the source."""
        # Not bytes, since these grow by a copy: the source would not end.
        data = bytearray(self.read(seconds))
        while more := self.read():
            data += more
        return bytes(data)

    def send(self, data):
        self.command.write(data)


class Relay(Listener):
    """Passes everything on, changed on its way by change(bytes).

    change() gets what came between two pauses of the source: the handshake,
    the set-up, and after the answer RAM and the devices.
    """

    def __init__(self, source_host, destination, change):
        super().__init__(source_host)
        destination.qmp('migrate-incoming', uri='tcp:127.0.0.1:0')
        bound = destination.qmp('query-migrate')['socket-address'][0]
        self._sock = destination.host.connect(f'tcp:{bound["port"]}')
        self._change = change
        self._threads = [threading.Thread(target=each, daemon=True)
                         for each in (self._forward, self._back)]
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_):
        super().__exit__()
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        for thread in self._threads:
            thread.join(10)
        self._sock.close()

    def _forward(self):
        try:
            while data := self.read_until_quiet():
                self._sock.sendall(self._change(data))
            self._sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass                # the destination has gone

    def _back(self):
        try:
            while data := self._sock.recv(65536):
                self.send(data)
        except OSError:
            pass
        self.command.end_input()

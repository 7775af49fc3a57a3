# SPDX-License-Identifier: GPL-2.0-or-later
"""The hosts' own network: an Ethernet switch in this process.

Every host is a port: a socket pair.  The host's emulator inherits the other
end (-netdev stream: 32 bits of length, big endian, then the frame).  This
machine's interfaces do not show it.  The switch learns addresses and counts
frames.  It can be made slow or distant, and any link can be cut.
"""

import heapq
import itertools
import selectors
import socket
import struct
import threading
import time

from rig.base.errors import RigError

FRAME_MAX = 1 << 17
# What may wait for a port before frames are lost, as on a real switch.
QUEUE_MAX = 32 << 20


class Port:
    """One host's link.  `cut` is read by the switch for every frame."""

    def __init__(self, name, sock):
        self.name = name
        self.sock = sock
        self.cut = False
        self.received = 0       # bytes of frames from the host
        self.sent = 0           # bytes of frames to the host
        self.dropped = 0        # frames lost to a cut or a full queue
        self.input = bytearray()
        self.output = bytearray()
        self.free_at = 0.0      # when the last frame has left, with a rate

    def frames(self, data):
        """The whole frames in what has come in so far."""
        self.input += data
        at = 0
        while len(self.input) - at >= 4:
            size, = struct.unpack_from('>I', self.input, at)
            if size > FRAME_MAX:
                raise ValueError(f'a frame of {size} bytes from {self.name}')
            if len(self.input) - at - 4 < size:
                break
            yield bytes(self.input[at + 4:at + 4 + size])
            at += 4 + size
        del self.input[:at]


class Network:
    """The switch.  delay in seconds, rate in bytes per second or None."""

    def __init__(self, delay=0.0, rate=None):
        self.delay = delay
        self.rate = rate
        self.ports = {}
        self._counted = {}      # also of hosts that have gone
        self._addresses = {}
        self._waiting = []
        self._serial = itertools.count()
        self._number = itertools.count(1)
        self._selector = selectors.DefaultSelector()
        self._wake, wakened = socket.socketpair()
        wakened.setblocking(False)
        self._selector.register(wakened, selectors.EVENT_READ, None)
        self._wakened = wakened
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def address(self):
        """A free address of the hosts' network."""
        return f'10.0.0.{next(self._number)}'

    def attach(self, name):
        """A new port; the socket for the host's emulator."""
        if name in self.ports:
            raise RigError(f'two hosts of one network are named {name}')
        ours, theirs = socket.socketpair()
        for side in (ours, theirs):
            for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
                side.setsockopt(socket.SOL_SOCKET, option, 1 << 20)
        ours.setblocking(False)
        with self._lock:
            self.ports[name] = Port(name, ours)
            self._counted[name] = self.ports[name]
            self._selector.register(ours, selectors.EVENT_READ,
                                    self.ports[name])
        self._wake.send(b'.')
        return theirs

    def detach(self, name):
        with self._lock:
            port = self.ports.pop(name, None)
            if port:
                self._forget(port)

    def cut(self, name):
        """Lose every frame from and to a host from now on."""
        self.ports[name].cut = True

    def restore(self, name):
        self.ports[name].cut = False

    def received(self, name):
        """Bytes of frames that a host has sent so far."""
        return self._counted[name].received

    def close(self):
        if self._closed:
            return
        self._closed = True
        self._wake.send(b'.')
        self._thread.join(10)
        for port in list(self.ports.values()):
            self._forget(port)
        self.ports.clear()
        self._selector.close()
        self._wake.close()
        self._wakened.close()

    def _forget(self, port):
        try:
            self._selector.unregister(port.sock)
        except (KeyError, ValueError):
            pass
        port.sock.close()
        for address in [a for a, p in self._addresses.items() if p is port]:
            del self._addresses[address]

    def _run(self):
        while not self._closed:
            timeout = None
            if self._waiting:
                timeout = max(0, self._waiting[0][0] - time.monotonic())
            for key, events in self._selector.select(timeout):
                with self._lock:
                    self._serve(key, events)
            with self._lock:
                self._release()

    def _serve(self, key, events):
        port = key.data
        if port is None:
            try:
                self._wakened.recv(4096)
            except BlockingIOError:
                pass
            return
        try:
            if events & selectors.EVENT_READ:
                data = port.sock.recv(1 << 18)
                if not data:
                    raise ConnectionError
                for frame in port.frames(data):
                    self._switch(port, frame)
            if events & selectors.EVENT_WRITE:
                self._flush(port)
        except BlockingIOError:
            pass
        except (OSError, ValueError):
            self._lose(port)

    def _lose(self, port):
        """The host has gone; its owner sees that at the process."""
        if self.ports.get(port.name) is port:
            del self.ports[port.name]
            self._forget(port)

    def _switch(self, source, frame):
        source.received += len(frame)
        if source.cut:
            source.dropped += 1
            return
        self._addresses[frame[6:12]] = source
        known = self._addresses.get(frame[:6])
        if known is source:
            return
        for port in [known] if known else list(self.ports.values()):
            if port is not source:
                self._deliver(port, frame)

    def _deliver(self, port, frame):
        if port.cut or len(port.output) > QUEUE_MAX:
            port.dropped += 1
            return
        if not self.delay and not self.rate:
            self._queue(port, frame)
            return
        due = time.monotonic()
        if self.rate:
            due = max(due, port.free_at) + len(frame) / self.rate
            port.free_at = due
        heapq.heappush(self._waiting, (due + self.delay, next(self._serial),
                                       port, frame))

    def _release(self):
        """Send the frames whose time has come."""
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            port, frame = heapq.heappop(self._waiting)[2:]
            if self.ports.get(port.name) is not port:
                continue
            if port.cut:
                port.dropped += 1
                continue
            self._queue(port, frame)

    def _queue(self, port, frame):
        port.sent += len(frame)
        idle = not port.output
        port.output += struct.pack('>I', len(frame)) + frame
        if idle:
            try:
                self._flush(port)
            except OSError:
                self._lose(port)

    def _flush(self, port):
        try:
            sent = port.sock.send(port.output)
            del port.output[:sent]
        except BlockingIOError:
            pass
        events = selectors.EVENT_READ
        if port.output:
            events |= selectors.EVENT_WRITE
        self._selector.modify(port.sock, events, port)

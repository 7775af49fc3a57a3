# SPDX-License-Identifier: GPL-2.0-or-later
"""Bring a migration to a phase, and hold it there until a fault hits.

    set-up      the destination is stopped before it can read a byte
    RAM         some of it was sent, at a rate that leaves time
    switchover  the source has stopped its guest, and waits (the capability
                pause-before-switchover)
    device      the destination has read half of the vCPU's registers, and
                gets no more
    sent        the destination has all of it in its host, and is stopped
                before it can read the end

What a user does then (cancel, cont, quit) is kept with the facts.
"""

import socket
import struct
import threading
import time

from rig.base.errors import Deadline, GuestError, RigError, say
from rig.faults.facts import (ANSWER, DESTINATION, SOURCE, run_state, side_of,
                              wait_for)
from rig.guest import Guest
from rig.migration import CHECK_BEFORE_RAM, DONE, listen
from rig.preload import inject
from rig.relay import Relay
from rig.streams.cpreg import BEFORE_LENGTH, CPU_VERSION

SET_UP, RAM, SWITCHOVER, DEVICE, SENT = PHASES = (
    'set-up', 'RAM', 'switchover', 'device', 'sent')
# x-check-before-ram, and the capability return-path.
MODES = {'handshake': (True, False), 'return path': (False, True),
         'neither': (False, False)}
MEMORY = '64M'
SLOW_RAM, FAST = 1 << 20, 1 << 30       # bytes per second
SOME_RAM = 1 << 20
LIMIT = 30
CPU_HEAD = b'\x03cpu' + struct.pack('>II', 0, CPU_VERSION)


class HoldingRelay(Relay):
    """Holds the stream back from the middle of the cpreg list on."""

    def __init__(self, source_host, destination):
        self.holds = threading.Event()
        self._release = threading.Event()
        super().__init__(source_host, destination, self._first_half)

    def _first_half(self, data):
        at = data.find(CPU_HEAD)
        if at < 0:
            return data
        self.holds.set()
        at += len(CPU_HEAD) + BEFORE_LENGTH
        length, = struct.unpack_from('>i', data, at)
        return data[:at + 4 + 8 * length]

    def _forward(self):
        try:
            while not self.holds.is_set():
                data = self.read_until_quiet()
                if not data:
                    break
                self._sock.sendall(self._change(data))
            if self.holds.is_set():
                self._release.wait()
            self._sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass                # the destination has gone

    def __exit__(self, *_):
        self._release.set()
        super().__exit__()


class Bench:
    """Two hosts, and a source guest that cases reuse as long as it runs.
    """

    def __init__(self, source, destination, network):
        self.hosts = {SOURCE: source, DESTINATION: destination}
        self.network = network
        self._source = None
        self._kind = None

    def source(self, qemu, **kwargs):
        """A running guest; that of the last case if its options fit."""
        kind = (qemu, repr(kwargs))
        if self._kind != kind or not self._source.alive():
            self.close()
            path = inject.new_path()
            self._source = Guest(
                self.hosts[SOURCE], qemu, 'witness',
                **{'memory': MEMORY, **kwargs},
                before=inject.before(path))
            self._source.inject = path
            self._kind = kind
            self._source.wait_up()
        self._source.mark_stderr()
        return self._source

    def destination(self, qemu, **kwargs):
        """A guest that waits for a migration; the caller ends it."""
        path = inject.new_path()
        before = inject.before(path) + kwargs.pop('before', '')
        guest = Guest(self.hosts[DESTINATION], qemu, 'witness',
                      incoming=True, **{'memory': MEMORY, **kwargs},
                      before=before)
        guest.inject = path
        return guest

    def close(self):
        """End the source guest."""
        if self._source:
            self._source.close()
        self._source = self._kind = None


class Staged:
    """One migration on a bench, and its facts.

    mode         a name in MODES
    qemu         that of the source, and of the destination
    source       more for the source's Guest, destination for the other's
    capabilities more of them, on both sides
    parameters   of the migration, on both sides
    """

    def __init__(self, bench, mode='handshake', qemu='series', *,
                 source=None, destination=None, capabilities=None,
                 parameters=None, exit_on_error=True):
        # pylint: disable=too-many-arguments
        self.bench = bench
        self.network = bench.network
        self.source = bench.source(qemu, **(source or {}))
        self.destination = bench.destination(qemu, **(destination or {}))
        self._exit_on_error = exit_on_error
        self._killed = set()
        self._relay = None
        self._stopped = False
        self._since = None
        self.user = []          # what a user did
        self.saw = None         # the source's status at the fault
        self.waits = False      # nobody tells the destination of an end
        self.expects = ''       # what has to be said, where it is known late
        self.unsettled = ''     # why settle() gave up
        check_before_ram, return_path = MODES[mode]
        if qemu != 'stock':
            self.source.capabilities({CHECK_BEFORE_RAM: check_before_ram})
        for guest in (self.destination, self.source):
            guest.capabilities({'return-path': return_path,
                                'pause-before-switchover': False,
                                **(capabilities or {})})
            guest.parameters(**{'max_bandwidth': FAST, 'downtime_limit': 300,
                                **(parameters or {})})

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close_relay()
        self.destination.close()
        if SOURCE in self._killed or run_state(self.source) != 'running':
            self.bench.close()

    def guest(self, side):
        return self.source if side == SOURCE else self.destination

    # To a phase

    def begin(self, uri=None):
        """Start to migrate; returns at once."""
        self._since = time.monotonic()
        self.source.qmp('migrate', uri=uri or listen(
            self.destination, self._exit_on_error))

    def status(self):
        """What the source says of its migration, None if it is gone."""
        try:
            return self.source.qmp('query-migrate', ANSWER).get('status')
        except GuestError:
            return None

    def reach(self, phase):
        """Bring the migration to a phase, where it stays."""
        {SET_UP: self._reach_set_up, RAM: self._reach_ram,
         SWITCHOVER: self._reach_switchover, DEVICE: self._reach_device,
         SENT: self._reach_sent}[phase]()
        self.saw = self.status()
        say('PHASE', f'{phase} (the source says {self.saw})')
        self.fault()

    def fault(self):
        """The case's time starts here."""
        self._since = time.monotonic()

    def _reach_set_up(self):
        self.source.parameters(max_bandwidth=SLOW_RAM)
        uri = listen(self.destination, self._exit_on_error)
        self.destination.signal('STOP')
        self._stopped = True
        self.begin(uri)
        wait_for(lambda: self.status() == 'active', Deadline(LIMIT),
                 f'{self.source} waits for its destination')
        time.sleep(0.5)

    def _reach_ram(self):
        self.source.parameters(max_bandwidth=SLOW_RAM)
        self.begin()
        wait_for(lambda: self.source.qmp('query-migrate').get(
            'ram', {}).get('transferred', 0) > SOME_RAM, Deadline(LIMIT),
                 f'{self.source} sends RAM')

    def _reach_switchover(self, uri=None):
        self.source.capabilities({'pause-before-switchover': True})
        self.begin(uri)
        wait_for(lambda: self.status() == 'pre-switchover', Deadline(60),
                 f'{self.source} comes to the switchover')

    def _reach_device(self):
        self._relay = HoldingRelay(self.source.host, self.destination)
        self._reach_switchover(self._relay.uri)
        self.go_on()
        if not self._relay.holds.wait(LIMIT):
            raise GuestError(f'{self.source}: no section of the vCPU came by')
        time.sleep(0.5)

    def _reach_sent(self):
        self._reach_switchover()
        self.destination.signal('STOP')
        self._stopped = True
        self.go_on()
        before = None
        wait_for(lambda: self.status() in ('device', 'completed'),
                 Deadline(LIMIT), f'{self.source} sends the devices')
        while before != (now := self.network.received(self.source.host.name)):
            before = now
            time.sleep(0.5)

    def wake(self):
        """A destination that was stopped reads what there is."""
        if self._stopped:
            self.destination.signal('CONT')
            self._stopped = False

    def close_relay(self):
        """The connection ends on both sides."""
        if self._relay:
            self._relay.__exit__()
            self._relay = None

    def go_on(self):
        """Let the migration pass the switchover."""
        self.source.qmp('migrate-continue', state='pre-switchover')

    # Faults

    def kill(self, side):
        """SIGKILL, and what its host's kernel does to its connections."""
        self._killed.add(side)
        self.guest(side).signal('KILL')
        self.guest(side).wait_exit(10)
        if side == SOURCE:
            self.wake()
        self.close_relay()

    def expect_kill(self, side):
        """The host's kernel will kill it."""
        self._killed.add(side)

    def cut(self):
        """Lose every frame between the hosts; the relay holds already."""
        if not self._relay:
            self.network.cut(self.destination.host.name)

    def restore(self):
        """The link works again."""
        self.network.restore(self.destination.host.name)
        self.close_relay()

    # What a user does

    def does(self, side, command, **arguments):
        """A monitor command that a user gives."""
        self.user.append(f'{command} ({side})')
        self.guest(side).qmp(command, **arguments)

    def cancel(self):
        """migrate_cancel at the source."""
        self.does(SOURCE, 'migrate_cancel')

    def quit(self, side):
        """End a QEMU by its monitor."""
        self.user.append(f'quit ({side})')
        try:
            self.guest(side).qmp('quit')
        except GuestError:
            pass                # it may end before it has answered
        self.guest(side).wait_exit(LIMIT)

    def bring_back(self):
        """Continue a source that completed to a dead destination."""
        if self.status() == 'completed' and not self.destination.alive():
            self.does(SOURCE, 'cont')

    # The end

    def settle(self, limit=LIMIT):
        """Wait until the migration has ended on both sides."""
        try:
            self._settle(Deadline(limit))
        except RigError as err:
            self.unsettled = str(err).splitlines()[0]

    def _settle(self, end):
        if self.source.alive():
            wait_for(lambda: self.status() in (*DONE, None), end,
                     f'{self.source} ends its migration')
            # It runs on shortly after it has said "failed".
            if self.status() in ('failed', 'cancelled'):
                wait_for(lambda: run_state(self.source) == 'running', end,
                         f'{self.source} runs on')
        if not self.waits:
            wait_for(self._destination_knows, end,
                     f'{self.destination} has loaded or refused')

    def _destination_knows(self):
        try:
            return (not self.destination.alive()
                    or self.destination.status() != 'inmigrate'
                    or self.destination.qmp('query-migrate').get('status')
                    == 'failed')
        except GuestError:
            return True

    def facts(self):
        """The facts of both sides, for JSON."""
        seconds = round(time.monotonic() - self._since, 1)
        sides = {side: side_of(self.guest(side),
                               side in self._killed)._asdict()
                 for side in (SOURCE, DESTINATION)}
        return {**sides, 'seconds': seconds, 'user': self.user,
                'saw': self.saw, 'expects': self.expects,
                'unsettled': self.unsettled}

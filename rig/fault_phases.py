# SPDX-License-Identifier: GPL-2.0-or-later
"""A migration that is brought to a phase, and stays in it until a fault hits.

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
import sys
import threading
import time

from . import image, injector
from .errors import Deadline, GuestError, RigError, say
from .fault_facts import (ANSWER, DESTINATION, SOURCE, look,
                          run_state, wait_for)
from .guest import Guest
from .migration import DONE, PREFLIGHT, listen

sys.path.append(str(image.ROOT / 'tests' / 'avocado'))
# pylint: disable=wrong-import-position
from cpreg_stream import BEFORE_LENGTH, CPU_VERSION         # noqa: E402
from relay import Relay                                     # noqa: E402

SET_UP, RAM, SWITCHOVER, DEVICE, SENT = PHASES = (
    'set-up', 'RAM', 'switchover', 'device', 'sent')
# x-cpreg-preflight, and the capability return-path.
MODES = {'preflight': (True, False), 'return path': (False, True),
         'neither': (False, False)}
MEMORY = '64M'
SLOW_RAM, FAST = 1 << 20, 1 << 30       # bytes per second
SOME_RAM = 1 << 20
LIMIT = 30
CPU_HEAD = b'\x03cpu' + struct.pack('>II', 0, CPU_VERSION)


def set_up(guest, capabilities, parameters):
    """Set migration capabilities and parameters."""
    if capabilities:
        guest.qmp('migrate-set-capabilities', capabilities=[
            {'capability': name, 'state': state}
            for name, state in capabilities.items()])
    if parameters:
        guest.qmp('migrate-set-parameters', **parameters)


class HoldingRelay(Relay):
    """Passes nothing on behind half of the cpreg list, until released."""

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
    """Two hosts, and a source guest that serves until a case has used it up.
    """

    def __init__(self, source, destination, network):
        self.hosts = {SOURCE: source, DESTINATION: destination}
        self.network = network
        self._source = None
        self._kind = None

    def source(self, qemu, **kwargs):
        """A guest that runs; the one of the last case, if it is like it."""
        kind = (qemu, repr(kwargs))
        if self._kind != kind or not self._source.alive():
            self.close()
            path = injector.new_path()
            self._source = Guest(
                self.hosts[SOURCE], qemu, 'witness',
                **{'memory': MEMORY, **kwargs},
                before=injector.before(path))
            self._source.inject = path
            self._kind = kind
            self._source.wait_up()
        self._source.mark_stderr()
        return self._source

    def destination(self, qemu, **kwargs):
        """A guest that waits; its caller ends it."""
        path = injector.new_path()
        before = injector.before(path) + kwargs.pop('before', '')
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

    def __init__(self, bench, mode='preflight', qemu='series', *,
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
        preflight, return_path = MODES[mode]
        if qemu != 'stock':
            set_up(self.source, {PREFLIGHT: preflight}, {})
        for guest in (self.destination, self.source):
            set_up(guest, {'return-path': return_path,
                           'pause-before-switchover': False,
                           **(capabilities or {})},
                   {'max_bandwidth': FAST, 'downtime_limit': 300,
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
        """The time counts from here."""
        self._since = time.monotonic()

    def _reach_set_up(self):
        set_up(self.source, {}, {'max_bandwidth': SLOW_RAM})
        uri = listen(self.destination, self._exit_on_error)
        self.destination.signal('STOP')
        self._stopped = True
        self.begin(uri)
        wait_for(lambda: self.status() == 'active', Deadline(LIMIT),
                 f'{self.source} waits for its destination')
        time.sleep(0.5)

    def _reach_ram(self):
        set_up(self.source, {}, {'max_bandwidth': SLOW_RAM})
        self.begin()
        wait_for(lambda: self.source.qmp('query-migrate').get(
            'ram', {}).get('transferred', 0) > SOME_RAM, Deadline(LIMIT),
                 f'{self.source} sends RAM')

    def _reach_switchover(self, uri=None):
        set_up(self.source, {'pause-before-switchover': True}, {})
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
        """Past the switchover."""
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
        """The host's kernel will."""
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
        """A source that gave its guest away, to nobody: let it go on."""
        if self.status() == 'completed' and not self.destination.alive():
            self.does(SOURCE, 'cont')

    # The end

    def settle(self, limit=LIMIT):
        """Wait until both sides know what became of the migration."""
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
        """Of both sides, as JSON has it."""
        seconds = round(time.monotonic() - self._since, 1)
        sides = {side: look(self.guest(side), side in self._killed)._asdict()
                 for side in (SOURCE, DESTINATION)}
        return {**sides, 'seconds': seconds, 'user': self.user,
                'saw': self.saw, 'expects': self.expects,
                'unsettled': self.unsettled}

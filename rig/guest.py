# SPDX-License-Identifier: GPL-2.0-or-later
"""A KVM guest in an emulated host: an inner QEMU, its monitor and serial.

The standard input and output of the inner QEMU are the guest's serial port.
A destination's serial starts empty: it shows only what the guest printed after
the migration.
"""

import itertools
import re
import shlex
import time

from rig import agent, image
from rig.base.errors import Deadline, GuestAltered, GuestError, say, slow, tail
from rig.qmp import QMP, Migrating, QMPGone

# How QEMU loads each guest, and what the guest prints once it runs.
GUESTS = {
    **{name: (['-kernel', f'/guest/{name}/Image',
               '-initrd', f'/guest/{name}/initrd',
               '-append', 'console=ttyAMA0 quiet panic=-1'], r'^tick 1\b')
       for name in image.GUEST_KERNELS},
    'witness': (['-kernel', '/guest/witness'], r'^tick 1\b'),
    'witness-ptimer': (['-kernel', '/guest/witness-ptimer'], r'^tick 1\b'),
}

_numbers = itertools.count(1)


class Guest(Migrating):
    """One inner QEMU.

    qemu      'series', 'stock', 'newest', or a path on this machine
    kind      a name in GUESTS, or None for no kernel
    cpu, pmu  -cpu, with pmu=on or off if not None
    incoming  True for a destination: waits for migrate()
    extra     more options for QEMU
    before    shell commands that its process runs before QEMU, each with
              its `;`: limits, or variables to export
    """

    def __init__(self, host, qemu='series', kind='linux', *, cpu='host',
                 pmu=None, memory='256M', smp=1,
                 machine='virt,gic-version=3', incoming=False, extra=(),
                 before=''):
        self.host = host
        self.kind = kind
        self.name = f'guest{next(_numbers)}'
        self._monitor_path = host.path(f'/run/{self.name}.qmp')
        self._pid_path = host.path(f'/run/{self.name}.pid')
        self._before = before
        self._monitor = None
        self._heard = 0
        self._running = None
        self.incoming = incoming
        self._began = 0         # where in serial() the guest last started
        command = host.qemu(qemu)
        if kind:
            host.provide(image.GUESTS[kind]())
        if pmu is not None:
            cpu += f',pmu={"on" if pmu else "off"}'
        argv = [command, '-name', self.name, '-M', machine,
                '-accel', 'kvm', '-cpu', cpu, '-smp', str(smp), '-m', memory,
                '-nodefaults', '-no-user-config', '-display', 'none',
                '-chardev', 'stdio,id=serial,signal=off',
                '-serial', 'chardev:serial',
                '-qmp', f'unix:{self._monitor_path},server=on,wait=off']
        argv += [host.path(word) if word.startswith('/guest/') else word
                 for word in GUESTS[kind][0]] if kind else []
        argv += ['-incoming', 'defer'] if incoming else []
        self.command_line = shlex.join(argv + list(extra))
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self):
        self._running = self.host.popen(
            f'echo $$ >{self._pid_path}; {self._before} '
            f'exec {self.command_line}')
        limit = Deadline(60, f'{self} starts')
        while True:
            try:
                self._monitor = QMP(self.host.connect_once(
                    f'unix:{self._monitor_path}'), 60 * slow())
                return
            except agent.AgentError as err:
                # No socket yet, or none any more.
                if self._running.wait(0.1) or limit.over():
                    raise self._ended('did not start', err) from err
            except QMPGone as err:
                raise self._ended('did not start', err) from err

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def __str__(self):
        return f'{self.name} on {self.host}'

    # State and errors

    def _ended(self, what, why='', settle=2):
        """A GuestError with all that is known."""
        # Its last words and its status may still be on their way.
        self._running.wait(settle)
        text = f'{self}: the inner QEMU {what}'
        if self._running.status is not None:
            text += f' (it ended with {self._running.status})'
        elif why:
            text += f' ({why})'
        if not self.host.alive():
            text += '; its host is down'
        text += f'; command: {self.command_line}'
        for name, said in (('stderr', self.stderr()),
                           ('serial', self.serial()),
                           ('host console', self.host.console())):
            if said.strip():
                text += f'\n  {name}:\n{tail(said, 12)}'
        return GuestError(text)

    def alive(self):
        """Whether the inner QEMU still runs."""
        return not self._running.ended()

    @property
    def exit_status(self):
        """None while QEMU runs, then its status, negative for a signal."""
        return self._running.status

    def stderr(self):
        return self._running.stderr.decode(errors='replace')

    def mark_stderr(self):
        """new_stderr() starts here."""
        self._heard = len(self.stderr())

    def new_stderr(self):
        """Its standard error since mark_stderr()."""
        return self.stderr()[self._heard:].strip()

    def close(self):
        """End the inner QEMU, if it still runs."""
        if self._monitor:
            self._monitor.close()
            self._monitor = None
        if self._running:
            self._running.close()

    def pid(self):
        """The inner QEMU's process in its host."""
        return int(self.host.run(f'cat {self._pid_path}').stdout)

    def signal(self, name):
        """Send a signal, 'KILL', 'STOP' or another, to the inner QEMU."""
        self.host.run(f'kill -{name} {self.pid()}')

    def wait_exit(self, seconds):
        """Whether the inner QEMU ended within so many seconds."""
        return self._running.wait(seconds * slow())

    # Monitor

    def qmp(self, command, timeout=60, **arguments):
        """A QMP command; `_` in argument names stands for `-`.

        QMPError if QEMU refuses it, GuestError if it is gone.
        """
        if self._monitor is None:
            raise GuestError(f'{self}: {command}: the guest is closed')
        try:
            return self._monitor.command(
                command, {k.replace('_', '-'): v
                          for k, v in arguments.items()}, timeout * slow())
        except QMPGone as err:
            raise self._ended(f'does not answer to {command}', err) from err

    @property
    def qmp_events(self):
        """All QMP events so far."""
        return self._monitor.events if self._monitor else []

    def wait_event(self, name, timeout=60, since=0):
        try:
            return self._monitor.wait_event(name, timeout * slow(), since)
        except QMPGone as err:
            raise self._ended(f'sent no event {name}', err) from err

    def status(self):
        """QEMU's run state: 'running', 'inmigrate', 'postmigrate', ..."""
        return self.qmp('query-status')['status']

    # Serial port

    def serial(self):
        """All that the guest printed in this QEMU."""
        return self._running.stdout.decode(errors='replace').replace('\r', '')

    def write_serial(self, text):
        if not self._running.write(text.encode()):
            raise self._ended('is gone')

    def wait_serial(self, regex, timeout=60, since=0):
        """The first match in what was printed after `since` characters."""
        rex = re.compile(regex, re.M)
        limit = Deadline(timeout, f'{self}: serial {regex}')
        while True:
            size = len(self._running.stdout)
            found = rex.search(self.serial(), since)
            if found:
                return found
            left = limit.left()
            if left <= 0 or not self.alive():
                raise self._ended(
                    f'ended before the guest printed "{regex}"'
                    if not self.alive() else 'runs, but its guest did not '
                    f'print "{regex}" within {limit.limit:.0f} s', settle=0)
            self._running.wait(
                min(left, 5), lambda: len(self._running.stdout) != size)

    def wait_up(self, timeout=120):
        """Wait until the guest runs; returns the seconds that it took."""
        start = time.monotonic()
        self.wait_serial(GUESTS[self.kind][1], timeout)
        say('GUEST', f'{self}: {self.kind} runs')
        return time.monotonic() - start

    def reset(self, timeout=120):
        """Reset the machine, and wait until the guest runs again."""
        since = len(self.serial())
        self.qmp('system_reset')
        self.wait_serial(GUESTS[self.kind][1], timeout, since)
        self._began = since

    def said(self):
        """What the guest printed in this QEMU since its last reset."""
        return self.serial()[self._began:]

    def ticks(self):
        """The last count that the guest printed in this QEMU, or 0."""
        found = re.findall(r'^tick (\d+)\n', self.serial(), re.M)
        return int(found[-1]) if found else 0

    def moves(self, timeout=20):
        """Whether the guest counts on: the proof that it runs."""
        since = len(self.serial())
        limit = Deadline(timeout)
        while self.alive() and not limit.over():
            if len(re.findall(r'^tick \d+\n', self.serial()[since:],
                              re.M)) > 1:
                return True
            time.sleep(0.05)
        return False

    def mismatches(self):
        """Names of the registers that the witness found altered."""
        return set(re.findall(r'^witness MISMATCH (\S+) ', self.said(), re.M))

    def check(self, timeout=60):
        """Have the witness compare all it holds; its line of success.

        GuestAltered with what it found if anything differs, another
        GuestError if it does not answer.
        """
        if not (self.kind or '').startswith('witness'):
            raise GuestError(f'{self}: only a witness can check itself, this '
                             f'guest is {self.kind}')
        since = len(self.serial())
        self.write_serial('c')
        found = self.wait_serial(r'^witness (ok|failed|FAULT).*\n', timeout,
                                 since)
        wrong = re.findall(r'^witness (?:MISMATCH|FAULT).*(?=\n)',
                           self.said(), re.M)
        if wrong or found.group(1) != 'ok':
            raise GuestAltered(f'{self}: the guest is not what it was: '
                               + '; '.join(wrong or [found.group().strip()]))
        return found.group().strip()

    def try_check(self, timeout=60):
        """(the witness's answer or the error, whether the guest is whole)"""
        try:
            return self.check(timeout), True
        except GuestAltered as err:
            return str(err).partition(': ')[2], False
        except GuestError as err:
            return str(err).splitlines()[0], False

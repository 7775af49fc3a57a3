# SPDX-License-Identifier: GPL-2.0-or-later
"""Bugs of stock QEMU 11.1.3 that a machine without KVM can show.

In the load of Arm register lists, of upstream's own since 11.0:

  loadvm-twice   a snapshot is refused, the next loadvm ends QEMU
  length         a stream says how many registers it has, QEMU allocates that
  tolerated      a register that may be dropped lets the guest load with
                 another one that was refused

Older ones, which the topic "fixes" mends:

  lost-register  a register that the stream lacks loses its reset value
  older-error    loadvm fails for the error of an earlier migrate
  pflash         loadvm, loadvm, cont ends QEMU

No CPU runs but in the last one.  Without --qemu,
the newest QEMU of Debian's backports is tried, downloaded once.

Exit status: 0 each bug is shown, 1 this QEMU does not have one of them, 2 it
could not be tried.
"""

import contextlib
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
from typing import NamedTuple

from rig.base import command, debian_qemu, process
from rig.base.errors import RigError, slow
from rig.streams.cpreg import CpregStream

PATIENCE = 60
# Of what QEMU says; the series names every register.
LONGEST = 300
# A list of 0x7fffffff registers takes 32 GiB: QEMU must not try for real.
MEMORY = 6 << 30
LENGTHS = (0x7fffffff, -1)
# No CPU has it, and it stands before all others in a list.
UNKNOWN = 0x4020000000000001
# DBGDTRTX of AArch32, which 11.1 with TCG drops (202126dcb9).
DROPPED = 0x40200000200e0298
# Its reset value is not 0.
SCTLR_EL1 = 0x603000000013c080


class CannotTry(RigError):
    """QEMU does not do what comes before the bug."""


class Gone(RigError):
    """QEMU has ended; `status` is its exit status."""

    def __init__(self, status):
        self.status = status
        super().__init__(ended(status))

    def crashed(self):
        return -self.status in (signal.SIGABRT, signal.SIGSEGV,
                                signal.SIGTRAP)


class Bug(NamedTuple):
    """A bug.

    since    the commit and the release that have it first
    cause    what QEMU does wrong
    mended   the entry of the series that does not
    show     show(Qemu): (whether it has the bug, what happened)
    """
    since: str
    cause: str
    mended: str
    show: callable


def ended(status):
    """How a process ended, in words."""
    if status < 0:
        return f'killed by {signal.Signals(-status).name}'
    return f'exit status {status}'


def newest():
    """The newest QEMU in Debian's backports, downloaded once."""
    return debian_qemu.here('qemu-here', ('trixie-backports', 'trixie'))


class Machine:
    """One QEMU with QMP on its standard streams, ended with the block."""

    def __init__(self, qemu, cpu, *args):
        self._log = tempfile.TemporaryFile('w+', errors='replace')
        self._child = process.start(
            ['prlimit', f'--as={MEMORY}', '--core=0', '--', qemu,
             '-M', 'virt', '-cpu', cpu, '-accel', 'tcg', '-S', '-m', '64M',
             '-nodefaults', '-display', 'none', '-qmp', 'stdio', *args],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            stderr=self._log)
        self._late = False
        self._timer = threading.Timer(PATIENCE * slow(), self._too_late)
        self._timer.start()

    def __enter__(self):
        try:
            self.version = self._answer('QMP')['version']
            self.qmp('qmp_capabilities')
        except Gone as err:
            self.__exit__()
            raise CannotTry(f'QEMU does not start: {err}: '
                            f'{self.said}') from err
        return self

    def __exit__(self, *_):
        self._timer.cancel()
        process.end(self._child)
        with contextlib.suppress(BrokenPipeError):
            self._child.stdin.close()
        self._child.stdout.close()
        self._log.seek(0)
        self.said = self._log.read().strip()
        self._log.close()

    def _too_late(self):
        self._late = True
        self._child.kill()

    def _gone(self):
        """What to raise: QEMU has ended, or was too slow."""
        status = self._child.wait()
        if self._late:
            return CannotTry(f'QEMU is not done after {PATIENCE * slow():.0f}'
                             ' s; RIG_SLOW=2 doubles that')
        return Gone(status)

    def _answer(self, *keys):
        for line in self._child.stdout:
            # The block layer prints there, too: "Formatting ...".
            message = json.loads(line) if line.startswith('{') else {}
            for key in keys:
                if key in message:
                    return message[key]
        raise self._gone()

    def qmp(self, name, **arguments):
        """The answer of a command, or the error's members."""
        try:
            print(json.dumps({'execute': name, 'arguments': arguments}),
                  file=self._child.stdin, flush=True)
        except BrokenPipeError:
            raise self._gone() from None
        return self._answer('return', 'error')

    def hmp(self, line):
        """What a command of the human monitor prints."""
        return self.qmp('human-monitor-command', **{'command-line': line})

    def poll(self, name, until):
        """Ask until until(status) holds; the status."""
        while True:
            status = self.qmp(name)['status']
            if until(status):
                return status
            threading.Event().wait(0.02)


def version(qemu):
    """11.1.3 (Debian 1:11.1.3+ds-1)"""
    with Machine(qemu, 'cortex-a57') as machine:
        text = '{major}.{minor}.{micro}'.format(**machine.version['qemu'])
        package = machine.version['package']
    return text + (f' ({package})' if package else '')


def last_line(text):
    """What QEMU said last; GLib begins with a line of stars."""
    lines = [line for line in text.splitlines() if line.strip(' *')]
    if not lines:
        return 'nothing'
    return lines[-1] if len(lines[-1]) <= LONGEST else (
        lines[-1][:LONGEST] + ' ...')


def save(machine, path):
    """The stream of a machine, saved into a file."""
    machine.qmp('migrate', uri=f'file:{path}')
    if machine.poll('query-migrate', ENDED.__contains__) == 'failed':
        raise CannotTry('QEMU cannot save a machine into a file')
    return CpregStream(path.read_bytes())


def saved(qemu, folder):
    """The stream of a machine of this QEMU's."""
    with Machine(qemu, 'cortex-a57') as machine:
        return save(machine, folder / 'saved')


def incoming(machine, folder, stream, **changed):
    """Load a stream; the run state after it."""
    path = folder / 'incoming'
    path.write_bytes(stream.render(**changed))
    machine.qmp('migrate-incoming', uri=f'file:{path}')
    return machine.poll('query-status', lambda s: s != 'inmigrate')


def load(qemu, folder, stream, **changed):
    """(status, what QEMU said) of a load; a Gone or a run state."""
    machine = Machine(qemu, 'cortex-a57', '-incoming', 'defer')
    with machine:
        try:
            status = incoming(machine, folder, stream, **changed)
        except Gone as err:
            status = err
    return status, machine.said


def snapshot(machine, folder):
    """Save the machine as snapshot "a"; the image that has it."""
    disk = folder / 'disk.qcow2'
    for line in (f'snapshot_blkdev d {disk} qcow2', 'savevm a'):
        said = machine.hmp(line)
        if 'rror' in said or not disk.exists():
            raise CannotTry(f'{line}: {said.strip()}')
    return disk


def with_drive(qemu, cpu, disk=None):
    """A machine with a drive for snapshots, a new one or an image."""
    return Machine(qemu, cpu, '-drive', 'if=none,id=d,' + (
        f'format=qcow2,file={disk}' if disk else
        'format=raw,file=null-co://'))


def loadvm_twice(qemu, folder):
    with with_drive(qemu, 'neoverse-v1') as machine:
        disk = snapshot(machine, folder)
    machine = with_drive(qemu, 'cortex-a57', disk)
    with machine:
        said = machine.hmp('loadvm a')
        if 'rror' not in said:
            raise CannotTry('a snapshot of neoverse-v1 loads into cortex-a57')
        try:
            said = machine.hmp('loadvm a')
        except Gone as err:
            gone = err
        else:
            return False, f'the second loadvm says: {last_line(said)}'
    return (gone.crashed(), f'the second loadvm: {gone}: '
            f'{last_line(machine.said)}')


def unbounded_length(qemu, folder):
    stream = saved(qemu, folder)
    shown, happened = False, []
    for length in LENGTHS:
        status, said = load(qemu, folder, stream, length=length)
        if not isinstance(status, Gone):
            raise CannotTry(f'a list of 0x{length & 0xffffffff:x} registers '
                            f'loads; QEMU is {status}')
        shown |= status.crashed()
        happened.append(f'0x{length & 0xffffffff:x} registers: {status}: '
                        f'{last_line(said)}')
    return shown, '\n'.join(happened)


def tolerated_after_refused(qemu, folder):
    stream = saved(qemu, folder)
    stream.add(UNKNOWN, 7)
    status, said = load(qemu, folder, stream)
    if not isinstance(status, Gone):
        raise CannotTry(f'a guest with 0x{UNKNOWN:x} loads; QEMU is {status}')
    happened = f'0x{UNKNOWN:x} alone: {status}: {last_line(said)}'
    if DROPPED not in stream.indexes:
        stream.add(DROPPED, 0)
    status, said = load(qemu, folder, stream)
    loaded = not isinstance(status, Gone)
    happened += ('\nwith DBGDTRTX behind it: '
                 + (f'the guest is loaded, QEMU is {status}' if loaded else
                    f'{status}') + f': {last_line(said)}')
    return loaded, happened


def lost_register(qemu, folder):
    stream = saved(qemu, folder)
    at = stream.indexes.index(SCTLR_EL1)
    reset = stream.values[at]
    del stream.indexes[at], stream.values[at]
    with Machine(qemu, 'cortex-a57', '-incoming', 'defer') as machine:
        incoming(machine, folder, stream)
        now = save(machine, folder / 'again').value(SCTLR_EL1)
    return now != reset, (f'SCTLR_EL1 is 0x{reset:x} after reset, and '
                          f'0x{now:x} after a load without it')


def older_error(qemu, folder):
    with with_drive(qemu, 'cortex-a57') as machine:
        snapshot(machine, folder)
        machine.qmp('migrate', uri=f'unix:{folder}/nobody')
        if machine.poll('query-migrate', ENDED.__contains__) != 'failed':
            raise CannotTry('a migration to nobody does not fail')
        said = machine.hmp('loadvm a')
    return 'rror' in said, (f'loadvm after a migrate that failed says: '
                            f'{last_line(said)}')


def pflash(qemu, folder):
    with with_drive(qemu, 'cortex-a57') as machine:
        snapshot(machine, folder)
        for _ in range(2):
            said = machine.hmp('loadvm a')
            if 'rror' in said:
                raise CannotTry(f'loadvm a: {said.strip()}')
        try:
            machine.qmp('cont')
            said = f'QEMU is {machine.qmp("query-status")["status"]}'
        except Gone as err:
            return err.crashed(), f'cont: {err}'
    return False, f'cont: {said}'


ENDED = {'completed', 'failed'}
LISTS = 'registers/target-arm-take-a-register-list-of-any-length.patch'
BUGS = {
    'loadvm-twice': Bug(
        'ab2ddc7b66 (11.0)',
        'cpu_post_load() returns at a refused list before it frees the\n'
        'arrays, and cpu_pre_load() asserts that there are none',
        LISTS, loadvm_twice),
    'length': Bug(
        'ab2ddc7b66 (11.0)',
        'cpreg_vmstate_array_len sizes two arrays before anything looks at\n'
        'it, and GLib ends a process that asks for too much',
        LISTS, unbounded_length),
    'tolerated': Bug(
        '5e65e7aa4a (11.1)',
        'cpu_post_load() assigns its verdict for each register, so that the\n'
        'last one decides. With KVM that is VENDOR_HYP_BMAP_2 = 0, which a\n'
        'guest from Linux 6.15 or later has and an older kernel lacks',
        'registers/target-arm-load-a-register-list-by-reconciling-it.patch',
        tolerated_after_refused),
    'lost-register': Bug(
        'older than 10.0.13',
        'the values of the list are allocated and not set, and a first load\n'
        'writes all of them to the CPU',
        'fixes/target-arm-keep-registers-that-a-stream-lacks.patch',
        lost_register),
    'older-error': Bug(
        'older than 10.0.13',
        'qemu_loadvm_state() takes the error that is kept for query-migrate\n'
        'for one of this load',
        'fixes/migration-do-not-fail-loadvm-for-an-older-error.patch',
        older_error),
    'pflash': Bug(
        'older than 10.0.13',
        'each load adds a handler that waits for the machine to run, and all\n'
        'remove the same one',
        'fixes/hw-block-pflash-one-handler-for-loads-before-a-run.patch',
        pflash),
}


def indented(title, text):
    return f'  {title:<8}' + text.replace('\n', '\n' + ' ' * 10)


def run(qemu, names):
    """Try bugs, print what happened; the exit status."""
    print(f'QEMU {version(qemu)}')
    status = 0
    for name in names:
        bug = BUGS[name]
        with tempfile.TemporaryDirectory(prefix='upstream-bugs-') as folder:
            shown, happened = bug.show(qemu, pathlib.Path(folder))
        print(f'\n{name}: ' + ('SHOWN' if shown else
                               'not shown: this QEMU does not have it'))
        print(indented('seen', happened))
        if shown:
            print(indented('cause', bug.cause))
            print(indented('since', bug.since))
            print(indented('mended', f'patches/{bug.mended}'))
        sys.stdout.flush()
        status |= not shown
    return int(status)


def main(argv=None):
    parser = command.parser('scripts.upstream_bugs', __doc__)
    parser.add_argument('--qemu', metavar='FILE', type=pathlib.Path,
                        help='a qemu-system-aarch64 with TCG to try')
    parser.add_argument('--bug', action='append', choices=BUGS,
                        help='this one alone; may be given again')
    args = parser.parse_args(argv)

    def tried():
        if args.qemu and not args.qemu.is_file():
            raise RigError(f'{args.qemu}: no such file; name a '
                           'qemu-system-aarch64')
        return run(args.qemu.resolve() if args.qemu else newest(),
                   args.bug or BUGS)
    return command.program('upstream-bugs', tried)


if __name__ == '__main__':
    sys.exit(main())

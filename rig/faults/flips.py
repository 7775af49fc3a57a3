# SPDX-License-Identifier: GPL-2.0-or-later
"""Bits that flip in a saved guest: every byte of a vCPU's register list.

A snapshot is loaded again and again in one QEMU; before each load one bit of
the length, of an index or of a value flips.  The stream has no checksum: a
value that KVM accepts is the guest's new value.  So either the load is refused
with a message, which names the register if a value flipped.  Or the witness
runs, and finds only that register altered.
"""

import contextlib
import os
import pathlib
import re
import tempfile
import time

from rig.base.errors import GuestError, RigError, say
from rig.faults.facts import BROKEN, DESTINATION, side_of
from rig.faults.phases import FAST
from rig.faults.refused_ioctls import load, names, names_it, saved_for
from rig.local_qemu import Qemu
from rig.migration import CHECK_BEFORE_RAM
from rig.qmp import QMPGone
from rig.saved import add_disk
from rig.streams.cpreg import CpregStream

SNAPSHOT = 'here'
# Of values that KVM took: the witness names the register and no other; it
# sees no difference, since it does not compare that bit or the CPU has none;
# the bit is in effect, and the witness cannot run with it.
NAMED, UNSEEN, IN_EFFECT = 'named', 'unseen', 'in effect'
REFUSED, WHOLE, LOADED, WRONG = 'refused', 'whole', 'loaded', 'wrong'
# What the witness needs as it is: its mappings, its exceptions, its timer,
# debug exceptions at EL1.
RUNS_BY = re.compile(
    r'(SCTLR2?|TCR2?|TTBR[01]|MAIR|PIR|PIRE0|VBAR|CPACR|MDSCR|ZCR)_EL1'
    r'|CNT[PV]_CTL_EL0|TIMER_\w+|DBG[BW][CV]R\d+_EL1')


class Spot:
    """One byte of a register list in a file, and the bit that flips."""

    def __init__(self, stream, at):
        self.offset = stream.offset + at
        self.bit = at * 5 % 8
        count = len(stream.indexes)
        entry = (at - 4) // 8
        self.index = None
        if at < 4:
            self.what = f'length, byte {at}'
        elif entry < count:
            self.what = f'index {entry}, byte {(at - 4) % 8}'
        else:
            self.index = stream.indexes[entry - count]
            self.what = f'value of {self.index:#x}, byte {(at - 4) % 8}'
        self.before = stream.data[self.offset]
        self.after = self.before ^ 1 << self.bit

    def flip(self, data):
        """The file's bytes with this bit as another one."""
        return data[:self.offset] + bytes([self.after]) \
            + data[self.offset + 1:]


def spots(data, step=1, first=0):
    """Of every step-th byte of the first vCPU's list in a file."""
    stream = CpregStream(data)
    size = 4 + 16 * len(stream.indexes)
    return [Spot(stream, at) for at in range(first, size, step)]


def _row(spot, outcome, said='', wrong=()):
    return {'what': spot.what, 'outcome': outcome,
            'said': ' '.join(said.split())[:200], 'wrong': list(wrong)}


def judged(spot, said, alive, check, altered, known):
    """The row of a load.

    said     what the monitor answered, '' if it took the load
    alive    whether QEMU lives
    check    None if the witness did not answer, else whether it is whole
    altered  the registers that it named
    """
    # pylint: disable=too-many-arguments,too-many-positional-arguments
    if not alive:
        return _row(spot, WRONG, said, ['QEMU died'])
    name = known.get(spot.index)
    if said:
        found = BROKEN.search(said)
        wrong = [f'said {found.group()}'] if found else []
        if spot.index and not re.search(names_it(spot.index, known), said):
            wrong.append('the register is not named')
        return _row(spot, REFUSED, said, wrong)
    if check:
        return _row(spot, UNSEEN if spot.index else WHOLE)
    if check is not None and altered == {name}:
        return _row(spot, NAMED)
    if name and RUNS_BY.fullmatch(name):
        return _row(spot, IN_EFFECT)
    return _row(spot, WRONG, '', [
        'loaded, and the witness ' + (
            'does not answer' if check is None else
            f'names {", ".join(sorted(altered)) or "nothing"}')])


def unproven(rows):
    """A row if no load was refused, or the witness never named a register."""
    return [{'what': 'all of the sweep', 'outcome': WRONG, 'said': '',
             'wrong': [f'no load was {outcome}: nothing was judged']}
            for outcome in (REFUSED, NAMED)
            if not any(row['outcome'] == outcome for row in rows)]


# On KVM, in one process

class Writer:
    """Writes single bytes of a file in a host, by one shell for all."""

    def __init__(self, host, path):
        self._command = host.popen(
            'while read at value; do printf "\\\\$value" | '
            f'dd of={path} bs=1 seek=$at conv=notrunc 2>/dev/null; '
            'echo done; done')
        self._done = 0

    def write(self, at, value):
        self._command.write(f'{at} {value:03o}\n'.encode())
        self._done += 1
        if not self._command.wait(30, lambda: self._command.stdout.count(
                b'done') >= self._done):
            raise RigError('a host did not write a byte within 30 s')

    def close(self):
        self._command.close()


class Snapshot:
    """A witness on KVM whose snapshot is loaded again and again."""

    def __init__(self, bench, qemu):
        self._bench, self._qemu = bench, qemu
        self.guest = bench.source(qemu)
        if qemu != 'stock':
            self.guest.capabilities({CHECK_BEFORE_RAM: True})
            self.guest.parameters(max_bandwidth=FAST)
        self.path = add_disk(self.guest)
        said = self.load('savevm')
        if said:
            raise GuestError(f'{self.guest}: savevm: {said}')
        self.data = self.guest.host.get(self.path)

    def load(self, command='loadvm'):
        return self.guest.qmp('human-monitor-command', timeout=120,
                              command_line=f'{command} {SNAPSHOT}')

    def asks(self):
        """(whether it is whole or None, what it named) of the witness."""
        since = len(self.guest.serial())
        try:
            if self.guest.status() != 'running':
                self.guest.qmp('cont')
            self.guest.write_serial('c')
            # Not "^": the load may have cut off a line.
            found = self.guest.wait_serial(
                r'witness (ok|failed|FAULT).*\n', 5, since)
        except GuestError:
            return None, set()
        return found.group(1) == 'ok', set(re.findall(
            r'witness MISMATCH (\S+) ', self.guest.serial()[since:]))


def sweep_snapshot(bench, qemu, step, first=0):
    """Every step-th byte of the list, by loadvm on KVM."""
    began, rows, known = time.monotonic(), [], names()
    shot = Snapshot(bench, qemu)
    chosen = spots(shot.data, step, first)
    with contextlib.closing(Writer(shot.guest.host, shot.path)) as writer:
        for number, spot in enumerate(chosen):
            writer.write(spot.offset, spot.after)
            said = shot.load()
            alive = shot.guest.alive()
            check = altered = None
            if not said and alive:
                check, altered = shot.asks()
            rows.append(judged(spot, said, alive, check, altered, known))
            writer.write(spot.offset, spot.before)
            if rows[-1]['wrong']:
                say('WRONG', f'{spot.what}: {rows[-1]["wrong"][0]}')
            if number % 50 == 49 or number == len(chosen) - 1:
                say('FLIPS', f'{number + 1} of {len(chosen)}')
                said = shot.load()
                check = None if said else shot.asks()[0]
                if not check:
                    rows.append(_row(spot, WRONG, said, [
                        'what is as it was saved does not load'
                        if shot.guest.alive() else 'QEMU died when a good '
                        f'load followed ({shot.guest.exit_status})']))
                    break
    return _facts(rows + unproven(rows), began)


# On KVM, from a file, in new processes

def sweep_file(bench, qemu, step, first=0):
    """Every step-th byte of the list, by -incoming on the other host."""
    began, rows, known = time.monotonic(), [], names()
    saved_for(bench, qemu, '/tmp/state')
    host = bench.hosts[DESTINATION]
    chosen = spots(host.get('/tmp/state'), step, first)
    with contextlib.closing(Writer(host, '/tmp/state')) as writer:
        for spot in chosen:
            writer.write(spot.offset, spot.after)
            with bench.destination(qemu) as guest:
                load(guest, '/tmp/state', exit_on_error=False)
                side = side_of(guest)
                altered = guest.mismatches() if side.moves else set()
            writer.write(spot.offset, spot.before)
            said = '\n'.join(filter(None, (side.error, side.said)))
            rows.append(judged(
                spot, said if not side.moves else '', side.exit is None,
                side.whole if side.moves else None, altered, known))
    return _facts(rows + unproven(rows), began)


# On this machine, with TCG

class Emulated:
    """A QEMU of this machine, for add_disk()."""

    def __init__(self, qemu, folder):
        self._qemu, self.name, self._folder = qemu, 'tcg', folder
        self.host = self

    def path(self, name):
        """Where a file of a host is here."""
        return f'{self._folder}/{os.path.basename(name)}'

    def qmp(self, command, **arguments):
        return self._qemu.qmp.command(command, {
            k.replace('_', '-'): v for k, v in arguments.items()})


def sweep_tcg(step, first=0):
    """Every step-th byte of the list, by loadvm without KVM.

    The vCPU is stopped.  QEMU cannot notice that it loads another machine,
    but must not break.
    """
    began, rows = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix='flips-') as folder:
        with Qemu(folder) as qemu:
            path = pathlib.Path(add_disk(Emulated(qemu, folder)))
            command = {'command-line': f'savevm {SNAPSHOT}'}
            said = qemu.qmp.command('human-monitor-command', command)
            if said:
                raise RigError(f'savevm: {said}')
            chosen = spots(path.read_bytes(), step, first)
            command = {'command-line': f'loadvm {SNAPSHOT}'}
            file = os.open(path, os.O_RDWR)
            try:
                for number, spot in enumerate(chosen):
                    os.pwrite(file, bytes([spot.after]), spot.offset)
                    said = qemu.qmp.command('human-monitor-command', command)
                    os.pwrite(file, bytes([spot.before]), spot.offset)
                    rows.append(_row(spot, REFUSED if said else LOADED, said))
                    if number % 500 == 499:
                        say('FLIPS', f'{number + 1} of {len(chosen)}')
                said = qemu.qmp.command('human-monitor-command', command)
                if said:
                    rows.append(_row(spot, WRONG, said, [
                        'what is as it was saved does not load']))
            except QMPGone as err:
                rows.append(_row(spot, WRONG, qemu.output(), [str(err)]))
            finally:
                os.close(file)
    return _facts(rows, began)


def _facts(rows, began):
    return {'rows': rows, 'user': [], 'expects': '',
            'seconds': round(time.monotonic() - began, 1)}

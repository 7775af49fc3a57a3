# SPDX-License-Identifier: GPL-2.0-or-later
"""KVM that refuses a register while a guest is saved or loaded.

A save goes to a file, and so the guest runs on at the source whatever comes;
each load is by a new QEMU on the other host.  A fault hits the n-th register
ioctl since the save or the load was asked for: those of the manifest and of
the scratch vCPU are among them.
"""

import contextlib
import re
import time

from . import injector
from .errors import Deadline, GuestError, say
from .fault_facts import BROKEN, DESTINATION, look, wait_for
from .fault_phases import FAST, Staged, set_up
from .injector import ERRNOS
from .migration import DONE, PREFLIGHT
from .record import LISTS

LIMIT = 60


def names():
    """{index: name} of all registers that any recorded kernel lists."""
    found = {}
    for path in LISTS.glob('*.txt'):
        for index, name in re.findall(
                r'^(0x[0-9a-f]+) .*# (\S+)$',
                path.read_text(encoding='utf-8'), re.M):
            if name != 'core':
                found[int(index, 16)] = name
    return found


# PMCNTENCLR_EL0, PMINTENCLR_EL1 and PMOVSCLR_EL0 are another view of the SET
# one, which is written through both: either name tells.
SET_OF = {0x603000000013dce2: 0x603000000013dce1,
          0x603000000013c4f2: 0x603000000013c4f1,
          0x603000000013dce3: 0x603000000013dcf3}


def names_it(index, known):
    """An expression for the texts that name a register."""
    words = []
    for each in {index, SET_OF.get(index, index)}:
        words.append(f'{each:#x}')
        if each in known:
            words.append(rf'\b{re.escape(known[each])}\b')
    return '(?i)' + '|'.join(sorted(words))


# A live migration, one register that KVM refuses whenever it is asked

def refuse_live(bench, qemu, side, verb, index, errno, mode):
    """The facts of a migration whose destination, or source, lacks it."""
    # pylint: disable=too-many-arguments,too-many-positional-arguments
    with Staged(bench, mode, qemu) as staged:
        guest = staged.guest(side)
        injector.control(guest.host, guest.inject,
                         f'{verb} {index:#x} {ERRNOS[errno]}')
        try:
            staged.fault()
            staged.begin()
            staged.settle()
            if not injector.log(guest.host, guest.inject):
                staged.unsettled = f'nobody asked KVM to {verb} {index:#x}'
            return {**staged.facts(), 'expects': names_it(index, names())}
        finally:
            if guest.host.alive():
                injector.control(guest.host, guest.inject, '')


# Every ioctl of a save, every ioctl of a load

def _row(access, errno, outcome, said, wrong):
    return {'what': f'{access.verb} {access.number} {access.index:#x}',
            'errno': errno, 'outcome': outcome,
            'said': ' '.join(said.split())[:300], 'wrong': wrong}


def _not_running(side):
    """What is wrong with a guest that was to run on, in a list."""
    return [] if side.whole else [
        f'the guest does not run: exit {side.exit}, status {side.status}, '
        f'{side.check}']


def save(guest, path):
    """Save a guest to a file; query-migrate.  It is let run on."""
    guest.qmp('migrate', uri=f'file:{path}')
    wait_for(lambda: guest.qmp('query-migrate').get('status') in DONE,
             Deadline(LIMIT), f'{guest} saves itself')
    info = guest.qmp('query-migrate')
    if info['status'] == 'completed':
        guest.qmp('cont')
    else:
        wait_for(lambda: guest.status() != 'finish-migrate', Deadline(LIMIT),
                 f'{guest} knows that it is not saved')
    return info


def damage(bench, qemu, path):
    """What is wrong with a guest that was saved to this file, '' if nothing.

    It is loaded on the other host.
    """
    host = bench.hosts[DESTINATION]
    host.put(bench.source(qemu).host.get(path), path)
    with bench.destination(qemu) as guest:
        load(guest, path)
        side = look(guest)
    return '' if side.whole else (
        f'exit {side.exit}, status {side.status}, {side.check}, {side.said}')


def save_row(bench, qemu, access, errno, known):
    """What comes of a save in which one access fails.

    Saved may be what was read again.
    """
    guest = bench.source(qemu)
    wrong, said = [], ''
    injector.control(guest.host, guest.inject,
                     f'{access.verb} {access.number} {ERRNOS[errno]}')
    try:
        info = save(guest, '/tmp/state')
        outcome = 'saved' if info['status'] == 'completed' else 'not saved'
        said = info.get('error-desc') or ''
    except GuestError as err:
        outcome, said = 'died', str(err)
    hit = injector.log(guest.host, guest.inject)
    injector.control(guest.host, guest.inject, '')
    if not hit:
        return _row(access, errno, 'not reached', said, wrong)
    access = hit[0]
    side = look(guest)
    if outcome == 'not saved' and not re.search(
            names_it(access.index, known), said + side.said):
        wrong.append('the register is not named')
    if outcome == 'saved':
        why = damage(bench, qemu, '/tmp/state')
        if why:
            wrong.append(f'what was saved is not the guest: {why}')
    wrong += _not_running(side)
    return _row(access, errno, outcome, said or side.said, wrong)


def sweep_save(bench, qemu, step, first=0):
    """Every step-th ioctl of a save fails, errnos by turns."""
    began, rows, known = time.monotonic(), [], names()

    def source():
        guest = bench.source(qemu)
        if qemu != 'stock':
            set_up(guest, {PREFLIGHT: True}, {'max_bandwidth': FAST})
        return guest
    guest = source()
    injector.control(guest.host, guest.inject, 'log')
    save(guest, '/tmp/state')
    accesses = [a for a in injector.log(guest.host, guest.inject)
                if a.verb == 'get']
    for access in accesses[first::step]:
        errno = list(ERRNOS)[access.number % len(ERRNOS)]
        guest = source()
        rows.append(save_row(bench, qemu, access, errno, known))
        _tell(rows, len(accesses[first::step]))
        if not guest.alive() or guest.status() != 'running':
            bench.close()
    return _facts(rows, began)


def load_row(bench, qemu, state, access, errno, known):
    """What comes of a load in which one access fails."""
    # pylint: disable=too-many-arguments,too-many-positional-arguments
    stays = access.number % 2 == 0
    with bench.destination(qemu) as guest:
        injector.control(guest.host, guest.inject,
                         f'{access.verb} {access.number} {ERRNOS[errno]}')
        load(guest, state, exit_on_error=not stays)
        hit = injector.log(guest.host, guest.inject)
        if not hit:
            return _row(access, errno, 'not reached', '', [])
        access = hit[0]
        side = look(guest)
        said = '\n'.join(filter(None, (side.error, side.said)))
    wrong = []
    if side.moves:
        outcome = 'loaded'
        if not side.whole:
            wrong.append(f'not whole: {side.check}')
    elif side.exit is not None and side.exit < 0:
        outcome = 'died'
        wrong.append(f'died of signal {-side.exit}')
    elif side.exit == 1 or side.migration == 'failed':
        outcome = 'refused'
        if not re.search(names_it(access.index, known), said):
            wrong.append('the register is not named')
    else:
        outcome = 'stopped'
        wrong.append(f'neither runs nor was refused: exit {side.exit}, '
                     f'status {side.status}')
    if BROKEN.search(said):
        wrong.append(f'said {BROKEN.search(said).group()}')
    return _row(access, errno, outcome, said, wrong)


def load(guest, path, exit_on_error=True):
    """Load a file, and wait until that is decided."""
    def decided():
        try:
            return (not guest.alive() or guest.status() != 'inmigrate' or
                    guest.qmp('query-migrate').get('status') == 'failed')
        except GuestError:
            return True
    try:
        guest.qmp('migrate-incoming', uri=f'file:{path}',
                  exit_on_error=exit_on_error)
    except GuestError:
        pass                    # it may end before it has answered
    wait_for(decided, Deadline(LIMIT), f'{guest} loads or refuses')


def saved_for(bench, qemu, path):
    """Save the source's guest, and bring the file to the other host."""
    guest = bench.source(qemu)
    if qemu != 'stock':
        set_up(guest, {PREFLIGHT: True}, {'max_bandwidth': FAST})
    info = save(guest, path)
    if info['status'] != 'completed':
        raise GuestError(f'{guest}: not saved: {info}')
    bench.hosts[DESTINATION].put(guest.host.get(path), path)


def sweep_load(bench, qemu, verb, step, first=0):
    """Every step-th ioctl of a load fails, errnos by turns."""
    began, rows, known = time.monotonic(), [], names()
    saved_for(bench, qemu, '/tmp/state')
    with bench.destination(qemu) as guest:
        injector.control(guest.host, guest.inject, 'log')
        load(guest, '/tmp/state')
        accesses = [a for a in injector.log(guest.host, guest.inject)
                    if a.verb == verb]
    for access in accesses[first::step]:
        errno = list(ERRNOS)[access.number % len(ERRNOS)]
        rows.append(load_row(bench, qemu, '/tmp/state', access, errno,
                             known))
        _tell(rows, len(accesses[first::step]))
    return _facts(rows, began)


def stop_and_go(bench, qemu, index):
    """The counter that QEMU keeps at a stop is refused, both ways."""
    began, rows = time.monotonic(), []
    for verb in ('get', 'set'):
        guest = bench.source(qemu)
        injector.control(guest.host, guest.inject,
                         f'{verb} {index:#x} {ERRNOS["EIO"]}')
        for command in ('stop', 'cont'):
            with contextlib.suppress(GuestError):
                guest.qmp(command)
        hit = injector.log(guest.host, guest.inject)
        injector.control(guest.host, guest.inject, '')
        side = look(guest)
        wrong = _not_running(side)
        if not re.search(names_it(index, names()), side.said):
            wrong.append('the register is not named')
        if not hit:
            wrong.append(f'nobody asked KVM to {verb} it')
        access = hit[0] if hit else injector.Access(verb, 0, index, 0)
        rows.append(_row(access, 'EIO', 'runs' if side.whole else 'stopped',
                         side.said, wrong))
        if not side.whole:
            bench.close()
    return _facts(rows, began)


def _tell(rows, total):
    row = rows[-1]
    for text in row['wrong']:
        say('WRONG', f'{row["what"]} {row["errno"]}: {text}')
    if len(rows) % 20 == 0:
        say('SWEEP', f'{len(rows)} of {total}')


def _facts(rows, began):
    return {'rows': rows, 'user': [], 'expects': '',
            'seconds': round(time.monotonic() - began, 1)}

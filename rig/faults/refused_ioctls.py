# SPDX-License-Identifier: GPL-2.0-or-later
"""KVM refuses a register while a guest is saved or loaded.

A save goes to a file, so that the guest runs on at the source in any case;
each load is by a new QEMU on the other host.  A fault hits the n-th register
ioctl of the save or the load.  The ioctls for the manifest and of the scratch
vCPU count too.
"""

import contextlib
import re
import time

from rig.base.errors import Deadline, GuestError, say
from rig.base.reg_lists import names
from rig.faults.facts import BROKEN, DESTINATION, side_of, wait_for
from rig.faults.phases import FAST, Staged
from rig.migration import CHECK_BEFORE_RAM, DONE
from rig.preload import inject
from rig.preload.inject import ERRNOS

LIMIT = 60

# PMCNTENCLR_EL0, PMINTENCLR_EL1 and PMOVSCLR_EL0 write the SET registers
# too: a message may have either name.
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
        inject.control(guest.host, guest.inject,
                       f'{verb} {index:#x} {ERRNOS[errno]}')
        try:
            staged.fault()
            staged.begin()
            staged.settle()
            if not inject.log(guest.host, guest.inject):
                staged.unsettled = f'nobody asked KVM to {verb} {index:#x}'
            return {**staged.facts(), 'expects': names_it(index, names())}
        finally:
            if guest.host.alive():
                inject.control(guest.host, guest.inject, '')


# Every ioctl of a save, every ioctl of a load

def _row(access, errno, outcome, said, wrong):
    return {'what': f'{access.verb} {access.number} {access.index:#x}',
            'errno': errno, 'outcome': outcome,
            'said': ' '.join(said.split())[:300], 'wrong': wrong}


def _not_running(side):
    """A list: what is wrong with a guest that should run on."""
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
    """What is wrong with the guest in this file, '' if nothing.

    It is loaded on the other host.
    """
    host = bench.hosts[DESTINATION]
    host.put(bench.source(qemu).host.get(path), path)
    with bench.destination(qemu) as guest:
        load(guest, path)
        side = side_of(guest)
    return '' if side.whole else (
        f'exit {side.exit}, status {side.status}, {side.check}, {side.said}')


def save_row(bench, qemu, access, errno, known):
    """The row of a save in which one access fails.

    QEMU may save all the same, if it read the register again.
    """
    guest = bench.source(qemu)
    wrong, said = [], ''
    inject.control(guest.host, guest.inject,
                   f'{access.verb} {access.number} {ERRNOS[errno]}')
    try:
        info = save(guest, '/tmp/state')
        outcome = 'saved' if info['status'] == 'completed' else 'not saved'
        said = info.get('error-desc') or ''
    except GuestError as err:
        outcome, said = 'died', str(err)
    hit = inject.log(guest.host, guest.inject)
    inject.control(guest.host, guest.inject, '')
    if not hit:
        return _row(access, errno, 'not reached', said, wrong)
    access = hit[0]
    side = side_of(guest)
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
            guest.capabilities({CHECK_BEFORE_RAM: True})
            guest.parameters(max_bandwidth=FAST)
        return guest
    guest = source()
    inject.control(guest.host, guest.inject, 'log')
    save(guest, '/tmp/state')
    accesses = [a for a in inject.log(guest.host, guest.inject)
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
    """The row of a load in which one access fails."""
    # pylint: disable=too-many-arguments,too-many-positional-arguments
    stays = access.number % 2 == 0
    with bench.destination(qemu) as guest:
        inject.control(guest.host, guest.inject,
                       f'{access.verb} {access.number} {ERRNOS[errno]}')
        load(guest, state, exit_on_error=not stays)
        hit = inject.log(guest.host, guest.inject)
        if not hit:
            return _row(access, errno, 'not reached', '', [])
        access = hit[0]
        side = side_of(guest)
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
    """Load a file, and wait until it is loaded or refused."""
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
        guest.capabilities({CHECK_BEFORE_RAM: True})
        guest.parameters(max_bandwidth=FAST)
    info = save(guest, path)
    if info['status'] != 'completed':
        raise GuestError(f'{guest}: not saved: {info}')
    bench.hosts[DESTINATION].put(guest.host.get(path), path)


def sweep_load(bench, qemu, verb, step, first=0):
    """Every step-th ioctl of a load fails, errnos by turns."""
    began, rows, known = time.monotonic(), [], names()
    saved_for(bench, qemu, '/tmp/state')
    with bench.destination(qemu) as guest:
        inject.control(guest.host, guest.inject, 'log')
        load(guest, '/tmp/state')
        accesses = [a for a in inject.log(guest.host, guest.inject)
                    if a.verb == verb]
    for access in accesses[first::step]:
        errno = list(ERRNOS)[access.number % len(ERRNOS)]
        rows.append(load_row(bench, qemu, '/tmp/state', access, errno,
                             known))
        _tell(rows, len(accesses[first::step]))
    return _facts(rows, began)


def stop_and_go(bench, qemu, index):
    """KVM refuses the counter that QEMU reads at stop and writes at cont."""
    began, rows = time.monotonic(), []
    for verb in ('get', 'set'):
        guest = bench.source(qemu)
        inject.control(guest.host, guest.inject,
                       f'{verb} {index:#x} {ERRNOS["EIO"]}')
        for command in ('stop', 'cont'):
            with contextlib.suppress(GuestError):
                guest.qmp(command)
        hit = inject.log(guest.host, guest.inject)
        inject.control(guest.host, guest.inject, '')
        side = side_of(guest)
        wrong = _not_running(side)
        if not re.search(names_it(index, names()), side.said):
            wrong.append('the register is not named')
        if not hit:
            wrong.append(f'nobody asked KVM to {verb} it')
        access = hit[0] if hit else inject.Access(verb, 0, index, 0)
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

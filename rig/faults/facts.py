# SPDX-License-Identifier: GPL-2.0-or-later
"""The facts after a fault, and the judgement on them.

Facts are taken from both QEMUs, which may be gone.  judge() is pure: it gets
the facts and what the case expects.
"""

import re
import time
from typing import NamedTuple, Optional

from rig.base.errors import RigError

SOURCE, DESTINATION, NOBODY = 'source', 'destination', 'nobody'
SIGKILL = -9
# Seconds that a QEMU may take to answer.
ANSWER = 15
SAID = 4000
# Words of a QEMU with a failed assertion or the like.
BROKEN = re.compile(r'[Aa]ssert|[Aa]bort|core dumped|double free|corrupted '
                    r'(?:size|unsorted)|GLib-.*ERROR|Segmentation|Bail out')


class Side(NamedTuple):
    """The facts of one QEMU, once all has settled.

    exit       None while it runs, then its status, negative for a signal
    killed     whether the case killed it, or had the host's kernel do so
    status     its run state, None if it is gone
    ran        whether its guest printed anything there
    moves      whether its guest counts on
    check      what the witness said of itself, None if it was not asked
    whole      whether all of its registers and memory are right
    migration  what query-migrate says of status and error
    said       the beginning of its standard error since the case began
    """
    exit: Optional[int] = None
    killed: bool = False
    status: Optional[str] = None
    ran: bool = False
    moves: bool = False
    check: Optional[str] = None
    whole: bool = False
    migration: Optional[str] = None
    error: str = ''
    said: str = ''


def run_state(guest):
    """What query-status says, None if nothing."""
    return guest.ask('query-status', ANSWER).get('status')


def side_of(guest, killed=False):
    """The facts of one side."""
    state = run_state(guest)
    moves = state == 'running' and guest.moves()
    check, whole = guest.try_check() if moves else (None, False)
    migration = guest.ask('query-migrate', ANSWER) if state else {}
    ran = guest.ticks() > 0
    if not guest.alive() and guest.exit_status is None:
        guest.wait_exit(2)
    return Side(guest.exit_status, killed, state, ran, moves, check, whole,
                migration.get('status'), migration.get('error-desc') or '',
                guest.new_stderr()[:SAID])


def runs(source, destination):
    """Who runs the guest: a side, 'nobody' or 'both'."""
    who = [name for name, side in ((SOURCE, source),
                                   (DESTINATION, destination)) if side.moves]
    return who[0] if len(who) == 1 else 'both' if who else NOBODY


def everything_said(source, destination):
    """All texts that a user can see, one a line."""
    return '\n'.join(filter(None, (source.error, destination.error,
                                   source.said, destination.said)))


class Expected(NamedTuple):
    """What is allowed after a case.

    who    the sides that may run the guest; 'nobody' is among them only if
           the only complete copy was killed
    says   expressions that the messages must match
    bound  seconds from the fault until the guest was seen to be right
    """
    who: tuple = (SOURCE,)
    says: tuple = ()
    bound: float = 60


def judge(expected, source, destination, seconds, unsettled=''):
    """What is wrong, in sentences; none if all is well."""
    wrong = [f'not settled: {unsettled}'] if unsettled else []
    for name, side in ((SOURCE, source), (DESTINATION, destination)):
        if side.exit is not None and side.exit < 0 and not (
                side.killed and side.exit == SIGKILL):
            wrong.append(f'the QEMU at the {name} died of signal '
                         f'{-side.exit}')
        found = BROKEN.search(side.said)
        if found:
            wrong.append(f'the QEMU at the {name} said "{found.group()}"')
        if side.exit is None and side.status is None:
            wrong.append(f'the QEMU at the {name} does not answer')
        if side.status == 'running' and not side.moves:
            wrong.append(f'the guest hangs at the {name}')
        if side.moves and not side.whole:
            wrong.append(f'the guest is not whole at the {name}: '
                         f'{side.check}')
        if side.status == 'internal-error':
            wrong.append(f'the QEMU at the {name} is in state internal-error')
    who = runs(source, destination)
    if who not in expected.who:
        wrong.append(f'it runs: {who}, expected: '
                     + ' or '.join(expected.who))
    if destination.ran and who != DESTINATION and not destination.killed:
        wrong.append('the guest ran at the destination, and does no more')
    said = everything_said(source, destination)
    for each in expected.says:
        if not re.search(each, said):
            wrong.append(f'nothing said of "{each}"')
    if seconds > expected.bound:
        wrong.append(f'it took {seconds:.0f} s, at most {expected.bound:.0f} '
                     's are allowed')
    return wrong


def shorten(text, most=110):
    """The beginning of a text, on one line, without QEMU's own name."""
    text = ' '.join(re.sub(
        r'(?m)^qemu-system-aarch64: |^\S*qemu-\w+: ', '', text).split())
    return text if len(text) <= most else \
        text[:most].rsplit(' ', 1)[0] + ' ...'


def first_words(source, destination):
    """The beginning of what was said, the most telling text first."""
    return next((shorten(text) for text in (
        source.error, destination.error, source.said, destination.said)
        if text), '-')


def wait_for(condition, limit, what):
    """Wait until condition() holds; RigError with `what` if it does not."""
    while not condition():
        if limit.over():
            raise RigError(f'{what}: not within {limit.limit:.0f} s')
        time.sleep(0.05)

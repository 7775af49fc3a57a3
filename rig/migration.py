# SPDX-License-Identifier: GPL-2.0-or-later
"""Live migration of a guest between two hosts, and its outcome.

A source that reports "completed" proves nothing: without the return path it
does so even if the destination refused.  The outcome is judged by the
destination, and by the side on which the guest goes on counting.
"""

import time
from typing import NamedTuple, Optional

from rig.base.errors import Deadline, GuestError, say
from rig.qmp import QMPError

MIGRATED, REFUSED, LOST = 'migrated', 'refused', 'lost'
CHECK_BEFORE_RAM = 'x-check-before-ram'
# On the wire by then: the stream's header and the early sections.  What
# the witness fills of its RAM is 4 MiB.
BEFORE_RAM = 64 * 1024
DONE = ('completed', 'failed', 'cancelled')


class Result(NamedTuple):
    """The record of one migration.

    outcome   'migrated': the guest runs at the destination, there alone;
              'refused': it runs on at the source; 'lost': nowhere
    Times are in milliseconds, sizes in bytes; `transferred` is what the
    source reported last (a failed one may report nothing), `wire` is what
    left its host, as the hosts' network counted it.
    """
    outcome: str
    source_status: str
    source_error: Optional[str]
    destination_status: Optional[str]
    destination_error: Optional[str]
    destination_exit: Optional[int]
    destination_stderr: str
    downtime: Optional[int]
    total_time: Optional[int]
    transferred: int
    wire: Optional[int]
    info: dict

    def sent(self):
        """Bytes sent, by the best that is known."""
        return self.transferred if self.wire is None else self.wire

    def __str__(self):
        lines = [f'outcome      {self.outcome}',
                 f'source       {self.source_status}'
                 + (f': {self.source_error}' if self.source_error else ''),
                 'destination  ' + (
                     f'ended with {self.destination_exit}'
                     if self.destination_exit is not None else
                     f'alive, {self.destination_status}')
                 + (f': {self.destination_error}'
                    if self.destination_error else ''),
                 f'sent         {self.sent() / 1e6:.1f} MB'
                 + (f' in {self.total_time / 1000:.1f} s'
                    if self.total_time is not None else '')
                 + (f', downtime {self.downtime} ms'
                    if self.outcome == MIGRATED else '')]
        lines += [f'             | {line}'
                  for line in self.destination_stderr.splitlines()]
        return '\n'.join(lines)


def listen(destination, exit_on_error=True):
    """Have a waiting destination listen; the address for the source."""
    address = destination.host.address or '127.0.0.1'
    arguments = {} if exit_on_error else {'exit_on_error': False}
    destination.qmp('migrate-incoming', uri=f'tcp:{address}:0', **arguments)
    bound = destination.qmp('query-migrate')['socket-address'][0]
    return f'tcp:{address}:{bound["port"]}'


def _wire(guest):
    """Bytes that its host has put on the hosts' network, None without."""
    network = guest.host.network
    return network.received(guest.host.name) if network else None


def wait_source(source, deadline):
    """Wait until the source is through; its last query-migrate."""
    ram = {}
    while True:
        info = source.qmp('query-migrate')
        # Once failed, it no longer says how much it sent.
        ram = info.setdefault('ram', ram)
        if ram.get('total'):
            deadline.part = 1 - ram['remaining'] / ram['total']
        if info.get('status') in DONE:
            return info
        if deadline.over():
            raise GuestError(
                f'{source}: the migration did not end within '
                f'{deadline.limit:.0f} s (status {info.get("status")}, '
                f'{ram.get("transferred", 0)} bytes sent, '
                f'{ram.get("remaining", 0)} remain)')
        time.sleep(0.1)


def _settle(destination, completed, deadline):
    """Wait until the destination has run, failed or ended."""
    while destination.alive() and not deadline.over():
        try:
            if destination.status() != 'inmigrate':
                return
            if (destination.qmp('query-migrate').get('status') == 'failed'
                    and not completed):
                return
        except GuestError:
            return              # it ended between two questions
        time.sleep(0.1)


def _runs(guest, ran):
    """Whether the guest runs here, or would if it had run at all."""
    status = guest.ask('query-status').get('status')
    if not ran:
        return status in ('paused', 'prelaunch')
    return status == 'running' and (guest.kind is None or guest.moves())


def migrate(source, destination, *, return_path=False, check_before_ram=None,
            capabilities=None, parameters=None, exit_on_error=True,
            during=None, timeout=240):
    """Migrate, wait until both sides have settled, and judge; a Result.

    Capabilities and parameters are set on both sides.  check_before_ram is
    set on the source only, unless it is None: the source alone decides.
    during(source) is called once the source migrates.  GuestError if the
    source breaks or the migration does not end; a refusal is no error.
    """
    ran = source.status() == 'running'
    settings = {'return_path': return_path, **(capabilities or {})}
    if check_before_ram is not None:
        source.capabilities({CHECK_BEFORE_RAM: check_before_ram})
    for guest in (destination, source):
        guest.capabilities(settings)
        guest.parameters(**(parameters or {}))
    uri = listen(destination, exit_on_error)
    before = _wire(source)
    say('MIGRATE', f'{source.host.kernel.version} -> '
        f'{destination.host.kernel.version}'
        + (', with return path' if return_path else ''))
    deadline = Deadline(timeout, f'{source} migrates')
    try:
        source.qmp('migrate', uri=uri)
    except QMPError as err:
        # Refused on the spot, for instance by a migration blocker.
        info = {'status': 'failed', 'error-desc': err.desc}
    else:
        if during:
            during(source)
        info = wait_source(source, deadline)
        _settle(destination, info['status'] == 'completed', Deadline(30))
    sent = None if before is None else _wire(source) - before
    return _judge(source, destination, info, ran, sent)


def _judge(source, destination, info, ran, sent):
    here, there = _runs(source, ran), _runs(destination, ran)
    if here and there:
        raise GuestError(f'the guest runs on both sides: {source} '
                         f'({source.status()}) and {destination} '
                         f'({destination.status()})')
    outcome = MIGRATED if there else REFUSED if here else LOST
    say(outcome.upper(), info.get('error-desc', ''))
    return Result(
        outcome, info['status'], info.get('error-desc'),
        destination.ask('query-status').get('status'),
        destination.ask('query-migrate').get('error-desc'),
        destination.exit_status, destination.stderr(), info.get('downtime'),
        info.get('total-time'), info.get('ram', {}).get('transferred', 0),
        sent, info)

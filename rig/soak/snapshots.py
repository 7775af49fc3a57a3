# SPDX-License-Identifier: GPL-2.0-or-later
"""savevm and loadvm again and again in one process, and its memory."""

import os

from rig.base.errors import RigError
from rig.guest import Guest
from rig.host import Host, boot
from rig.saved import add_disk
from rig.soak.probes import Porter
from rig.soak.shuttle import MEMORY

SAVED = 'savevm and loadvm'
KERNEL = '6.18'
TIMES = 50


def _whole(guest):
    """The witness's answer after a load."""
    since = len(guest.serial())
    guest.write_serial('c')
    # Not "^": the load may have cut off a line that was being printed.
    return guest.wait_serial(r'witness (ok|failed|FAULT).*\n',
                             since=since).group().strip()


def _monitor(guest, command):
    """savevm and loadvm say nothing unless they fail."""
    said = guest.qmp('human-monitor-command', command_line=command)
    if said:
        raise RigError(f'{guest}: {command}: {said.strip()}')


def saved_wrong(record):
    """What must not be, in sentences."""
    wrong = []
    if not record['check'].startswith('witness ok'):
        wrong.append(record['check'])
    if record['said']:
        wrong.append(f'QEMU said {record["said"]}')
    return wrong


def rounds(times):
    """Facts of each round."""
    with boot(Host(KERNEL, qemu=['series'], guests=['witness'])) as (host,), \
            Guest(host, 'series', 'witness', memory=MEMORY) as guest:
        porter = Porter(host)
        try:
            guest.wait_up()
            add_disk(guest)
            for number in range(times):
                _monitor(guest, 'savevm here')
                _monitor(guest, 'loadvm here')
                yield {'number': number, 'check': _whole(guest),
                       'guest': f'{os.getpid()}', 'kernel':
                       host.kernel.version, 'said': guest.stderr(),
                       'rss': porter.resident(guest)}
        finally:
            porter.close()

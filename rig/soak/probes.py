# SPDX-License-Identifier: GPL-2.0-or-later
"""What a soak reads of a QEMU from outside."""

import contextlib
import re
import subprocess

from rig import image
from rig.base.errors import Deadline, GuestError, RigError, slow

LIMIT = 60
NM = f'{image.CROSS}nm'
COUNTER = re.compile(r'^([0-9a-f]+) [0-9a-f]+ b last_virtual\.\d+$', re.M)


def counter_address():
    """Where the witness keeps what its virtual counters were, by vCPU.

    It lets a monitor read them in a guest that runs, or has stopped.
    """
    path = image.witness_files()['guest/witness']
    said = subprocess.run([NM, '-S', path], check=True, text=True,
                          capture_output=True).stdout
    found = COUNTER.search(said)
    if not found:
        raise RigError(f'{path}: no last_virtual; rig/witness/main.c had it')
    return int(found.group(1), 16)


def wait_status(guest, since, wanted, what):
    """The migration's first status of these, by events; since the n-th."""
    limit = Deadline(LIMIT)
    while True:
        events = guest.qmp_events[since:]
        for event in events:
            if (event['event'] == 'MIGRATION' and
                    event['data']['status'] in wanted):
                return event['data']['status']
        since += len(events)
        if limit.over():
            raise GuestError(f'{guest}: {what}: not within '
                             f'{limit.limit:.0f} s')
        # Now and then it is gone without an event.
        with contextlib.suppress(GuestError):
            guest.wait_event('MIGRATION', 2, since)
        if not guest.alive():
            raise GuestError(f'{guest}: {what}: it ended with '
                             f'{guest.exit_status}: {guest.stderr()}')


class Porter:
    """One shell in a host that reads of processes and signals them.

    It starts no process: on an emulated host that would cost more than the
    reading.
    """

    SCRIPT = """while read -r do name; do
        read -r pid </run/$name.pid
        case $do in
        rss) while read -r key size unit; do case $key in
                 VmRSS:|RssAnon:) echo "$key $size";; esac
             done </proc/$pid/status;;
        *) kill -$do $pid;;
        esac
        echo "done $name"
    done"""

    def __init__(self, host):
        self._host = host
        self._shell = host.popen(self.SCRIPT)

    def ask(self, what, guest):
        """What it prints for `what` (rss, or a signal) of a guest's QEMU."""
        since = len(self._shell.stdout)
        if not self._shell.write(f'{what} {guest.name}\n'.encode()):
            raise self._host.failed('its shell is gone')
        end = f'done {guest.name}\n'.encode()
        if not self._shell.wait(
                30 * slow(), lambda: self._shell.stdout.endswith(
                    end, since)):
            raise self._host.failed(f'no answer to "{what} {guest.name}"')
        return bytes(self._shell.stdout[since:]).decode(errors='replace')

    def resident(self, guest):
        """{name: kB} of a QEMU's memory, as its host's kernel has it."""
        return {name: int(size) for name, size in re.findall(
            r'^(\w+): (\d+)$', self.ask('rss', guest), re.M)}

    def close(self):
        self._shell.close()

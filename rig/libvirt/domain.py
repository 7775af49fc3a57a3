# SPDX-License-Identifier: GPL-2.0-or-later
"""libvirt on emulated hosts, and witness guests that it runs and migrates.

    with Network() as net, boot(*(libvirt.host(kernel, net) for kernel in
                                  ('6.12', '6.18'))) as (src, dst):
        libvirt.start(src, dst)
        guest = libvirt.Domain(src)
        guest.create()
        result = guest.migrate(dst)
        assert result.outcome == 'migrated', result
        print(guest.check())

No systemd, dbus or virtlogd: libvirtd is started by hand, and listens to
the other hosts without a password.
"""

import itertools
import re
import string
import time
import uuid
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from rig.base.errors import Deadline, GuestAltered, GuestError, say
from rig.host import Host
from rig.libvirt import image as libvirt_image
from rig.migration import LOST, MIGRATED, REFUSED

TEMPLATE = libvirt_image.CONFIG / 'domain.xml'
LOG = '/var/log/libvirt/libvirtd.log'

_numbers = itertools.count(1)


def host(kernel, network, *, qemu='series', **kwargs):
    """A Host with libvirt, one QEMU for it, and the witness aboard."""
    return Host(kernel, network=network, guests=('witness',),
                parts=[libvirt_image.qemu_part(qemu), libvirt_image.part()],
                **kwargs)


PLAIN = 'exec /usr/bin/libvirtd --listen -d'
# libvirt wants to run under a profile of its own before it confines guests.
# AppArmor would give it by the path /usr/sbin/libvirtd, but that is a link.
CONFINED = '; '.join((
    'set -e', 'mount -t securityfs securityfs /sys/kernel/security',
    'ln -sf /usr/bin/apparmor_parser /bin/',
    *(f'apparmor_parser -r /{name}' for name in libvirt_image.PROFILES),
    'echo exec libvirtd >/proc/self/attr/exec', PLAIN))


def start(*hosts, apparmor=False):
    """Start libvirtd in hosts that are up; they know each other's names.

    With `apparmor` under Debian's profile, and its guests under theirs.
    """
    names = ''.join(f'{each.address} {each.name}\n' for each in hosts)
    for each in hosts:
        each.run('cat >>/etc/hosts', data=names.encode())
        each.run(CONFINED if apparmor else PLAIN)
    for each in hosts:
        began = time.monotonic()
        if each.run('virsh version', 120, check=False).status:
            raise each.failed('libvirtd does not answer; its log:\n' +
                              each.run(f'cat {LOG}', check=False).stdout)
        say('VIRT', f'{each.name}: libvirtd answers after '
                    f'{time.monotonic() - began:.1f} s')


def argument(value):
    """A <qemu:arg>."""
    return f'    <qemu:arg value={quoteattr(value)}/>\n'


def domain_xml(name, arguments=(), *, memory=64, features=''):
    """The domain XML of a witness with more options for its QEMU."""
    commandline = ''
    if arguments:
        commandline = '  <qemu:commandline>\n' + ''.join(
            map(argument, arguments)) + '  </qemu:commandline>\n'
    return string.Template(TEMPLATE.read_text(encoding='utf-8')).substitute(
        name=name, uuid=uuid.uuid5(uuid.NAMESPACE_DNS, name), memory=memory,
        features=features, commandline=commandline,
        emulator=libvirt_image.EMULATOR)


def said(result):
    """What virsh printed: of a failure its errors, without the blanks."""
    return (result.stderr if result.status else result.stdout).strip()


class Migration(NamedTuple):
    """One `virsh migrate`: the guest's outcome, and what virsh said."""
    outcome: str
    status: int
    said: str
    seconds: float

    def __str__(self):
        return f'{self.outcome} ({self.status}) in {self.seconds:.1f} s: ' \
               f'{self.said}'


def _runs(state):
    return (state or '').startswith('running')


def _off(state):
    return state is None or state.startswith('shut off')


class Domain:
    """A witness that libvirt runs; `host` is where it is."""

    def __init__(self, on, arguments=(), **kwargs):
        self.host = on
        # Of its own for each: a serial log is appended to.
        self.name = f'guest{next(_numbers)}'
        self.xml = domain_xml(self.name, arguments, **kwargs)

    def __str__(self):
        return f'{self.name} on {self.host}'

    # virsh

    def virsh(self, words, on=None, check=True, timeout=120):
        """Run virsh on the guest's host, or another; its Result."""
        return (on or self.host).run(f'virsh {words}', timeout, check)

    def _xml_file(self, on, xml=None):
        path = f'/tmp/{self.name}.xml'
        on.put((xml or self.xml).encode(), path)
        return path

    def try_create(self):
        """`virsh create`, transient; the Result."""
        return self.virsh(f'create {self._xml_file(self.host)}', check=False)

    def create(self):
        """Start it, transient, and wait until it runs."""
        result = self.try_create()
        if result.status:
            raise GuestError(f'{self}: {said(result)}')
        self.wait_serial(r'^tick 1\n')

    def define(self, on):
        """Make it known to a host, persistent."""
        self.virsh(f'define {self._xml_file(on)}', on)

    def start(self, on):
        """`virsh start` there, anew or as it was saved; the Result."""
        result = self.virsh(f'start {self.name}', on, check=False)
        if result.status == 0:
            self.host = on
        return result

    def managedsave(self):
        """Save it on its host; the bytes of the file."""
        self.virsh(f'managedsave {self.name}')
        return self.host.get(self.saved())

    def saved(self):
        """Where libvirt keeps it when it is saved."""
        return f'/var/lib/libvirt/qemu/save/{self.name}.save'

    def state(self, on=None):
        """'running (booted)' and the like, None if it is not known there."""
        result = self.virsh(f'domstate {self.name} --reason', on, check=False)
        return result.stdout.strip() if result.status == 0 else None

    def qemu_log(self, on=None):
        """What its QEMU said there."""
        return (on or self.host).run(
            f'cat /var/log/libvirt/qemu/{self.name}.log',
            check=False).stdout

    # Serial port

    def serial(self, on=None):
        """All that it printed there, in every QEMU it had."""
        return (on or self.host).run(f'cat /run/{self.name}.log',
                                     check=False).stdout.replace('\r', '')

    def wait_serial(self, regex, timeout=60, since=0, on=None):
        """The first match in what was printed after `since` characters."""
        on = on or self.host
        limit = Deadline(timeout, f'{self}: serial {regex}')
        while not limit.over():
            found = re.compile(regex, re.M).search(self.serial(on), since)
            if found:
                return found
            time.sleep(0.1)
        raise GuestError(
            f'{self.name} on {on}: did not print "{regex}" within '
            f'{limit.limit:.0f} s; state {self.state(on)}; serial: '
            f'{self.serial(on)[since:][-500:]}; QEMU: '
            f'{self.qemu_log(on)[-1000:]}')

    def ticks(self):
        """The last count that it printed on its host, or 0."""
        return int((re.findall(r'^tick (\d+)\n', self.serial(), re.M)
                    or [0])[-1])

    def moves(self, on=None):
        """Whether it counts on there, which is the proof that it runs."""
        try:
            self.wait_serial(r'^tick \d+\n(.*\n)*tick \d+\n', 10,
                             len(self.serial(on)), on)
            return True
        except GuestError:
            return False

    def check(self, timeout=60):
        """Have the witness compare all it holds; its line of success."""
        since = len(self.serial())
        with self.host.connect(f'unix:/run/{self.name}.serial') as port:
            port.sendall(b'c')
            found = self.wait_serial(r'^witness (ok|failed|FAULT).*\n',
                                     timeout, since)
        wrong = re.findall(r'^witness (?:MISMATCH|FAULT).*(?=\n)',
                           self.serial(), re.M)
        if wrong or found.group(1) != 'ok':
            raise GuestAltered(f'{self}: the guest is not what it was: '
                               + '; '.join(wrong or [found.group().strip()]))
        return found.group().strip()

    # Migration

    def migrate_command(self, to, options='', xml=None):
        """The command line of virsh."""
        words = f'migrate --live {options} '
        if xml:
            words += f'--xml {self._xml_file(self.host, xml)} '
        return words + f'{self.name} qemu+tcp://{to.address}/system'

    def migrate(self, to, options='', xml=None):
        """`virsh migrate --live`; the Migration, judged by the guest."""
        command = self.migrate_command(to, options, xml)
        began = time.monotonic()
        result = self.virsh(command, check=False, timeout=180)
        return self.judged(to, result, time.monotonic() - began)

    def judged(self, to, result, seconds):
        """The Migration to a host, for which virsh gave this result."""
        here, there = self.state(), self.state(to)
        if _runs(there) and _off(here) and self.moves(to):
            outcome, self.host = MIGRATED, to
        elif _runs(here) and _off(there) and self.moves():
            outcome = REFUSED
        else:
            outcome = LOST
        return Migration(outcome, result.status, said(result), seconds)

    def destroy(self):
        """End it, where it is."""
        self.virsh(f'destroy {self.name}', check=False)

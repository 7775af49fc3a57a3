# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine with real Arm KVM in the place of emulated hosts.

real() decides which of the two the tests use, obstacle() whether a case can
run here.  A RealHost is this machine: it runs the natively built QEMUs.  Its
files are in a private folder that ends with it.  Two RealHosts are two QEMUs
on one machine, which migrate over loopback.
"""

import os
import pathlib
import platform
import re
import shlex
import shutil
import sys
import tempfile
from typing import NamedTuple

from rig import image
from rig.base.errors import HostError, RigError, say
from rig.host import DEFAULT_CPU, Host
from rig.real import commands

KVM = '/dev/kvm'
SWITCH = 'RIG_EMULATED'
REMEDY = f'{SWITCH}=1 uses emulated hosts'
# MIDR_EL1's implementer and part of the emulated hosts' CPUs that exist.
PARTS = {'neoverse-n1': (0x41, 0xd0c), 'cortex-a76': (0x41, 0xd0b)}


class Machine(NamedTuple):
    """What a case may ask of a machine."""
    version: str            # uname -r
    part: tuple             # implementer and part of its CPUs
    features: frozenset     # as /proc/cpuinfo names them


class Kernel(NamedTuple):
    """The part of a kernels.Kernel that a running one has."""
    version: str


# Decisions

def real(environ, architecture, usable):
    """Whether the tests use this machine's own KVM; RigError if they cannot.

    usable is None, or says why /dev/kvm cannot be opened.
    """
    wanted = environ.get(SWITCH, '')
    if wanted not in ('', '0', '1'):
        raise RigError(f'{SWITCH}={wanted}: say 1 for emulated hosts, or 0 '
                       'for this machine\'s own KVM')
    if wanted == '1':
        return False
    why = usable
    if architecture != 'aarch64':
        why = f'this machine is {architecture}, not aarch64'
    if wanted == '0' and why:
        raise RigError(f'{SWITCH}=0, but there is no real Arm KVM here: '
                       f'{why}')
    return not why


def obstacle(machine, kernels, cpus, exact=False, features=()):
    """Why a case cannot run on a machine; None if it can.

    A case whose hosts are alike runs with the kernel and the CPU that are
    here; with `exact` only if they are the ones that it names.  `features`
    are of the CPU, needed in any case.
    """
    here = re.match(r'\d+\.\d+', machine.version).group()
    if len(set(kernels)) > 1 or exact and kernels[0] != here:
        what = 'Linux ' + ' and '.join(dict.fromkeys(kernels))
        runs = f'runs {machine.version}'
    elif len(set(cpus)) > 1 or exact and machine.part != PARTS.get(
            cpus[0]):
        what = 'a CPU ' + ' and a '.join(dict.fromkeys(cpus))
        runs = 'has CPUs of ' + (
            'implementer 0x{:x}, part 0x{:x}'.format(*machine.part)
            if machine.part else 'an unknown type')
    elif not machine.features.issuperset(features):
        what = 'a CPU with ' + ' and '.join(
            sorted(set(features) - machine.features))
        runs = 'has none'
    else:
        return None
    return f'needs {what}; this machine {runs} ({REMEDY})'


def cpu_of(cpuinfo):
    """(part, features) of the first CPU of /proc/cpuinfo's text."""
    found = {key: value for key, value in re.findall(
        r'^([\w ]+?)\s*: (.*)$', cpuinfo.partition('\n\n')[0], re.M)}
    part = tuple(int(found[key], 0) for key in
                 ('CPU implementer', 'CPU part') if key in found)
    return (part if len(part) == 2 else (),
            frozenset(found.get('Features', '').split()))


def bytes_sent(text, interface='lo'):
    """What an interface has sent, in the text of /proc/net/dev."""
    found = re.search(rf'^\s*{interface}:(.*)$', text, re.M)
    return int(found.group(1).split()[8])


# This machine

def usable(path=KVM):
    """None if /dev/kvm can be opened, else why not."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CLOEXEC))
    except OSError as err:
        return f'{path}: {err.strerror}'
    return None


def used():
    """Whether the tests use this machine's own KVM."""
    return real(os.environ, platform.machine(), usable())


def machine():
    """This machine, as obstacle() asks for it."""
    text = pathlib.Path('/proc/cpuinfo').read_text(encoding='utf-8')
    return Machine(os.uname().release, *cpu_of(text))


class Loopback:
    """In the place of a Network.  It counts; all else is the kernel's."""

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        pass

    @staticmethod
    def received(_name):
        """Bytes that went over loopback; only migrations do in a test."""
        return bytes_sent(pathlib.Path('/proc/net/dev').read_text(
            encoding='utf-8'))


class RealHost(Host):
    """This machine, with what a Host has aboard in a private folder."""

    # pylint: disable=super-init-not-called
    def __init__(self, name, *, network=None, cpu=DEFAULT_CPU, qemu=(),
                 guests=()):
        self.name, self.network, self.cpu = name, network, cpu
        self.kernel = Kernel(os.uname().release)
        self.address = '127.0.0.1'
        self.boot_seconds = 0.0
        # Nobody knows which netcat is here, if any.
        self.netcat = shlex.join([sys.executable, '-S', '-E', str(
            pathlib.Path(__file__).with_name('netcat.py'))])
        self._qemu, self._guests = qemu, guests
        self._aboard = {}
        self._commands = []
        self._folder = None

    def __str__(self):
        return f'{self.name} (this machine, {self.kernel.version})'

    # Boot and end

    def start(self):
        """Make the host's folder, and bring its files aboard."""
        # Its name is short: a socket's path has at most 107 bytes.
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix='rig-'))
        for name in ('run', 'tmp'):
            (self._folder / name).mkdir()
        for each in self._qemu:
            self.qemu(each)
        for each in self._guests:
            self.provide(image.GUESTS[each]())
        say('HOST', str(self))

    def wait_ready(self):
        """It is up."""

    def close(self):
        """End what runs in the host, and remove its files."""
        while self._commands:
            self._commands.pop().close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    # State and errors

    def alive(self):
        return self._folder is not None

    @property
    def pid(self):
        """None: the host is no process."""
        return None

    def console(self):
        """Nothing: it is not the test's."""
        return ''

    def _error(self, what):
        return HostError(f'{self}: {what}')

    # Use

    def path(self, path):
        """Where this host has what an emulated one has at a path."""
        return str(self._folder / path.lstrip('/'))

    def qemu(self, name):
        """The command of an inner QEMU: as it was built, not a copy."""
        return str(image.qemu_path(name))

    def popen(self, command, terminal=False, on_output=None):
        """Start a shell command; an agent.Command."""
        if terminal or not self.alive():
            raise self._error(f'cannot run "{command}", ' + (
                'there is no terminal for it' if terminal else
                'the host is closed'))
        self._commands = [each for each in self._commands
                          if not each.ended()]
        running = commands.Command(command, self._folder, on_output)
        self._commands.append(running)
        return running

    def connect_once(self, target):
        """connect(), but an AgentError if nothing listens there."""
        if not self.alive():
            raise self._error(f'no connection to {target}, it is closed')
        return commands.connect(target)

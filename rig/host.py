# SPDX-License-Identifier: GPL-2.0-or-later
"""An emulated Arm host: a real kernel with real KVM, under TCG.

    with Network() as net, boot(Host('6.12', network=net),
                                Host('6.18', network=net)) as (src, dst):
        print(src.run('uname -r').stdout)

A host boots in seconds and runs many cases.  It has no state to save: close()
kills its emulator.  Any failure is a HostError with the last lines of its
console.
"""

import contextlib
import itertools
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time
from typing import NamedTuple

from rig import agent, image
from rig.base import kernels, paths, process
from rig.base.errors import Deadline, HostError, say, slow, tail
from rig.qmp import QMP, QMPGone

EMULATOR = paths.BUILD / 'host' / 'qemu-system-aarch64'
DEFAULT_CPU = 'neoverse-n1'
BOOT_LIMIT = 120
AGENT_PORT = 1
# Large frames: each frame costs an emulated host a trip through its virtio
# queue and the switch.
MTU = 65000

_numbers = itertools.count(1)


class Result(NamedTuple):
    """How a command in a host ended, and what it said."""
    status: int
    stdout: str
    stderr: str


def emulator_path():
    """The emulator of the hosts: RIG_EMULATOR, or the one built here."""
    given = os.environ.get('RIG_EMULATOR')
    path = pathlib.Path(given or EMULATOR)
    if not path.is_file():
        remedy = ('RIG_EMULATOR names no file' if given else
                  '`make qemu-host` builds it')
        raise HostError(f'no emulator {path}; {remedy}')
    return path


def _prune(runs):
    """Remove consoles of programs that ended more than a day ago."""
    for folder in runs.glob('*-*'):
        with contextlib.suppress(OSError, ValueError):
            if (time.time() - folder.stat().st_mtime > 86400 and
                    not process.pid_alive(int(folder.name.split('-')[0]))):
                shutil.rmtree(folder)


class Host:
    """One emulated host.

    kernel    a series ('6.12'), a version, or a folder of one's own
    network   the Network it joins, or None
    cpu       the CPU, which the host's KVM then passes on to guests
    qemu      inner QEMUs to have aboard: 'series', 'stock', 'newest', paths
    guests    guests to have aboard: 'linux', 'witness'
    files     {path in the host: file here}, more to have aboard
    parts     an image.Part each, more to have aboard, over all the others
    append    more for the kernel's command line
    emulator  what runs it, instead of emulator_path()
    """

    def __init__(self, kernel, *, name=None, network=None, cpu=DEFAULT_CPU,
                 memory='1G', smp=1, qemu=(), guests=(), files=None,
                 parts=(), append='', emulator=None):
        self.kernel = kernels.find(kernel)
        self.cpu = cpu
        self.network = network
        self.netcat = 'nc'
        self.address = network.address() if network else None
        self.name = name or f'host{next(_numbers)}'
        self._memory, self._smp, self._append = memory, smp, append
        self._emulator = emulator
        self._aboard = {}
        self._parts = [image.base_part(), image.kernel_part(self.kernel)]
        for each in qemu:
            inside = image.qemu_command(each).rsplit('/', 1)[1]
            self._add_part(inside, image.qemu_files(each))
        for each in guests:
            self._add_part(f'guest-{each}-files', image.GUESTS[each]())
        if files:
            self._add_part(f'files-{self.name}', {
                str(k).lstrip('/'): v for k, v in files.items()})
        for part in parts:
            self._parts.append(part)
            self._aboard.update(part.files)
        self._process = None
        self._monitor = None
        self._agent_address = None
        self._dir = None
        self.boot_seconds = None

    def _add_part(self, name, files):
        self._parts.append(image.Part(name, files))
        self._aboard.update(files)

    def __str__(self):
        return f'{self.name} ({self.kernel.version}, {self.cpu})'

    # Boot and end

    def start(self):
        """Start the emulator; wait_ready() waits for the host in it."""
        runs = image.CACHE / 'run'
        runs.mkdir(parents=True, exist_ok=True)
        _prune(runs)
        self._dir = runs / f'{os.getpid()}-{next(_numbers)}-{self.name}'
        self._dir.mkdir()
        image.build(self._parts, self._dir / 'initrd')
        say('BOOT', f'{self.name}: {self.kernel.version} on {self.cpu}')
        self._deadline = Deadline(BOOT_LIMIT, f'{self} boots')
        ours, theirs = socket.socketpair()
        inherited = [theirs]
        if self.network:
            inherited.append(self.network.attach(self.name))
        try:
            with open(self._dir / 'stderr', 'wb') as stderr:
                self._process = process.start(
                    self._command(*(s.fileno() for s in inherited)),
                    pass_fds=[s.fileno() for s in inherited],
                    stdin=subprocess.DEVNULL, stdout=stderr, stderr=stderr)
        except BaseException:
            ours.close()
            raise
        finally:
            for sock in inherited:
                sock.close()
        try:
            self._monitor = QMP(ours, 60 * slow())
            self._agent_address = ('127.0.0.1', self._agent_port())
        except QMPGone as err:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(2)
            raise self._error(f'its emulator did not start: {err}') from err

    def _command(self, monitor, link=None):
        name = f'rig.name={self.name} rig.agent={AGENT_PORT}'
        if self.address:
            name += f' rig.address={self.address}'
        argv = [
            self._emulator or emulator_path(),
            '-M', 'virt,virtualization=on,gic-version=3',
            '-accel', 'tcg', '-cpu', self.cpu, '-smp', self._smp,
            '-m', self._memory, '-nodefaults', '-display', 'none',
            '-no-reboot', '-kernel', self.kernel.image,
            '-initrd', self._dir / 'initrd', '-append',
            f'console=ttyAMA0 quiet panic=-1 rdinit=/init {name} '
            + self._append,
            '-chardev', f'file,id=console,path={self._dir}/console',
            '-serial', 'chardev:console',
            '-chardev', f'socket,id=monitor,fd={monitor}',
            '-mon', 'chardev=monitor,mode=control',
            # Port 0: the system picks a free one, _agent_port() asks which.
            '-netdev', 'user,id=agent,restrict=on,ipv6=off,hostfwd='
            f'tcp:127.0.0.1:0-10.0.2.15:{AGENT_PORT}',
            '-device', 'virtio-net-pci,netdev=agent,romfile=,'
            'mac=52:54:00:00:00:fe',
        ]
        if link is not None:
            last = int(self.address.rsplit('.', 1)[1])
            argv += [
                '-netdev', f'stream,id=hosts,addr.type=fd,addr.str={link}',
                '-device', 'virtio-net-pci,netdev=hosts,romfile=,'
                f'host_mtu={MTU},mac=52:54:00:00:00:{last:02x}']
        return argv

    def _agent_port(self):
        text = self._monitor.command('human-monitor-command',
                                     {'command-line': 'info usernet'})
        found = re.search(r'HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)',
                          text)
        if not found:
            raise self._error('its emulator forwards no port: '
                              + text.strip())
        return int(found.group(1))

    def wait_ready(self):
        """Wait until the host takes commands."""
        while True:
            text = self.console()
            if re.search(r'^RIG READY .*\n', text, re.M):
                break
            if 'RIG FAILED' in text:
                raise self._error('its init failed')
            if self._process.poll() is not None:
                raise self._error('it did not come up')
            if self._deadline.over():
                raise self._error('it did not come up within '
                                  f'{self._deadline.limit:.0f} s')
            time.sleep(0.05)
        self.boot_seconds = self._deadline.elapsed()
        (self._dir / 'initrd').unlink(missing_ok=True)
        say('UP', f'{self.name} in {self.boot_seconds:.1f} s')
        if 'kvm=yes' not in text:
            raise self._error('its kernel has no /dev/kvm')

    def close(self):
        """End the host and everything in it."""
        if self._process:
            process.end(self._process)
            self._process = None
        if self._monitor:
            self._monitor.close()
            self._monitor = None
        if self.network:
            self.network.detach(self.name)
        if self._dir:
            (self._dir / 'initrd').unlink(missing_ok=True)

    def __enter__(self):
        try:
            self.start()
            self.wait_ready()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *unused):
        self.close()

    # State and errors

    def alive(self):
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self):
        """The emulator's process, None when closed."""
        return self._process.pid if self._process else None

    def console(self):
        """All that the host's console showed."""
        try:
            return (self._dir / 'console').read_text(errors='replace')
        except OSError:
            return ''

    def _error(self, what):
        """A HostError with what is known about the host."""
        text = f'{self}: {what}'
        if self._process and self._process.poll() is not None:
            said = (self._dir / 'stderr').read_text(errors='replace').strip()
            text += (f'; the emulator ended ({self._process.returncode})'
                     + (f': {said}' if said else ''))
        console = self.console()
        if console.strip():
            text += f'; last lines of {self._dir}/console:\n{tail(console)}'
        elif self._dir:
            text += '; its console is empty'
        return HostError(text)

    def failed(self, what):
        """The error to raise for a failed step in this host."""
        return self._error(what)

    # Use

    def popen(self, command, terminal=False, on_output=None):
        """Start a shell command in the host; an agent.Command."""
        if not self.alive():
            raise self._error(f'cannot run "{command}", the host is down')
        try:
            return agent.Command(self._agent_address, command, 30 * slow(),
                                 terminal, on_output)
        except agent.AgentError as err:
            raise self._error(f'cannot run "{command}": {err}') from err

    def run(self, command, timeout=60, check=True, data=None):
        """Run a shell command; Result.  HostError if it fails (`check`)."""
        running = self.popen(command)
        try:
            if data is not None:
                running.write(data)
            running.end_input()
            if not running.wait(timeout * slow()):
                raise self._error(f'"{command}" did not end within '
                                  f'{timeout * slow():.0f} s')
        finally:
            running.close()
        if running.status is None:
            raise self._error(f'"{command}" broke off: {running.lost}')
        result = Result(running.status,
                        running.stdout.decode(errors='replace'),
                        running.stderr.decode(errors='replace'))
        if check and result.status:
            why = (result.stderr or result.stdout).strip() or 'nothing said'
            raise self._error(f'"{command}" ended with {result.status}: '
                              f'{why}')
        return result

    def connect_once(self, target):
        """connect(), but an AgentError if nothing listens there."""
        if not self.alive():
            raise self._error(f'no connection to {target}, the host is down')
        return agent.connect(self._agent_address, target, 30 * slow())

    def connect(self, target):
        """A socket connected to unix:PATH or tcp:PORT in the host."""
        try:
            return self.connect_once(target)
        except agent.AgentError as err:
            raise self._error(f'cannot connect to {err}') from err

    def put(self, data, path, mode=0o644, timeout=300):
        """Write bytes, or a file of this machine, to a path in the host."""
        if isinstance(data, os.PathLike):
            data = pathlib.Path(data).read_bytes()
        self.run(f"mkdir -p '{os.path.dirname(path)}' && cat >'{path}' && "
                 f"chmod {mode:o} '{path}'", timeout, data=data)

    def get(self, path, timeout=300):
        """The bytes of a file in the host."""
        running = self.popen(f"cat '{path}'")
        try:
            if not running.wait(timeout * slow()) or running.status != 0:
                why = running.stderr.decode(errors='replace').strip()
                raise self._error(f'cannot read {path}: '
                                  f'{why or running.lost or "no end of it"}')
            return bytes(running.stdout)
        finally:
            running.close()

    def provide(self, files):
        """Bring files aboard that are not: {path in the host: file}."""
        for inside, path in files.items():
            if self._aboard.get(inside) != path:
                mode = 0o755 if os.access(path, os.X_OK) else 0o644
                self.put(pathlib.Path(path), self.path(f'/{inside}'), mode)
                self._aboard[inside] = path

    def qemu(self, name):
        """Bring an inner QEMU aboard; its command."""
        self.provide(image.qemu_files(name))
        return image.qemu_command(name)

    def path(self, path):
        """A path in the host; for an emulated host, the path itself."""
        return path


@contextlib.contextmanager
def boot(*hosts):
    """Boot hosts side by side; all of them end with the block."""
    try:
        for host in hosts:
            host.start()
        for host in hosts:
            host.wait_ready()
        yield hosts
    finally:
        for host in hosts:
            host.close()

# SPDX-License-Identifier: GPL-2.0-or-later
"""An emulator that serves the demo's hosts: built here, or Debian's.

    python3 -m rig.emulator neoverse-n1

To build one takes longer than all the rest of a first demo.  So a CPU that
is a plain model may be emulated by the QEMU of Debian's stable release.  It is
unpacked with its libraries into the cache, and never installed: on Debian 12
the installed one would be 7.2, whose Neoverse N1 loses MDCCINT_EL1, as the
witness finds.  Tests take the one built here in any case: what a host's KVM
lists differs with the emulator, above all for "max" and for CPUs with
options.
"""

import os
import re
import subprocess
import sys

from rig.base import command, debian_qemu
from rig.base.errors import HostError, RigError, say
from rig.base.packages import tool
from rig.base.paths import ROOT
from rig.host import DEFAULT_CPU, EMULATOR, emulator_path

BUILD = ('make', 'qemu-host')


def debians():
    """Debian's emulator for this machine, downloaded once."""
    return debian_qemu.here('emulator', ('trixie',))


def plain(cpu):
    """Whether a CPU is one model, the same in each emulator that has it."""
    return ',' not in cpu and cpu != 'max'


def version(path):
    """The release of an emulator: "10.0.13"."""
    text = tool([path, '--version'])
    found = re.match(r'QEMU emulator version ([\w.]+)', text)
    if not found:
        raise HostError(f'{path}: says "{text.strip()}", not which QEMU it is')
    return found.group(1)


def models(path):
    """The CPUs that an emulator has."""
    return set(re.findall(r'^  (\S+)$', tool([path, '-cpu', 'help']), re.M))


def serving(cpu):
    """An emulator for hosts of that CPU, None if there is none.

    RIG_EMULATOR, the one built here, else Debian's if it has the model.
    """
    if os.environ.get('RIG_EMULATOR') or EMULATOR.is_file():
        return emulator_path()
    if not plain(cpu):
        return None
    try:
        path = debians()
    except RigError as err:
        say('HOSTS', f'{err}; `{" ".join(BUILD)}` builds one')
        return None
    return path if cpu in models(path) else None


def provide(cpu):
    """The same, built if there is none; HostError without."""
    path = serving(cpu)
    if path:
        return path
    # Its own message says why it fails.  Standard output is the caller's.
    subprocess.run(BUILD, cwd=ROOT, stdin=subprocess.DEVNULL,
                   stdout=sys.stderr, check=False)
    return emulator_path()


def tell(path):
    """Say in one line which emulator runs the hosts."""
    origin = ('RIG_EMULATOR' if os.environ.get('RIG_EMULATOR') else
              'built here' if path == EMULATOR else "Debian's")
    say('HOSTS', f'run in QEMU {version(path)}, {origin}: {path}')


def main():
    parser = command.parser('rig.emulator', __doc__)
    parser.add_argument('cpu', nargs='?', default=DEFAULT_CPU)
    parser.add_argument('--path', action='store_true', help='print its path')
    args = parser.parse_args()

    def run():
        path = provide(args.cpu)
        if args.path:
            print(path)
        return 0
    return command.program('emulator', run)


if __name__ == '__main__':
    sys.exit(main())

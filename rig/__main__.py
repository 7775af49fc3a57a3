# SPDX-License-Identifier: GPL-2.0-or-later
"""The rig by hand: emulated Arm hosts with real kernels and real KVM.

    python3 -m rig kernels                 what there is, what is in the cache
    python3 -m rig fetch 6.12 6.18         download kernels
    python3 -m rig boot 6.12 -- cat /proc/cpuinfo
    python3 -m rig boot 6.12 --qemu stock  a shell in the host
    python3 -m rig migrate 6.12 6.18       a guest moves; exit 0 if it runs
                                           there
"""

import os
import select
import shlex
import sys
import termios
import tty

from rig.base import command, kernels
from rig.base.errors import say
from rig.guest import GUESTS, Guest
from rig.host import DEFAULT_CPU, Host, boot
from rig.migration import MIGRATED, migrate
from rig.network import Network


def list_kernels(_args):
    for series, suites in kernels.CATALOGUE.items():
        kernel = kernels.cached(series)
        print(f'{series:5} {kernel.version if kernel else "-":32} '
              f'{", ".join(suites)}')
    return 0


def fetch(args):
    for name in args.kernel or kernels.CATALOGUE:
        print(kernels.find(name, update=args.update).version)
    return 0


def shell(host):
    """A shell in the host on this terminal; its exit status."""
    terminal = os.isatty(0)
    saved = termios.tcgetattr(0) if terminal else None

    def show(_kind, data):
        os.write(1, data)

    running = host.popen('cd /root; TERM=vt100 exec sh -l', terminal=True,
                         on_output=show)
    try:
        if terminal:
            tty.setraw(0)
        while not running.ended():
            if select.select([0], [], [], 0.1)[0]:
                data = os.read(0, 4096)
                # At the end of input: the shell sees Ctrl-D.
                if not running.write(data or b'\x04') or not data:
                    break
        while not running.wait(1) and host.alive():
            continue
    finally:
        if saved:
            termios.tcsetattr(0, termios.TCSADRAIN, saved)
        running.close()
    return running.status or 0


def boot_host(args):
    with Host(args.kernel, cpu=args.cpu, memory=args.memory, smp=args.smp,
              qemu=args.qemu, append=args.append) as host:
        if not args.command:
            say('SHELL', 'Ctrl-D ends it, and the host')
            return shell(host)
        command = (args.command[0] if len(args.command) == 1 else
                   shlex.join(args.command))
        running = host.popen(command, on_output=lambda kind, data: os.write(
            1 if kind == b'o' else 2, data))
        running.end_input()
        while not running.wait(1):
            continue
        if running.status is None:
            raise host.failed(f'"{command}" broke off: {running.lost}')
        return running.status if running.status >= 0 else 128 - running.status


def migrate_guest(args):
    with Network() as net:
        source, destination = (
            Host(kernel, name=name, network=net, cpu=args.cpu, qemu=[qemu],
                 guests=[args.guest])
            for kernel, name, qemu in (
                (args.source, 'source', args.source_qemu),
                (args.destination, 'destination', args.destination_qemu)))
        options = {'cpu': args.guest_cpu, 'machine': args.machine}
        with boot(source, destination), \
                Guest(source, args.source_qemu, args.guest,
                      **options) as guest, \
                Guest(destination, args.destination_qemu, args.guest,
                      incoming=True, **options) as moved:
            guest.wait_up()
            result = migrate(guest, moved, return_path=args.return_path,
                             check_before_ram=args.check_before_ram)
            print(result)
            if (result.outcome == MIGRATED
                    and args.guest.startswith('witness')):
                print(f'guest        {moved.check()}')
    return 0 if result.outcome == MIGRATED else 1


def parser():
    top = command.parser(
        'rig', __doc__,
        epilog='RIG_SLOW=2 doubles every time limit; RIG_EMULATOR names '
        'another emulator for the hosts.')
    verbs = top.add_subparsers(dest='verb', required=True)

    verb = verbs.add_parser('kernels', help='the catalogue and the cache')
    verb.set_defaults(run=list_kernels)

    verb = verbs.add_parser('fetch', help='download kernels')
    verb.add_argument('--update', action='store_true',
                      help='ask the archive for newer ones')
    verb.add_argument('kernel', nargs='*', help='default: all')
    verb.set_defaults(run=fetch)

    verb = verbs.add_parser(
        'boot', help='boot a host, run a command in it',
        usage='%(prog)s KERNEL [options] [-- COMMAND...]; without, a shell')
    verb.add_argument('kernel')
    verb.add_argument('--cpu', default=DEFAULT_CPU)
    verb.add_argument('--memory', default='1G')
    verb.add_argument('--smp', type=int, default=1)
    verb.add_argument('--append', default='', help='kernel command line')
    verb.add_argument('--qemu', action='append', default=[],
                      help='have an inner QEMU aboard: series, stock, PATH')
    verb.set_defaults(run=boot_host)

    verb = verbs.add_parser('migrate', help='migrate a guest between hosts')
    verb.add_argument('source')
    verb.add_argument('destination')
    verb.add_argument('--cpu', default=DEFAULT_CPU, help="the hosts' CPU")
    verb.add_argument('--guest-cpu', default='host')
    verb.add_argument('--machine', default='virt,gic-version=3')
    verb.add_argument('--source-qemu', default='series')
    verb.add_argument('--destination-qemu', default='series')
    verb.add_argument('--guest', default='witness', choices=list(GUESTS))
    verb.add_argument('--return-path', action='store_true')
    verb.add_argument('--no-check-before-ram', action='store_const',
                      const=False, dest='check_before_ram',
                      help='x-check-before-ram off at the source')
    verb.set_defaults(run=migrate_guest)
    return top


def main():
    # argparse would lose a command that follows options.
    argv = sys.argv[1:]
    end = argv.index('--') if '--' in argv else len(argv)
    args = parser().parse_args(argv[:end])
    args.command = argv[end + 1:]
    return command.program('rig', lambda: args.run(args))


if __name__ == '__main__':
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What becomes of a guest when something breaks while it migrates.

Sides are killed, links are cut and slow, KVM and memory fail, bits of saved
guests flip, on two emulated hosts.  Afterwards the witness must run on exactly
one host with every register and all memory right, or a load was refused with
a message; and no QEMU may have died of its own.  Where the only complete copy
of the guest was killed, nobody may run it.

Facts are appended to build/faults/results.jsonl as they come; another run
does only what is missing for these kernels and these binaries.  Exit status 0
only if no case broke that.
"""

import argparse
import json
import os
import re
import sys
import time

if not __package__:
    # As a script: its own folder would hide the package of its name.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from rig import image, injector, process, tables            # noqa: E402
from rig.errors import RigError, say, slow                  # noqa: E402
from rig.fault_cases import CASES                           # noqa: E402
from rig.fault_facts import (Side, first_words, judge,      # noqa: E402
                             runs)
from rig.fault_phases import Bench                          # noqa: E402
from rig.host import Host, boot                             # noqa: E402
from rig.network import Network                             # noqa: E402
from rig.results import digest                              # noqa: E402

BUILD = image.BUILD / 'faults'
PAGE = image.ROOT / 'docs' / 'arm-kvm-faults.rst'
SOURCE, DESTINATION = '6.12', '6.18'


class Kept:
    """The facts so far, one line of JSON for each case, never rewritten.

    They stand while the kernels, the QEMU and the witness are the same.
    """

    def __init__(self, path, what):
        self.path = path
        self._what = what       # {QEMU: what these are results of}
        self._found = {}
        if path.exists():
            for number, line in enumerate(
                    path.read_text(encoding='utf-8').splitlines(), 1):
                try:
                    record = json.loads(line)
                    self._found[record['key']] = record
                except (ValueError, KeyError, TypeError):
                    print(f'faults: {path}:{number}: not a result, left out',
                          file=sys.stderr)

    def _key(self, case):
        return f'{self._what[case.qemu]} {case.qemu} {case.name}'

    def get(self, case):
        """The facts of a case, None if it is still to be run."""
        return self._found.get(self._key(case))

    def add(self, case, facts):
        record = {'key': self._key(case), 'case': case.name,
                  'qemu': case.qemu, 'date': time.strftime('%Y-%m-%d'),
                  **facts}
        self._found[record['key']] = record
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, 'a', encoding='utf-8') as file:
            file.write(json.dumps(record) + '\n')


def sides(facts):
    return Side(**facts['source']), Side(**facts['destination'])


def verdict(case, facts):
    """What must not be, of recorded facts; none for the stock QEMU's."""
    if case.qemu != 'series':
        return []
    expected = case.expected._replace(
        says=case.expected.says + tuple(filter(None, [facts['expects']])),
        bound=case.expected.bound * facts['slow'])
    return judge(expected, *sides(facts), facts['seconds'])


def row(case, facts):
    """The cells of a case."""
    who = runs(*sides(facts))
    return [case.name + ('' if case.qemu == 'series' else ' (stock)'),
            'DEFECT' if verdict(case, facts) else
            'as it must be' if case.qemu == 'series' else '-',
            who, ', '.join(facts['user']) or '-',
            first_words(*sides(facts)), f'{facts["seconds"]:.0f}']


TITLES = ['case', 'outcome', 'the guest runs at', 'a user did',
          'what was said', 's']


def hosts(network, kernels=(SOURCE, DESTINATION)):
    """The two, to be booted."""
    return [Host(kernel, network=network, qemu=('series', 'stock'),
                 guests=['witness'], files=injector.files())
            for kernel in kernels]


def run_cases(cases, kept):
    """Run them on one pair of hosts; {case: what broke}."""
    broke = {}
    todo = [case for case in cases if kept.get(case) is None]
    while todo:
        with Network() as network, boot(*hosts(network)) as booted:
            bench = Bench(*booted, network)
            try:
                while todo:
                    case = todo.pop(0)
                    say('CASE', f'{case.name}, {case.qemu} '
                                f'({len(todo)} more)')
                    facts = {'slow': slow(), **case.run(bench, case.qemu)}
                    kept.add(case, facts)
                    for wrong in verdict(case, facts):
                        say('DEFECT', wrong)
            except (RigError, OSError) as err:
                # Its hosts may be broken too.
                broke[case] = str(err)
                say('BROKE', f'{case.name}: {err}')
            finally:
                bench.close()
    return broke


def chosen(args):
    """The cases that are asked for."""
    found = [case for case in CASES
             if re.search(args.cases, case.name)
             and (case.quick or not args.quick)]
    if not found:
        raise RigError(f'no case matches "{args.cases}"; --list shows all')
    return found


def faults(args):
    cases = chosen(args)
    if args.list:
        print('\n'.join(f'{case.qemu:<7} {case.name}' for case in cases))
        return 0
    with Network() as network:
        kernels = ' '.join(host.kernel.version for host in hosts(network))
    witness = digest(image.witness_files()['guest/witness'])
    kept = Kept(BUILD / 'results.jsonl', {
        name: f'{kernels} {digest(image.qemu_path(name))} {witness}'
        for name in ('series', 'stock')})
    broke = run_cases(cases, kept)
    done = [(case, kept.get(case)) for case in cases if kept.get(case)]
    rows = [TITLES, *(row(*each) for each in done)]
    print('\n' + '\n'.join(tables.markdown_table(rows)) + '\n')
    wrong = {case: verdict(case, facts) for case, facts in done}
    for case, texts in wrong.items():
        for text in texts:
            print(f'DEFECT: {case.name}: {text}')
    for case, text in broke.items():
        print(f'BROKE: {case.name}: {text}')
    bad = sum(map(bool, wrong.values())) + len(broke)
    print(f'{len(cases)} cases, {bad} of them not as they must be')
    return 1 if bad else 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--cases', default='', metavar='REGEX',
                        help='only those whose name it matches')
    parser.add_argument('--quick', action='store_true',
                        help='one of each kind')
    parser.add_argument('--list', action='store_true',
                        help='the cases, and run none')
    args = parser.parse_args()
    return process.program('faults', lambda: faults(args))


if __name__ == '__main__':
    sys.exit(main())

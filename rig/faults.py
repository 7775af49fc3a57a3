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
import collections
import contextlib
import os
import re
import sys
import time

if not __package__:
    # As a script: its own folder would hide the package of its name.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from rig import image, injector, kernels, process, tables   # noqa: E402
from rig.errors import RigError, say, slow                  # noqa: E402
from rig.fault_cases import CASES, NONE, SMALL, USUAL        # noqa: E402
from rig.fault_facts import (Side, first_words, judge,      # noqa: E402
                             runs, shorten)
from rig.fault_memory import SMALL as SMALL_MEMORY          # noqa: E402
from rig.fault_phases import Bench                          # noqa: E402
from rig.host import Host, boot                             # noqa: E402
from rig.network import Network                             # noqa: E402
from rig.records import append, digest, read                # noqa: E402
# In scripts/, which rig.kernels has put on the path.
from base import read_upstream  # pylint: disable=wrong-import-order

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
        self._last = {}
        read(path, 'faults', self._take)

    def _take(self, record):
        self._found[record['key']] = record
        self._last[record['qemu'], record['case']] = record

    def _key(self, case):
        return f'{self._what[case.qemu]} {case.qemu} {case.name}'

    def get(self, case):
        """The facts of a case, None if it is still to be run."""
        return self._found.get(self._key(case))

    def last(self, case):
        """The last facts of a case, also those with other builds."""
        return self.get(case) or self._last.get((case.qemu, case.name))

    def add(self, case, facts):
        record = {'key': self._key(case), 'case': case.name,
                  'qemu': case.qemu, 'date': time.strftime('%Y-%m-%d'),
                  **facts}
        self._take(record)
        append(self.path, record)


def sides(facts):
    return Side(**facts['source']), Side(**facts['destination'])


def verdict(case, facts):
    """What must not be, of recorded facts; none for the stock QEMU's."""
    if case.qemu != 'series':
        return []
    if 'rows' in facts:
        return [f'{each["what"]} {each.get("errno", "")}: {text}'
                for each in facts['rows'] for text in each['wrong']]
    expected = case.expected._replace(
        says=case.expected.says + tuple(filter(None, [facts['expects']])),
        bound=case.expected.bound * facts['slow'])
    return judge(expected, *sides(facts), facts['seconds'],
                 facts.get('unsettled', ''))


def counted(rows):
    """How many of each outcome a sweep had, in words."""
    found = collections.Counter(
        'WRONG' if each['wrong'] else each['outcome'] for each in rows)
    return ', '.join(f'{number:,} {outcome}'
                     for outcome, number in found.most_common())


def row(case, facts):
    """The cells of a case."""
    good = ('DEFECT' if verdict(case, facts) else
            'good' if case.qemu == 'series' else '-')
    name = case.name + ('' if case.qemu == 'series' else ' (stock)')
    seconds = f'{facts["seconds"]:.0f}'
    if 'rows' in facts:
        said = [each['said'] for each in facts['rows'] if each['said']]
        return [name, good, counted(facts['rows']), '-',
                shorten(said[0]) if said else '-', seconds]
    return [name, good, runs(*sides(facts)), ', '.join(facts['user']) or '-',
            first_words(*sides(facts)), seconds]


TITLES = ['case', 'outcome', 'the guest runs at', 'a user did',
          'what was said', 's']


def hosts(network, kind=USUAL):
    """The two, to be booted."""
    return [Host(kernel, network=network, qemu=('series', 'stock'),
                 guests=['witness'], files=injector.files(), memory=memory)
            for kernel, memory in (
                (SOURCE, '1G' if kind == USUAL else '2G'),
                (DESTINATION, '1G' if kind == USUAL else SMALL_MEMORY))]


@contextlib.contextmanager
def booted(kind):
    """A bench of this kind, None where the cases need no host."""
    if kind == NONE:
        yield None
        return
    with Network() as network, boot(*hosts(network, kind)) as both:
        bench = Bench(*both, network)
        try:
            yield bench
        finally:
            bench.close()


def run_cases(cases, kept):
    """Run what is missing, each kind on one pair of hosts; {case: what broke}
    """
    broke = {}
    missing = [case for case in cases if kept.get(case) is None]
    for kind in (USUAL, SMALL, NONE):
        todo = [case for case in missing if case.hosts == kind]
        while todo:
            try:
                with booted(kind) as bench:
                    while todo:
                        case = todo.pop(0)
                        say('CASE', f'{case.name}, {case.qemu} '
                                    f'({len(todo)} more)')
                        run_one(bench, case, kept)
            except (RigError, OSError) as err:
                # Its hosts may be broken too.
                broke[case] = str(err)
                say('BROKE', f'{case.name}: {err}')
    return broke


def run_one(bench, case, kept):
    """Run a case and keep its facts."""
    facts = {'slow': slow(), **case.run(bench, case.qemu)}
    kept.add(case, facts)
    for wrong in verdict(case, facts)[:5]:
        say('DEFECT', wrong)


def chosen(args):
    """The cases that are asked for."""
    found = [case for case in CASES
             if re.search(args.cases, case.name)
             and (case.quick or not args.quick)]
    if not found:
        raise RigError(f'no case matches "{args.cases}"; --list shows all')
    return found


def what():
    """{QEMU: what results of now are results of}"""
    versions = ' '.join(kernels.find(each).version
                        for each in (SOURCE, DESTINATION))
    witness = digest(image.witness_files()['guest/witness'])
    return {name: f'{versions} {digest(image.qemu_path(name))} {witness}'
            for name in ('series', 'stock')}


def page(kept, cases):
    """The results as reStructuredText.

    Some cases take an hour: the last result stands, and it is marked.
    """
    done = [(case, kept.last(case)) for case in cases if kept.last(case)]
    older = {case for case, _ in done if not kept.get(case)}
    judged = [each for each in done if each[0].qemu == 'series']
    good = sum(not verdict(*each) for each in judged)
    date = max(facts['date'] for _, facts in done)
    versions = ' to '.join(kernels.find(each).version
                           for each in (SOURCE, DESTINATION))
    lack = sum(case.qemu == 'series' for case in CASES) - len(judged)
    words = (f'QEMU {read_upstream()["version"]} with the series; Linux '
             f'{versions}; {date}. Good: {good} of {len(judged)} cases'
             + (f'; {lack} more were not run.' if lack else '.')
             + (f' Those with a + ({len(older)}) were run with an earlier '
                'build.' if older else ''))
    rows = [(case in older, row(case, facts)) for case, facts in done]
    return words + '\n\n' + '\n'.join(tables.rst_table([TITLES, *(
        [name + ' +' * old, *rest] for old, (name, *rest) in rows)])) + '\n'


def faults(args):
    cases = chosen(args)
    if args.list:
        print('\n'.join(f'{case.qemu:<7} {case.name}' for case in cases))
        return 0
    kept = Kept(BUILD / 'results.jsonl', what())
    broke = {} if args.report else run_cases(cases, kept)
    done = [(case, kept.get(case)) for case in cases if kept.get(case)]
    rows = [TITLES, *(row(*each) for each in done)]
    print('\n' + '\n'.join(tables.markdown_table(rows)) + '\n')
    if args.docs:
        tables.renew_page(PAGE, page(kept, cases))
        print(f'written  {PAGE.relative_to(image.ROOT)}')
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
    parser.add_argument('--report', action='store_true',
                        help='of what is done, and run nothing')
    parser.add_argument('--docs', action='store_true',
                        help='put the table into the documentation')
    parser.add_argument('--list', action='store_true',
                        help='the cases, and run none')
    args = parser.parse_args()
    return process.program('faults', lambda: faults(args))


if __name__ == '__main__':
    sys.exit(main())

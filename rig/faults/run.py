# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults during a migration, and where the guest runs afterwards.

On two emulated hosts, a side is killed, the link is cut or slow, KVM refuses a
register, memory runs out, or bits of a saved guest flip.  Afterwards the
witness must run on exactly one host, with every register and all memory
intact, or the load was refused with a message.  No QEMU may crash.  If the
only complete copy of the guest was killed, nobody may run it.

Facts are appended to build/faults/results.jsonl; another run does only what is
missing for these kernels and binaries.  Exit status 0 only if every case went
as it must.
"""

import collections
import contextlib
import re

from rig import image
from rig.base import command, kernels, paths, tables, upstream
from rig.base.errors import RigError, say, slow
from rig.base.store import Store, digest
from rig.faults.cases import CASES, NONE, SMALL, USUAL
from rig.faults.facts import Side, first_words, judge, runs, shorten
from rig.faults.phases import Bench
from rig.faults.small_hosts import SMALL as SMALL_MEMORY
from rig.host import Host, boot
from rig.network import Network
from rig.preload import inject

BUILD = paths.BUILD / 'faults'
PAGE = paths.REPORTS / 'faults.rst'
SOURCE, DESTINATION = '6.12', '6.18'


class Results(Store):
    """The facts so far, of each case.

    They stand while the kernels, the QEMU and the witness are the same.
    """

    def __init__(self, path, what):
        super().__init__(path, 'faults', ('key', 'qemu', 'case'))
        self._what = what       # {QEMU: what these are results of}

    def _key(self, case):
        return f'{self._what[case.qemu]} {case.qemu} {case.name}'

    def facts(self, case):
        """The facts of a case, None if it is still to be run."""
        return self.get(self._key(case))

    def last_facts(self, case):
        """The last facts of a case, also those with other builds."""
        return self.facts(case) or self.last(qemu=case.qemu, case=case.name)

    def keep(self, case, facts):
        self.add({'key': self._key(case), 'case': case.name,
                  'qemu': case.qemu, **facts})


def sides(facts):
    return Side(**facts['source']), Side(**facts['destination'])


def verdict(case, facts):
    """What is wrong by the recorded facts; stock QEMU is not judged."""
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
                 guests=['witness'], files=inject.files(), memory=memory)
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


def run_cases(cases, known):
    """Run what is missing, each kind on one pair of hosts; {case: what broke}
    """
    broke = {}
    missing = [case for case in cases if known.facts(case) is None]
    for kind in (USUAL, SMALL, NONE):
        todo = [case for case in missing if case.hosts == kind]
        while todo:
            try:
                with booted(kind) as bench:
                    while todo:
                        case = todo.pop(0)
                        say('CASE', f'{case.name}, {case.qemu} '
                                    f'({len(todo)} more)')
                        run_one(bench, case, known)
            except (RigError, OSError) as err:
                # Its hosts may be broken too.
                broke[case] = str(err)
                say('BROKE', f'{case.name}: {err}')
    return broke


def run_one(bench, case, known):
    """Run a case and keep its facts."""
    facts = {'slow': slow(), **case.run(bench, case.qemu)}
    known.keep(case, facts)
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
    """{QEMU: kernels and digests that a result depends on}"""
    versions = ' '.join(kernels.find(each).version
                        for each in (SOURCE, DESTINATION))
    witness = digest(image.witness_files()['guest/witness'])
    return {name: f'{versions} {digest(image.qemu_path(name))} {witness}'
            for name in ('series', 'stock')}


def page(known, cases):
    """The results as reStructuredText.

    A result of an earlier build stands until the case runs again; it is
    marked.
    """
    done = [(case, known.last_facts(case)) for case in cases
            if known.last_facts(case)]
    older = {case for case, _ in done if not known.facts(case)}
    judged = [each for each in done if each[0].qemu == 'series']
    good = sum(not verdict(*each) for each in judged)
    date = max(facts['date'] for _, facts in done)
    versions = ' to '.join(kernels.find(each).version
                           for each in (SOURCE, DESTINATION))
    lack = sum(case.qemu == 'series' for case in CASES) - len(judged)
    words = (f'QEMU {upstream.version()} with the series; Linux '
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
    known = Results(BUILD / 'results.jsonl', what())
    broke = {} if args.no_run else run_cases(cases, known)
    done = [(case, known.facts(case)) for case in cases if known.facts(case)]
    rows = [TITLES, *(row(*each) for each in done)]
    print('\n' + '\n'.join(tables.markdown_table(rows)) + '\n')
    if args.report:
        tables.renew_page(PAGE, page(known, cases))
        print(f'written  {PAGE.relative_to(paths.ROOT)}')
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
    parser = command.parser('rig.faults', __doc__)
    parser.add_argument('--cases', default='', metavar='REGEX',
                        help='only those whose name it matches')
    parser.add_argument('--quick', action='store_true',
                        help='one of each kind')
    parser.add_argument('--no-run', action='store_true',
                        help='run nothing, show what is done')
    parser.add_argument('--report', action='store_true',
                        help=f'renew {PAGE.relative_to(paths.ROOT)}')
    parser.add_argument('--list', action='store_true',
                        help='the cases, and run none')
    args = parser.parse_args()
    return command.program('faults', lambda: faults(args))

# SPDX-License-Identifier: GPL-2.0-or-later
"""How faults are judged, chosen and kept (no host, no QEMU)."""

import contextlib
import io
import json
import pathlib
import struct
import tempfile
import types
import unittest

from rig.faults import flips, refused_ioctls, run as faults
from rig.faults.cases import CASES, Case
from rig.faults.facts import (DESTINATION, NOBODY, SOURCE, Expected, Side,
                              first_words, judge, runs, shorten)
from rig.guest import Guest
from rig.preload import inject
from rig.streams.cpreg import BEFORE_LENGTH

RUNS = Side(status='running', ran=True, moves=True, check='witness ok',
            whole=True)
WAITS = Side(status='inmigrate')
ENDED = Side(exit=1, said='qemu-series: load of migration failed')
KILLED = Side(exit=-9, killed=True)


def wrong(source, destination, seconds=1.0, unsettled='', **expected):
    return judge(Expected(**expected), source, destination, seconds,
                 unsettled)


class Names(unittest.TestCase):

    def test_either_view_of_the_pmu(self):
        known = {0x603000000013c4f1: 'PMINTENSET_EL1',
                 0x603000000013c4f2: 'PMINTENCLR_EL1'}
        words = refused_ioctls.names_it(0x603000000013c4f2, known)
        for text in ('PMINTENSET_EL1 (', 'pmintenclr_el1:',
                     '0x603000000013c4f2', '0x603000000013C4F1'):
            self.assertRegex(text, words)
        self.assertNotRegex('PMINTENSET_EL12', words)
        self.assertNotRegex('PMINTENCLR_EL1', refused_ioctls.names_it(
            0x603000000013c4f1, known))


class Said(unittest.TestCase):

    def test_of_this_case(self):
        """What a guest said of a former fault is no word about this one."""
        guest = Guest.__new__(Guest)
        guest._running = types.SimpleNamespace(stderr=bytearray(b'X7\n'))
        guest.mark_stderr()
        guest._running.stderr += b'V3\n'
        self.assertEqual((guest.new_stderr(), guest.stderr()),
                         ('V3', 'X7\nV3\n'))


class Judge(unittest.TestCase):

    def accept(self, *args, **kwargs):
        self.assertEqual(wrong(*args, **kwargs), [])

    def blame(self, text, *args, **kwargs):
        found = wrong(*args, **kwargs)
        self.assertTrue(any(text in each for each in found), found)

    def test_good(self):
        """One of both, or nobody where that is expected."""
        self.accept(RUNS, ENDED)
        self.accept(RUNS, WAITS)
        self.accept(RUNS, KILLED)
        self.accept(KILLED, RUNS, who=(DESTINATION,))
        self.accept(KILLED, ENDED, who=(NOBODY,))

    def test_who(self):
        self.blame('it runs: both', RUNS, RUNS)
        self.blame('it runs: both', RUNS, RUNS, who=(SOURCE, DESTINATION))
        self.blame('it runs: nobody', Side(status='postmigrate'), ENDED)
        self.blame('it runs: nobody', KILLED, ENDED)
        self.blame('it runs: destination', KILLED, RUNS, who=(NOBODY,))
        self.assertEqual(runs(RUNS, WAITS), SOURCE)
        self.assertEqual(runs(WAITS, RUNS), DESTINATION)

    def test_not_whole(self):
        self.blame('not whole at the source: MISMATCH X1', RUNS._replace(
            whole=False, check='MISMATCH X1'), ENDED)

    def test_hangs(self):
        """A guest that does not count, a QEMU that does not answer."""
        self.blame('the guest hangs at the source',
                   RUNS._replace(moves=False), ENDED)
        self.blame('the QEMU at the destination does not answer', RUNS,
                   Side())
        self.blame('internal-error', Side(status='internal-error'), ENDED)
        self.blame('not settled: it waits', RUNS, ENDED, unsettled='it waits')

    def test_died(self):
        """A signal that no case sent; SIGKILL counts only where one did."""
        for signal in (-6, -11, -9):
            self.blame(f'died of signal {-signal}', RUNS, Side(exit=signal))
        self.blame('died of signal 6', RUNS, KILLED._replace(exit=-6))
        for text in ('foo.c:1: f: Assertion `x\' failed.', 'Aborted',
                     'GLib-ERROR: failed to allocate 8 bytes',
                     'Segmentation fault'):
            self.blame('said "', RUNS, ENDED._replace(said=text))

    def test_partial(self):
        """A guest that ran at the destination for a while."""
        self.blame('ran at the destination', RUNS, ENDED._replace(ran=True))
        self.accept(RUNS, KILLED._replace(ran=True))

    def test_says(self):
        self.accept(RUNS, ENDED, says=('load of .* failed',))
        self.accept(RUNS._replace(error='SCTLR_EL1'), WAITS,
                    says=('SCTLR_EL1',))
        self.blame('nothing said', RUNS, WAITS, says=('.',))
        self.blame('nothing said', RUNS, ENDED, says=('SCTLR_EL1',))

    def test_bound(self):
        self.accept(RUNS, ENDED, seconds=60.0, bound=60)
        self.blame('at most 60 s', RUNS, ENDED, seconds=61.0, bound=60)


class Words(unittest.TestCase):

    def test_names(self):
        """A register is named by its name or by its index, and only it."""
        known = refused_ioctls.names()
        sctlr = 0x603000000013c080
        self.assertEqual(known[sctlr], 'SCTLR_EL1')
        rex = refused_ioctls.names_it(sctlr, known)
        self.assertRegex('cpu 0: SCTLR_EL1 (EIO)', rex)
        self.assertRegex('0x603000000013C080', rex)
        self.assertNotRegex('SCTLR_EL12 SCTLR2_EL1', rex)
        # All general registers are listed as "core": no name.
        self.assertNotRegex('core', refused_ioctls.names_it(
            0x603000000010000e, known))

    def test_first_words(self):
        """The source's error is what a user sees first."""
        self.assertEqual(first_words(RUNS._replace(error='why'), ENDED),
                         'why')
        self.assertEqual(first_words(RUNS, ENDED),
                         'load of migration failed')
        self.assertEqual(first_words(RUNS, WAITS), '-')
        self.assertEqual(shorten('a ' * 100, 10), 'a a a a a ...')

    def test_log(self):
        self.assertEqual(
            inject.parse('set 3 0x603000000013c080 16\nnoise\n'),
            [inject.Access('set', 3, 0x603000000013c080, 16)])


class Cases(unittest.TestCase):

    def test_names_are_unique(self):
        keys = [(case.name, case.qemu) for case in CASES]
        self.assertEqual(len(keys), len(set(keys)))

    def test_quick_has_one_of_each_kind(self):
        """And all of them are judged."""
        quick = [case for case in CASES if case.quick]
        self.assertEqual({case.qemu for case in quick}, {'series'})
        for kind in ('destination killed', 'source killed', 'link cut',
                     'SET_ONE_REG', 'GET_ONE_REG', 'some byte'):
            self.assertTrue(any(case.name.startswith(kind)
                                for case in quick), kind)

    def test_phases_and_modes(self):
        """Both sides are killed in all phases, in all modes."""
        for side in ('destination', 'source'):
            self.assertEqual(sum(
                case.name.startswith(f'{side} killed, ') and
                case.qemu == 'series' for case in CASES), 15)


class Verdict(unittest.TestCase):

    CASE = Case('x', None, Expected())
    FACTS = {'source': RUNS._asdict(), 'destination': ENDED._asdict(),
             'user': [], 'seconds': 100.0, 'slow': 2, 'expects': ''}

    def test_time_is_scaled(self):
        self.assertEqual(faults.verdict(self.CASE, self.FACTS), [])
        self.assertTrue(faults.verdict(self.CASE, {**self.FACTS, 'slow': 1}))

    def test_expects(self):
        """What a case knows only once it has run."""
        self.assertTrue(faults.verdict(self.CASE, {**self.FACTS,
                                                   'expects': 'X7'}))

    def test_stock_is_not_judged(self):
        self.assertEqual(faults.verdict(
            self.CASE._replace(qemu='stock'), {**self.FACTS, 'slow': 1}), [])

    def test_rows(self):
        """One row of a sweep that is wrong makes a defect."""
        good = {'what': 'set 1', 'outcome': 'refused', 'said': 'a b',
                'wrong': []}
        bad = {**good, 'what': 'set 2', 'wrong': ['died']}
        facts = {'rows': [good, good], 'user': [], 'seconds': 1, 'slow': 1}
        self.assertEqual(faults.verdict(self.CASE, facts), [])
        self.assertEqual(faults.row(self.CASE, facts)[1:3],
                         ['good', '2 refused'])
        facts['rows'] = [good, bad]
        self.assertEqual(len(faults.verdict(self.CASE, facts)), 1)
        self.assertEqual(faults.row(self.CASE, facts)[1:3],
                         ['DEFECT', '1 refused, 1 WRONG'])


class Kept(unittest.TestCase):

    def test_resumes(self):
        """Of the same binaries only; a torn line is left out."""
        case = Case('x', None, Expected())
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / 'sub' / 'results.jsonl'
            faults.Results(path, {'series': 'a'}).keep(case, {'seconds': 1})
            with open(path, 'a', encoding='utf-8') as file:
                file.write('{"key": ')
            with contextlib.redirect_stderr(io.StringIO()) as said:
                kept = faults.Results(path, {'series': 'a'})
                self.assertEqual(kept.facts(case)['seconds'], 1)
                self.assertIn(':2: not a result', said.getvalue())
                kept.keep(case, {'seconds': 2})
                self.assertEqual(faults.Results(path, {
                    'series': 'a'}).facts(case)['seconds'], 2)
                self.assertIsNone(faults.Results(path, {
                    'series': 'b'}).facts(case))
            lines = path.read_text(encoding='utf-8').splitlines()
            self.assertEqual(json.loads(lines[-1])['seconds'], 2)

    def test_page_marks_what_an_earlier_build_gave(self):
        """And shows the last result of each case, in place of none."""
        cases = [Case(name, None, Expected()) for name in ('x', 'y', 'z')]
        facts = {'rows': [], 'user': [], 'seconds': 1, 'slow': 1}
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / 'results.jsonl'
            old = faults.Results(path, {'series': 'a'})
            old.keep(cases[0], facts)
            old.keep(cases[1], facts)
            now = faults.Results(path, {'series': 'b'})
            now.keep(cases[1], {**facts, 'seconds': 2})
            page = faults.page(now, cases)
        self.assertRegex(page, r'Good: 2 of 2 cases;')
        self.assertRegex(page, r'\+ \(1\) were run with an earlier build')
        self.assertRegex(page, r'(?m)^x \+ +good .* 1 *$')
        self.assertRegex(page, r'(?m)^y +good .* 2 *$')
        self.assertNotRegex(page, r'(?m)^z')


class Spots(unittest.TestCase):

    INDEXES, VALUES = (0x603000000013c080, 0x603000000013c081), (5, 6)

    def setUp(self):
        words = struct.pack('>4Q', *self.INDEXES, *self.VALUES)
        self.data = (b'junk\x04' + b'\0\0\0\7' + b'\x03cpu'
                     + struct.pack('>II', 0, 22) + bytes(BEFORE_LENGTH)
                     + struct.pack('>i', 2) + words + b'rest')

    def test_every_byte_once(self):
        found = flips.spots(self.data)
        self.assertEqual(len(found), 4 + 4 * 8)
        self.assertEqual(found[0].what, 'length, byte 0')
        self.assertEqual(found[4].what, 'index 0, byte 0')
        self.assertEqual(found[20].what, f'value of {self.INDEXES[0]:#x}, '
                         'byte 0')
        self.assertIsNone(found[19].index)
        self.assertEqual(found[-1].index, self.INDEXES[1])
        start = found[0].offset
        self.assertEqual([spot.offset for spot in found],
                         list(range(start, start + 36)))
        self.assertEqual(self.data[start + 36:], b'rest')

    def test_flip(self):
        """Of one byte one bit."""
        for spot in flips.spots(self.data):
            self.assertEqual((spot.before ^ spot.after).bit_count(), 1)
            self.assertEqual(self.data[spot.offset], spot.before)
        self.assertEqual({spot.bit for spot in flips.spots(self.data)},
                         set(range(8)))

    def test_step(self):
        self.assertEqual([spot.offset for spot in flips.spots(self.data, 9)],
                         [spot.offset for spot in
                          flips.spots(self.data)[::9]])


class Judged(unittest.TestCase):
    """A load of what has flipped."""

    def setUp(self):
        stream = Spots('setUp')
        stream.setUp()
        spots = flips.spots(stream.data)
        self.index, self.value = spots[5], spots[-1]

    def outcome(self, spot, *args):
        known = {Spots.INDEXES[1]: 'ACTLR_EL1'}
        row = flips.judged(spot, *args, known)
        return row['outcome'], bool(row['wrong'])

    def test_good(self):
        for args, outcome in (
                (('cpu 0: ACTLR_EL1 = 0x7', True, None, None), 'refused'),
                (('', True, True, set()), 'unseen'),
                (('', True, False, {'ACTLR_EL1'}), 'named')):
            self.assertEqual(self.outcome(self.value, *args),
                             (outcome, False))
        for args, outcome in ((('corrupt', True, None, None), 'refused'),
                              (('', True, True, set()), 'whole')):
            self.assertEqual(self.outcome(self.index, *args),
                             (outcome, False))

    def test_in_effect(self):
        """A witness that cannot run with the value, of such registers only."""
        for name, wrong in (('SCTLR_EL1', False), ('SCTLR_EL12', True),
                            ('ACTLR_EL1', True), (None, True)):
            row = flips.judged(self.value, '', True, None, None, {
                Spots.INDEXES[1]: name} if name else {})
            self.assertEqual(bool(row['wrong']), wrong, name)

    def test_nothing_judged(self):
        """A sweep without a refusal, or in which no value was seen."""
        refused, named = ({'outcome': each} for each in ('refused', 'named'))
        self.assertEqual(flips.unproven([refused, named]), [])
        for rows, bad in (([], 2), ([refused], 1), ([named], 1),
                          ([{'outcome': 'unseen'}], 2)):
            self.assertEqual(len(flips.unproven(rows)), bad, rows)

    def test_wrong(self):
        for args in (('', False, None, None), ('no', False, None, None),
                     ('', True, None, set()), ('', True, False, set()),
                     ('', True, False, {'TCR_EL1'}),
                     ('', True, False, {'ACTLR_EL1', 'TCR_EL1'}),
                     ('ACTLR_EL1: Assertion failed', True, None, None),
                     ('the stream is corrupt', True, None, None)):
            self.assertTrue(self.outcome(self.value, *args)[1], args)
        # What is no value names no register.
        self.assertTrue(self.outcome(self.index, '', True, False,
                                     {'ACTLR_EL1'})[1])


if __name__ == '__main__':
    unittest.main()

# SPDX-License-Identifier: GPL-2.0-or-later
"""What a soak plans, and how it judges what it saw (no host, no QEMU)."""

import collections
import copy
import json
import pathlib
import random
import tempfile
import unittest

from rig.soak import facts, plans, probes, report, run as soak, snapshots
from rig.soak.facts import (BOTH, DAMAGED, DIED, LOST, MIGRATED, RIG, STAYED,
                            judge, slope)
from rig.soak.plans import LEGS, plan

HZ = facts.COUNTER_HZ
OK = 'witness ok: tick 9, 202 registers, 4096 KiB compared'


def reading(began, *values):
    """Of virtual counters, in seconds."""
    return {'began': began, 'ended': began + .1,
            'values': [int(value * HZ) for value in values]}


def side(status, **facts):
    return {'exit': None, 'killed': False, 'check': None, 'status': status,
            'migration': None, 'error': '', 'said': '', 'ticks': [], **facts}


def record(kind=plans.PLAIN, **facts):
    """Of a guest that migrated, whole."""
    return {'plan': {'kind': kind}, 'sent': 5_000_000,
            'source': side('postmigrate', ticks=[0, 8]),
            'destination': side('running', check=OK, ticks=[9, 11]),
            'counters': [reading(10, 5), reading(14, 8.9), reading(15, 9.9)],
            **facts}


def stayed(kind=plans.CANCEL, **facts):
    """Of a guest that runs on where it was."""
    return record(kind, **{
        'source': side('running', check=OK, ticks=[0, 12]),
        'destination': side('inmigrate'), **facts})


class Plans(unittest.TestCase):

    def test_repeatable(self):
        """By seed, leg and number alone, in whatever order."""
        first = [plan('a', LEGS[0], n) for n in range(50)]
        again = [plan('a', LEGS[0], n) for n in reversed(range(50))]
        self.assertEqual(first, again[::-1])
        self.assertNotEqual(first, [plan('b', LEGS[0], n)
                                    for n in range(50)])
        self.assertNotEqual(first, [plan('a', LEGS[1], n)
                                    for n in range(50)])

    def test_shares(self):
        """Four of ten tries have a fault, and each kind is met."""
        kinds = collections.Counter(plan('1', LEGS[0], n).kind
                                    for n in range(1000))
        self.assertAlmostEqual(kinds[plans.PLAIN], 600, delta=50)
        self.assertEqual(set(kinds), {plans.PLAIN, *plans.FAULTS})

    def test_lasting(self):
        """A process that shall last never lets its guest go."""
        lasting, = (leg for leg in LEGS if leg.lasting)
        for number in range(200):
            self.assertIn(plan('1', lasting, number).kind, plans.STAYS)

    def test_return_path(self):
        """Where a source without it would give its guest away to nobody."""
        for number in range(500):
            one = plan('1', LEGS[0], number)
            if one.kind in plans.RETURN_PATH:
                self.assertTrue(one.return_path, one)

    def test_counts(self):
        """Every try is one of some leg."""
        for number in (4, 10, 999, 1000):
            self.assertEqual(sum(plans.counts(number).values()), number)


class Judge(unittest.TestCase):

    def good(self, facts, outcome):
        self.assertEqual(judge(facts), (outcome, []))

    def bad(self, facts, outcome, regex):
        found, wrong = judge(facts)
        self.assertEqual(found, outcome)
        self.assertRegex('; '.join(wrong), regex)

    def test_good(self):
        self.good(record(), MIGRATED)
        self.good(stayed(), STAYED)
        self.good({'rig': 'host1 died'}, RIG)

    def test_lost(self):
        """Completed, says the source; the destination has ended."""
        self.bad(record(destination=side(None, exit=1)), LOST,
                 'source postmigrate')
        self.bad(stayed(source=side('postmigrate', migration='completed'),
                        destination=side('inmigrate')), LOST, 'inmigrate')

    def test_both(self):
        self.bad(record(source=side('running', check=OK)), BOTH, 'both')

    def test_ran_before(self):
        """It printed at the destination, and the source runs too."""
        self.bad(stayed(destination=side('paused', ticks=[9, 9])), BOTH,
                 'both')

    def test_damaged(self):
        self.bad(record(destination=side(
            'running', ticks=[9, 9], check='the guest is not what it was: '
            'witness MISMATCH X3')), DAMAGED, 'MISMATCH X3')
        self.bad(stayed(source=side('running')), DAMAGED, 'not answer')

    def test_died(self):
        """Of a signal; a source in any way; one that a fault killed not."""
        self.bad(stayed(destination=side(None, exit=-11)), DIED, '-11')
        self.bad(record(source=side(None, exit=1)), DIED, 'source ended')
        self.bad(record(destination=side(
            'running', said='qemu: Assertion `x` failed')), DIED, 'Assert')
        self.good(stayed(plans.KILL_RAM, destination=side(
            None, exit=-9, killed=True)), STAYED)
        self.good(stayed(plans.REFUSED, sent=4000,
                         destination=side(None, exit=1)), STAYED)

    def test_not_as_planned(self):
        self.bad(record(plans.REFUSED_LATE), MIGRATED, 'it migrated')
        self.bad(stayed(plans.PLAIN), STAYED, 'did not migrate')
        self.bad(stayed(plans.REFUSED), STAYED, '5000000 bytes')

    def test_ticks(self):
        """None twice, and none left out but one that was cut in two."""
        for first, right in ((8, False), (9, True), (10, True),
                             (11, False)):
            facts = record()
            facts['destination']['ticks'] = [first, 20]
            self.assertEqual(not judge(facts)[1], right, first)
        self.bad(record(destination=side('running', ticks=[],
                                         check='witness ok: tick 9')),
                 MIGRATED, 'came 0')

    def test_counter_back(self):
        """Of any vCPU, at any reading."""
        for at, values in ((1, (4.9, 8)), (1, (8, 4.9)), (2, (8.8, 9))):
            facts = record(counters=[reading(10, 5, 5), reading(14, 8.9, 8.9),
                                     reading(15, 9.9, 9.9)])
            facts['counters'][at]['values'] = [
                int(value * HZ) for value in values]
            self.bad(facts, MIGRATED, 'went back')

    def test_counter_leap(self):
        """No further than the time that went by."""
        facts = record()
        self.good(facts, MIGRATED)
        leap = copy.deepcopy(facts)
        leap['counters'][2]['values'] = [int((9.9 + 5) * HZ)]
        self.bad(leap, MIGRATED, 'went on by 9.9')

    def test_counter_of_postcopy(self):
        """The source's is old by the time that it is read."""
        self.good(record(plans.POSTCOPY, counters=[
            reading(10, 5), reading(24, 6), reading(25, 19)]), MIGRATED)


def series(growth, points=100, noise=200, seed=1):
    """A process, or two by turns, that grow by `growth` kB a try."""
    rng = random.Random(seed)
    return [(n % 2, n, 28000 + 3000 * (n % 2) + growth * n
             + rng.choice((-noise, 0, noise))) for n in range(points)]


class Counter(unittest.TestCase):

    def test_symbol(self):
        """As nm -S tells of the witness's static array."""
        text = ('00000000406b5d90 0000000000000080 b last_physical.2\n'
                '00000000406b5d00 0000000000000080 b last_virtual.4\n')
        self.assertEqual(probes.COUNTER.findall(text),
                         ['00000000406b5d00'])


class Slopes(unittest.TestCase):

    def test_leak(self):
        """One list of 256 registers of 8 bytes a try is found."""
        self.assertEqual(slope(series(2, 300)).verdict(), 'grows')
        self.assertEqual(slope(series(8, 100)).verdict(), 'grows')

    def test_no_leak(self):
        found = slope(series(0, 400))
        self.assertEqual(found.verdict(), 'does not grow')
        self.assertLess(abs(found.value), 3 * found.error)

    def test_too_few(self):
        """It says so, rather than that nothing grows."""
        self.assertEqual(slope(series(0, 12)).verdict(), 'too few to tell')
        self.assertIsNone(slope(series(0, 3)))
        self.assertIsNone(slope([]))

    def test_exact(self):
        found = slope(series(2.5, 20, noise=0))
        self.assertAlmostEqual(found.value, 2.5)
        self.assertAlmostEqual(found.error, 0)

    def test_levels(self):
        """The two kernels' QEMUs differ in size, which is no growth."""
        points = series(0, 101, noise=0)
        self.assertAlmostEqual(slope(points).value, 0)
        self.assertNotAlmostEqual(
            slope([(0, x, y) for _, x, y in points[:50]]).value, 0, 1)


def run(growth=0, tries=120):
    """A run of a guest that always migrates; its sources grow."""
    kinds = (plans.PLAIN, plans.CUT)
    return [record(
        kinds[n % 2], leg=LEGS[0].name, number=n, guest='1', age=0,
        kernel=LEGS[0].kernels[n % 2], seconds=2.0,
        source=side('postmigrate', ticks=[0, 8], downtime=100 + n,
                    rss={'VmRSS': 32000 + n % 3 * 8 + int(growth * n)}))
        for n in range(tries)]


def saves(growth=0):
    return [{'leg': snapshots.SAVED, 'number': n, 'guest': '2', 'of': 50,
             'kernel': '6.18', 'check': OK, 'said': '',
             'rss': {'VmRSS': 33000 + n % 3 * 4 + growth * n}}
            for n in range(50)]


class Report(unittest.TestCase):

    def failures(self, records):
        return list(report.Judged(records).failures())

    def test_good(self):
        records = run() + saves()
        judged = report.Judged(records)
        self.assertEqual(self.failures(records), [])
        self.assertRegex(
            report.summary(judged), '^120 tries, 60 of them plain and '
            '60 with a fault: 120 migrated, 0 stayed .* none was lost')
        text = report.text(judged)
        self.assertIn('50 of 50 whole', text)
        self.assertRegex(text, r'1 vCPU: source, before its end +\| 119 +.*'
                         'does not grow')
        self.assertRegex(text, r'process, savevm and loadvm +\| 25 +.*'
                         'does not grow')
        self.assertIn('30.0 tries a minute', text)

    def test_growth(self):
        """Of a source by the hop, and of a process by the round."""
        self.assertRegex('; '.join(self.failures(run(2))),
                         '^1 vCPU: source, before its end grows')
        self.assertRegex('; '.join(self.failures(saves(2))),
                         '^one process, savevm and loadvm grows')

    def test_after_postcopy(self):
        """A guest that came with its pages after it takes less: a level."""
        records = run()
        for n in (3, 5, 80):
            records[n]['plan'] = {'kind': plans.POSTCOPY}
            records[n + 1]['source']['rss'] = {'VmRSS': 27000}
        found = report.slopes(report.Judged(records))
        found = found['1 vCPU: source, before its end']
        # The first QEMU of the guest is none of these.
        self.assertEqual(found.points, 119)
        self.assertAlmostEqual(found.value, 0, 1)

    def test_growth_of_one_source(self):
        """In the leg where every try fails; its first tries do not count."""
        lasting, = (leg for leg in LEGS if leg.lasting)

        def tries(growth):
            return [stayed(leg=lasting.name, number=n, age=n, guest='3',
                           kernel='6.12', source=side(
                               'running', check=OK, ticks=[0, 12],
                               rss={'VmRSS': 32000 + n % 3 * 8
                                    + min(n, 30) * 20
                                    + growth * n})) for n in range(100)]
        self.assertEqual(self.failures(tries(0)), [])
        self.assertRegex('; '.join(self.failures(tries(2))),
                         '^one source, .* grows')

    def test_lost(self):
        """Named by its try, and in the sum."""
        records = run()
        records[7]['destination'] = side(None, exit=1)
        judged = report.Judged(records)
        self.assertRegex('; '.join(judged.failures()),
                         r'^1 vCPU, try 7 \(link cut .*\): lost: ')
        self.assertIn('1 lost', report.summary(judged))
        self.assertEqual(list(report.outcome_rows(judged))[-1],
                         ['all', '120', '119', '0', '1'])

    def test_host_failed(self):
        """No guest's fault, no try, and never silent."""
        records = run() + [{'leg': LEGS[0].name, 'number': 3, 'rig': 'died',
                            'plan': {'kind': plans.PLAIN}}]
        judged = report.Judged(records)
        self.assertEqual(list(judged.failures()), [])
        self.assertEqual(len(judged.counted()), 120)
        self.assertEqual(len(judged.rig()), 1)

    def test_save_not_whole(self):
        records = saves()
        records[4]['check'] = 'witness failed: 1 registers, 0 words of memory'
        self.assertRegex('; '.join(self.failures(records)), 'failed: 1 reg')

    def test_nothing(self):
        """A report of a run that has not begun."""
        self.assertIn('0 tries', report.text(report.Judged([])))


class Kept(unittest.TestCase):

    def test_resumes(self):
        """What was done stands; where a host failed it is tried again."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / 'results.jsonl'
            known = soak.Results(path, 'a')
            one = plan('1', LEGS[0], 0)
            known.keep(LEGS[0], 0, one, record())
            known.keep(LEGS[0], 1, one, {'rig': 'it died'})
            known.keep(LEGS[1], 2, one, record())
            # Killed while it wrote.
            with open(path, 'a', encoding='utf-8') as file:
                file.write('{"key": "a", "le')
            self.assertEqual(soak.Results(path, 'b').records, [])
            again = soak.Results(path, 'a')
            self.assertEqual(again.done(LEGS[0]), {0})
            again.keep(LEGS[0], 3, one, record())
            self.assertEqual(soak.Results(path, 'a').done(LEGS[0]), {0, 3})
            json.loads(path.read_text(encoding='utf-8').splitlines()[-1])


if __name__ == '__main__':
    unittest.main()

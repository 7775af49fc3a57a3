# SPDX-License-Identifier: GPL-2.0-or-later
"""What scripts.check_qemu makes of results; nothing is run here."""

import json
import unittest

from scripts import suite_results as sr
from scripts.suite_results import (BOTH, END, FAILED, NEW, OTHER, PASSED, SAID,
                                   SAME, SKIPPED, WORSE, Result)

TAP = '''\
TAP version 13
# random seed: R02S1
ok 1 /aarch64/good
# slow test /aarch64/good executed in 1.00 secs
ok 2 /aarch64/away # SKIP no device
    ok 1 /aarch64/inner
not ok 3 /aarch64/known # TODO one day
not ok /aarch64/bad - ERROR:../tests/x.c:7:f: assertion failed: (a == b)
Bail out! ERROR:../tests/x.c:7:f: assertion failed: (a == b)
1..4
'''
STDERR = '''\
qemu-system-aarch64: warning: old machine
qemu-system-aarch64: failed to find romfile "efi-virtio.rom"
../tests/qtest/libqtest.c:204: kill_qemu() tried to terminate QEMU
'''


def entry(name, result, stdout, status=0, stderr=''):
    return json.dumps({
        'name': f'qemu:qtest+qtest-aarch64 / qtest-aarch64/{name}',
        'result': result, 'stdout': stdout, 'returncode': status,
        'stderr': stderr}) + '\n'


class Records(unittest.TestCase):

    def test_tap(self):
        cases, why = sr.parse_tap(TAP)
        self.assertEqual(cases, {
            '/aarch64/good': PASSED, '/aarch64/away': SKIPPED,
            '/aarch64/known': SKIPPED, '/aarch64/bad': FAILED})
        self.assertEqual(why, {
            '/aarch64/bad': 'ERROR:../tests/x.c:7:f: assertion failed: '
                            '(a == b)'})

    def test_log(self):
        found = sr.parse_log(
            entry('good', 'OK', 'ok 1 /a\n1..1\n')
            + entry('bad', 'ERROR', TAP, 1, STDERR)
            + entry('silent', 'OK', '') + entry('away', 'SKIP', '1..0\n'))
        self.assertEqual(found['good'], Result({'/a': PASSED}))
        self.assertEqual(found['bad'].cases['/aarch64/bad'], FAILED)
        self.assertNotIn(END, found['bad'].cases)
        self.assertEqual(found['bad'].why['/aarch64/bad'],
                         'qemu-system-aarch64: failed to find romfile '
                         '"efi-virtio.rom"')
        self.assertEqual(found['silent'].cases, {END: PASSED})
        self.assertEqual(found['away'].cases, {END: SKIPPED})

    def test_a_bad_end_is_not_hidden_by_good_cases(self):
        """All that was printed is ok, but it crashed or hung after it."""
        for result, status in (('ERROR', -11), ('TIMEOUT', -15),
                               ('FAIL', 1)):
            found = sr.parse_log(entry('x', result, 'ok 1 /a\n', status,
                                       'some words\n'))['x']
            self.assertEqual(found.cases, {'/a': PASSED, END: FAILED})
            self.assertEqual(found.why[END],
                             f'{result}, status {status}: some words')

    def test_last_words(self):
        self.assertEqual(sr.last_words(''), '')
        self.assertEqual(sr.last_words('one\ntwo\n\n'), 'two')
        self.assertEqual(
            sr.last_words('qemu-system-aarch64: terminating on signal 15\n'),
            'qemu-system-aarch64: terminating on signal 15')


class Twice(unittest.TestCase):

    def test_flaky(self):
        """Whichever of the runs failed."""
        good, wrong = Result({'/a': PASSED}), Result({'/a': FAILED},
                                                     {'/a': 'why'})
        for pair in ((good, wrong), (wrong, good)):
            self.assertEqual(sr.merge(*pair),
                             Result({'/a': PASSED}, {}, ('/a',)))
        self.assertEqual(sr.merge(wrong, wrong), wrong)

    def test_a_case_after_the_crash(self):
        """It ran the second time only."""
        first = Result({'/a': PASSED, '/b': FAILED}, {'/b': 'crash'})
        second = Result({'/a': PASSED, '/b': PASSED, '/c': PASSED})
        self.assertEqual(sr.merge(first, second), Result(
            {'/a': PASSED, '/b': PASSED, '/c': PASSED}, {}, ('/b',)))

    def test_end(self):
        hung = Result({'/a': PASSED, END: FAILED}, {END: 'TIMEOUT'})
        good = Result({'/a': PASSED, '/b': PASSED})
        self.assertEqual(sr.merge(hung, good),
                         Result(good.cases, {}, (END,)))
        self.assertEqual(sr.merge(hung, hung), hung)


class Compared(unittest.TestCase):

    def test_cases(self):
        for base, series, verdict in (
                (PASSED, PASSED, SAME), (PASSED, FAILED, WORSE),
                (PASSED, SKIPPED, WORSE), (PASSED, None, WORSE),
                (SKIPPED, SKIPPED, SAME), (SKIPPED, PASSED, OTHER),
                (SKIPPED, FAILED, WORSE), (SKIPPED, None, OTHER),
                (FAILED, FAILED, BOTH), (FAILED, PASSED, OTHER),
                (FAILED, SKIPPED, OTHER), (FAILED, None, OTHER),
                (None, PASSED, NEW), (None, SKIPPED, NEW),
                (None, FAILED, WORSE),
                (SAID, SAID, SAME), (SAID, None, WORSE),
                (None, SAID, WORSE)):
            with self.subTest(base=base, series=series):
                self.assertEqual(sr.compare_case(base, series), verdict)

    def test_programs(self):
        """The worst of its cases; one that is gone; none at all."""
        some = Result({'/a': PASSED, '/b': FAILED, '/c': SKIPPED})
        self.assertEqual(sr.compare(some, some)[0], BOTH)
        self.assertEqual(sr.compare(some, None)[0], WORSE)
        self.assertEqual(sr.compare(None, Result({'/a': PASSED}))[0], NEW)
        self.assertEqual(sr.compare(Result({}), Result({}))[0], WORSE)
        one_less = Result({'/a': PASSED, '/b': FAILED})
        self.assertEqual(sr.compare(some, one_less)[0], BOTH)
        self.assertEqual(sr.compare(one_less, Result(
            {'/a': FAILED, '/b': FAILED}))[0], WORSE)

    def test_checker(self):
        """A complaint of one side alone is never the same."""
        none, one = sr.complaints(''), sr.complaints('Section "x": gone\n')
        for pair, verdict in (((none, none), SAME), ((one, one), SAME),
                              ((none, one), WORSE), ((one, none), WORSE)):
            self.assertEqual(sr.compare(*pair)[0], verdict)
        self.assertEqual(sr.counts(one), '1 complaints')

    def test_only_known(self):
        self.assertEqual(sr.only_known({'a': 1, 'b': 2}, {'b': 3, 'c': 4}),
                         {'b': 2})


class Tables(unittest.TestCase):
    FOUND = {
        'base': {'one': Result({'/a': PASSED, '/b': SKIPPED}),
                 'rom': Result({'/c': FAILED, '/d': FAILED, '/e': FAILED},
                               {'/c': 'no ROM', '/d': 'no ROM',
                                '/e': 'no ROM'})},
        'series': {'one': Result({'/a': PASSED, '/b': SKIPPED}, {}, ('/a',)),
                   'rom': Result({'/c': FAILED, '/d': FAILED, '/e': FAILED},
                                 {'/c': 'no ROM', '/d': 'no ROM',
                                  '/e': 'no ROM'}),
                   'two': Result({'/f': PASSED})}}

    def test_rows(self):
        self.assertEqual(list(sr.rows(self.FOUND)), [
            ['test', 'base', 'series', 'same?'],
            ['one', '1 passed, 1 skipped', '1 passed, 1 skipped', SAME],
            ['rom', '3 failed', '3 failed', BOTH],
            ['two', '-', '1 passed', NEW],
            ['all', '1 passed, 3 failed, 1 skipped',
             '2 passed, 3 failed, 1 skipped', '']])
        self.assertEqual(sr.bad(self.FOUND), [])

    def test_remarks(self):
        """Failures with one cause stand together; flaky ones are named."""
        self.assertEqual(list(sr.together(sr.remarks(self.FOUND)))[1:], [
            ['one', '/a', 'flaky',
             'series: failed, and passed when run again'],
            ['rom', '/c and 2 more', BOTH, 'no ROM']])

    def test_bad(self):
        """A case that got lost, with what was said of it, and its row."""
        found = {side: dict(results) for side, results
                 in self.FOUND.items()}
        found['series']['one'] = Result({'/a': FAILED, '/b': SKIPPED},
                                        {'/a': 'assertion'})
        self.assertEqual(sr.bad(found), ['one'])
        self.assertEqual(list(sr.rows(found))[1][-1], f'{WORSE}: 1')
        self.assertIn(['one', '/a', WORSE, 'assertion'],
                      list(sr.remarks(found)))
        del found['series']['one']
        self.assertEqual(sr.bad(found), ['one'])


if __name__ == '__main__':
    unittest.main()

# SPDX-License-Identifier: GPL-2.0-or-later
"""The results of QEMU's own tests, and a comparison of two QEMUs.

Pure: nothing is run here.
"""

import json
import re
from typing import NamedTuple

SIDES = ('base', 'series')
PASSED, FAILED, SKIPPED = 'passed', 'failed', 'skipped'
# A line of vmstate-static-checker.py, neither good nor bad of itself.
SAID = 'complaints'
# A program whose exit disagrees with its cases counts as a case as well.
END = 'the program'

SAME, BOTH, NEW, OTHER, WORSE = (
    'same', 'fails on both', 'new', 'differs', 'WORSE')


class Result(NamedTuple):
    """The result of a program, or of the checker."""
    cases: dict             # name: PASSED, FAILED, SKIPPED or SAID
    why: dict = {}          # of cases that failed: what was said
    flaky: tuple = ()       # cases that failed, and passed when run again


LINE = re.compile(r'^(not ok|ok)\b(?: \d+)?(?: -)? (/\S+)(.*)$', re.M)
SKIP = re.compile(r'#\s*(?:SKIP|TODO)\b', re.I)


def parse_tap(text):
    """({case: outcome}, {case: why}) of what a GLib test prints."""
    cases, why = {}, {}
    for word, name, rest in LINE.findall(text):
        if SKIP.search(rest):
            cases[name] = SKIPPED
        else:
            cases[name] = PASSED if word == 'ok' else FAILED
        if cases[name] == FAILED:
            why[name] = rest.strip(' -')
    return cases, why


def last_words(text):
    """The best line of stderr: QEMU's own first one, or the last."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    of_qemu = [line for line in lines if line.startswith('qemu-system-')
               and 'warning:' not in line and 'terminating' not in line]
    return (of_qemu[:1] or lines[-1:] or [''])[0]


def parse_log(text):
    """{program: Result} of meson's testlog.json."""
    found = {}
    for line in text.splitlines():
        entry = json.loads(line)
        cases, why = parse_tap(entry.get('stdout') or '')
        said = last_words(entry.get('stderr') or '')
        for name in why:
            why[name] = said or why[name]
        good = entry['result'] in ('OK', 'SKIP', 'EXPECTEDFAIL')
        if not good and FAILED not in cases.values():
            cases[END] = FAILED
            why[END] = (f'{entry["result"]}, status {entry["returncode"]}'
                        + (f': {said}' if said else ''))
        elif good and not cases:
            cases[END] = PASSED if entry['result'] == 'OK' else SKIPPED
        found[entry['name'].rsplit('/', 1)[-1]] = Result(cases, why)
    return found


def merge(first, second):
    """One result of a program that was run twice.

    A case that passed in one of the runs has passed, and is flaky.
    """
    cases, why = {**first.cases, **second.cases}, {**second.why}
    if END in first.cases and END not in second.cases:
        del cases[END]
    both = {name for name in cases if PASSED in
            (first.cases.get(name), second.cases.get(name))}
    failed = {name for name in (*first.cases, *second.cases) if FAILED in
              (first.cases.get(name), second.cases.get(name))}
    for name in both:
        cases[name] = PASSED
        why.pop(name, None)
    flaky = {name for name in failed if cases.get(name, PASSED) == PASSED}
    return Result(cases, why, tuple(sorted(flaky)))


def compare_case(base, series):
    """The verdict on a case; None: it is not there."""
    if SAID in (base, series):
        return SAME if base == series else WORSE
    if series == FAILED:
        return BOTH if base == FAILED else WORSE
    if base == PASSED and series != PASSED:
        return WORSE
    if base is None:
        return NEW
    return SAME if base == series else OTHER


def compare(base, series):
    """(verdict, {case: verdict}) of two Results, None: no such program."""
    of_base = base.cases if base else {}
    of_series = series.cases if series else {}
    cases = {name: compare_case(of_base.get(name), of_series.get(name))
             for name in {**of_base, **of_series}}
    for verdict in (WORSE, BOTH, OTHER, NEW):
        if verdict in cases.values():
            return verdict, cases
    return (SAME if cases else WORSE), cases


def counts(result):
    """A cell: how many of each outcome."""
    if result is None:
        return '-'
    outcomes = list(result.cases.values())
    return ', '.join(f'{outcomes.count(kind)} {kind}' for kind in
                     (PASSED, FAILED, SKIPPED, SAID) if kind in outcomes)


def total(results):
    """All cases of all programs, as one Result."""
    return Result({(program, name): outcome
                   for program, result in results.items()
                   for name, outcome in result.cases.items()})


def rows(found):
    """The cells of the table; `found` is {side: {program: Result}}."""
    base, series = (found[side] for side in SIDES)
    yield ['test', 'base', 'series', 'same?']
    for program in sorted({**base, **series}):
        verdict, cases = compare(base.get(program), series.get(program))
        number = list(cases.values()).count(verdict)
        yield [program, counts(base.get(program)),
               counts(series.get(program)),
               verdict if verdict == SAME or number == len(cases) else
               f'{verdict}: {number}']
    yield ['all', counts(total(base)), counts(total(series)), '']


def remarks(found):
    """Rows on single cases, without those that are the same."""
    base, series = (found[side] for side in SIDES)
    yield ['test', 'case', 'same?', 'what was said']
    for program in sorted({**base, **series}):
        pair = base.get(program), series.get(program)
        for name, verdict in sorted(compare(*pair)[1].items()):
            if verdict in (WORSE, BOTH, OTHER):
                said = next((r.why[name] for r in reversed(pair)
                             if r and r.why.get(name)), '')
                yield [program, name, verdict, said]
        for side, result in zip(SIDES, pair):
            for name in result.flaky if result else ():
                yield [program, name, 'flaky',
                       f'{side}: failed, and passed when run again']


def together(lines):
    """Rows with the same program, verdict and words as one."""
    title, *lines = lines
    groups = {}
    for program, name, verdict, said in lines:
        groups.setdefault((program, verdict, said), []).append(name)
    yield title
    for (program, verdict, said), names in groups.items():
        shown = ', '.join(names[:2])
        yield [program, shown if len(names) < 3 else
               f'{names[0]} and {len(names) - 1} more', verdict, said]


def bad(found):
    """The programs that are worse on the series."""
    base, series = (found[side] for side in SIDES)
    return [program for program in sorted({**base, **series})
            if compare(base.get(program), series.get(program))[0] == WORSE]


def only_known(recorded, here):
    """The sections of a recorded dump that a smaller build has too."""
    return {name: section for name, section in recorded.items()
            if name in here}


def complaints(text):
    """The checker's words as a Result; it may have none."""
    return Result({line: SAID for line in text.splitlines()} or
                  {'nothing to say': PASSED})

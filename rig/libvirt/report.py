# SPDX-License-Identifier: GPL-2.0-or-later
"""The records of the cases with libvirt, as a table and as quotes.

A case (rig/libvirt/case.py) records its steps: the virsh command, the kernels,
the guest's outcome, how long virsh took and what it printed.
"""

import ast
import itertools
import json
import re
import statistics
import textwrap

from rig.base import paths, tables

RECORDS = paths.BUILD / 'libvirt'
TESTS = [paths.ROOT / 'tests' / 'avocado' / name
         for name in ('test_libvirt.py', 'test_libvirt_apparmor.py')]
TITLES = ['case', 'hosts', 'virsh', 'outcome', 'virsh took']

# What is quoted in the page: the case, and the words above it.
QUOTED = {
    'test_refused_value': 'A value: 6.18 to 6.12',
    'test_refused_register': 'Registers: 6.1 to 5.10',
    'test_refused_feature': 'A feature: a destination without a PMU. First '
                            'what libvirt finds itself, then what QEMU does',
    'test_refused_saved': '``virsh start`` of what was saved on 6.18, on '
                          '6.12',
    'test_check_off': 'The value, with x-check-before-ram off',
    'test_stock_value': 'Stock QEMU: the value',
    'test_stock_newer_kernel': 'Stock QEMU: 6.12 to 6.18',
    'test_apparmor_file': "AppArmor: a baseline's file without the line",
}


def documented(paths=None):
    """{case: the first line of its docstring}, in their order."""
    found = {}
    for file in paths or TESTS:
        for node in ast.walk(ast.parse(file.read_text(encoding='utf-8'))):
            if (isinstance(node, ast.FunctionDef) and
                    node.name.startswith('test_')):
                found[node.name] = ast.get_docstring(node).split('\n')[0]
    return found


def path(case):
    """Where a case keeps its steps."""
    return RECORDS / f'{case}.json'


def recorded(case):
    """The steps of a case, none if it did not get so far."""
    return (json.loads(path(case).read_text(encoding='utf-8'))
            if path(case).exists() else [])


def short(kernel):
    """6.18 of 6.18.15+deb13-cloud-arm64."""
    return re.match(r'\d+\.\d+', kernel).group()


def counted(words):
    """'refused, migrated 2 times' of the words one behind the other."""
    runs = [(word, len(list(run))) for word, run in itertools.groupby(words)]
    return ', '.join(word if times == 1 else f'{word} {times} times'
                     for word, times in runs)


def row(title, steps, verdict):
    """The cells of a case."""
    if not steps:
        return [title, '', '', verdict, '']
    took = [step['seconds'] for step in steps if step['seconds']]
    outcome = counted(step['outcome'] for step in steps)
    longest = max((step['kernels'] for step in steps), key=len)
    return [title, ' to '.join(map(short, longest)),
            counted(dict.fromkeys(step['way'] for step in steps)),
            outcome if verdict == 'passed' else f'{verdict}: {outcome}',
            f'{statistics.median(took):.1f} s' if took else '']


def rows(results):
    """Titles, and a row for each of {case: (verdict, ...)}."""
    titles = documented()
    yield TITLES
    for case, title in titles.items():
        if case in results:
            yield row(title.rstrip('.'), recorded(case), results[case][0])


def quote(text):
    """What virsh printed, wrapped as a literal block."""
    return '\n'.join(
        f'  {line}' for paragraph in text.splitlines()
        for line in textwrap.wrap(paragraph, 76, break_long_words=False,
                                  break_on_hyphens=False))


def quotes():
    """What virsh printed in the quoted cases, as a page has it."""
    for case, words in QUOTED.items():
        said = [step['said'] for step in recorded(case) if step['said']]
        if said:
            yield '\n\n'.join([f'{words}::', *map(quote, said)])


def versions(cases):
    """The kernels of the cases, each once, in the order of their numbers."""
    names = {kernel for case in cases for step in recorded(case)
             for kernel in step['kernels']}
    return sorted((name.replace('-cloud-arm64', '') for name in names),
                  key=lambda name: [int(n) for n in re.findall(r'\d+', name)])


def rst(results, facts):
    """What stands between the lines of the page."""
    return '\n'.join([
        *tables.rst_table(list(rows(results))), '', facts, '',
        'What virsh printed', '------------------', '',
        '\n\n'.join(quotes()), ''])

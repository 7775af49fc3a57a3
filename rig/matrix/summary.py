# SPDX-License-Identifier: GPL-2.0-or-later
"""The migration matrix as text: outcomes, and reasons of refusals.

As Markdown for the terminal, as reStructuredText for reports/.
"""

import collections

from rig import altered
from rig.base.tables import markdown_table, renew_page, rst_table
from rig.matrix import heatmap
from rig.matrix.cases import (ALL, ALTERED, COLUMNS, DAMAGED, DECLINED, EARLY,
                              LATE, LOST, MIGRATED, REFUSED, VARIANTS, bad,
                              list_alone, of_series)
from rig.matrix.heatmap import LOOKS, releases, said
from rig.messages import fold, refused_registers

PAGE, PICTURE = 'matrix.rst', 'matrix.svg'


class Section:
    """A heading, a sentence, and rows of text, the first of them titles."""

    def __init__(self, title, words, rows):
        self.title, self.words, self.rows = title, words, list(rows)


def outcomes(report):
    """Rows: a variant and a QEMU, how many of each outcome."""
    counts = collections.Counter(
        (r['variant'], r['qemu'], r['outcome']) for r in report['cases'])
    shown = [outcome for outcome in LOOKS
             if outcome in (MIGRATED, ALTERED, EARLY, LATE, LOST, DAMAGED)
             or any(key[2] == outcome for key in counts)]
    yield ['guest and hosts', 'QEMU'] + [
        LOOKS[outcome][1].replace(' was sent', '') for outcome in shown]
    for name, variant in VARIANTS.items():
        for qemu in variant.columns:
            yield [variant.title, COLUMNS[qemu].title] + [
                str(counts[name, qemu, outcome] or '') for outcome in shown]
    for qemu, column in COLUMNS.items():
        yield ['all', column.title] + [str(sum(
            counts[name, qemu, outcome] for name in VARIANTS) or '')
            for outcome in shown]


def span(names):
    """Kernels in the catalogue's order, neighbours as "6.16 to 7.3"."""
    runs = []
    for at in sorted(map(ALL.index, set(names))):
        if runs and at == runs[-1][-1] + 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    return ', '.join(
        f'{ALL[run[0]]} to {ALL[run[-1]]}' if len(run) > 2 else
        ', '.join(ALL[at] for at in run) for run in runs)


def pairs(found):
    """(sources, destinations) in words, for a set of pairs of kernels.

    Destinations with the same sources stand together.
    """
    sources = collections.defaultdict(set)
    for source, destination in found:
        sources[destination].add(source)
    together = collections.defaultdict(set)
    for destination, names in sources.items():
        together[frozenset(names)].add(destination)
    rows = sorted(together.items(), key=lambda row: (
        min(map(ALL.index, row[1])), min(map(ALL.index, row[0]))))
    return [(span(names), span(to)) for names, to in rows]


def why_refused(record):
    """Names of registers, or what the destination said at its start."""
    names = refused_registers(record.get('destination_stderr') or '')
    return fold(names) or record.get('reason') or 'no reason given'


def refusals(report):
    """Rows: guests of the series that are refused, from, to, and why."""
    found = collections.defaultdict(set)
    for record in report['cases']:
        if of_series(record) and record.get('end') in (REFUSED, DECLINED):
            found[record['variant'], why_refused(record)].add(
                (record['source'], record['destination']))
    yield ['guest and hosts', 'from', 'to', 'refused for']
    for name, variant in VARIANTS.items():
        for (of, why), these in found.items():
            if of == name:
                for source, destination in pairs(these):
                    yield [variant.title, source, destination, why]


def alterations(report):
    """Rows: the rows of altered.table() that a guest of the series met."""
    met = collections.Counter()
    for record in report['cases']:
        if of_series(record) and record['outcome'] == ALTERED:
            met.update({row for line in record['differences']
                        for row in altered.alteration(
                            line, record['source'], record['destination'])})
    yield ['register', 'bits', 'from', 'to', 'guests', 'what it is']
    for row in altered.table():
        if met[row]:
            yield [row.register, f'0x{row.bits:x}', *map(span, row.spans()),
                   str(met[row]), row.reason]


def harmed(report):
    """Rows: defects."""
    yield ['guest and hosts', 'QEMU', 'from', 'to', 'outcome', 'why']
    for record in report['cases']:
        if not (bad(record) or list_alone(record)):
            continue
        yield [VARIANTS[record['variant']].title,
               COLUMNS[record['qemu']].title,
               record['source'], record['destination'],
               LOOKS[record['outcome']][1], said(record, 300) or '']


def disagreements(report):
    """Rows: what was predicted otherwise."""
    yield ['guest and hosts', 'from', 'to', 'prediction']
    for record in report['cases']:
        if record.get('disagrees'):
            yield [VARIANTS[record['variant']].title, record['source'],
                   record['destination'], record['disagrees']]


def agreement(report):
    """How often the prediction was right, in a sentence."""
    count = report['predictions']
    return (f'Prediction agrees {count["agree"]} of {count["compared"]}: '
            'verdict and refused registers, from recorded register lists.')


def measured(report):
    """What was measured, in a sentence, and how much of it before."""
    former = report.get('former')
    return (f'QEMU {report["base"]}, return path on; Linux '
            f'{", ".join(releases(report))}; '
            f'{report["date"] or "no result yet"}.'
            + (f' Of these, {former} were measured with a former build.'
               if former else ''))


def sections(report):
    """All sections; those without a row are left out."""
    return [section for section in (
        Section('Outcomes', measured(report), outcomes(report)),
        Section('Refused by the series', 'The guest runs on at the source.',
                refusals(report)),
        Section('Altered by KVM', 'KVM takes every value of these guests, '
                'and shows them another one in these bits.',
                alterations(report)),
        Section('Must not be', 'Guests of the series that were harmed, or '
                'refused though KVM keeps every value; cases that broke.',
                harmed(report)),
        Section('Prediction', agreement(report), disagreements(report)),
    ) if len(section.rows) > 1 or section.title == 'Prediction']


def markdown(report, most=40):
    """The tables as Markdown that also reads well as it is.

    At most so many rows of each; results.json has all of them.
    """
    lines = []
    for section in sections(report):
        lines += ['', f'## {section.title}', '', section.words, '']
        rows = section.rows[:most + 1]
        if len(rows) > 1:
            lines += markdown_table(rows)
        if len(section.rows) > len(rows):
            lines += ['', f'And {len(section.rows) - len(rows)} more.']
    return '\n'.join(lines[1:]) + '\n'


def rst(report):
    """The tables as reStructuredText, sections of a page."""
    lines = []
    for section in sections(report):
        lines += ['', section.title, '-' * len(section.title), '',
                  section.words]
        if len(section.rows) > 1:
            lines += ['', *rst_table(section.rows)]
    return '\n'.join(lines[1:]) + '\n'


def publish(report, folder):
    """Renew the page's results and its picture; the paths."""
    page, picture = folder / PAGE, folder / PICTURE
    renew_page(page, rst(report))
    picture.write_text(heatmap.svg(report), encoding='utf-8')
    return page, picture

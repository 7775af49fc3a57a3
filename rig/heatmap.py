#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A picture and tables of the migration matrix, from its results.json.

    heatmap.py build/matrix/results.json --svg FILE --md FILE --rst FILE

In the picture stock QEMU stands on the left and the series on the right, a
row of panels for each variant; a panel has a row for each kernel of the
source and a column for each kernel of the destination.  Each cell has a
letter, and the colours are told apart by eyes of every kind (Okabe-Ito).
"""

import argparse
import collections
import json
import pathlib
import sys
from xml.sax.saxutils import escape

if not __package__:
    # As a script: its own folder would hide the package of its name.
    sys.path[0] = str(pathlib.Path(__file__).resolve().parent.parent)

from rig.cases import (DAMAGED, EARLY, ERROR, LATE, LOST,   # noqa: E402
                       MIGRATED, QEMUS, SKIPPED, VARIANTS, bad)

# outcome: letter, words, colour of the cell, colour of the letter
LOOKS = {
    MIGRATED: ('M', 'migrated', '#0072b2', '#ffffff'),
    EARLY: ('R', 'refused before RAM was sent', '#9fd6f2', '#000000'),
    LATE: ('A', 'refused after RAM was sent', '#f0e442', '#000000'),
    LOST: ('L', 'lost', '#d55e00', '#000000'),
    DAMAGED: ('D', 'damaged', '#000000', '#ffffff'),
    ERROR: ('E', 'error of the rig', '#cc79a7', '#000000'),
    SKIPPED: ('-', 'skipped', None, None),
    None: ('', 'not run', None, None),
}

CELL, GAP = 25, 2           # a cell, and the space between two
LEFT, TOP = 46, 62          # a panel's labels and its title
MARGIN, BETWEEN = 20, 28
FONT = 'font-family="DejaVu Sans, Verdana, Arial, sans-serif"'
# Plain rules, no var(): not every renderer knows more.
STYLE = '''
 .back { fill: #ffffff }
 .text { fill: #1a1a1a }
 .faint { fill: #5c5c5c }
 .none { fill: none; stroke: #b0b0b0 }
 .dark { stroke: #ffffff }
 @media (prefers-color-scheme: dark) {
  .back { fill: #16181c }
  .text { fill: #ececec }
  .faint { fill: #a8a8a8 }
  .none { stroke: #5a5a5a }
  .dark { stroke: #a8a8a8 }
 }
'''


def said(record, size=110):
    """Why, in one line; None if there is nothing to say."""
    text = '; '.join(record.get('differences') or []) or record.get('reason')
    text = ' '.join((text or '').split())
    return (text if len(text) <= size else text[:size - 3] + '...') or None


def name_of(outcome):
    """The drawn cell's name inside the file."""
    return outcome or 'not-run'


class Drawing:
    """SVG elements, and how far they reach."""

    def __init__(self):
        self.lines = []

    def text(self, x, y, text, size=12, kind='text', more=''):
        self.lines.append(f'<text x="{x:g}" y="{y:g}" font-size="{size}" '
                          f'class="{kind}"{more}>{escape(text)}</text>')

    def cell(self, x, y, outcome, title=None):
        start = (f'<use href="#{name_of(outcome)}" x="{x:g}" '
                 f'y="{y:g}"')
        self.lines.append(f'{start}><title>{escape(title)}</title></use>'
                          if title else f'{start}/>')


def symbols():
    """What a cell of each outcome looks like, drawn once."""
    size = CELL - GAP
    for outcome, (letter, _, fill, ink) in LOOKS.items():
        # Black on a dark page needs an edge.
        edge = ('class="dark" ' if outcome == DAMAGED else '') + \
            f'fill="{fill}"' if fill else 'class="none"'
        ink = f'fill="{ink}"' if ink else 'class="faint"'
        yield (f'<g id="{name_of(outcome)}"><rect width="{size}" '
               f'height="{size}" rx="3" {edge}/>' + (
                   f'<text x="{size / 2:g}" y="{size / 2 + 4.5:g}" '
                   'font-size="12.5" font-weight="bold" '
                   f'text-anchor="middle" {ink}>{letter}</text>'
                   if letter else '') + '</g>')


def panel_size(variant):
    side = len(VARIANTS[variant].kernels) * CELL
    return LEFT + side, TOP + side


def panel(drawing, x, y, variant, records):
    """Draw the panel of a variant and a QEMU."""
    names = VARIANTS[variant].kernels
    drawing.text(x, y + 14, VARIANTS[variant].title, 13,
                 more=' font-weight="bold"')
    drawing.text(x + LEFT - 7, y + TOP - 5, 'from \\ to', 9, 'faint',
                 ' text-anchor="end"')
    for at, name in enumerate(names):
        middle = x + LEFT + at * CELL + (CELL - GAP) / 2
        foot = y + TOP - 5
        drawing.text(middle, foot, name, 11, more=' transform="rotate(-60 '
                     f'{middle:g} {foot:g})"')
        drawing.text(x + LEFT - 7, y + TOP + at * CELL + CELL / 2 + 3, name,
                     11, more=' text-anchor="end"')
    for record in records:
        why = said(record)
        drawing.cell(
            x + LEFT + names.index(record['destination']) * CELL,
            y + TOP + names.index(record['source']) * CELL,
            record['outcome'],
            f'{record["source"]} to {record["destination"]}: '
            f'{LOOKS[record["outcome"]][1]}' + (f': {why}' if why else ''))


def rows():
    """Variants side by side: as many as the widest has room for."""
    widest = max(panel_size(name)[0] for name in VARIANTS)
    found, room = [], 0
    for name in VARIANTS:
        width = panel_size(name)[0] + BETWEEN
        if width > room:
            found.append([])
            room = widest + BETWEEN
        found[-1].append(name)
        room -= width
    return found


def subtitle(report):
    """Versions and date, in lines."""
    yield (f'From: the source\'s kernel, to: the destination\'s. '
           f'Stock QEMU {report["base"]}, and the series on it; date: '
           f'{report["date"] or "no result yet"}.')
    words = [version.split('-cloud')[0]
             for version in report['kernels'].values()]
    half = (len(words) + 1) // 2
    yield 'Linux ' + ', '.join(words[:half]) + ','
    yield ', '.join(words[half:])


def legend(drawing, y, report):
    """What the letters say; skipped and the like only where they occur."""
    seen = {record['outcome'] for record in report['cases']}
    x, step = MARGIN, 235
    for outcome, look in LOOKS.items():
        if outcome in (ERROR, SKIPPED, None) and outcome not in seen:
            continue
        if x + step > MARGIN + 3 * step:
            x, y = MARGIN, y + CELL + 3
        drawing.cell(x, y, outcome)
        drawing.text(x + CELL + 4, y + 16, look[1])
        x += step
    return y + CELL + 8


def svg(report):
    """The picture, as a text that stands alone."""
    records = collections.defaultdict(list)
    for record in report['cases']:
        records[record['variant'], record['qemu']].append(record)
    half = max(panel_size(name)[0] for name in VARIANTS)
    drawing = Drawing()
    drawing.text(MARGIN, 36, 'Live migration of an Arm KVM guest, kernel by '
                 'kernel', 18, more=' font-weight="bold"')
    y = 58
    for line in subtitle(report):
        drawing.text(MARGIN, y, line, 11, 'faint')
        y += 15
    y = legend(drawing, y, report) + 14
    for at, qemu in enumerate(QEMUS):
        drawing.text(MARGIN + at * (half + BETWEEN), y + 12,
                     f'stock QEMU {report["base"]}' if qemu == 'stock'
                     else f'{report["base"]} with the series', 15,
                     more=' font-weight="bold"')
    y += 32
    for names in rows():
        for at, qemu in enumerate(QEMUS):
            x = MARGIN + at * (half + BETWEEN)
            for name in names:
                panel(drawing, x, y, name, records[name, qemu])
                x += panel_size(name)[0] + BETWEEN
        y += max(panel_size(name)[1] for name in names) + BETWEEN
    width = 2 * MARGIN + 2 * half + BETWEEN
    height = y - BETWEEN + MARGIN
    return '\n'.join([
        f'<svg xmlns="http://www.w3.org/2000/svg" {FONT} role="img" '
        f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}">',
        '<title>Which live migrations of an Arm KVM guest work</title>',
        f'<style>{STYLE}</style>',
        '<defs>', *symbols(), '</defs>',
        '<rect class="back" width="100%" height="100%"/>',
        *drawing.lines, '</svg>', ''])


# Tables

def table(report):
    """Rows of text: a variant and a QEMU, how many of each outcome."""
    counts = collections.Counter(
        (r['variant'], r['qemu'], r['outcome']) for r in report['cases'])
    shown = [outcome for outcome in LOOKS
             if outcome in (MIGRATED, EARLY, LATE, LOST, DAMAGED)
             or any(key[2] == outcome for key in counts)]
    yield ['guest and hosts', 'QEMU'] + [
        LOOKS[outcome][1].replace(' was sent', '') for outcome in shown]
    for name, variant in VARIANTS.items():
        for qemu in QEMUS:
            yield [variant.title, qemu] + [
                str(counts[name, qemu, outcome] or '-') for outcome in shown]
    for qemu in QEMUS:
        yield ['all', qemu] + [str(sum(
            counts[name, qemu, outcome] for name in VARIANTS) or '-')
            for outcome in shown]


def notes(report, most=20):
    """A line for each case that must not be so, up to so many."""
    harmed = list(filter(bad, report['cases']))
    for record in harmed[:most]:
        yield (f'{LOOKS[record["outcome"]][1]}: {record["source"]} to '
               f'{record["destination"]}, '
               f'{VARIANTS[record["variant"]].title}, {record["qemu"]}: '
               f'{said(record, 300)}')
    if len(harmed) > most:
        yield f'and {len(harmed) - most} more, all of them in results.json'


def where(report):
    return (f'QEMU {report["base"]}; Linux '
            + ', '.join(v.split('-cloud')[0]
                        for v in report['kernels'].values())
            + f'; {report["date"] or "no result yet"}.')


def markdown(report):
    """The summary as Markdown that also reads well as it is."""
    rows_ = list(table(report))
    widths = [max(map(len, column)) for column in zip(*rows_)]
    lines = ['| ' + ' | '.join(f'{text:<{width}}' for text, width
                               in zip(row, widths)) + ' |' for row in rows_]
    lines.insert(1, '|' + '|'.join('-' * (w + 2) for w in widths) + '|')
    lines += ['', where(report), '']
    lines += [f'- {note}' for note in notes(report)]
    return '\n'.join(lines).rstrip() + '\n'


def rst(report):
    """The same table as reStructuredText."""
    rows_ = list(table(report))
    widths = [max(map(len, column)) for column in zip(*rows_)]
    rule = ' '.join('=' * width for width in widths)
    lines = [' '.join(f'{text:<{width}}' for text, width
                      in zip(row, widths)).rstrip() for row in rows_]
    lines = [rule, lines[0], rule, *lines[1:], rule, '', where(report)]
    return '\n'.join(lines) + '\n'


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('results', type=pathlib.Path)
    writers = {'svg': svg, 'md': markdown, 'rst': rst}
    for name in writers:
        parser.add_argument(f'--{name}', type=pathlib.Path, metavar='FILE')
    args = parser.parse_args()
    try:
        report = json.loads(args.results.read_text(encoding='utf-8'))
        for name, writer in writers.items():
            if getattr(args, name):
                getattr(args, name).write_text(writer(report),
                                               encoding='utf-8')
    except OSError as err:
        sys.exit(f'heatmap: {err}')
    except (ValueError, KeyError, TypeError) as err:
        sys.exit(f'heatmap: {args.results}: not the results of '
                 f'rig/matrix.py ({err!r})')
    return 0


if __name__ == '__main__':
    sys.exit(main())

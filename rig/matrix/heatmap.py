# SPDX-License-Identifier: GPL-2.0-or-later
"""A picture of the migration matrix, from its results.json.

    python3 -m rig.matrix.heatmap build/matrix/results.json FILE.svg

On the left is stock QEMU, then the series, then the series with guests that
have a pool's baseline.  Each variant is a panel, with a row for each source
kernel and a column for each destination kernel.  Each cell has a letter, and
the colours suit colour-blind readers (Okabe-Ito).  A cut corner marks a result
that was predicted otherwise.
"""

import collections
import json
import pathlib
import sys
from xml.sax.saxutils import escape

from rig.base import command
from rig.drawing import FONT, STYLE, Drawing
from rig.matrix.cases import (ALTERED, COLUMNS, DAMAGED, EARLY, ERROR, LATE,
                              LOST, MIGRATED, SKIPPED, VARIANTS)

# outcome: letter, words, colour of the cell, colour of the letter
LOOKS = {
    MIGRATED: ('M', 'migrated', '#0072b2', '#ffffff'),
    ALTERED: ('V', 'migrated, KVM shows another ID value', '#009e73',
              '#000000'),
    EARLY: ('R', 'refused before RAM was sent', '#9fd6f2', '#000000'),
    LATE: ('A', 'refused after RAM was sent', '#f0e442', '#000000'),
    LOST: ('L', 'lost', '#d55e00', '#000000'),
    DAMAGED: ('D', 'damaged', '#000000', '#ffffff'),
    ERROR: ('E', 'error of the rig', '#cc79a7', '#000000'),
    SKIPPED: ('-', 'skipped', None, None),
    None: ('', 'not run', None, None),
}

# The mark's name inside the file.
MARK = 'disagrees'
CELL, GAP = 25, 2           # a cell, and the space between two
LEFT, TOP = 46, 62          # a panel's labels and its title
MARGIN, BETWEEN = 20, 28
TITLE, HEADING = 7.4, 8.5   # a letter of a panel's title, of a column's


def said(record, size=110):
    """Why, in one line; None if there is nothing to say."""
    why = ('; '.join(record.get('differences') or [])
           or record.get('reason'))
    text = ' '.join('; '.join(
        filter(None, (record.get('disagrees'), why))).split())
    return (text if len(text) <= size else text[:size - 3] + '...') or None


def name_of(outcome):
    """The drawn cell's name inside the file."""
    return outcome or 'not-run'


class Cells(Drawing):
    """The same with cells of the matrix."""

    def mark(self, x, y):
        """Cut the corner of the cell at this place."""
        self.lines.append(f'<use href="#{MARK}" x="{x:g}" y="{y:g}"/>')

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
        edge = f'fill="{fill}"' if fill else 'class="none"'
        if outcome == DAMAGED:
            edge += ' class="dark"'
        ink = f'fill="{ink}"' if ink else 'class="faint"'
        yield (f'<g id="{name_of(outcome)}"><rect width="{size}" '
               f'height="{size}" rx="3" {edge}/>' + (
                   f'<text x="{size / 2:g}" y="{size / 2 + 4.5:g}" '
                   'font-size="12.5" font-weight="bold" '
                   f'text-anchor="middle" {ink}>{letter}</text>'
                   if letter else '') + '</g>')
    # White on black edges: seen on every colour of a cell.
    yield (f'<g id="{MARK}"><path d="M{size - 10} -1H{size + 1}V10Z" '
           'fill="#ffffff" stroke="#000000" stroke-width="1.5"/></g>')


def panel_size(variant):
    """As wide as its cells, or its title."""
    side = len(VARIANTS[variant].kernels) * CELL
    return max(LEFT + side, len(VARIANTS[variant].title) * TITLE), TOP + side


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
        place = (x + LEFT + names.index(record['destination']) * CELL,
                 y + TOP + names.index(record['source']) * CELL)
        drawing.cell(
            *place, record['outcome'],
            f'{record["source"]} to {record["destination"]}: '
            f'{LOOKS[record["outcome"]][1]}' + (f': {why}' if why else ''))
        if record.get('disagrees'):
            drawing.mark(*place)


def column_width(column):
    """Of the widest of its panels."""
    return max(panel_size(name)[0] for name, variant in VARIANTS.items()
               if column in variant.columns)


def rows(column):
    """Its variants side by side: as many as the widest has room for."""
    found, room = [], 0
    for name, variant in VARIANTS.items():
        if column not in variant.columns:
            continue
        width = panel_size(name)[0] + BETWEEN
        if width > room:
            found.append([])
            room = column_width(column) + BETWEEN
        found[-1].append(name)
        room -= width
    return found


def releases(report):
    """The kernels, without what is the same in all of their names."""
    return [version.split('-cloud')[0]
            for version in report['kernels'].values()]


def subtitle(report):
    """Versions and date, in lines."""
    yield (f'From: the source\'s kernel, to: the destination\'s. '
           f'Stock QEMU {report["base"]}, and the series on it; return path '
           f'on; date: {report["date"] or "no result yet"}.')
    words = releases(report)
    half = (len(words) + 1) // 2
    yield 'Linux ' + ', '.join(words[:half]) + ','
    yield ', '.join(words[half:])


def legend(drawing, y, step, report):
    """What the letters mean; rare outcomes only if they occur."""
    seen = {record['outcome'] for record in report['cases']}
    shown = [(outcome, look[1]) for outcome, look in LOOKS.items()
             if outcome not in (ERROR, SKIPPED, None) or outcome in seen]
    if any(record.get('disagrees') for record in report['cases']):
        shown.append((MARK, 'predicted otherwise'))
    for at, (outcome, words) in enumerate(shown):
        x = MARGIN + at % 2 * step
        drawing.cell(x, y, None if outcome == MARK else outcome)
        if outcome == MARK:
            drawing.mark(x, y)
        drawing.text(x + CELL + 4, y + 16, words)
        if at % 2 or at == len(shown) - 1:
            y += CELL + 3
    return y + 5


def heading(column, report):
    """What stands above a column."""
    return {'stock': f'stock QEMU {report["base"]}',
            'series': f'{report["base"]} with the series'}.get(
                column, f'the {COLUMNS[column].title}')


def draw_column(drawing, x, y, column, records):
    """Draw the panels of a column; where they end."""
    for names in rows(column):
        at = x
        for name in names:
            panel(drawing, at, y, name, records[name, column])
            at += panel_size(name)[0] + BETWEEN
        y += max(panel_size(name)[1] for name in names) + BETWEEN
    return y


def svg(report):
    """The picture, as a text that stands alone."""
    records = collections.defaultdict(list)
    for record in report['cases']:
        records[record['variant'], record['qemu']].append(record)
    drawing = Cells()
    drawing.text(MARGIN, 36, 'Live migration of an Arm KVM guest, kernel by '
                 'kernel', 18, more=' font-weight="bold"')
    y = 58
    for line in subtitle(report):
        drawing.text(MARGIN, y, line, 11, 'faint')
        y += 15
    top = legend(drawing, y, column_width('stock') + BETWEEN, report) + 14
    x, ends = MARGIN, []
    for column in COLUMNS:
        drawing.text(x, top + 12, heading(column, report), 15,
                     more=' font-weight="bold"')
        ends.append(draw_column(drawing, x, top + 32, column, records))
        x += max(column_width(column),
                 len(heading(column, report)) * HEADING) + BETWEEN
    width = x - BETWEEN + MARGIN
    height = max(ends) - BETWEEN + MARGIN
    return '\n'.join([
        f'<svg xmlns="http://www.w3.org/2000/svg" {FONT} role="img" '
        f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}">',
        '<title>Which live migrations of an Arm KVM guest work</title>',
        f'<style>{STYLE}</style>',
        '<defs>', *symbols(), '</defs>',
        '<rect class="back" width="100%" height="100%"/>',
        *drawing.lines, '</svg>', ''])


def main():
    parser = command.parser('rig.matrix.heatmap', __doc__)
    parser.add_argument('results', type=pathlib.Path)
    parser.add_argument('svg', type=pathlib.Path)
    args = parser.parse_args()
    try:
        report = json.loads(args.results.read_text(encoding='utf-8'))
        args.svg.write_text(svg(report), encoding='utf-8')
    except OSError as err:
        sys.exit(f'heatmap: {err}')
    except (ValueError, KeyError, TypeError) as err:
        sys.exit(f'heatmap: {args.results}: not the results of '
                 f'rig.matrix ({err!r})')
    return 0


if __name__ == '__main__':
    sys.exit(main())

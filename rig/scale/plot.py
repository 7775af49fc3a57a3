# SPDX-License-Identifier: GPL-2.0-or-later
"""A picture of what a vCPU costs, by the number of vCPUs, as plain SVG.

One panel for each quantity, per vCPU.  A flat line is a cost in proportion to
the number of vCPUs; a rising line grows faster.  The colours suit colour-blind
readers (Okabe-Ito), and each mode has a mark of its own.
"""

import math
from xml.sax.saxutils import escape

from rig.drawing import FONT, STYLE, Drawing
from rig.scale import report

MARGIN, BETWEEN = 20, 34
LEFT, TOP, WIDTH, HEIGHT, FOOT = 58, 34, 250, 150, 36
ACROSS = 3
# mode: words, colour, mark around (0, 0)
LOOKS = {
    'stock': ('stock QEMU', '#d55e00', '<circle r="5"/>'),
    'series': ('the series', '#0072b2',
               '<rect x="-4" y="-4" width="8" height="8"/>'),
    'without handshake': ('the series, handshake off', '#009e73',
                          '<path d="M0 -5L5 4H-5Z"/>')}
# title, quantity, whether the axis is logarithmic
PANELS = (
    ('Registers read in a save', report.SAVE_READS, False),
    ('Registers written in a load', report.LOAD_WRITES, False),
    ('Bytes of a vCPU\'s section', report.SECTIONS, False),
    ('Save: milliseconds', report.SAVE, True),
    ('Load: milliseconds', report.LOAD, True),
    ('Start of QEMU: milliseconds', report.START, True))


def steps(top):
    """Round numbers from 0 to `top` or more, four to seven of them."""
    size = 10 ** math.floor(math.log10(top))
    step = next(size * part for part in (0.2, 0.5, 1, 2)
                if top <= size * part * 6)
    return [step * at for at in range(math.ceil(top / step) + 1)]


def decades(low, high):
    """1, 2, 5, 10 ... from `low` or less to `high` or more."""
    powers = range(math.floor(math.log10(low)),
                   math.ceil(math.log10(high)) + 1)
    every = [part * 10.0 ** power for power in powers for part in (1, 2, 5)]
    first = max(at for at, value in enumerate(every) if value <= low)
    last = min(at for at, value in enumerate(every) if value >= high)
    return every[first:max(last, first + 1) + 1]


class Axis:
    """From values to heights in a panel."""

    def __init__(self, values, logarithmic):
        self._log = logarithmic
        self.ticks = (decades(min(values), max(values)) if logarithmic
                      else steps(max(values)))

    def height(self, value):
        scale = math.log10 if self._log else float
        low, high = scale(self.ticks[0]), scale(self.ticks[-1])
        return HEIGHT * (1 - (scale(value) - low) / (high - low))


def marked(drawing, mode, x, y, title=None):
    """A mode's mark at this place."""
    _, colour, mark = LOOKS[mode]
    inner = f'<title>{escape(title)}</title>' if title else ''
    drawing.lines.append(f'<g transform="translate({x:.1f} {y:.1f})" '
                         f'fill="{colour}">{inner}{mark}</g>')


def frame(drawing, x, y, title, axis, sizes):
    """The title, the axes and their numbers; where each size is."""
    drawing.text(x, y + 13, title, 13, more=' font-weight="bold"')
    for tick in axis.ticks:
        height = y + TOP + axis.height(tick)
        drawing.lines.append(f'<path class="grid" d="M{x + LEFT} '
                             f'{height:.1f}h{WIDTH}"/>')
        drawing.text(x + LEFT - 7, round(height + 4, 1), f'{tick:,.10g}', 11,
                     more=' text-anchor="end"')
    step = WIDTH / len(sizes)
    places = {size: x + LEFT + step * (at + 0.5)
              for at, size in enumerate(sizes)}
    for size, place in places.items():
        drawing.text(round(place, 1), y + TOP + HEIGHT + 17, str(size), 11,
                     more=' text-anchor="middle"')
    drawing.text(x + LEFT + WIDTH / 2, y + TOP + HEIGHT + 32, 'vCPUs', 11,
                 'faint', ' text-anchor="middle"')
    return places


def panel(drawing, x, y, which, found):
    """Draw one quantity per vCPU, a line for each mode."""
    title, quantity, logarithmic = which
    values = {mode: {size: quantity.value(modes[mode]) / size
                     for size, modes in found.items()}
              for mode in LOOKS}
    axis = Axis([value for each in values.values()
                 for value in each.values()], logarithmic)
    places = frame(drawing, x, y, title, axis, list(found))
    for at, (mode, each) in enumerate(values.items()):
        # Side by side, so that equal values are seen.
        aside = (at - 1) * 9
        points = [(places[size] + aside, y + TOP + axis.height(value))
                  for size, value in each.items()]
        drawing.lines.append(
            f'<polyline fill="none" stroke="{LOOKS[mode][1]}" '
            'stroke-width="2" points="'
            + ' '.join(f'{a:.1f},{b:.1f}' for a, b in points) + '"/>')
        for (size, value), point in zip(each.items(), points):
            marked(drawing, mode, *point,
                   f'{LOOKS[mode][0]}, {size} vCPUs: '
                   f'{report.number(value)} per vCPU')


def svg(found, versions, date):
    """The picture, as a text that stands alone."""
    drawing = Drawing()
    drawing.text(MARGIN, 36, 'What one vCPU costs, by the number of vCPUs',
                 18, more=' font-weight="bold"')
    drawing.text(MARGIN, 58, f'A stopped guest; everything per vCPU. QEMU '
                 f'{versions["base"]}, Linux {versions["kernel"]}, emulated '
                 f'host; {date}.', 11, 'faint')
    x = MARGIN + 6
    for mode, (words, *_) in LOOKS.items():
        marked(drawing, mode, x, 80)
        drawing.text(x + 12, 84, words, 12)
        x += 12 + len(words) * 7.4 + 24
    wide, high = LEFT + WIDTH, TOP + HEIGHT + FOOT
    for at, which in enumerate(PANELS):
        panel(drawing, MARGIN + at % ACROSS * (wide + BETWEEN),
              106 + at // ACROSS * (high + BETWEEN), which, found)
    width = 2 * MARGIN + ACROSS * wide + (ACROSS - 1) * BETWEEN
    down = math.ceil(len(PANELS) / ACROSS)
    height = 106 + down * high + (down - 1) * BETWEEN + MARGIN
    return '\n'.join([
        f'<svg xmlns="http://www.w3.org/2000/svg" {FONT} role="img" '
        f'viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}">',
        '<title>What one vCPU costs in a save, a load and a start</title>',
        f'<style>{STYLE} .grid {{ stroke: #b0b0b0; stroke-width: 0.6 }}\n'
        '</style>',
        '<rect class="back" width="100%" height="100%"/>',
        *drawing.lines, '</svg>', ''])

# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables as Markdown and as reStructuredText; pages that have results.

As Markdown for the terminal, as reStructuredText for reports/.
"""

import re

from rig.base.errors import RigError

# The text between these lines of a page is measured.
BEGIN, END = '.. begin of the results', '.. end of the results'


def columns(rows):
    return [max(map(len, column)) for column in zip(*rows)]


def line_up(rows, widths, between=' '):
    return [between.join(f'{text:<{width}}' for text, width
                         in zip(row, widths)) for row in rows]


def markdown_table(rows):
    """Lines of a table; the first row has the titles."""
    widths = columns(rows)
    lines = [f'| {line} |' for line in line_up(rows, widths, ' | ')]
    lines.insert(1, '|' + '|'.join('-' * (w + 2) for w in widths) + '|')
    return lines


def rst_table(rows):
    """Lines of a table; the first row has the titles."""
    widths = columns(rows)
    table = line_up(rows, widths)
    rule = ' '.join('=' * width for width in widths)
    return list(map(str.rstrip, (rule, table[0], rule, *table[1:], rule)))


def split_page(page):
    """A page in three: before the results, the results, and after them."""
    parts = re.split(f'^{re.escape(BEGIN)}$|^{re.escape(END)}$',
                     page.read_text(encoding='utf-8'), flags=re.M)
    if len(parts) != 3:
        raise RigError(f'{page}: no lines "{BEGIN}" and "{END}" to put the '
                       'results between')
    return parts


def renew_page(page, text):
    """Put new results into a page."""
    before, _, after = split_page(page)
    page.write_text(f'{before}{BEGIN}\n\n{text}\n{END}{after}',
                    encoding='utf-8')

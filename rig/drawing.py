# SPDX-License-Identifier: GPL-2.0-or-later
"""Plain SVG, for pictures on pages."""

from xml.sax.saxutils import escape

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


class Drawing:
    """SVG elements, and how far they reach."""

    def __init__(self):
        self.lines = []

    def text(self, x, y, text, size=12, kind='text', more=''):
        self.lines.append(f'<text x="{x:g}" y="{y:g}" font-size="{size}" '
                          f'class="{kind}"{more}>{escape(text)}</text>')

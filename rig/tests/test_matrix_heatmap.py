# SPDX-License-Identifier: GPL-2.0-or-later
"""The picture of the migration matrix (seconds)."""

import collections
import json
import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET
from unittest import mock

from rig.matrix import cases, heatmap

VERSIONS = {name: f'{name}.1-cloud-arm64' for name in cases.ALL}


class Picture(unittest.TestCase):

    SVG = '{http://www.w3.org/2000/svg}'

    def report(self):
        """Every outcome there is, in turn, and words that need escaping."""
        outcomes = list(heatmap.LOOKS)
        return {
            'date': '2026-01-02', 'base': '1.2.3', 'kernels': VERSIONS,
            'binaries': {}, 'cases': [
                {**case._asdict(), 'outcome': outcomes[at % len(outcomes)],
                 'reason': '<expecting> 2 & "3"' * 9}
                for at, case in enumerate(cases.plan())]}

    def test_well_formed(self):
        report = self.report()
        root = ET.fromstring(heatmap.svg(report))
        self.assertEqual(root.tag, self.SVG + 'svg')
        drawn = {g.get('id') for g in root.iter(self.SVG + 'g')}
        cells = list(root.iter(self.SVG + 'use'))
        self.assertLessEqual({c.get('href')[1:] for c in cells}, drawn)
        named = [c for c in cells if c.find(self.SVG + 'title') is not None]
        self.assertEqual(len(named), len(report['cases']))
        found = collections.Counter(c.get('href')[1:] for c in named)
        wanted = collections.Counter(heatmap.name_of(r['outcome'])
                                     for r in report['cases'])
        self.assertEqual(found, wanted)
        self.assertNotIn('script', heatmap.svg(report))

    def test_mark_of_a_disagreement(self):
        """On the cell that was predicted otherwise, and in the legend."""
        report = self.report()

        def marks():
            root = ET.fromstring(heatmap.svg(report))
            return [(use.get('x'), use.get('y'))
                    for use in root.iter(self.SVG + 'use')
                    if use.get('href') == f'#{heatmap.MARK}'], root

        report['cases'][3]['disagrees'] = None
        self.assertEqual(marks()[0], [])
        report['cases'][7]['disagrees'] = 'predicted migrated'
        found, root = marks()
        self.assertEqual(len(found), 2)
        titled = [(use.get('x'), use.get('y'))
                  for use in root.iter(self.SVG + 'use')
                  if 'predicted migrated' in ''.join(use.itertext())]
        self.assertEqual(len(titled), 1)
        self.assertIn(titled[0], found)

    def test_cell_is_where_it_belongs(self):
        """Each case has a place of its own, the source's row is its row."""
        report = self.report()
        root = ET.fromstring(heatmap.svg(report))
        places = {}
        for cell in root.iter(self.SVG + 'use'):
            title = cell.find(self.SVG + 'title')
            if title is not None:
                pair = title.text.split(':')[0]
                places.setdefault(pair, []).append(
                    (float(cell.get('x')), float(cell.get('y'))))
        every = [place for group in places.values() for place in group]
        self.assertEqual(len(every), len(set(every)))
        forward = places['6.12 to 6.18'][0]
        self.assertEqual(forward[1], places['6.12 to 6.1'][0][1])
        self.assertEqual(forward[0], places['5.10 to 6.18'][0][0])
        self.assertLess(places['6.12 to 6.1'][0][0], forward[0])

    def test_columns_do_not_meet(self):
        """A column's panels stand left of the next one's, all inside."""
        root = ET.fromstring(heatmap.svg(self.report()))
        size = float(root.get('width')), float(root.get('height'))
        titles = {text.text: (float(text.get('x')), float(text.get('y')))
                  for text in root.iter(self.SVG + 'text')}
        heads = [titles[name] for name in (
            'stock QEMU 1.2.3', '1.2.3 with the series',
            'the series with a pool baseline')]
        self.assertEqual(len({y for _, y in heads}), 1)
        edges = [x for x, _ in heads] + [size[0]]
        self.assertEqual(edges, sorted(set(edges)))
        for column, left, right in zip(cases.COLUMNS, edges, edges[1:]):
            for names in heatmap.rows(column):
                widths = [heatmap.panel_size(name)[0] for name in names]
                self.assertLess(left + sum(widths) + heatmap.BETWEEN
                                * (len(names) - 1), right)
        for name in ('pool-6.1', 'pool-n1-to-a76'):
            x, y = titles[cases.VARIANTS[name].title]
            self.assertEqual(x, edges[2])
            self.assertLess(y + heatmap.panel_size(name)[1], size[1])

    def test_each_outcome_has_its_letter(self):
        looks = [look for key, look in heatmap.LOOKS.items() if key]
        self.assertEqual(len({look[0] for look in looks}), len(looks))
        fills = [look[2] for look in looks if look[2]]
        self.assertEqual(len(set(fills)), len(fills))

    def test_from_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / 'results.json'
            into = pathlib.Path(folder) / 'out.svg'
            argv = ['heatmap', str(source), str(into)]
            with mock.patch.object(sys, 'argv', argv):
                source.write_text(json.dumps(self.report()))
                self.assertEqual(heatmap.main(), 0)
                ET.parse(into)
                for text in ('', '{}', '[1]'):
                    source.write_text(text)
                    with self.assertRaisesRegex(SystemExit, 'not the result'):
                        heatmap.main()


if __name__ == '__main__':
    unittest.main()

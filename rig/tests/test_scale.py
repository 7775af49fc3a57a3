# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts, tables and the picture of rig/scale/ (no host, no QEMU)."""

import argparse
import collections
import os
import pathlib
import re
import struct
import tempfile
import unittest
from unittest import mock
from xml.etree import ElementTree

from rig.base import tables
from rig.base.errors import RigError, slow
from rig.preload import count
from rig.preload.count import IOCTLS
from rig.scale import plot, report, run as scale
from rig.scale.run import Results

LIST, GET, SET = IOCTLS
VERSIONS = {'kernel': '6.18.15', 'base': '10.2.2'}


def counts(*row):
    return collections.Counter(dict(zip(IOCTLS, row)))


def facts(size, reads=331, save_ms=100.0):
    """Of a guest whose vCPUs each cost the same."""
    zero = dict.fromkeys(IOCTLS, 0)
    return {'start_ms': 30.0 * size, 'start_incoming_ms': 10.0 * size,
            'save_ms': save_ms * size, 'downtime_ms': 20 * size,
            'load_ms': 8.0 * size, 'bytes': 5000 * size,
            'cpu_bytes': 4000 * size, 'ioctls': {
                'start': {LIST: 2 * size, GET: 9 * size, SET: size},
                'save': {**zero, GET: reads * size},
                'load': {**zero, SET: 77 * size}}}


def found(**changed):
    """Of three rounds; the last is an outlier."""
    return {size: {mode: [facts(size), facts(size),
                          facts(size, save_ms=9000.0)]
                   for mode in scale.MODES}
            | {mode: [facts(size, **each)] for mode, each in changed.items()}
            for size in (1, 8, 512)}


class Counts(unittest.TestCase):

    def test_numbers(self):
        """A row of three for each file descriptor, those with none left out.
        """
        data = struct.pack('<12I', 0, 0, 0, 2, 587, 3, 0, 0, 0, 0, 0, 9)
        self.assertEqual(count.numbers(data), {
            1: counts(2, 587, 3), 3: counts(0, 0, 9)})

    def stopped(self, size, *files):
        """A guest for which count.c left these files, one after another."""
        guest = scale.Stopped.__new__(scale.Stopped)
        # pylint: disable=protected-access
        guest._seen, guest._size, guest.guest = {}, size, 'guest'
        guest._host = mock.Mock(get=mock.Mock(side_effect=[
            struct.pack(f'<{len(file)}I', *file) for file in files]))
        return guest

    def test_since_the_last_call(self):
        guest = self.stopped(2, (1, 5, 0, 1, 6, 2), (1, 8, 0, 1, 10, 3))
        self.assertEqual(guest.counts(), {LIST: 2, GET: 11, SET: 2})
        self.assertEqual(guest.counts(), {LIST: 0, GET: 7, SET: 1})

    def test_vcpu_that_nobody_asked(self):
        """As all of them without the library, or some with a lazy save."""
        guest = self.stopped(2, (1, 5, 0, 1, 6, 2), (1, 8, 0, 1, 6, 2))
        guest.counts()
        with self.assertRaisesRegex(RigError, '1 of 2 vCPUs'):
            guest.counts()

    def test_statuses(self):
        events = [{'event': name, 'data': {'status': status},
                   'timestamp': {'seconds': 7, 'microseconds': at}}
                  for name, status, at in (
                      ('MIGRATION', 'setup', 0), ('STOP', 'x', 1),
                      ('MIGRATION', 'completed', 250000))]
        self.assertEqual(scale.statuses(events),
                         {'setup': 7.0, 'completed': 7.25})


class Sizes(unittest.TestCase):

    def test_what_kvm_gives(self):
        self.assertEqual([scale.size_of(each) for each in ('1', '512')],
                         [1, 512])
        for text in ('0', '513', '-1', 'x', '8.5', ''):
            with self.assertRaisesRegex(argparse.ArgumentTypeError,
                                        'KVM gives a guest 1 to 512'):
                scale.size_of(text)

    def test_page_is_about_all(self):
        with self.assertRaisesRegex(RigError, 'give no sizes'):
            scale.scale(argparse.Namespace(sizes=[8], report=True))


class Patience(unittest.TestCase):

    def test_limits_for_a_size(self):
        for given, size, expected in ((None, 8, 1), (None, 512, 16),
                                      ('4', 64, 8)):
            with mock.patch.dict(os.environ):
                os.environ.pop('RIG_SLOW', None)
                if given:
                    os.environ['RIG_SLOW'] = given
                with self.assertRaises(KeyError):
                    with scale.patience(size):
                        self.assertEqual(slow(), expected)
                        raise KeyError
                self.assertEqual(os.environ.get('RIG_SLOW'), given)


class Kept(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / 'new' / 'results.jsonl'

    def once(self, versions, value):
        return Results(self.path, versions).once('8 stock', lambda: value)

    def test_measured_once(self):
        """But again for another QEMU, and for what was not kept whole."""
        self.assertEqual(self.once({'stock': 'a'}, 1), 1)
        self.assertEqual(self.once({'stock': 'a'}, 2), 1)
        self.assertEqual(self.once({'stock': 'b'}, 3), 3)
        self.path.write_text(self.path.read_text()[:-9])
        self.assertEqual(self.once({'stock': 'b'}, 4), 4)
        self.assertEqual(self.once({'stock': 'b'}, 5), 4)
        self.assertEqual(self.once({'stock': 'a'}, 6), 1)

    def test_every_mode_in_every_round(self):
        """By turns, and a second run asks for no host."""
        with mock.patch.object(scale, 'measure') as measure:
            measure.side_effect = lambda host, mode, size: [host, mode, size]
            for host in (lambda: 'host', None):
                done = self.all_of(host)
        self.assertEqual([each.args[1:] for each in measure.call_args_list], [
            ('a', 1), ('b', 1), ('a', 1), ('b', 1), ('a', 64), ('b', 64)])
        self.assertEqual(done[1]['b'], [['host', 'b', 1]] * 2)
        self.assertEqual(done[64]['a'], [['host', 'a', 64]])

    def all_of(self, host):
        return scale.measure_all(host, (1, 64), Results(self.path, {}),
                                 ('a', 'b'), {1: 2, 64: 1}.get)

    def test_round_is_kept_whole(self):
        """One that broke is measured anew, what went well in it too."""
        with mock.patch.object(scale, 'measure') as measure:
            measure.side_effect = [1, 2, 3, RigError]
            with self.assertRaises(RigError):
                self.all_of(lambda: 'host')
            measure.side_effect = range(10, 20)
            done = self.all_of(lambda: 'host')
        self.assertEqual(done, {1: {'a': [1, 10], 'b': [2, 11]},
                                64: {'a': [12], 'b': [13]}})

    def test_broken_is_not_kept(self):
        with self.assertRaises(RigError):
            Results(self.path, {}).once('x', mock.Mock(side_effect=RigError))
        self.assertFalse(self.path.exists())


class Tables(unittest.TestCase):

    def test_medians_per_vcpu_and_ratio(self):
        text = report.markdown(found(stock={'reads': 662}))
        self.assertRegex(text, r'\n\| 512 +\| save: KVM_GET_ONE_REG +\| '
                         r'338,944 +\| 662 +\| 169,472 +\| 331 +\| '
                         r'169,472 +\| 331 +\| 0.50 +\| 0.50 +\|')
        self.assertRegex(text, r'\n\| 8 +\| save +\| 800 +\| 100 ')
        self.assertRegex(text, r'\n\| 8 +\| start +\| 160 +\| 20 ')

    def test_only_what_was_asked_for(self):
        """An ioctl that no mode made has no row; one that one made has."""
        some = found()
        row = r'load: KVM_GET_ONE_REG +\| 0 +\| 0 +\| 9 .* - +\| - +\|\n'
        self.assertNotIn('load: KVM_GET_ONE_REG', report.markdown(some))
        for each in some[1]['series']:
            each['ioctls']['load'][GET] = 9
        self.assertRegex(report.markdown(some), row)

    def test_page_text(self):
        text = report.rst(found(), VERSIONS, '2026-01-02')
        self.assertIn('Linux 6.18.15, QEMU 10.2.2 and the series', text)
        self.assertIn('1 vCPUs: 3, 8 vCPUs: 3, 512 vCPUs: 3', text)
        self.assertEqual(self.sizes_of(text), [1, 8, 512])

    def test_how_busy_the_machine_was(self):
        some = found()
        self.assertNotIn('Load of', report.rst(some, VERSIONS, 'x'))
        some[1]['stock'][0]['machine_load'] = 0.75
        some[8]['series'][2]['machine_load'] = 12
        self.assertIn('Load of the machine meanwhile: 0.8 to 12.0.',
                      report.rst(some, VERSIONS, 'x'))

    def test_number(self):
        self.assertEqual([report.number(value) for value in (
            0, 0.03125, 2.25, 331, 341.375, 1104.6, 70435)],
            ['0', '0.03', '2.2', '331', '341.4', '1,105', '70,435'])

    def test_page_of_today(self):
        """It has every row of each size that it says was timed."""
        _, now, _ = tables.split_page(scale.PAGE)
        sizes = self.sizes_of(now)
        self.assertLessEqual({1, 8}, set(sizes))
        for size in sizes:
            for quantities in report.GROUPS.values():
                for each in quantities:
                    self.assertRegex(now, rf'(?m)^{size} +{each.title} ')

    @staticmethod
    def sizes_of(text):
        return [int(size) for size in re.findall(r'(\d+) vCPUs: \d', text)]


class Picture(unittest.TestCase):

    def test_axes(self):
        for top, expected in ((587, [0, 100, 600]), (0.9, [0, 0.2, 1.0]),
                              (100, [0, 20, 100]), (5457, [0, 1000, 6000])):
            ticks = plot.steps(top)
            self.assertEqual([round(t, 9) for t in
                              (ticks[0], ticks[1], ticks[-1])], expected)
        for low, high, expected in ((80, 2517, [50, 100, 200, 500, 1000,
                                                2000, 5000]),
                                    (100, 100, [100, 200])):
            self.assertEqual(plot.decades(low, high), expected)

    def test_more_is_higher(self):
        for logarithmic in (False, True):
            axis = plot.Axis([3, 700], logarithmic)
            heights = [axis.height(value) for value in (3, 70, 700)]
            self.assertEqual(heights, sorted(heights, reverse=True))
            self.assertGreaterEqual(heights[-1], 0)
            self.assertLessEqual(heights[0], plot.HEIGHT)

    def test_svg(self):
        """Every point is there, with what it stands for."""
        root = ElementTree.fromstring(
            plot.svg(found(), VERSIONS, '2026-01-02'))
        titles = [each.text for each in root.iter(
            '{http://www.w3.org/2000/svg}title')]
        self.assertEqual(len(titles), 1 + len(plot.PANELS) * 9)
        self.assertIn('stock QEMU, 512 vCPUs: 331 per vCPU', titles)

    def test_picture_of_the_page(self):
        """It is whole, and the page shows it."""
        ElementTree.parse(scale.PICTURE)
        self.assertIn(scale.PICTURE.name, scale.PAGE.read_text())


if __name__ == '__main__':
    unittest.main()

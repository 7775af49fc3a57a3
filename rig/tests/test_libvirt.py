# SPDX-License-Identifier: GPL-2.0-or-later
"""libvirt on hosts, the parts that need none: XML, verdicts, the report."""

import contextlib
import json
import pathlib
import tempfile
import unittest
from unittest import mock
import xml.etree.ElementTree as ET

from rig import image
from rig.base import tables
from rig.base.errors import GuestAltered, RigError
from rig.host import Result
from rig.libvirt import (domain as libvirt, image as libvirt_image, report as
                         libvirt_report, run as check_libvirt)
from rig.migration import LOST, MIGRATED, REFUSED

QEMU = '{http://libvirt.org/schemas/domain/qemu/1.0}'


class Xml(unittest.TestCase):
    """The domain XML."""

    def test_plain(self):
        root = ET.fromstring(libvirt.domain_xml('g'))
        self.assertEqual(root.find('cpu').get('mode'), 'host-passthrough')
        self.assertEqual(root.find('devices/emulator').text,
                         libvirt_image.EMULATOR)
        self.assertIsNone(root.find(f'{QEMU}commandline'))

    def test_arguments(self):
        """Whatever is in them arrives as it is."""
        arguments = ['-object', '{"a":"<\'&\'>", "b": "\\"x\\""}']
        root = ET.fromstring(libvirt.domain_xml('g', arguments))
        self.assertEqual(arguments, [
            each.get('value') for each in
            root.findall(f'{QEMU}commandline/{QEMU}arg')])

    def test_features(self):
        root = ET.fromstring(libvirt.domain_xml(
            'g', features="<pmu state='off'/>"))
        self.assertEqual(root.find('features/pmu').get('state'), 'off')
        self.assertEqual(root.find('features/gic').get('version'), '3')

    def test_same_guest_elsewhere(self):
        """The XML for the destination is of the same UUID."""
        first, second = (ET.fromstring(libvirt.domain_xml('g', more))
                         for more in ((), ('-x',)))
        self.assertEqual(first.find('uuid').text, second.find('uuid').text)


class FakeHost:
    """A host whose virsh gives a state, and whose guest counts or not."""

    address = '10.0.0.9'

    def __init__(self, state, counts):
        self.state, self.counts, self.text = state, counts, 'tick 1\n'

    def run(self, command, timeout=60, check=True, data=None):
        """The Result of virsh domstate, or of cat."""
        del timeout, check, data
        if command.startswith('cat'):
            if self.counts:
                self.text += 'tick 2\n'
            return Result(0, self.text, '')
        if 'domstate' in command:
            return (Result(1, '', 'error: no domain') if self.state is None
                    else Result(0, f'{self.state}\n\n', ''))
        raise AssertionError(command)


@mock.patch('rig.libvirt.domain.Deadline', lambda *_: mock.Mock(
    over=mock.Mock(side_effect=[False] * 3 + [True]), limit=0))
class Judged(unittest.TestCase):
    """What became of the guest, whatever virsh said."""

    def outcome(self, source, destination):
        """By (state, whether it counts) of both hosts."""
        hosts = FakeHost(*source), FakeHost(*destination)
        domain = libvirt.Domain(hosts[0])
        result = domain.judged(hosts[1], Result(0, '', ''), 1.0)
        self.assertIs(domain.host, hosts[result.outcome == MIGRATED])
        return result.outcome

    def test_migrated(self):
        self.assertEqual(MIGRATED, self.outcome(
            (None, False), ('running (migrated)', True)))
        self.assertEqual(MIGRATED, self.outcome(
            ('shut off (migrated)', False), ('running (migrated)', True)))

    def test_refused(self):
        self.assertEqual(REFUSED, self.outcome(
            ('running (booted)', True), (None, False)))
        self.assertEqual(REFUSED, self.outcome(
            ('running (migrated)', True), ('shut off (failed)', False)))

    def test_lost(self):
        """Nowhere, on both hosts, or where it does not count on."""
        for source, destination in (
                ((None, False), (None, False)),
                (('running (booted)', True), ('running (migrated)', True)),
                (('running (booted)', False), (None, False)),
                ((None, False), ('running (migrated)', False)),
                (('paused (post-copy failed)', False), (None, False))):
            with self.subTest(source=source, destination=destination):
                self.assertEqual(LOST, self.outcome(source, destination))

    def test_altered(self):
        """A witness that found a mismatch is not ok, whatever it says."""
        host = FakeHost('running (booted)', False)
        host.text = 'witness MISMATCH X expected 0x1 found 0x2\n'
        host.connect = mock.MagicMock()

        def send(data):
            self.assertEqual(data, b'c')
            host.text += 'witness ok: tick 1\n'

        host.connect().__enter__().sendall = send
        with self.assertRaisesRegex(GuestAltered, 'MISMATCH X'):
            libvirt.Domain(host).check()


class Image(unittest.TestCase):
    """What is kept of the packages."""

    def test_keep(self):
        for name in ('libglib2.0-0t64', 'zlib1g', 'libc6', 'libvirt0'):
            self.assertTrue(libvirt_image.KEEP.fullmatch(name), name)
        for name in ('systemd', 'qemu-system-arm', 'dbus', 'udev',
                     'libvirt-daemon-driver-network', 'libasound2t64'):
            self.assertFalse(libvirt_image.KEEP.fullmatch(name), name)

    def test_program_is_missing(self):
        """A package that has moved a file is named."""
        with tempfile.TemporaryDirectory() as tmp, \
                self.assertRaisesRegex(RigError, 'usr/sbin/libvirtd: in none'):
            libvirt_image.pick(pathlib.Path(tmp), pathlib.Path(tmp) / 'to')


class Report(unittest.TestCase):
    """The table and the quotes."""

    STEPS = [{'way': 'migrate --live', 'outcome': outcome, 'seconds': seconds,
              'kernels': ['6.18.15+deb13-cloud-arm64',
                          '6.12.117+deb13-cloud-arm64'], 'said': said}
             for outcome, seconds, said in (
                 ('refused', 4.0, 'error: no'), ('migrated', 6.0, ''),
                 ('migrated', 8.0, ''))]

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        patch = mock.patch.object(libvirt_report, 'RECORDS', self.folder)
        patch.start()
        self.addCleanup(patch.stop)

    def keep(self, case):
        """Keep the steps as a case does."""
        (self.folder / f'{case}.json').write_text(json.dumps(self.STEPS))

    def test_row(self):
        self.assertEqual(
            libvirt_report.row('Title', self.STEPS, 'passed'),
            ['Title', '6.18 to 6.12', 'migrate --live',
             'refused, migrated 2 times', '6.0 s'])

    def test_row_of_a_failed_case(self):
        self.assertEqual(
            libvirt_report.row('Title', self.STEPS[:1], 'failed')[3],
            'failed: refused')
        self.assertEqual(libvirt_report.row('Title', [], 'failed'),
                         ['Title', '', '', 'failed', ''])

    def test_every_case(self):
        """The table has those that ran, by what they say of themselves."""
        self.keep('test_p2p')
        found = list(libvirt_report.rows({'test_p2p': ('passed', 'x')}))
        self.assertEqual(len(found), 2)
        self.assertEqual(found[0], libvirt_report.TITLES)
        self.assertTrue(found[1][0].startswith('--p2p'))

    def test_quotes(self):
        """Long words stay whole: registers are searched for."""
        self.keep('test_refused_value')
        words = list(libvirt_report.quotes())
        self.assertEqual(len(words), 1)
        self.assertTrue(words[0].endswith('::\n\n  error: no'), words)
        text = libvirt_report.quote(' '.join(['kvm-psci-version=1.1'] * 9))
        self.assertEqual(text.split(), ['kvm-psci-version=1.1'] * 9)
        self.assertLess(max(map(len, text.splitlines())), 80)

    def test_quoted_cases_exist(self):
        self.assertLessEqual(set(libvirt_report.QUOTED),
                             set(libvirt_report.documented()))

    def test_versions(self):
        self.keep('test_p2p')
        self.assertEqual(libvirt_report.versions(['test_p2p', 'test_none']),
                         ['6.12.117+deb13', '6.18.15+deb13'])

    def test_references(self):
        self.assertEqual(len(check_libvirt.references([])), 2)
        self.assertEqual(
            [each.rsplit('/', 1)[1] for each in
             check_libvirt.references(['test_p2p', 'test_apparmor_file'])],
            ['test_libvirt.py:test_p2p$',
             'test_libvirt_apparmor.py:test_apparmor_file$'])
        with self.assertRaisesRegex(RigError, 'no case test_x; they are'):
            check_libvirt.references(['test_x'])

    def test_row_without_a_time(self):
        """A start is not timed; the row tells of both hosts all the same."""
        first = {**self.STEPS[0], 'way': 'create', 'outcome': 'denied',
                 'seconds': 0, 'kernels': self.STEPS[0]['kernels'][:1]}
        self.assertEqual(
            libvirt_report.row('Title', [first], 'passed'),
            ['Title', '6.18', 'create', 'denied', ''])
        self.assertEqual(
            libvirt_report.row('Title', [first, self.STEPS[1]], 'passed'),
            ['Title', '6.18 to 6.12', 'create, migrate --live',
             'denied, migrated', '6.0 s'])


class Kept(unittest.TestCase):
    """Results of former runs, as long as the QEMUs are the same."""

    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.folder = pathlib.Path(self.stack.enter_context(
            tempfile.TemporaryDirectory()))
        for name in image.QEMUS:
            (self.folder / name).write_text('1')
        for patch in (
                mock.patch.object(libvirt_report, 'RECORDS', self.folder),
                mock.patch.object(check_libvirt, 'PAGE',
                                  self.folder / 'page'),
                mock.patch.object(check_libvirt.image, 'qemu_path',
                                  lambda name: self.folder / name)):
            self.stack.enter_context(patch)

    def test_same_build(self):
        check_libvirt.kept({'a': ['passed', 'x'], 'b': ['failed', 'x']})
        self.assertEqual(
            check_libvirt.kept({'b': ['passed', 'y']}),
            {'a': ['passed', 'x'], 'b': ['passed', 'y']})

    def test_other_build(self):
        """What another QEMU did is no result of this one."""
        check_libvirt.kept({'a': ['passed', 'x']})
        (self.folder / 'stock').write_text('2')
        self.assertEqual(check_libvirt.kept({'b': ['passed', 'y']}),
                         {'b': ['passed', 'y']})

    def test_not_all_passed(self):
        """The page is renewed only with all of the cases."""
        page = f'{tables.BEGIN}\n{tables.END}\n'
        (self.folder / 'page').write_text(page)
        results = {case: ['passed', '2026-11-27']
                   for case in libvirt_report.documented()}
        for verdict in ('failed', 'skipped'):
            results['test_p2p'] = [verdict, '2026-11-27']
            with self.assertRaisesRegex(RigError, 'not passed yet: test_p2p;'):
                check_libvirt.publish(results)
        del results['test_p2p']
        with self.assertRaisesRegex(RigError, 'not passed yet: test_p2p;'):
            check_libvirt.publish(results)
        self.assertEqual((self.folder / 'page').read_text(), page)


if __name__ == '__main__':
    unittest.main()

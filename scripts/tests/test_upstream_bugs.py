# SPDX-License-Identifier: GPL-2.0-or-later
"""The reproducers of upstream's bugs, with a QEMU of a few lines."""

import contextlib
import io
import pathlib
import re
import struct
import sys
import tempfile
import unittest
from unittest import mock

from rig.base.errors import RigError
from rig.base.paths import ROOT
from rig.streams import cpreg
from scripts import upstream_bugs as bugs

# Speaks QMP as far as the reproducers do.  FATE says what it does there.
FAKE = '''#!{python}
import json, os, pathlib, signal, struct, sys
FATE = {fate!r}
STREAM, LATER = {stream!r}, {later!r}
state, loads, failed = 'inmigrate', 0, False
# A machine that loads what another one has saved.
OTHER = any('qcow2' in word for word in sys.argv)

def answer(value, key='return'):
    print(json.dumps({{key: value}}), flush=True)

def end(fate, text):
    print(text, file=sys.stderr, flush=True)
    if fate == 'abort':
        os.kill(os.getpid(), signal.SIGABRT)
    sys.exit(1)

def load(data):
    at = data.index(b'\\3cpu') + 12 + {before}
    if struct.unpack_from('>i', data, at)[0] not in range(100):
        if FATE['length'] != 'load':
            end(FATE['length'], 'a length!')
    elif struct.pack('>Q', {dropped}) in data:
        if FATE['tolerated'] != 'load':
            end(FATE['tolerated'], 'unknown, as before!')
    elif struct.pack('>Q', {unknown}) in data:
        if FATE['unknown'] != 'load':
            end('refuse', 'unknown!')

def monitor(line):
    global loads
    if line.startswith('snapshot_blkdev'):
        pathlib.Path(line.split()[2]).touch()
        print('Formatting ...', flush=True)
    if line == 'savevm a' and FATE['savevm'] == 'fail':
        return 'Error: no'
    if line == 'loadvm a' and not OTHER:
        return 'Error: older' if failed and FATE['older'] else ''
    if line == 'loadvm a':
        loads += 1
        if loads == 2 and FATE['loadvm'] == 'abort':
            end('abort', 'ERROR: an assertion')
        return '' if FATE['loadvm'] == 'load' else 'Error: refused'
    return ''

if FATE['start'] == 'fail':
    end('refuse', 'no such machine')
answer({{'version': {{'qemu': {{'major': 9, 'minor': 8, 'micro': 7}},
                   'package': FATE['package']}}}}, 'QMP')
for line in sys.stdin:
    request = json.loads(line)
    name, args = request['execute'], request['arguments']
    if name == FATE['hang']:
        continue
    if name == 'migrate':
        failed = args['uri'].startswith('unix:')
        if not failed:
            pathlib.Path(args['uri'][5:]).write_bytes(
                LATER if state == 'paused' else STREAM)
    elif name == 'migrate-incoming':
        load(pathlib.Path(args['uri'][5:]).read_bytes())
        state = 'paused'
    elif name == 'query-migrate':
        answer({{'status': 'failed' if failed and FATE['nobody'] else
                FATE['saved']}})
        continue
    elif name == 'query-status':
        answer({{'status': state}})
        continue
    elif name == 'human-monitor-command':
        answer(monitor(args['command-line']))
        continue
    elif name == 'cont' and FATE['cont'] == 'abort':
        end('abort', 'a handler!')
    answer({{}})
'''
# As 11.1.3.
FATE = {'start': '', 'hang': '', 'package': '', 'saved': 'completed',
        'savevm': '', 'loadvm': 'abort', 'length': 'abort',
        'tolerated': 'load', 'unknown': '', 'lost': 0, 'older': 'fail',
        'nobody': 'fail', 'cont': 'abort'}
RESET = 0xc50838
MENDED = {'loadvm': '', 'length': '', 'tolerated': '', 'lost': RESET,
          'older': '', 'cont': ''}


def stream(indexes, sctlr):
    """A stream with one vCPU and nothing else."""
    return (bytes(8) + bytes([cpreg.SECTION_FULL]) + bytes(4) + b'\3cpu'
            + struct.pack('>II', 0, cpreg.CPU_VERSION)
            + bytes(cpreg.BEFORE_LENGTH) + struct.pack('>i', len(indexes))
            + struct.pack(f'>{2 * len(indexes)}Q', *indexes,
                          *(sctlr if index == bugs.SCTLR_EL1 else index & 7
                            for index in indexes)) + bytes(40))


class Reproducers(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.qemu = pathlib.Path(folder.name) / 'qemu'
        self.indexes = [0x603000000013c000, bugs.SCTLR_EL1]

    def run_with(self, *args, **fate):
        """(status, output, errors) of the command with a fake QEMU."""
        self.qemu.write_text(FAKE.format(
            python=sys.executable, fate={**FATE, **fate},
            before=cpreg.BEFORE_LENGTH, dropped=bugs.DROPPED,
            unknown=bugs.UNKNOWN, stream=stream(self.indexes, RESET),
            later=stream(self.indexes, fate.get('lost', FATE['lost']))),
            encoding='utf-8')
        self.qemu.chmod(0o755)
        with contextlib.redirect_stdout(io.StringIO()) as out, \
                contextlib.redirect_stderr(io.StringIO()) as err:
            status = bugs.main(['--qemu', str(self.qemu), *args])
        return status, out.getvalue(), err.getvalue()

    def cannot(self, text, *args, **fate):
        status, _, errors = self.run_with(*args, **fate)
        self.assertEqual(status, 2)
        self.assertIn(text, errors)

    def test_all_are_shown(self):
        status, output, _ = self.run_with(package='Debian 1:9.8.7')
        self.assertEqual(status, 0)
        self.assertTrue(output.startswith('QEMU 9.8.7 (Debian 1:9.8.7)\n'))
        for text in ('loadvm-twice: SHOWN', 'length: SHOWN',
                     'tolerated: SHOWN', 'lost-register: SHOWN',
                     'older-error: SHOWN', 'pflash: SHOWN',
                     'SCTLR_EL1 is 0xc50838 after reset, and 0x0 after',
                     'that failed says: Error: older',
                     'cont: killed by SIGABRT', 'the second loadvm: killed by '
                     'SIGABRT: ERROR: an assertion',
                     '0xffffffff registers: killed by SIGABRT: a length!',
                     '0x4020000000000001 alone: exit status 1: unknown!',
                     'the guest is loaded, QEMU is paused'):
            self.assertIn(text, output)
        for bug in bugs.BUGS.values():
            self.assertIn(f'patches/{bug.mended}', output)

    def test_none_is_shown(self):
        status, output, _ = self.run_with(**MENDED)
        self.assertEqual(status, 1)
        self.assertTrue(output.startswith('QEMU 9.8.7\n'))
        self.assertEqual(output.count('not shown: this QEMU does not have '
                                      'it'), len(bugs.BUGS))
        self.assertNotIn('mended', output)
        for text in ('the second loadvm says: Error: refused',
                     '0x7fffffff registers: exit status 1: a length!',
                     'behind it: exit status 1: unknown, as before!',
                     'and 0xc50838 after a load', 'failed says: nothing',
                     'cont: QEMU is inmigrate'):
            self.assertIn(text, output)

    def test_one_of_them(self):
        """One that is not shown decides the exit status."""
        self.assertEqual(self.run_with(length='')[0], 1)
        status, output, _ = self.run_with('--bug', 'tolerated', length='')
        self.assertEqual(status, 0)
        self.assertNotIn('length:', output)

    def test_a_list_that_has_the_register(self):
        """Before 11.1, TCG has DBGDTRTX; the list stays sorted."""
        self.indexes = [bugs.DROPPED, *self.indexes]
        self.assertEqual(self.run_with('--bug', 'tolerated',
                                       tolerated='')[0], 1)

    def test_what_cannot_be_tried(self):
        self.cannot('QEMU does not start: exit status 1: no such machine',
                    start='fail')
        self.cannot('savevm a: Error: no', '--bug', 'loadvm-twice',
                    savevm='fail')
        self.cannot('a snapshot of neoverse-v1 loads into cortex-a57',
                    '--bug', 'loadvm-twice', loadvm='load')
        self.cannot('cannot save a machine', '--bug', 'length',
                    saved='failed')
        self.cannot('0x7fffffff registers loads; QEMU is paused', '--bug',
                    'length', length='load')
        self.cannot('0x4020000000000001 loads; QEMU is paused', '--bug',
                    'tolerated', unknown='load')
        self.cannot('a migration to nobody does not fail', '--bug',
                    'older-error', nobody='')

    def test_a_hang_is_no_bug(self):
        with mock.patch.object(bugs, 'PATIENCE', 1):
            self.cannot('QEMU is not done after 1 s', '--bug', 'length',
                        length='load', hang='query-status')

    def test_last_line(self):
        for text, said in (
                ('', 'nothing'), ('**\n', 'nothing'),
                ('first\nERROR: last\n**\n', 'ERROR: last'),
                ('x' * 301, 'x' * 300 + ' ...'), ('x' * 300, 'x' * 300)):
            with self.subTest(text=text):
                self.assertEqual(bugs.last_line(text), said)

    def test_no_such_file(self):
        self.qemu = self.qemu.with_name('none')
        with contextlib.redirect_stderr(io.StringIO()) as err:
            self.assertEqual(bugs.main(['--qemu', str(self.qemu)]), 2)
        self.assertIn('none: no such file', err.getvalue())


class Table(unittest.TestCase):
    """The table of bugs, and that of patches/README.rst."""

    def setUp(self):
        self.topics = {}
        for line in (ROOT / 'patches/series').read_text().splitlines():
            if re.match(r'\w', line):
                self.topics.setdefault(line.split('/')[0], []).append(line)
        self.page = (ROOT / 'patches/README.rst').read_text()

    def test_where_they_are_mended(self):
        for name, bug in bugs.BUGS.items():
            topic = bug.mended.split('/')[0]
            number = self.topics[topic].index(bug.mended) + 1
            with self.subTest(bug=name):
                self.assertRegex(self.page, rf'(?m)^{name} .*{topic}, '
                                 rf'{number}$')

    def test_how_many_patches(self):
        for topic in set(self.topics) - {'tool'}:
            with self.subTest(topic=topic):
                self.assertRegex(self.page, rf'(?m)^\d +{topic} +'
                                 rf'{len(self.topics[topic])} ')


if __name__ == '__main__':
    unittest.main()

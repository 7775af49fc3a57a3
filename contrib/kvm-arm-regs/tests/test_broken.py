# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that are no dump: one line with the file, what, and what to do."""

import json
import os
import unittest

import tool

LIST = '6.18-neoverse-n1-vregs.txt'
INDEX = '0x603000000013c000'                # MIDR_EL1


def changed(**changes):
    """A dump with these members, without those that are None."""
    dump = tool.recorded(LIST, **changes)
    return {key: value for key, value in dump.items() if value is not None}


def with_registers(*registers):
    return changed(registers=list(registers))


# name: (content of the file, words of the message)
FILES = {
    'empty': ('', 'empty'),
    'blank': (' \n', 'not'),
    'text': ('hello', 'not JSON'),
    'cut off': (json.dumps(changed())[:5000], 'not JSON'),
    'two dumps': (json.dumps(changed()) * 2, 'text after the end'),
    'a register list': ((tool.LISTS / LIST).read_text(), 'not JSON'),
    'a list': ('[]', 'not a JSON object'),
    'a string': ('"x"', 'not a JSON object'),
    'null': ('null', 'not a JSON object'),
    'a comment': ('/* " */ {}', 'not JSON'),
    'an assignment': ('var x = {}', 'not JSON'),
    'latin-1': (b'{"host": "\xfc"}', 'not UTF-8'),
    'a null byte': (b'{"host": "\0"}', 'not UTF-8'),
    'utf-16': ('{}'.encode('utf-16'), 'not UTF-8'),
    'nested': ('[' * 1000000, 'nested more than 16'),
    'nested objects': ('{"a":' * 500000, 'nested more than 16'),
    'a string of brackets': (json.dumps({'a': '[' * 100}), 'no "format"'),
    'brackets behind an escape': ('{"a": "\\"' + '[' * 100 + '"}',
                                  'no "format"'),
    'a string without end': ('{"a": "\\', 'not JSON'),
    'larger than 4 MiB': (' ' * (4 << 20) + '{}', 'larger than 4 MiB'),
    'no format': (changed(format=None), 'no "format"'),
    'format 2': (changed(format=2), 'format 2, this program reads format 1'),
    'format -1': (changed(format=-1), 'format -1'),
    'format "1"': (changed(format='1'), 'no "format"'),
    'format 1.5': (changed(format=1.5), 'no "format"'),
    'no kernel': (changed(kernel=None), '"kernel"'),
    'kernel ""': (changed(kernel=''), '"kernel"'),
    'kernel 6': (changed(kernel=6), '"kernel"'),
    'a long kernel': (changed(kernel='6' * 65), '64 bytes'),
    'no target': (changed(target=None), '"target"'),
    'target -1': (changed(target=-1), '"target"'),
    'target of 33 bits': (changed(target=1 << 32), '"target"'),
    'target 1e400': (json.dumps(changed()).replace('"target": 5',
                                                   '"target": 1e400'),
                     '"target"'),
    'no features': (changed(features=None), '"features"'),
    'features {}': (changed(features={}), '"features"'),
    'feature 3': (changed(features=[3]), 'feature 1'),
    'feature null': (changed(features=[None]), 'feature 1'),
    'feature []': (changed(features=[[]]), 'feature 1'),
    'an unknown feature': (changed(features=['psci-0.2', 'sme']),
                           'feature 2, sme, is unknown'),
    'bit-224': (changed(features=['bit-224']), 'feature 1, bit-224'),
    'no vector lengths': (changed(**{'sve-vector-lengths': None}),
                          '"sve-vector-lengths"'),
    'vector length 0': (changed(**{'sve-vector-lengths': [0]}), 'length 1'),
    'vector length 100': (changed(**{'sve-vector-lengths': [128, 200]}),
                          'length 2'),
    'vector length 8320': (changed(**{'sve-vector-lengths': [8320]}),
                           'length 1'),
    'vector length []': (changed(**{'sve-vector-lengths': [[]]}), 'length 1'),
    'descending lengths': (changed(**{'sve-vector-lengths': [256, 128]}),
                           'length 2'),
    'no registers': (changed(registers=None), '"registers"'),
    'registers {}': (changed(registers={}), '"registers"'),
    'registers []': (with_registers(), 'empty'),
    'register 3': (with_registers(3), 'register 1 is not an object'),
    'register null': (with_registers(None), 'register 1 is not an object'),
    'register {}': (with_registers({}), 'register 1 has no "index"'),
    'index 3': (with_registers({'index': 3}), 'no "index"'),
    'index without 0x': (with_registers({'index': INDEX[2:]}), 'no "index"'),
    'index 0x': (with_registers({'index': '0x'}), 'no "index"'),
    'index 0x-1': (with_registers({'index': '0x-1'}), 'no "index"'),
    'index of 65 bits': (with_registers({'index': INDEX + '0'}), 'no "index"'),
    'an index of x86': (with_registers({'index': '0x2030000000000000'}),
                        'arm64 register'),
    'value 3': (with_registers({'index': INDEX, 'value': 3}), '"value"'),
    'value null': (with_registers({'index': INDEX, 'value': None}),
                   '"value"'),
    'value of 65 bits': (with_registers({'index': INDEX,
                                         'value': '0x1' + '0' * 16}),
                         '"value"'),
    'writable 3': (with_registers({'index': INDEX, 'writable': 3}),
                   '"writable"'),
    'value of 33 bits': (with_registers({'index': '0x6020000000110000',
                                         'value': '0x100000000'}),
                         '32 bits'),
    'twice': (with_registers({'index': INDEX}, {'index': INDEX}),
              'is in the list twice'),
    'descending': (with_registers({'index': '0x603000000013c005'},
                                  {'index': INDEX}), 'MIDR_EL1'),
    'wide ones descending': (with_registers(
        {'index': INDEX}, {'index': '0x604000000013c4c9'},
        {'index': '0x604000000013c4c8'}), 'order'),
    '16385 registers': (with_registers(*[{'index': hex(
        0x6030000000130000 + n)} for n in range(16385)]), '16384'),
}


class Broken(tool.Case):

    def test_files(self):
        good = self.write(tool.recorded(LIST), 'good.json')
        for name, (content, words) in FILES.items():
            with self.subTest(name):
                path = self.write(content, 'bad.json')
                self.fails(tool.run('show', path), f'{path}: ', words,
                           'kvm-arm-regs')
                # Among others it is named as well.
                self.fails(tool.run('compare', good, path, good),
                           f'{path}: ', words)

    def test_cut_off_anywhere(self):
        text = json.dumps(with_registers(
            {'name': 'MIDR_EL1', 'index': INDEX, 'value': '0x413fd0c1'}))
        for end in range(0, len(text), 5):
            path = self.write(text[:end], 'bad.json')
            self.fails(tool.run('show', path), path)

    def test_unreadable(self):
        self.fails(tool.run('show', self.folder / 'none.json'),
                   'none.json: No such file')
        self.fails(tool.run('show', self.folder), 'Is a directory')
        with open(os.devnull, encoding='utf-8') as nothing:
            self.fails(tool.run('show', '-', stdin=nothing), '-: empty')
        with open('/dev/zero', 'rb') as endless:
            self.fails(tool.run('show', '-', stdin=endless), 'larger than')

    @unittest.skipIf(os.geteuid() == 0, 'root reads everything')
    def test_no_permission(self):
        path = self.write(tool.recorded(LIST))
        path.chmod(0)
        self.fails(tool.run('show', path), f'{path}: Permission denied')

    def test_what_is_read_nevertheless(self):
        for name, dump in {
                'an unknown member': changed(colour='blue'),
                'an unknown member of a register': with_registers(
                    {'index': INDEX, 'value': '0x1', 'colour': 'blue'}),
                'what QEMU says of a value': with_registers(
                {'index': INDEX, 'value': '0x1', 'configured': True}),
            'the same by another name': with_registers(
                {'index': INDEX, 'value': '0x1', 'chosen': True}),
            'another name': with_registers(
                    {'index': INDEX, 'value': '0x1', 'name': 'FROB'}),
                'a feature by its number': changed(features=['bit-12']),
                'the answer of QMP': {'return': changed(), 'id': 'x'},
                'a wide register': with_registers(
                    {'index': INDEX}, {'index': '0x604000000013c4c9'}),
        }.items():
            with self.subTest(name):
                done = tool.run('show', self.write(dump))
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertNotIn('FROB', done.stdout)

    def test_no_escape_reaches_the_terminal(self):
        path = self.write(changed(host='\x1b[31m', kernel='6.1\x07',
                                  capabilities=['\x1b[1m', 3, None]))
        done = tool.run('show', path)
        self.assertEqual(done.returncode, 0)
        self.assertNotIn('\x1b', done.stdout)
        self.assertNotIn('\x07', done.stdout)
        path = self.write('{"format": 1, "\x1b[31m')
        self.assertNotIn('\x1b', tool.run('show', path).stderr)

    def test_a_full_disk(self):
        path = self.write(tool.recorded(LIST))
        with open('/dev/full', 'wb') as full:
            done = tool.subprocess.run(
                [tool.TOOL, 'show', path], stdout=full, check=False,
                stderr=tool.subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn('cannot write: No space left', done.stderr)

    def test_arguments(self):
        for argv, words in (
                (['frob'], 'frob: not a verb; use dump, show, compare, '
                 'baseline or fits, see kvm-arm-regs --help\n'),
                (['show'], '0 files given, 1 needed'),
                (['show', 'a', 'b'], '2 files given, 1 needed'),
                (['compare', 'a'], '1 file given, at least 2 needed'),
                (['compare', '--one-way', 'a', 'b', 'c'], '--one-way'),
                (['compare', '--frob', 'a', 'b'], '--frob'),
                (['dump', 'host.json'], 'standard output')):
            with self.subTest(argv=argv):
                self.fails(tool.run(*argv), words)
        self.assertEqual(tool.run().returncode, 2)


if __name__ == '__main__':
    unittest.main()

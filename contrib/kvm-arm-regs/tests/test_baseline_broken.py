# SPDX-License-Identifier: GPL-2.0-or-later
"""baseline and fits of files that are none: one line, status 2."""

import os
import unittest

import pool
import tool
from test_broken import FILES

LIST = '6.18-neoverse-n1-vregs.txt'
CPU = {'midr': '0x414fd0c1', 'revidr': '0x0', 'aidr': '0x0'}

# name: (members that a dump or a baseline can have, words of the message)
MEMBERS = {
    'x86': ({'architecture': 'x86_64'}, 'x86_64'),
    'another architecture': ({'architecture': 'arm'}, 'aarch64'),
    'no text': ({'architecture': 64}, 'architecture'),
    'architecture null': ({'architecture': None}, 'architecture'),
    'architecture ""': ({'architecture': ''}, 'architecture'),
    'members {}': ({'members': {}}, 'members'),
    'members 3': ({'members': 3}, 'members'),
    'member 3': ({'members': ['a.json', 3]}, 'member'),
    'CPUs {}': ({'target-impl-cpus': {}}, 'target-impl-cpus'),
    'CPUs 3': ({'target-impl-cpus': 3}, 'target-impl-cpus'),
    'CPU 3': ({'target-impl-cpus': [3]}, 'target-impl-cpus'),
    'CPU null': ({'target-impl-cpus': [None]}, 'target-impl-cpus'),
    'CPU {}': ({'target-impl-cpus': [{}]}, 'target-impl-cpus'),
    'midr 3': ({'target-impl-cpus': [{**CPU, 'midr': 3}]},
               'target-impl-cpus'),
    'midr without 0x': ({'target-impl-cpus': [{**CPU, 'midr': '414fd0c1'}]},
                        'target-impl-cpus'),
    'midr of 65 bits': ({'target-impl-cpus': [
        {**CPU, 'midr': '0x1' + '0' * 16}]}, 'target-impl-cpus'),
    'midr of 33 bits': ({'target-impl-cpus': [
        {**CPU, 'midr': '0x1414fd0c1'}]}, 'target-impl-cpus'),
    'twice': ({'target-impl-cpus': [CPU, CPU]}, 'target-impl-cpus'),
    '65 CPUs': ({'target-impl-cpus': [
        {**CPU, 'revidr': hex(n)} for n in range(65)]}, 'target-impl-cpus'),
    'aidr []': ({'target-impl-cpus': [{**CPU, 'aidr': []}]},
                'target-impl-cpus'),
}


class Broken(pool.Case):

    def setUp(self):
        super().setUp()
        self.good = self.file(tool.host(LIST), 'good.json')

    def refused(self, *words):
        """The verbs that read bad.json, at each place."""
        for argv in (('baseline', '--json', self.good, 'bad.json'),
                     ('fits', 'bad.json', self.good),
                     ('fits', self.good, 'bad.json')):
            self.fails(self.tool(*argv), 'bad.json: ', *words)

    def test_files(self):
        for name, (content, words) in FILES.items():
            with self.subTest(name):
                self.write(content, 'bad.json')
                self.refused(words)

    def test_members(self):
        for name, (members, words) in MEMBERS.items():
            for more in ({}, {'members': ['a.json']}):
                with self.subTest(name, more=more):
                    self.write(tool.host(LIST, **{**more, **members}),
                               'bad.json')
                    self.refused(words)

    def test_kernels(self):
        """Of a host, of a baseline, and of a guest."""
        for members, words in (({}, 'make a dump of that host'),
                               ({'members': ['a.json']},
                                'make the baseline again')):
            for kernel in ('six', 'x6.1', '300.1'):
                self.write(tool.host(LIST, kernel=kernel, **members),
                           'bad.json')
                self.refused(f'"kernel" {kernel} is not a Linux release',
                             words)

    def test_what_is_read_nevertheless(self):
        for name, members in {
                'this architecture': {'architecture': 'aarch64'},
                'an unknown member': {'colour': 'blue'},
                'an unknown member, nested': {'colour': [{'blue': None}]},
                'a member of a CPU': {'target-impl-cpus': [
                    {**CPU, 'colour': 'blue'}]},
                'no members': {'members': []},
                'no CPUs': {'target-impl-cpus': []}}.items():
            with self.subTest(name):
                self.write(tool.host(LIST, **members), 'odd.json')
                for argv in (('baseline', 'odd.json'),
                             ('fits', self.good, 'odd.json')):
                    done = self.tool(*argv)
                    self.assertEqual((done.returncode, done.stderr), (0, ''))
                    self.assertNotIn('blue', done.stdout)

    def test_no_escape_reaches_the_terminal(self):
        for members in ({'members': ['\x1b[31m'], 'kernel': '6.1\x07'},
                        {'architecture': '\x1b[31m'},
                        {'host': '\x1b[31m', 'features': ['\x1b[31m']}):
            self.write(tool.host(LIST, **members), 'odd.json')
            for argv in (('baseline', 'odd.json'),
                         ('baseline', '--explain', 'odd.json', self.good),
                         ('baseline', '--qemu', 'odd.json'),
                         ('fits', 'odd.json', self.good),
                         ('fits', self.good, 'odd.json')):
                done = self.tool(*argv)
                self.assertIn(done.returncode, (0, 1, 2))
                self.assertNotIn('\x1b', done.stdout + done.stderr)
                self.assertNotIn('\x07', done.stdout + done.stderr)

    def test_unreadable(self):
        for argv in (('baseline', self.good, 'none.json'),
                     ('fits', 'none.json', self.good),
                     ('fits', self.good, 'none.json')):
            self.fails(self.tool(*argv), 'none.json: No such file')
        self.fails(self.tool('baseline', '.'), 'Is a directory')
        with open(os.devnull, encoding='utf-8') as nothing:
            self.fails(tool.run('baseline', '-', stdin=nothing),
                       '-: empty; make the file with kvm-arm-regs dump\n')
        self.fails(tool.run('show', os.devnull),
                   '/dev/null: empty; make the file with kvm-arm-regs dump')

    def test_a_full_disk(self):
        with open('/dev/full', 'wb') as full:
            done = tool.subprocess.run(
                [tool.TOOL, 'baseline', self.good], stdout=full, check=False,
                stderr=tool.subprocess.PIPE, text=True, cwd=self.folder)
        self.assertEqual(done.returncode, 2)
        self.assertIn('cannot write: No space left', done.stderr)

    def test_arguments(self):
        for argv, words in (
                (['baseline'], '0 files given, at least 1 needed'),
                (['baseline', '--frob', 'a'], '--frob'),
                (['fits'], '0 files given, at least 2 needed'),
                (['fits', self.good], '1 file given, at least 2 needed'),
                (['fits', '--frob', 'a', 'b'], '--frob')):
            with self.subTest(argv=argv):
                self.fails(self.tool(*argv), words)
        for verb in ('baseline', 'fits'):
            done = self.tool(verb, '--help')
            self.assertEqual((done.returncode, done.stderr), (0, ''))
            self.assertIn(f'kvm-arm-regs {verb} ', done.stdout)


if __name__ == '__main__':
    unittest.main()

# SPDX-License-Identifier: GPL-2.0-or-later
"""compare of three and more dumps: kinds, matrix, groups."""

import json
import unittest

import tool

N1 = '{}-neoverse-n1-vregs.txt'


class Groups(tool.Case):

    def setUp(self):
        super().setUp()
        self.files = []

    def host(self, name, series, **changes):
        """One more file; what compares equal shall not need equal names."""
        self.files.append(self.write(
            tool.recorded(N1.format(series), host=name, **changes),
            f'{name}.json'))

    def compare(self):
        """(JSON, with names of hosts for those of files; exit status)."""
        done = tool.run('compare', '--json', *self.files)
        self.assertEqual(done.stderr, '')
        text = done.stdout.replace(f'{self.folder}/', '')
        return json.loads(text.replace('.json', '')), done.returncode

    def test_kinds_and_groups(self):
        # 6.12 takes no guest of 6.16 and later, by their PSCI.
        for name, series in (('a', '6.12'), ('b', '6.16'), ('c', '6.12'),
                             ('d', '6.18'), ('e', '6.16'), ('f', '6.12')):
            self.host(name, series)
        found, status = self.compare()
        self.assertEqual(status, 1)
        self.assertEqual(found['kinds'],
                         [['a', 'c', 'f'], ['b', 'e'], ['d']])
        self.assertEqual(found['groups'],
                         [['a', 'c', 'f'], ['b', 'e', 'd']])
        self.assertEqual(
            {(way['from'], way['to']): way['verdict'] for way in
             found['directions']}, {
                 ('a', 'a'): 'compatible', ('a', 'b'): 'compatible',
                 ('a', 'd'): 'compatible', ('b', 'a'): 'refused',
                 ('b', 'b'): 'compatible', ('b', 'd'): 'compatible',
                 ('d', 'a'): 'refused', ('d', 'b'): 'compatible',
                 ('d', 'd'): 'compatible'})

    def test_one_group(self):
        for name in 'abc':
            self.host(name, '6.18')
        found, status = self.compare()
        self.assertEqual(status, 0)
        self.assertEqual(found['kinds'], [['a', 'b', 'c']])
        self.assertEqual(found['groups'], [['a', 'b', 'c']])

    def test_equal_in_another_layout(self):
        """A kind is by what a file says, not by its bytes."""
        self.host('a', '6.18')
        dump = tool.recorded(N1.format('6.18'), colour='blue')
        for reg in dump['registers']:
            reg['index'] = reg['index'].upper().replace('0X', '0x')
            reg['name'] = 'FROB'
        self.files.append(self.write(json.dumps(dump, indent=3), 'b.json'))
        self.host('c', '6.12')
        self.assertEqual(self.compare()[0]['kinds'], [['a', 'b'], ['c']])

    def test_what_tells_kinds_apart(self):
        self.host('a', '6.18')
        self.host('b', '6.18', kernel='6.18.16')
        self.host('c', '6.18', target=1)
        dump = tool.recorded(N1.format('6.18'))
        tool.register(dump, 'ID_AA64PFR0_EL1')['writable'] = '0x0'
        self.files.append(self.write(dump, 'd.json'))
        dump = tool.recorded(N1.format('6.18'))
        tool.register(dump, 'MIDR_EL1')['value'] = '0x1'
        self.files.append(self.write(dump, 'e.json'))
        # State that a guest changes is none of it.
        dump = tool.recorded(N1.format('6.18'))
        tool.register(dump, 'SCTLR_EL1')['value'] = '0x1'
        self.files.append(self.write(dump, 'f.json'))
        self.assertEqual(self.compare()[0]['kinds'],
                         [['a', 'f'], ['b'], ['c'], ['d'], ['e']])

    def test_names_of_equal_hosts(self):
        """Of equal files only one is parsed; each keeps its name."""
        for name in ('a', 'b\\"c', 'ü'):
            self.files.append(self.write(tool.recorded(
                N1.format('6.18'), host=name), f'{len(self.files)}.json'))
        done = tool.run('compare', *self.files[:2])
        self.assertIn('(a, Linux', done.stdout)
        self.assertIn('(b\\"c, Linux', done.stdout)
        done = tool.run('compare', self.files[0], self.files[2])
        self.assertIn('(ü, Linux', done.stdout)

    def test_unknown_to_itself(self):
        """A kind whose own hosts cannot be decided is in no group."""
        dump = tool.recorded(N1.format('6.18'))
        tool.register(dump, 'MIDR_EL1').pop('value')
        for name in 'ab':
            self.files.append(self.write(dump, f'{name}.json'))
        self.host('c', '6.18')
        found, status = self.compare()
        self.assertEqual(status, 1)
        self.assertEqual(found['groups'], [['c']])
        self.assertIn('kind 1: in no group, see 1 -> 1',
                      tool.run('compare', *self.files).stdout)

    def test_more_kinds_than_a_line_has_room_for(self):
        """The matrix goes on below, with the columns that are left."""
        names = []
        for n in range(30):
            host = tool.recorded('6.18-neoverse-n1-vregs.txt')
            tool.register(host, 'MIDR_EL1')['value'] = hex(0x414fd000 + n)
            names.append(self.write(host, f'{n}.json').name)
        done = tool.run('compare', *names, cwd=self.folder)
        for line in done.stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)
        heads = [line.split()[3:] for line in done.stdout.splitlines()
                 if line.startswith('from')]
        self.assertEqual(sum(heads, []), [str(n + 1) for n in range(30)])

    def test_the_same_file_twice(self):
        path = self.write(tool.recorded('6.18-neoverse-n1-vregs.txt'))
        done = tool.run('compare', path, path, path)
        self.assertIn(', 1 host\n', done.stdout)

    def test_text(self):
        for name, series in (('a', '6.12'), ('b', '6.18'), ('c', '6.12')):
            self.host(name, series)
        done = tool.run('compare', *(file.name for file in self.files),
                        cwd=self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, '''\
kind 1: Linux 6.12.117+deb13-cloud-arm64, 2 hosts
    a.json, c.json
kind 2: Linux 6.18.15+deb13-cloud-arm64, 1 host
    b.json

from \\ to    1    2
        1  yes  yes
        2   no  yes

   2 -> 1: refused: PSCI_VERSION

2 groups of hosts that can exchange guests, both ways:
  kind 1: 2 hosts
  kind 2: 1 host
''')


if __name__ == '__main__':
    unittest.main()

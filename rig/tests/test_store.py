# SPDX-License-Identifier: GPL-2.0-or-later
"""Results that are kept, one line each (no host, no QEMU)."""

import contextlib
import io
import pathlib
import tempfile
import unittest

from rig.base.store import Store


class Kept(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / 'new' / 'results.jsonl'

    def open(self, *members):
        """(the store, what it said)"""
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            store = Store(self.path, 'test', members or ('key',))
        return store, said.getvalue()

    def test_the_last_counts(self):
        store, said = self.open()
        self.assertEqual(said, '')
        store.add({'key': 'a', 'value': 1})
        store.add({'key': 'b', 'value': 2})
        store.add({'key': 'a', 'value': 3})
        again = self.open()[0]
        for each in store, again:
            self.assertEqual(each.get('a')['value'], 3)
            self.assertIsNone(each.get('c'))
            self.assertEqual([r['value'] for r in each.records], [1, 2, 3])
            self.assertEqual(len(each.all(key='a')), 2)
            self.assertEqual(each.last(key='b')['value'], 2)
            self.assertIsNone(each.last(key='b', value=3))

    def test_date(self):
        record = self.open()[0].add({'key': 'a'})
        self.assertRegex(record['date'], r'^\d{4}-\d\d-\d\d$')

    def test_not_written(self):
        """It is known in this run alone."""
        store, _ = self.open()
        store.add({'key': 'a'}, write=False)
        self.assertTrue(store.get('a'))
        self.assertFalse(self.path.exists())

    def test_torn_line(self):
        """It is said and left out; the next result is on its own line."""
        self.open()[0].add({'key': 'a'})
        with open(self.path, 'a', encoding='utf-8') as file:
            file.write('{"key": "b')
        store, said = self.open()
        self.assertIn('results.jsonl:2: not a result, skipped', said)
        store.add({'key': 'c'})
        store, _ = self.open()
        self.assertEqual([r['key'] for r in store.records], ['a', 'c'])

    def test_no_result(self):
        """Other JSON, or a member that is not there."""
        self.path.parent.mkdir()
        self.path.write_text('[]\n5\n{}\n{"key": 1}\n{"key": 1, "of": 2}\n',
                             encoding='utf-8')
        store, said = self.open('key', 'of')
        self.assertEqual(store.records, [{'key': 1, 'of': 2}])
        self.assertEqual(said.count('not a result'), 4)


if __name__ == '__main__':
    unittest.main()

# SPDX-License-Identifier: GPL-2.0-or-later
"""Imports go one way, and nothing edits the path that Python searches."""

import ast
import unittest

from rig.base.paths import ROOT

EXPERIMENTS = ('bench', 'demo', 'faults', 'interop', 'ioctls', 'libvirt',
               'matrix', 'record', 'scale', 'soak')
# Who may import what, the first row that fits a module.  LIBRARY is all of
# rig/ but its experiments and its tests.
LIBRARY = 'library'
ALLOWED = [
    ('rig.base', ('rig.base',)),
    ('rig.tests', ('rig', 'scripts')),
    *((f'rig.{name}', ('rig.base', LIBRARY, f'rig.{name}'))
      for name in EXPERIMENTS),
    ('rig', ('rig.base', LIBRARY)),
    ('scripts.tests', ('rig', 'scripts')),
    ('scripts', ('rig.base', 'rig.streams', 'scripts')),
    ('tests.avocado', ('rig',)),
    # The tool's tests and what else has Python.
    ('', ('rig.base',)),
]


def below(module, package):
    """Whether a module is a package, or in it."""
    return not package or module == package or module.startswith(
        f'{package}.')


def is_library(module):
    return below(module, 'rig') and not any(
        below(module, f'rig.{name}') for name in ('tests', *EXPERIMENTS))


def name_of(path):
    """A file's module: rig.base.errors."""
    parts = path.relative_to(ROOT).with_suffix('').parts
    return '.'.join(parts[:-1] if parts[-1] == '__init__' else parts)


def imported(tree):
    """(line, module) of each import of a module of the repository's."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield node.lineno, '.'      # relative: nobody can search it
                continue
            # A name may be a module of that package.
            found = [f'{node.module}.{alias.name}'.replace('.*', '')
                     for alias in node.names]
        else:
            continue
        for module in found:
            if below(module, 'rig') or below(module, 'scripts'):
                yield node.lineno, module


def may(importer, module):
    """Whether a module may import another, or a name out of it."""
    allowed = next(what for who, what in ALLOWED if below(importer, who))
    return any(is_library(module) if what == LIBRARY else
               below(module, what) for what in allowed)


def edits_path(node):
    """Whether it is sys.path, or what imports it by name."""
    return (isinstance(node, ast.Attribute) and node.attr == 'path'
            and isinstance(node.value, ast.Name) and node.value.id == 'sys'
            or isinstance(node, ast.ImportFrom) and node.module == 'sys'
            and any(alias.name == 'path' for alias in node.names))


def complaints(importer, text):
    """(line, what) of all that must not be in a module."""
    tree = ast.parse(text)
    for line, module in imported(tree):
        if not may(importer, module):
            yield line, f'imports {module}'
    for node in ast.walk(tree):
        if edits_path(node):
            yield node.lineno, 'uses sys.path'


def files():
    """All Python of the repository, without what is built."""
    for path in sorted(ROOT.rglob('*.py')):
        if path.relative_to(ROOT).parts[0] not in ('build', '.git'):
            yield path


class Imports(unittest.TestCase):

    def test_one_way(self):
        found = [f'{path.relative_to(ROOT)}:{line}: {what}'
                 for path in files() for line, what in complaints(
                     name_of(path), path.read_text(encoding='utf-8'))]
        self.assertEqual(found, [])

    def test_every_experiment(self):
        """The table has each folder that is a command."""
        self.assertEqual(
            EXPERIMENTS, tuple(sorted(path.parent.name for path in (
                ROOT / 'rig').glob('*/__main__.py'))))

    def test_no_module_beside_a_folder_of_its_name(self):
        for path in files():
            self.assertFalse(path.with_suffix('').is_dir(), path)

    def test_what_must_not_be(self):
        for importer, text in (
                ('rig.base.errors', 'from rig import host'),
                ('rig.base.errors', 'import rig.host'),
                ('rig.host', 'from rig.matrix import cases'),
                ('rig.host', 'from rig.matrix.cases import MIGRATED'),
                ('rig.faults.run', 'def f():\n    from rig.matrix import a'),
                ('rig.faults.run', 'import scripts.check'),
                ('rig.faults.run', 'from . import cases'),
                ('scripts.check', 'from rig import host'),
                ('tests.avocado.test_x', 'from scripts import check'),
                ('contrib.x.tests.tool', 'from rig import host'),
                ('rig.host', 'import sys\nsys.path.insert(0, "x")'),
                ('rig.host', 'from sys import path')):
            with self.subTest(importer=importer, text=text):
                self.assertEqual(len(list(complaints(importer, text))), 1)

    def test_what_may_be(self):
        for importer, text in (
                ('rig.base.errors', 'from rig.base import paths'),
                ('rig.host', 'from rig import agent, qmp'),
                ('rig.testing.case', 'from rig.streams import saved'),
                ('rig.faults.run', 'from rig.faults.cases import CASES'),
                ('rig.faults.run', 'import sys\nsys.exit(0)'),
                ('rig.tests.test_x', 'from rig.matrix import run'),
                ('scripts.check', 'from scripts import fuzz'),
                ('scripts.check', 'from rig.streams import cpreg'),
                ('tests.avocado.test_x', 'from rig.faults import cases'),
                ('contrib.x.tests.tool', 'from rig.base import reg_lists')):
            with self.subTest(importer=importer, text=text):
                self.assertEqual(list(complaints(importer, text)), [])


if __name__ == '__main__':
    unittest.main()

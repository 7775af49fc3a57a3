# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts.deb without a chroot: versions, patches, lintian's and apt's words.

The source package is a small one, made by dpkg-source.
"""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest
from unittest import mock

from rig.base import debian
from rig.base.errors import RigError
from scripts.deb import __main__ as command
from scripts.deb import build, chroot, lintian, places, repo, source

VERSION = '1:10.0.13+ds-0+deb13u1'
DSC = '''\
-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

Format: 3.0 (quilt)
Source: qemu
Version: 1:10.0.13+ds-0+deb13u1
Build-Depends: debhelper-compat (= 13), meson
Build-Depends-Arch: libglib2.0-dev
Package-List:
 qemu-utils deb otherosfs optional arch=any
-----BEGIN PGP SIGNATURE-----

Version: 9
'''
LINTIAN = '''\
W: qemu-utils: no-manual-page [usr/bin/qemu-x]
W: qemu-utils: no-manual-page [usr/bin/qemu-y]
I: qemu-utils: hardening-no-bindnow [usr/bin/qemu-x]
N: 3 tags overridden
warning: running with root privileges is not recommended!
E: kvm-arm-regs: binary-without-manpage
'''
# Of a Packages file that apt simulates with.
TRIAL = f'''\
== archive
Inst libvirt0 (11.3.0-3 Debian:13.1/stable [arm64])
Inst qemu-system-arm ({VERSION} Debian:13.1/stable [arm64])
Conf libvirt0 (11.3.0-3 Debian:13.1/stable [arm64])
== new
Inst libvirt0 (11.3.0-3 Debian:13.1/stable [arm64])
Inst kvm-arm-regs ({VERSION}+kvmarm1 arm-kvm-migration:trixie [arm64])
Inst qemu-system-arm ({VERSION}+kvmarm1 arm-kvm-migration:trixie [arm64])
== upgrade
Inst qemu-system-arm [{VERSION}] ({VERSION}+kvmarm1 arm-kvm-migration [arm64])
'''


def built(*names):
    """Packages that are only names."""
    plain = VERSION.partition(':')[2]
    return build.Built(
        source.Stock(pathlib.Path('x.dsc'), VERSION), f'{VERSION}+kvmarm1',
        [pathlib.Path(f'{name}_{plain}+kvmarm1_arm64.deb')
         for name in names])


class Folder(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='deb-')
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)

    def patch(self, module, **values):
        for name, value in values.items():
            patch = mock.patch.object(module, name, value)
            patch.start()
            self.addCleanup(patch.stop)


@unittest.skipUnless(shutil.which('dpkg'), 'no dpkg')
class Versions(unittest.TestCase):

    def test_sorts_between_debians(self):
        for version, after in ((VERSION, '1:10.0.13+ds-0+deb13u2'),
                               (VERSION, '1:10.0.14+ds-0+deb13u1'),
                               (f'{VERSION}9', f'{VERSION}20'),
                               ('1:10.0.2+ds-2', '1:10.0.2+ds-3')):
            with self.subTest(version=version, after=after):
                ours = source.our_version(version, '1')
                self.assertTrue(debian.compare(version, 'lt', ours))
                self.assertTrue(debian.compare(f'{version}+b1', 'lt', ours))
                self.assertTrue(debian.compare(ours, 'lt', after))

    def test_next_revision_is_newer(self):
        self.assertTrue(debian.compare(source.our_version(VERSION, '9'), 'lt',
                                       source.our_version(VERSION, '10')))

    def test_no_number(self):
        for revision in ('', '0', 'x', '1~', '1 2'):
            with self.subTest(revision=revision), \
                    self.assertRaisesRegex(RigError, 'REVISION='):
                source.our_version(VERSION, revision)

    def test_next_version(self):
        self.assertEqual(source.next_version(VERSION),
                         '1:10.0.13+ds-0+deb13u2')
        self.assertEqual(source.next_version('1:10.2.2+ds-9'),
                         '1:10.2.2+ds-10')


class Fields(unittest.TestCase):

    def test_of_a_signed_file(self):
        found = source.fields(DSC)
        self.assertEqual(found['Version'], VERSION)
        self.assertEqual(found['Package-List'].strip(),
                         'qemu-utils deb otherosfs optional arch=any')

    def test_stock(self):
        found = source.Stock(None, VERSION)
        self.assertEqual(found.upstream, '10.0.13+ds')


class OfABase(Folder):
    """Debian's source package, as the base resolves it."""

    def stock(self, files):
        folder = self.top / 'base'
        folder.mkdir()
        (folder / 'q.dsc').write_text(DSC)
        base = places.BASES['10.0']
        with mock.patch.multiple(
                source.upstream, resolve=lambda _: None,
                fetch_files=lambda *_: None), \
                mock.patch.object(source.debian, 'cache_dir',
                                  lambda: self.top), \
                mock.patch.multiple(base, sha256=files, package='qemu_10'):
            return source.stock(base)

    def test_version(self):
        self.assertEqual(self.stock({'q.tar.xz': '1', 'q.dsc': '2'}).version,
                         VERSION)

    def test_without_the_index(self):
        with self.assertRaisesRegex(RigError, 'index of trixie'):
            self.stock({})

    def test_which_bases(self):
        self.assertEqual(list(places.BASES), ['10.0'])


@unittest.skipUnless(shutil.which('dpkg-source'), 'no dpkg-dev')
class SourcePackage(Folder):
    """make() on a package of a few files."""

    def setUp(self):
        super().setUp()
        tree = self.top / 'in/qemu-10.0.13+ds'
        (tree / 'debian/source').mkdir(parents=True)
        (tree / 'debian/patches').mkdir()
        (tree / 'code.c').write_text('one\ntwo\nthree\n')
        subprocess.run(['tar', '-cJf', '../qemu_10.0.13+ds.orig.tar.xz', '.'],
                       cwd=tree, check=True)
        (tree / 'debian/source/format').write_text('3.0 (quilt)\n')
        # The last line has no newline.
        (tree / 'debian/patches/series').write_text('theirs.patch')
        (tree / 'debian/patches/theirs.patch').write_text(
            '--- a/code.c\n+++ b/code.c\n@@ -1,3 +1,3 @@\n-one\n+ONE\n'
            ' two\n three\n')
        (tree / 'debian/control-in').write_text(
            'Source: qemu\nMaintainer: A <a@b.org>\n\nPackage: qemu-utils\n'
            'Architecture: any\nDescription: a\n')
        (tree / 'debian/control.mk').write_text(
            'debian/control: debian/control-in\n\tcp $< $@\n')
        shutil.copy(tree / 'debian/control-in', tree / 'debian/control')
        (tree / 'debian/changelog').write_text(
            f'qemu ({VERSION}) trixie; urgency=medium\n\n  * Theirs.\n\n'
            ' -- A <a@b.org>  Tue, 01 Sep 2026 00:00:00 +0000\n')
        subprocess.run(['dpkg-source', '-b', tree.name], cwd=tree.parent,
                       check=True, capture_output=True)
        changes = self.top / 'debian.patch'
        changes.write_text(
            '--- a/debian/control-in\n+++ b/debian/control-in\n'
            '@@ -4,3 +4,7 @@\n Package: qemu-utils\n Architecture: any\n'
            ' Description: a\n+\n+Package: kvm-arm-regs\n+Architecture: any\n'
            '+Description: b\n')
        self.patch(source, SOURCE=self.top / 'source', PATCH=changes,
                   WORK=self.top / 'work', say=mock.Mock())
        self.stock = source.Stock(next(tree.parent.glob('*.dsc')), VERSION)

    def mail(self, name, line, other):
        path = self.top / name
        path.write_text(
            f'From: A <a@b>\nSubject: x\n\n---\n--- a/code.c\n+++ b/code.c\n'
            f'@@ -1,3 +1,3 @@\n ONE\n-{line}\n+{other}\n three\n')
        return path

    def make(self, *mails):
        shutil.rmtree(source.WORK, ignore_errors=True)
        source.WORK.mkdir()
        with mock.patch.dict('os.environ', {'DEBFULLNAME': 'B',
                                            'DEBEMAIL': 'b@c.org'}):
            return source.make(self.stock, mails, 'trixie',
                               source.our_version(VERSION, '3'))

    def test_series_comes_last(self):
        dsc = self.make(self.mail('0001-a.patch', 'two', 'TWO'),
                        self.mail('0002-b.patch', 'TWO', 'deux'))
        tree = self.top / 'unpacked'
        subprocess.run(['dpkg-source', '--no-check', '-x', dsc, tree],
                       check=True, capture_output=True)
        self.assertEqual((tree / 'code.c').read_text(), 'ONE\ndeux\nthree\n')
        self.assertEqual(
            (tree / 'debian/patches/series').read_text().split(),
            ['theirs.patch', 'arm-kvm-migration/0001-a.patch',
             'arm-kvm-migration/0002-b.patch'])
        self.assertIn('kvm-arm-regs', (tree / 'debian/control').read_text())
        said = subprocess.run(
            ['dpkg-parsechangelog', '-l', tree / 'debian/changelog'],
            capture_output=True, text=True, check=True)
        self.assertEqual(said.stderr, '')
        self.assertIn(f'Version: {VERSION}+kvmarm3\n', said.stdout)
        self.assertIn('Maintainer: B <b@c.org>\n', said.stdout)
        self.assertIn('2 patches', said.stdout)
        self.assertTrue((dsc.parent / 'qemu_10.0.13+ds.orig.tar.xz').
                        is_file())

    def test_again(self):
        """The next one takes the place of the last."""
        self.make(self.mail('0001-a.patch', 'two', 'TWO'))
        dsc = self.make(self.mail('0001-a.patch', 'two', 'zwei'))
        self.assertEqual(len(list(dsc.parent.glob('*.dsc'))), 1)

    def test_patch_that_does_not_apply(self):
        with self.assertRaises(RigError) as raised:
            self.make(self.mail('0001-a.patch', 'two', 'TWO'),
                      self.mail('0002-b.patch', 'two', 'deux'))
        self.assertIn('0002-b.patch', str(raised.exception))
        self.assertFalse(source.SOURCE.exists())


class Digest(Folder):

    def test_what_makes_a_difference(self):
        mail = self.top / '0001-a.patch'
        mail.write_text('a')
        stock = source.Stock(None, VERSION)
        first = source.digest(stock, [mail], '1', 'how')
        self.assertEqual(first, source.digest(stock, [mail], '1', 'how'))
        others = {source.digest(stock, [mail], '2', 'how'),
                  source.digest(stock, [mail], '1', 'otherwise'),
                  source.digest(source.Stock(None, '2'), [mail], '1', 'how')}
        mail.write_text('b')
        others.add(source.digest(stock, [mail], '1', 'how'))
        self.assertEqual(len(others - {first}), 4)


class Mails(Folder):

    def test_of_a_folder(self):
        (self.top / '0002-b.patch').touch()
        (self.top / '0001-a.patch').touch()
        (self.top / 'README').touch()
        self.assertEqual([m.name for m in build.series_mails('10.0',
                                                             self.top)],
                         ['0001-a.patch', '0002-b.patch'])

    def test_none(self):
        with self.assertRaisesRegex(RigError, r'no \*\.patch'):
            build.series_mails('10.0', self.top)

    def test_base(self):
        self.assertEqual(build.base_of('10.0').suite, 'trixie')
        with self.assertRaisesRegex(RigError, 'BASE=9.9: .*BASE=10.0'):
            build.base_of('9.9')


class Kept(Folder):

    def setUp(self):
        super().setUp()
        self.patch(build, WORK=self.top / 'work',
                   PACKAGES=self.top / 'packages')
        build.WORK.mkdir()
        self.version = f'{VERSION}+kvmarm1'
        for name in ('qemu-system-arm', 'qemu-system-common'):
            self.touch(name)
        self.touch('qemu-utils', '10.0.12+ds-1')

    def touch(self, name, version='10.0.13+ds-0+deb13u1+kvmarm1'):
        (build.WORK / f'{name}_{version}_arm64.deb').touch()

    def test_of_this_version(self):
        self.touch('kvm-arm-regs')
        self.assertEqual([deb.name.split('_')[0]
                          for deb in build.keep(self.version)],
                         ['kvm-arm-regs', 'qemu-system-arm',
                          'qemu-system-common'])

    def test_missing(self):
        with self.assertRaisesRegex(RigError, 'no kvm-arm-regs'):
            build.keep(self.version)


class Times(Folder):

    def test_kept(self):
        self.patch(build, TIMES=self.top / 'times.json', say=mock.Mock())
        with build.Timed('one'):
            pass
        with build.Timed('two'):
            subprocess.run(['true'], check=True)
        with self.assertRaises(RigError), build.Timed('three'):
            raise RigError('no')
        times = json.loads((self.top / 'times.json').read_text())
        self.assertEqual(sorted(times), ['one', 'two'])
        self.assertEqual(sorted(times['two']), ['cpu', 'wall'])

    def test_words(self):
        self.assertEqual([build.minutes(s) for s in (0.4, 59, 60, 3605)],
                         ['0 s', '59 s', '1 min 0 s', '60 min 5 s'])


class Once(Folder):

    def test_again_with_other_packages(self):
        self.patch(command, DEB=self.top, STAMP=self.top / 'stamp',
                   Timed=mock.MagicMock())
        did = []
        for stamp in 'aab':
            command.STAMP.write_text(stamp)
            command.once('step', lambda stamp=stamp: did.append(stamp))
        self.assertEqual(did, ['a', 'b'])

    def test_failed_is_not_done(self):
        self.patch(command, DEB=self.top, STAMP=self.top / 'stamp')
        self.patch(build, TIMES=self.top / 'times.json')
        command.STAMP.write_text('a')
        for _ in range(2):
            with self.assertRaises(RigError):
                command.once('step', mock.Mock(side_effect=RigError('no')))


class Chroot(Folder):

    def test_progress(self):
        log = self.top / 'log'
        said = []
        self.patch(chroot, say=lambda *words: said.append(words))
        with mock.patch.object(chroot.sys.stderr, 'isatty',
                               return_value=False):
            progress = chroot.Progress(log, 'qemu')
            for text in ('dpkg\n', '[1/20] cc a.c\n', '[2/20] cc b.c\n',
                         '[3/20] cc [9/9]\n[11/20] cc\n', 'end\n',
                         '[2/3] ld\n'):
                with open(log, 'a', encoding='utf-8') as file:
                    file.write(text)
                progress.look()
        self.assertEqual([words[1] for words in said],
                         ['qemu: 2 of 20 steps', 'qemu: 11 of 20 steps',
                          'qemu: 2 of 3 steps'])

    def test_needs(self):
        dsc = self.top / 'q.dsc'
        dsc.write_text(DSC)
        self.assertEqual(chroot.needs(dsc),
                         'Build-Depends: debhelper-compat (= 13), meson\n'
                         'Build-Depends-Arch: libglib2.0-dev\n')

    def test_failure_has_the_end_of_the_log(self):
        log = self.top / 'build.log'
        log.write_text(''.join(f'line {n}\n' for n in range(100)))
        text = str(chroot.failed('build', log))
        self.assertIn(str(log), text)
        self.assertIn('line 99', text)
        self.assertNotIn('line 50', text)

    def test_failure_has_the_compilers_words(self):
        log = self.top / 'build.log'
        log.write_text('[1/9] cc\nFAILED: a.o\ncc ' + 'x' * 999 + '\n'
                       '../a.c:1:2: error: no\n' + '[2/9] cc\n' * 50)
        text = str(chroot.failed('build', log))
        self.assertIn('FAILED: a.o', text)
        self.assertIn('../a.c:1:2: error: no', text)
        self.assertNotIn('[2/9]', text)


class Lintian(unittest.TestCase):

    def test_tags(self):
        found = lintian.tags(LINTIAN)
        self.assertEqual(found['qemu-utils'],
                         {('W', 'no-manual-page'): 2,
                          ('I', 'hardening-no-bindnow'): 1})
        self.assertEqual(sorted(found), ['kvm-arm-regs', 'qemu-utils'])

    def test_compare(self):
        ours, theirs = lintian.tags(LINTIAN), lintian.tags(
            'W: qemu-utils: no-manual-page [usr/bin/qemu-x]\n'
            'I: qemu-utils: hardening-no-bindnow [usr/bin/qemu-x]\n'
            'P: qemu-utils: old-thing x\n'
            'E: qemu-user: not-ours x\n')
        rows = lintian.compare(ours, theirs, {'qemu-utils'})
        self.assertEqual(rows, [
            ('kvm-arm-regs', 'E', 'binary-without-manpage', 1, 0),
            ('qemu-utils', 'P', 'old-thing', 0, 1),
            ('qemu-utils', 'W', 'no-manual-page', 2, 1)])
        self.assertEqual(lintian.worse(rows, {'qemu-utils'}),
                         [rows[0], rows[2]])
        self.assertIn('W: qemu-utils: no-manual-page: 2, Debian 1\n',
                      lintian.lines(rows))

    def test_new_package_may_have_hints(self):
        rows = lintian.compare(lintian.tags('P: new: a x\nW: new: b x\n'),
                               {}, {})
        self.assertEqual([row[2] for row in lintian.worse(rows, {})], ['b'])


class Repo(unittest.TestCase):

    def complaints(self, text, *names):
        return list(repo.complaints(
            repo.installs(text),
            built(*(names or ('kvm-arm-regs', 'qemu-system-arm')))))

    def test_installs(self):
        found = repo.installs(TRIAL)
        self.assertEqual(found['new']['libvirt0'], ('', '11.3.0-3'))
        self.assertEqual(found['upgrade'], {
            'qemu-system-arm': (VERSION, f'{VERSION}+kvmarm1')})

    def test_good(self):
        self.assertEqual(self.complaints(TRIAL), [])

    def test_bad(self):
        upgrade = TRIAL.index('== upgrade')
        ours = f'{VERSION}+kvmarm1 arm-kvm-migration:trixie'
        for text, words in (
                (TRIAL.replace(f'qemu-system-arm ({ours}',
                               f'qemu-system-arm ({VERSION} Debian'),
                 [f'a new host gets qemu-system-arm {VERSION}']),
                (TRIAL.replace('Inst kvm-arm-regs', 'Conf kvm-arm-regs'),
                 ['a new host does not get kvm-arm-regs']),
                (TRIAL[:upgrade],
                 ['an upgrade of qemu-system-arm gives None']),
                (TRIAL + f'Inst libvirt0 [11.3.0-3] ({VERSION} x [arm64])\n',
                 [f'an upgrade takes libvirt0 {VERSION} too'])):
            with self.subTest(words=words):
                self.assertEqual(self.complaints(text), words)

    def test_nothing_at_all(self):
        self.assertTrue(self.complaints(''))


if __name__ == '__main__':
    unittest.main()

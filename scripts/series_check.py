# SPDX-License-Identifier: GPL-2.0-or-later
"""make series-check: what must hold before the series is sent.

Every failure is collected; the last line counts them.
"""

import filecmp
import fnmatch
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from rig.base import logged
from scripts import (series_bases as sb, series_format as sf,
                     series_tree as st)
from scripts.series_format import SeriesError
from scripts.series_git import Git, Repo, ensure_base, environment
from scripts.series_refresh import refreshed
from scripts.series_verbs import apply, export, worktree

TAG_LINE = re.compile(r'^(Signed-off|Reviewed|Tested|Acked)-by:', re.M)
REPORT = re.compile(r'^(ERROR|WARNING): (.*)\n'
                    r'(?:#\d+:(?: FILE: (.*?):)?\n(\+.*)?)?', re.M)
# What checkpatch says about any series of this kind: its message, the line,
# and why it does not count.
KNOWN = (
    (re.compile(r'added, moved or deleted file\(s\):$'), re.compile(''),
     'whether MAINTAINERS covers the new files is checked here'),
    (re.compile(r'added, moved or deleted file\(s\) imported from Linux'),
     re.compile(''), 'asked of every change in linux-headers/'),
    (re.compile('Macros with complex values should be enclosed'),
     re.compile(r'\+#define DEF\('),
     'a row of a table cannot stand in parentheses; '
     'target/arm/cpu-sysregs.h is written so'),
)


def check(repo, build=True):
    """All checks; the exit status."""
    failures = []

    def fail(text):
        failures.append(text)
        print(f'  FAIL    {text}', flush=True)

    place = Repo(repo.root, repo.build / 'check', repo.base)
    with place.locked():
        with repo.locked():
            base = ensure_base(repo)
            series, loaded = sb.load(repo, base)
            _messages(loaded, fail)
            _covers(repo, loaded, fail)
            hooks = _hook_lines(loaded)
            try:
                commits = st.build_chain(repo, base, loaded)
            except SeriesError as err:
                fail(f'{err} (checks of the commits left out)')
                commits = None
            if commits is not None:
                git = _round_trip(repo, place, base, series, loaded,
                                  commits, fail)
        if commits and git and build:
            _build_all(repo, place, git, commits, fail)
            _test_topics(repo, place, git, commits, fail)
    if failures:
        print(f'series-check: {len(failures)} failed')
        for text in failures:
            print(f'  {text}')
        return 1
    print(f'series-check: {len(loaded)} entries, {hooks} hook lines, ok'
          + ('' if build else ' (commits not built)'))
    return 0


def _messages(loaded, fail):
    """No tags: the sender adds them.  parse_patch() checks the rest."""
    for entry, patch, _ in loaded:
        for tag in TAG_LINE.findall(patch.message):
            fail(f'{entry.file}: has a line {tag}-by:; take it out, who '
                 'sends the series adds their own')


def _covers(repo, loaded, fail):
    """Each topic has a cover letter, so that it can be sent by itself."""
    for topic in dict.fromkeys(entry.topic for entry, _, _ in loaded
                               if not sb.adapts(entry)):
        if topic:
            path = f'patches/{topic}/cover'
            try:
                sf.parse_cover(sf.read_text(repo.root / path, path), path)
            except SeriesError as err:
                fail(str(err))


def _hook_lines(loaded):
    total = 0
    for entry, patch, _ in loaded:
        added = patch.added()
        total += added
        print(f'  HOOKS   {added:4}  {entry.name}')
    print(f'  HOOKS   {total:4}  in all')
    return total


def _same_files(one, two):
    """Whether two lists of files have the same names and bytes."""
    return [p.name for p in one] == [p.name for p in two] and all(
        filecmp.cmp(a, b, shallow=False) for a, b in zip(one, two))


def _round_trip(repo, place, base, series, loaded, commits, fail):
    """Apply, export, am and refresh, from nothing; the checked worktree."""
    tmp = pathlib.Path(tempfile.mkdtemp(dir=place.build, prefix='fresh-'))
    try:
        fresh = Repo(repo.root, tmp, repo.base)
        apply(fresh)
        state = fresh.state()
        ids = [commit.id for commit in commits]
        if [commit for _, commit in state['entries']] != ids:
            fail('applied to a fresh tree, the commits have other ids than '
                 f'in {repo.show(repo.tree)}: apply is not deterministic')
        mails = export(repo, tmp / 'export')
        if not _same_files(mails, export(fresh, tmp / 'export-again')):
            fail('two exports differ')
        _no_op_refresh(fresh, series, loaded, fail)
        git = _am(repo, place, base, commits, mails, fail)
        _checkpatch(repo, git, mails, commits, fail)
        return git
    finally:
        shutil.rmtree(tmp, ignore_errors=True)


def _no_op_refresh(fresh, series, loaded, fail):
    """A refresh of a fresh tree would change nothing."""
    state = fresh.state()
    made = refreshed(fresh, state['base'], state['head'], series, loaded)
    changed = [path for path, data in made.files.items()
               if not (fresh.root / path).is_file()
               or (fresh.root / path).read_bytes() != data]
    for path in changed:
        fail(f'{path}: refresh after apply changes it')
    if not changed:
        print('  CHECK   refresh after apply changes nothing')


def _am(repo, place, base, commits, mails, fail):
    """git am of the mails on the base gives the same trees and messages."""
    tree = place.tree
    # An interrupted run may have left anything in it.
    if tree.exists() and (tree / '.git').is_file():
        git = Git(tree)
        for command in (('am', '--abort'), ('reset', '-q', '--hard')):
            try:
                git.run(*command)
            except SeriesError:
                pass            # nothing to abort; worktree() judges
    git = worktree(repo, tree, base)
    if not mails:
        return git
    try:
        git.run('am', '-q', *map(str, mails))
    except SeriesError as err:
        fail(f'the exported series does not apply with git am: {err}')
        git.run('am', '--abort')
        return git
    shape = '--format=%T%n%B%x00'
    sent = git.run('log', shape, f'{base}..HEAD')
    ours = git.run('log', shape, f'{base}..{commits[-1].id}')
    if sent != ours:
        fail('git am of the exported series gives other trees or messages '
             f'than apply (git diff HEAD {commits[-1].id[:12]} in '
             f'{repo.show(tree)})')
    else:
        print(f'  CHECK   git am of {len(mails)} mails: the same trees and '
              'messages')
    return git


def _covered(maintainers, path):
    """Whether an F: pattern other than the catch-all names the file."""
    for pattern in re.findall(r'^F: *(\S+)', maintainers, re.M):
        if pattern in ('*', '*/'):
            continue
        if pattern.endswith('/'):
            # Like get_maintainer.pl: the folder and all below it.
            if fnmatch.fnmatchcase(path, pattern + '*'):
                return True
        elif fnmatch.fnmatchcase(path, pattern) and \
                path.count('/') == pattern.count('/'):
            return True
    return False


def _checkpatch(repo, git, mails, commits, fail):
    """The base's checkpatch.pl, and MAINTAINERS for the new files."""
    script = git.tree / 'scripts' / 'checkpatch.pl'
    if not script.is_file():
        fail('the base has no scripts/checkpatch.pl')
        return
    for mail, commit in zip(mails, commits):
        done = subprocess.run(
            ['perl', str(script), '--no-signoff', str(mail)], cwd=git.tree,
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
            env=environment(), **sf.ENCODING)
        reports = REPORT.findall(done.stdout)
        for kind, text, at, line in reports:
            why = next((why for known, code, why in KNOWN
                        if known.match(text) and code.match(line)), None)
            if why:
                print(f'  CHECK   {commit.entry.name}: checkpatch: '
                      f'"{text.rstrip(":")}" ignored: {why}')
            else:
                fail(f'{commit.entry.name}: checkpatch: {kind.lower()}: '
                     f'{text}' + (f' ({at})' if at else ''))
        if done.returncode and not reports:
            last = (done.stderr + done.stdout).strip().split('\n')[-1]
            fail(f'{commit.entry.name}: checkpatch did not run: {last}')
    if not commits:
        return
    print(f'  CHECK   checkpatch.pl on {len(commits)} patches done')
    try:
        maintainers = repo.git.run('show', f'{commits[-1].id}:MAINTAINERS')
    except SeriesError:
        fail('the base has no MAINTAINERS')
        return
    for commit in commits:
        for path in commit.entry.overlay:
            if not _covered(maintainers, path):
                fail(f'{commit.entry.name}: no F: line in MAINTAINERS '
                     f'covers {path}; add one by a hook')


def _build_all(repo, place, git, commits, fail):
    """Build every commit that has not been built before."""
    script = repo.root / 'scripts' / 'build.sh'
    proof = place.build / 'built'
    proven = set(proof.read_text('utf-8').split()) if proof.is_file() else \
        set()
    print(f'  BUILD   the whole KVM-only arm64 qemu-system-aarch64, for '
          f'each of {len(commits)} commits')
    for number, commit in enumerate(commits, 1):
        name = f'{number}/{len(commits)} {commit.entry.name}'
        tree = repo.git.tree_id(commit.id)
        if tree in proven:
            print(f'  BUILD   {name}: built before')
            continue
        git.run('checkout', '-q', '--detach', commit.id)
        print(f'  BUILD   {name} ...', end='', flush=True)
        log = place.build / f'build-{number}.log'
        start = time.monotonic()
        status = _run(script, ['at', repo.show(place.build)], repo.root,
                      log)
        seconds = time.monotonic() - start
        if status == 0:
            print(f' {seconds:.0f} s')
            log.unlink()
            with open(proof, 'a', encoding='utf-8') as file:
                file.write(f'{tree}\n')
        else:
            print(' failed')
            tail = log.read_text(**sf.ENCODING).split('\n')[-25:]
            print('\n'.join(tail).encode(errors='replace').decode())
            fail(f'{commit.entry.name}: does not build; all of it is in '
                 f'{repo.show(log)}')


def topic_tests(commits):
    """[(topic, its last commit, programs of the tests up to there)]"""
    tests, ends = [], {}
    for commit in commits:
        for path in commit.entry.overlay:
            folder, _, name = path.rpartition('/')
            name = name.removesuffix('.c')
            if name != path.rpartition('/')[2] and (
                    folder == 'tests/unit' and name.startswith('test-') or
                    folder == 'tests/qtest' and name.endswith('-test')):
                tests.append(f'{folder}/{name}')
        ends[commit.entry.topic] = (commit, list(tests))
    return [(topic, *end) for topic, end in ends.items()]


def _test_topics(repo, place, git, commits, fail):
    """At the end of each topic, run the tests that exist by then."""
    proof = place.build / 'tested'
    proven = set(proof.read_text('utf-8').split()) if proof.is_file() else \
        set()
    before = []
    for topic, commit, tests in topic_tests(commits):
        name = topic or commit.entry.name
        tree = repo.git.tree_id(commit.id)
        new, before = len(tests) - len(before), tests
        if not new:
            print(f'  TEST    {name}: brings no tests of its own')
            continue
        if tree in proven:
            print(f'  TEST    {name}: tested before')
            continue
        git.run('checkout', '-q', '--detach', commit.id)
        print(f'  TEST    {name}: {len(tests)} programs ...', end='',
              flush=True)
        log = place.build / f'test-{topic}.log'
        start = time.monotonic()
        status = _run(repo.root / 'scripts' / 'build.sh',
                      ['tests', repo.show(place.build), *tests], repo.root,
                      log)
        if status == 0:
            print(f' {time.monotonic() - start:.0f} s')
            with open(proof, 'a', encoding='utf-8') as file:
                file.write(f'{tree}\n')
        else:
            print(' failed')
            tail = log.read_text(**sf.ENCODING).split('\n')[-25:]
            print('\n'.join(tail).encode(errors='replace').decode())
            fail(f'{name}: its tests fail; all of it is in {repo.show(log)}')


def _run(script, args, root, log):
    """Run build.sh; in any case end all that it started."""
    try:
        return logged.run([script, *args], log, root)
    except OSError as err:
        raise SeriesError(f'{script}: {err.strerror}') from err

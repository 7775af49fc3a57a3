# SPDX-License-Identifier: GPL-2.0-or-later
"""The series as commits, and the working tree build/qemu.

build_chain() makes the commits from the base, patches/ and the overlay
files without a look at the working tree; update_tree() then moves the
working tree there and writes only files whose content differs, so that a
build folder stays warm.  The commits hold the content of the overlay
files; in the working tree they are links into the repository, so an edit
there is an edit of the tree.
"""

import hashlib
import os
import re

from scripts import series_bases as sb, series_format as sf
from scripts.series_format import SeriesError
from scripts.series_git import BRANCH, EPOCH, GitError, file_state

HUNK = re.compile(r'^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@', re.M)
REFRESH = 'run make refresh'


class Commit:
    """One commit of the series, and its patch file."""

    def __init__(self, entry, commit, patch):
        self.entry, self.id, self.patch = entry, commit, patch


def hook_digest(series, loaded, base):
    """A digest of patches/."""
    digest = hashlib.sha256(f'{base}\n'.encode())
    for text in [series.render(series.entries)] + [t for _, _, t in loaded]:
        digest.update(b'%d\n' % len(text.encode(**sf.ENCODING)))
        digest.update(text.encode(**sf.ENCODING))
    return digest.hexdigest()


def input_digest(repo, loaded, hooks):
    """A digest of all that makes the commits: patches/ and overlay."""
    digest = hashlib.sha256(hooks.encode())
    for entry, _, _ in loaded:
        for path in entry.overlay:
            mode, blob = file_state(repo.root / path)
            digest.update(f'{mode} {blob} {path}\n'.encode())
    return digest.hexdigest()


def _explain_reject(entry, err):
    """A git apply error as one line that says where."""
    found = re.search(r'^error: patch failed: (.+):(\d+)$', err.stderr, re.M)
    if found:
        return SeriesError(f'{entry.file}: {found[1]}: the hunk at line '
                           f'{found[2]} does not apply; mend the hunk')
    said = re.sub(r'^error: ', '', err.stderr.split('\n')[0])
    return SeriesError(f'{entry.file}: {said}; mend the patch')


def _explain_difference(entry, patch, made):
    """How a patch file that applies differs from what refresh writes."""
    theirs = re.split(r'(?m)^(?=diff --git )', patch.diff)
    ours = re.split(r'(?m)^(?=diff --git )', made.diff)
    for given, wanted in zip(theirs, ours):
        states, is_at = HUNK.findall(given), HUNK.findall(wanted)
        if states == is_at or len(states) != len(is_at):
            continue
        path = sf.diff_files(wanted)[0]
        old, new = next((a, b) for a, b in zip(states, is_at) if a != b)
        return SeriesError(f'{entry.file}: {path}: the hunk for line '
                           f'{old[0]} applies only with an offset, at line '
                           f'{new[0]}; look at it and {REFRESH}')
    for given, wanted in zip(theirs, ours):
        if given != wanted and wanted:
            return SeriesError(
                f'{entry.file}: {sf.diff_files(wanted)[0]}: applies, but is '
                f'not written as git diff writes it; {REFRESH}')
    return SeriesError(f'{entry.file}: not in the form that refresh writes; '
                       f'{REFRESH}')


def check_overlay(loaded, files):
    """SeriesError if an overlay path is upstream's, or under its file."""
    for entry, _, _ in loaded:
        for path in entry.overlay:
            parents = [path[:i] for i, c in enumerate(path) if c == '/']
            taken = next((p for p in [path, *parents] if p in files), None)
            if taken or any(f.startswith(path + '/') for f in files):
                raise SeriesError(
                    f'patches/series: {entry.name} brings {path}, but '
                    f'{taken or path} is in the base: a file is ours or '
                    'upstream\'s; change it by a hook')


def overlay_of(loaded):
    """Every overlay path of the series."""
    return [path for entry, _, _ in loaded for path in entry.overlay]


def add_files(repo, index, paths):
    """Put the repository's content of these paths into an index."""
    if not paths:
        return
    ids = repo.git.run('hash-object', '-w', '--no-filters', '--stdin-paths',
                       data='\n'.join(str(repo.root / p) for p in paths))
    blobs = dict(zip(paths, ids.split('\n')))
    if not repo.base.home:
        for path in paths:
            text = sf.read_text(repo.root / path, path)
            if sb.since(text, repo.base) != text:
                blobs[path] = repo.git.run('hash-object', '-w', '--stdin',
                                           data=sb.since(text, repo.base))
    rows = [f'{file_state(repo.root / path)[0]} {blob}\t{path}\0'
            for path, blob in blobs.items()]
    repo.git.run('update-index', '-z', '--index-info', index=index,
                 data=''.join(rows))


def build_chain(repo, base, loaded, strict=True, author=None):
    """The commits of the series on `base`, as a list of Commit.

    With `strict`, a patch file that refresh would change is refused, for
    offsets above all; but not on another version than patches/ is written
    for.  The working tree is not read.
    """
    git = repo.git
    strict = strict and repo.base.home and repo.base.version == git.run(
        'show', f'{base}:VERSION').strip()
    files = set(git.entries(base))
    check_overlay(loaded, files)
    commits = []
    parent, before = base, git.tree_id(base)
    with git.index(base) as index:
        for number, (entry, patch, text) in enumerate(loaded, 1):
            if patch.diff.strip():
                try:
                    git.run('apply', '--cached', '--whitespace=nowarn', '-',
                            data=patch.diff, index=index)
                except GitError as err:
                    raise _explain_reject(entry, err) from None
            hooked = git.run('write-tree', index=index)
            diff = sf.without_index(git.diff(before, hooked))
            made = sf.Patch(patch.subject, patch.body, diff)
            for path in made.files():
                if path not in files and not sb.adapts(entry):
                    raise SeriesError(
                        f'{entry.file}: makes the new file {path}; put it '
                        'into the repository and name it in patches/series')
            if strict and made.render() != text:
                raise _explain_difference(entry, patch, made)
            add_files(repo, index, entry.overlay)
            before = git.run('write-tree', index=index)
            parent = git.run('commit-tree', before, '-p', parent,
                             data=made.message, author=author,
                             when=EPOCH + 60 * number)
            commits.append(Commit(entry, parent, made))
    return commits


def edited(repo, commit):
    """Hook files that differ from `commit`: {path: state}."""
    git = repo.git
    # Exit 1 says that something needs an update: that is the question.
    try:
        git.run('update-index', '-q', '--refresh')
    except GitError as err:
        if 'needs merge' in err.stderr:
            raise SeriesError(f'{repo.show(repo.tree)}: a merge or rebase '
                              'is not finished there; finish it') from None
    return {path: file_state(repo.tree / path)
            for path in git.rows('diff-index', '-z', '--name-only', commit)}


def check_branch(repo):
    """HEAD's commit; SeriesError unless HEAD is on our branch."""
    try:
        on = repo.git.run('symbolic-ref', '-q', 'HEAD')
    except GitError:
        on = 'no branch (a rebase that is not finished?)'
    if on != BRANCH:
        name = BRANCH.rsplit('/', 1)[-1]
        raise SeriesError(f'{repo.show(repo.tree)}: is on '
                          f'{on.replace("refs/heads/", "branch ")}; finish '
                          f'what you do there and run git checkout {name}')
    return repo.git.run('rev-parse', 'HEAD')


def _link(repo, path):
    """Where the link of an overlay file points."""
    here = (repo.tree / path).parent
    return os.path.relpath(repo.root / path, here)


def _check_links(repo, overlay, old):
    """SeriesError if an overlay file's place holds something of value."""
    known = repo.git.entries(old, *overlay) if overlay else {}
    for path in overlay:
        place = repo.tree / path
        state = file_state(place)
        if state is None or place.is_symlink() or state in (
                known.get(path), file_state(repo.root / path)):
            continue
        raise SeriesError(
            f'{repo.show(place)}: a file of its own that differs from '
            f'{path} in the repository, where it belongs; copy it there or '
            'remove it')


def _flag(git, flag, paths):
    if paths:
        git.run('update-index', flag, '-z', '--stdin',
                data=''.join(f'{path}\0' for path in paths))


def _lay_links(repo, overlay):
    for path in overlay:
        place, target = repo.tree / path, _link(repo, path)
        if place.is_symlink() and os.readlink(place) == target:
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to(target)


def _remove(repo, path):
    """Remove a file and the folders that it leaves empty."""
    place = repo.tree / path
    place.unlink(missing_ok=True)
    for folder in place.parents:
        if folder == repo.tree or any(folder.iterdir()):
            break
        folder.rmdir()


def _plan(repo, old, new, dirty, overlay):
    """(paths to write, paths to remove) to get from commit to commit."""
    git = repo.git
    had = git.entries(old)
    write, remove, lost = [], [], []
    for path, (mode, blob) in git.changed(old, new).items():
        if path in overlay:
            continue
        place = repo.tree / path
        state = file_state(place)
        wanted = None if blob is None else (mode, blob)
        if state == wanted:
            continue
        if place.is_symlink() and path not in dirty and state not in (
                had.get(path), None):
            pass                # the link of an overlay file that was
        elif path in dirty or state not in (had.get(path), None):
            lost.append(path)
            continue
        (remove if wanted is None else write).append(path)
    if lost:
        raise SeriesError(
            f'{repo.show(repo.tree)}: uncommitted edits in '
            f'{", ".join(sorted(lost))} are not in patches/ and would be '
            f'lost; {REFRESH}, or git checkout the files there')
    return write, remove


def update_tree(repo, old, new, overlay, dirty):
    """Move the working tree from commit `old` to `new`.

    Edits that the move does not touch stay.  Every refusal comes before
    the first change; a run that was cut short is completed by the next.
    """
    git = repo.git
    _check_links(repo, overlay, old)
    write, remove = _plan(repo, old, new, dirty, set(overlay))
    # read-tree would refuse to change an entry that carries the flag.
    flagged = [row[2:] for row in git.rows('ls-files', '-t', '-z')
               if row[:2] == 'S ']
    _flag(git, '--no-skip-worktree', flagged)
    git.run('read-tree', '--reset', new)
    for path in remove:
        _remove(repo, path)
    if write:
        # A link left in the way would be written through.
        for path in write:
            if (repo.tree / path).is_symlink():
                (repo.tree / path).unlink()
        git.run('checkout-index', '-f', '-q', '-z', '--stdin',
                data=''.join(f'{path}\0' for path in write))
    _lay_links(repo, overlay)
    _flag(git, '--skip-worktree', overlay)
    edited(repo, new)           # brings the index up to date
    git.run('update-ref', '-m', 'series.py', BRANCH, new)
    return len(write) + len(remove)

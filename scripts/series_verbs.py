# SPDX-License-Identifier: GPL-2.0-or-later
"""The verbs of series.py, a public function each.

Callers hold repo.locked().
"""

import pathlib
import re
import shutil
import tempfile

from scripts import (series_bases as sb, series_format as sf,
                     series_tree as st)
from scripts.series_format import SeriesError
from scripts.series_git import Git, ensure_base
from scripts.series_refresh import Refreshed, refreshed

EXPORTED = re.compile(r'\d{4}-.*\.patch')


def _count(number, what, many=None):
    return f'{number} {what if number == 1 else many or what + "s"}'


def apply(repo, saved=None):
    """Make build/qemu match patches/ and the overlay files.

    `saved` is a HEAD whose commits are in patches/ already.  Returns the
    number of upstream files written.
    """
    base = ensure_base(repo)
    series, loaded = sb.load(repo, base)
    hooks = st.hook_digest(series, loaded, base)
    inputs = st.input_digest(repo, loaded, hooks)
    state = repo.state()
    where = repo.show(repo.tree)
    overlay = st.overlay_of(loaded)
    head = st.check_branch(repo)
    dirty = st.edited(repo, state['head'])
    linked = all((repo.tree / path).is_symlink() for path in overlay)
    if inputs == state.get('inputs') and linked and not saved:
        notes = []
        if head != state['head']:
            notes.append('new commits')
        elif dirty:
            notes.append('edits in ' + _count(len(dirty), 'file'))
        print(f'  APPLY   {where}: up to date' + ''.join(
            f'; {note} there, not in patches/' for note in notes))
        return 0
    commits = st.build_chain(repo, base, loaded)
    tip = commits[-1].id if commits else base
    if head not in (state['head'], tip, saved):
        raise SeriesError(f'{where}: has commits that are not in patches/; '
                          f'{st.REFRESH}, or git reset --keep '
                          f'{state["head"][:12]} there')
    written = st.update_tree(repo, state['head'], tip, overlay, dirty)
    repo.save(base=base, head=tip, hooks=hooks, inputs=inputs,
              entries=[[c.entry.name, c.id] for c in commits])
    print(f'  APPLY   {where}: {_count(len(commits), "entry", "entries")}, '
          f'{_count(written, "upstream file")} written, '
          f'{_count(len(overlay), "overlay file")}')
    return written


def stock(repo):
    """A worktree of the base at build/stock/qemu."""
    base = ensure_base(repo)
    worktree(repo, repo.build / 'stock' / 'qemu', base)


def worktree(repo, tree, commit):
    """A worktree of build/qemu at a commit; files that fit stay."""
    git = Git(tree)
    where = repo.show(tree)
    if tree.exists():
        try:
            common = pathlib.Path(git.run('rev-parse', '--path-format='
                                          'absolute', '--git-common-dir'))
        except SeriesError:
            common = None
        if common is None or common.resolve() != repo.git.dir.resolve():
            raise SeriesError(
                f'{where}: exists, but is not a worktree of '
                f'{repo.show(repo.tree)}; move it away or remove it, and '
                'run again')
        if git.run('rev-parse', 'HEAD') == commit:
            print(f'  TREE    {where}: up to date')
            return git
        git.run('checkout', '-q', '--detach', commit)
    else:
        repo.git.run('worktree', 'prune')
        tree.parent.mkdir(parents=True, exist_ok=True)
        repo.git.run('-c', 'checkout.workers=0', 'worktree', 'add', '-q',
                     '--detach', str(tree), commit)
    title = git.run('show', '-s', '--format=%s', commit)
    print(f'  TREE    {where}: {title}')
    return git


def refresh(repo, target=None):
    """Write the commits and edits in build/qemu to patches/.

    Apply is then a no-op.  If only patches/ or the base changed, and hunks
    apply with an offset, the patch files are rewritten as apply accepts them.
    """
    if not repo.state():
        raise SeriesError(f'no {repo.show(repo.tree)} yet; run '
                          'make apply first')
    base = ensure_base(repo)
    series, loaded = sb.load(repo, base, stale=True)
    state = repo.state()
    head = st.check_branch(repo)
    names = [entry.name for entry, _, _ in loaded]
    changed = st.hook_digest(series, loaded, base) != state.get('hooks') \
        and ('hooks' in state or repo.base.home)
    moved = head != state['head'] or st.edited(repo, state['head'])
    if moved and changed:
        if _same_content(repo, base, loaded):
            apply(repo, saved=head)
            return
        raise SeriesError(
            f'both patches/ and {repo.show(repo.tree)} changed since the '
            'last apply; take one back (git checkout patches UPSTREAM, or '
            f'git reset --hard {state["head"][:12]} in '
            f'{repo.show(repo.tree)}), and run again')
    if not moved:
        if target and target not in names:
            raise SeriesError(f'{target}: no such entry; there are: '
                              + (', '.join(names) or 'none'))
        commits = st.build_chain(repo, base, loaded, strict=False)
        result = Refreshed()
        result.entries = [commit.entry for commit in commits]
        result.files = {
            commit.entry.file: commit.patch.render().encode(**sf.ENCODING)
            for commit in commits}
        result.trees = [repo.git.tree_id(commit) for commit in
                        [base] + [commit.id for commit in commits]]
    else:
        result = refreshed(repo, base, head, series, loaded, target)
    if not repo.base.home:
        result.files, result.dropped = sb.ported(repo, result), []
    for path, data in result.files.items():
        if data is None:
            (repo.root / path).unlink(missing_ok=True)
            continue
        sf.write_bytes(repo.root / path, data)
        if path in result.executable:
            (repo.root / path).chmod(0o755)
        if not path.startswith('patches/'):
            print(f'  NEW     {path}')
    for name in result.dropped:
        (repo.root / 'patches' / name).unlink()
        left = next(e.overlay for e, _, _ in loaded if e.name == name)
        print(f'  DROP    patches/{name}: no commit is left of it'
              + (f'; its overlay files stay: {", ".join(left)}'
                 if left else ''))
    apply(repo, saved=head if moved else None)


def _same_content(repo, base, loaded):
    """Whether patches/ already match the working tree.

    They do after a refresh that was interrupted once it had written them.
    """
    try:
        commits = st.build_chain(repo, base, loaded)
    except SeriesError:
        return False
    tip = commits[-1].id if commits else base
    overlay = set(st.overlay_of(loaded))
    return not set(st.edited(repo, tip)) - overlay


def topic_range(base, commits, topic):
    """(commit before, last commit) of a topic's commits."""
    own = [i for i, commit in enumerate(commits)
           if commit.entry.topic == topic]
    if not own:
        there = sorted({commit.entry.topic for commit in commits} - {''})
        raise SeriesError(f'no topic "{topic}"; there are: '
                          + ', '.join(there))
    return (commits[own[0] - 1].id if own[0] else base), commits[own[-1]].id


def _write_cover(repo, topic, folder):
    """Fill in the cover letter that git has made."""
    path = f'patches/{topic}/cover'
    subject, body = sf.parse_cover(sf.read_text(repo.root / path, path), path)
    mail = next(folder.glob('0000-*.patch'))
    text = mail.read_text(**sf.ENCODING)
    mail.write_text(text.replace('*** SUBJECT HERE ***', subject)
                    .replace('*** BLURB HERE ***', body), **sf.ENCODING)


def export(repo, folder, author=None, topic=None):
    """git format-patch of the series in patches/ and the overlay files.

    With `topic`, only its entries and its cover letter.
    """
    base = ensure_base(repo)
    _, loaded = sb.load(repo, base)
    commits = st.build_chain(repo, base, loaded, author=author)
    since, last = topic_range(base, commits, topic) if topic else (
        base, commits[-1].id if commits else base)
    folder = pathlib.Path(folder).resolve()
    if folder.exists():
        other = [path.name for path in folder.iterdir()
                 if not EXPORTED.fullmatch(path.name)]
        if other:
            raise SeriesError(f'{repo.show(folder)}: holds other files '
                              f'({other[0]}); name a new folder')
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = pathlib.Path(tempfile.mkdtemp(dir=folder.parent,
                                         prefix='.export-'))
    try:
        part.chmod(0o755)
        if commits:
            repo.git.run('format-patch', '-q', '-n', '--zero-commit',
                         '--no-signature', '--full-index', '--no-renames',
                         *(['--cover-letter'] if topic else []),
                         '-o', str(part), f'{since}..{last}', author=author)
        if topic:
            _write_cover(repo, topic, part)
        if folder.exists():
            shutil.rmtree(folder)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    mails = sorted(folder.iterdir())
    print(f'  EXPORT  {repo.show(folder)}: '
          + _count(len(mails) - bool(topic), 'patch', 'patches')
          + (' and a cover letter' if topic else ''))
    return mails

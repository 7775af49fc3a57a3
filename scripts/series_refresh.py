# SPDX-License-Identifier: GPL-2.0-or-later
"""From the commits in build/qemu back to patches/.

refreshed() computes the files of the series.  It writes nothing into the
repository; series_verbs.refresh() does.
"""

from scripts import series_bases as sb, series_format as sf
from scripts.series_format import SeriesError
from scripts.series_git import GitError, file_state
from scripts.series_tree import edited


class Refreshed:
    """Entries in order, and what each file of the repository shall hold."""

    def __init__(self):
        self.entries = []
        self.files = {}         # path in the repository: bytes
        self.executable = set()
        self.dropped = []
        self.trees = []         # the base's, then each commit's


def _commits(repo, base, head):
    """[(commit, subject, body)] from base to head, oldest first."""
    git = repo.git
    rows = git.run('rev-list', '--reverse', '--parents', f'{base}..{head}')
    last = base
    found = []
    for row in rows.split('\n') if rows else []:
        commit, *parents = row.split(' ')
        if parents != [last]:
            raise SeriesError(f'{repo.show(repo.tree)}: commit '
                              f'{commit[:12]} is a merge or does not stand '
                              'on the tag "base"; take it back and commit '
                              'its changes on the branch "series"')
        last = commit
        message = git.run('show', '-s', '--format=%B', commit)
        subject, body = sf.split_message(message)
        sf.check_message(f'commit {commit[:12]} ("{subject}")', subject,
                         body)
        found.append((commit, subject, body))
    if last != head:
        raise SeriesError(f'{repo.show(repo.tree)}: HEAD does not stand on '
                          'the tag "base"; git reset --keep '
                          f'{repo.state()["head"][:12]} there')
    return found


def _match(repo, commits, loaded, recorded):
    """The entry of each commit: by id, by subject, then by place.

    An entry without a commit may have a new subject: then the commit between
    the same neighbours belongs to it.
    """
    by_id = {commit: name for name, commit in recorded}
    names = [entry.name for entry, _, _ in loaded]
    by_subject = {patch.subject: entry.name for entry, patch, _ in loaded}
    owner = {path: entry.name for entry, _, _ in loaded
             for path in entry.overlay}
    found = [None] * len(commits)
    free = set(names)
    for column, known in enumerate((by_id, by_subject)):
        for i, row in enumerate(commits):
            name = known.get(row[column])
            if found[i] is None and name in free:
                found[i] = name
                free.discard(name)
    for i, (commit, _, _) in enumerate(commits):
        if found[i] is None:
            brings = {owner.get(path) for path, (_, blob) in
                      repo.git.changed(f'{commit}^', commit).items() if blob}
            name = next((n for n in names if n in brings & free), None)
            if name:
                found[i] = name
                free.discard(name)
    for i, _ in enumerate(commits):
        before = found[i - 1] if i else None
        at = names.index(before) + 1 if before in names else 0
        if found[i] is None and (before in names or i == 0) and \
                at < len(names) and names[at] in free:
            after = found[i + 1] if i + 1 < len(commits) else None
            follow = names[at + 1] if at + 1 < len(names) else None
            if after == follow:
                found[i] = names[at]
                free.discard(names[at])
    return found, [name for name in names if name in free]


def _fold(repo, trees, at, worktree):
    """Trees of the commits when the edits belong to commit `at`.

    The edits go into its tree; what came after is carried over.  The
    last tree must be the working tree's, else an edit would be lost.
    """
    git = repo.git
    wanted = trees[:at + 1]
    with git.index(wanted[at]) as index:
        steps = [git.diff(trees[-1], worktree)]
        steps += [git.diff(old, new) for old, new in
                  zip(trees[at:], trees[at + 1:])]
        for number, step in enumerate(steps):
            if step:
                try:
                    git.run('apply', '--cached', '--3way',
                            '--whitespace=nowarn', '-', data=step,
                            index=index)
                except GitError:
                    return None
            tree = git.run('write-tree', index=index)
            if number == 0:
                wanted[at] = tree
            else:
                wanted.append(tree)
    return wanted if wanted[-1] == worktree else None


def _worktree(repo, head, overlay):
    """(tree of the working tree with its edits, paths edited)."""
    git = repo.git
    paths = [path for path in edited(repo, head) if path not in overlay]
    if not paths:
        return git.tree_id(head), []
    with git.index(head) as index:
        git.run('update-index', '--add', '--remove', '-z', '--stdin',
                index=index, data=''.join(f'{path}\0' for path in paths))
        return git.run('write-tree', index=index), paths


def _check_overlay_commits(repo, head, old, overlay):
    """Overlay content comes from the repository; a commit cannot edit it."""
    if not overlay:
        return
    now, was = repo.git.entries(head), repo.git.entries(old)
    for path in overlay:
        if now.get(path) not in (was.get(path),
                                 file_state(repo.root / path)):
            raise SeriesError(
                f'{repo.show(repo.tree)}: a commit changes the overlay '
                f'file {path}; edit {path} in the repository and take it '
                'out of the commit')


def refreshed(repo, base, head, series, loaded, target=None):
    """What the commits base..head and the edits mean for patches/.

    `target` names the entry that takes the uncommitted edits; None is
    the last one.
    """
    git = repo.git
    state = repo.state()
    overlay = {path: entry.name for entry, _, _ in loaded
               for path in entry.overlay}
    commits = _commits(repo, base, head)
    _check_overlay_commits(repo, head, state['head'], overlay)
    found, dropped = _match(repo, commits, loaded, state['entries'])
    taken = {name for name in found if name}
    taken |= {entry.name for entry, _, _ in loaded}
    for i, name in enumerate(found):
        if name is None:
            beside = found[i - 1] if i else next(filter(None, found), '')
            topic = sf.topic_of(beside) if repo.base.home else \
                sb.folder_of(repo.base)
            found[i] = _new_name(topic, commits[i][1], taken)
            taken.add(found[i])
    if target and target not in found:
        raise SeriesError(f'{target}: no such entry; there are: '
                          + ', '.join(found))
    trees = [git.tree_id(base)]
    trees += [git.tree_id(commit) for commit, _, _ in commits]
    worktree, paths = _worktree(repo, head, overlay)
    if paths:
        trees = _folded(repo, found, trees, worktree, target, paths)
    result = Refreshed()
    result.dropped, result.trees = dropped, trees
    keep = {entry.name: entry.overlay for entry, _, _ in loaded}
    new_files = set()
    last = git.entries(worktree)
    ours = set(overlay)
    in_base = set(git.entries(base))
    for i, (_, subject, body) in enumerate(commits):
        entry = sf.Entry(found[i], keep.get(found[i], ()))
        for path, (_, blob) in git.changed(trees[i], trees[i + 1]).items():
            if blob and path not in in_base and path not in ours \
                    and not sb.adapts(entry):
                ours.add(path)
                if path in last:
                    new_files.add(path)
                    entry.overlay.append(path)
        diff = sf.without_index(git.diff(trees[i], trees[i + 1], ours))
        patch = sf.Patch(subject, body, diff)
        patch.files()
        result.entries.append(entry)
        result.files[entry.file] = patch.render().encode(**sf.ENCODING)
    for path in sorted(new_files):
        _take_new_file(repo, result, path, last[path])
    result.files['patches/series'] = \
        series.render(result.entries).encode(**sf.ENCODING)
    return result


def _folded(repo, found, trees, worktree, target, paths):
    """_fold(), with a message for every way in which it can fail."""
    edits = ', '.join(sorted(paths))
    if not found:
        raise SeriesError('there is no commit to take the uncommitted edits '
                          f'in {edits}; commit them')
    name = target or found[-1]
    done = _fold(repo, trees, found.index(name) + 1, worktree)
    if done is None:
        raise SeriesError(f'the uncommitted edits in {edits} do not fit '
                          f'into {name}, because a later entry changes the '
                          'same lines; name that entry, or commit them as '
                          'an entry of their own')
    return done


def _new_name(topic, subject, taken):
    folder = f'{topic}/' if topic else ''
    name = folder + sf.slug(subject)
    number = 2
    while name in taken:
        name = f'{folder}{sf.slug(subject)[:-len(".patch")]}-{number}.patch'
        number += 1
    return name


def _take_new_file(repo, result, path, state):
    """A file that a commit adds goes to the repository, as overlay."""
    mode, blob = state
    if mode == '120000':
        raise SeriesError(f'{path}: a symbolic link cannot be an overlay '
                          'file')
    here = file_state(repo.root / path)
    if here is not None and here[1] != blob:
        raise SeriesError(f'{path}: added by a commit in '
                          f'{repo.show(repo.tree)}, but the repository has '
                          'another file of that name; rename one')
    result.files[path] = repo.git.blob(blob)
    if mode == '100755':
        result.executable.add(path)

# SPDX-License-Identifier: GPL-2.0-or-later
"""What another base than the first changes of the series.

patches/TOPIC is written for the first base of UPSTREAM.  For another one,
the folder patches/bases/NAME has

  series            `adapt FILE.patch`: an entry of that base alone, before
                    all others: what the series needs and the base lacks;
                    `without PATH`: an overlay file that is left out
  FILE.patch        such an entry, message and diff
  TOPIC/ENTRY.diff  hooks of ENTRY, for the files whose hunks do not apply
                    as they stand; a file without a hunk has no hook there.
                    Lines `replaces DIGEST PATH` come first: a change of the
                    hooks that they replace must be carried over by hand, and
                    apply refuses until refresh has been told so

Messages and overlay files are the same on each base.  An entry is left out
where its line `Drop-when:` says so of the base's version:

  Drop-when: the base is QEMU 11.0 or later
  Drop-when: the base is older than QEMU 10.1

"(since RELEASE)" of the first base becomes the release of the base.
"""

import hashlib
import re

from rig.base import upstream
from scripts import series_format as sf
from scripts.series_format import SeriesError
from scripts.series_git import GitError

SECTION = re.compile(r'(?m)^(?=diff --git )')
DROP = (
    (re.compile(r'the base is QEMU ([0-9.]+[0-9]) or later'),
     lambda version, limit: version >= limit),
    (re.compile(r'the base is older than QEMU ([0-9.]+[0-9])'),
     lambda version, limit: version < limit),
)


def folder_of(base):
    return f'bases/{base.name}'


def adapts(entry):
    """Whether an entry is of one base alone."""
    return entry.name.startswith('bases/')


def sections(diff):
    """{path: its part of a git diff}"""
    return {sf.diff_files(part)[0]: part
            for part in SECTION.split(diff) if part.startswith('diff --git')}


def joined(parts):
    """A git diff of these parts, in git's order."""
    return ''.join(parts[path] for path in sorted(parts))


def stamp(path, part):
    """The line that says which hooks the ones of a base replace."""
    # Where a hunk stands does not matter.
    text = re.sub(r'(?m)^@@.*$', '@@', part)
    digest = hashlib.sha256(text.encode(**sf.ENCODING)).hexdigest()[:12]
    return f'replaces {digest} {path}\n'


def trailer(patch, word):
    """The text of a trailer, its lines joined."""
    found = re.search(rf'^{word}:((?:.*)(?:\n [^\n]*)*)', patch.body, re.M)
    return ' '.join(found[1].split()) if found else ''


def dropped(patch, version):
    """Why a base of this version does without the entry; '' if it needs it."""
    said = trailer(patch, 'Drop-when')
    for pattern, holds in DROP:
        for found in pattern.finditer(said):
            if holds(upstream.release(version), upstream.number(found[1])):
                return found[0]
    return ''


class Port:
    """The folder patches/bases/NAME."""

    def __init__(self, root, base):
        self.name = folder_of(base)
        self.folder = root / 'patches' / self.name
        self.notes, self.adapt, self.without = [], [], []
        if (self.folder / 'series').is_file():
            self._read(f'patches/{self.name}/series')

    def _read(self, where):
        text = sf.read_text(self.folder / 'series', where)
        for number, line in enumerate(text.splitlines(), 1):
            words = line.split('#', 1)[0].split()
            if words[:1] == ['adapt'] and len(words) == 2:
                self.adapt.append(words[1])
            elif words[:1] == ['without'] and len(words) == 2:
                self.without.append(words[1])
                self.notes.append(line)
            elif words:
                raise SeriesError(f'{where}:{number}: "{line}" is neither '
                                  '"adapt FILE.patch" nor "without PATH"')
            else:
                self.notes.append(line)

    def render(self, adapt):
        """The text of the file series, with these adaptations."""
        notes = '\n'.join(self.notes).strip('\n')
        lines = [f'adapt {name}' for name in adapt]
        return ''.join(f'{part}\n' for part in (
            notes, '\n'.join(lines)) if part)

    def entries(self):
        """[(Entry, Patch, text)] of the adaptations."""
        loaded = []
        for name in self.adapt:
            entry = sf.Entry(f'{self.name}/{name}')
            text = sf.read_text(self.folder / name, entry.file)
            loaded.append((entry, sf.parse_patch(text, entry.file), text))
        return loaded

    def diff_file(self, entry):
        return f'patches/{self.name}/{entry.name.removesuffix("patch")}diff'

    def diff(self, entry):
        """The hooks that this base has for an entry; '' if none differs."""
        path = self.folder.parents[2] / self.diff_file(entry)
        return sf.read_text(path, self.diff_file(entry)) \
            if path.is_file() else ''

    def stale(self, entry, patch):
        """Files whose hooks changed since this base's were made of them."""
        text = self.diff(entry)
        given = sections(patch.diff)
        stamps = SECTION.split(text)[0].splitlines(keepends=True)
        return [path for path in sections(text)
                if path in given and stamp(path, given[path]) not in stamps]

    def check(self, loaded):
        """SeriesError for a file that nothing names, or a path not ours."""
        known = {self.diff_file(entry) for entry, _, _ in loaded}
        known |= {f'patches/{self.name}/{name}'
                  for name in [*self.adapt, 'series']}
        for path in sorted(self.folder.rglob('*')):
            name = f'patches/{self.name}/' \
                f'{path.relative_to(self.folder).as_posix()}'
            if path.is_file() and name not in known:
                raise SeriesError(f'{name}: no entry has this name; name it '
                                  f'in patches/{self.name}/series, or '
                                  'remove it')
        overlay = {path for entry, _, _ in loaded for path in entry.overlay}
        for path in self.without:
            if path not in overlay:
                raise SeriesError(f'patches/{self.name}/series: {path} is '
                                  'no overlay file')


def since(text, base):
    """Names the base's release where the first base's stands."""
    return re.sub(rf'\b([Ss]ince:?) {re.escape(base.replaces)}\b',
                  rf'\g<1> {base.since}', text)


def _of_base(diff, base):
    """The added lines name the base's release."""
    return ''.join(since(line, base) if line.startswith('+') else line
                   for line in diff.splitlines(keepends=True))


def load(repo, commit, stale=False):
    """(SeriesFile, [(Entry, Patch, text)]) of the series on a base.

    SeriesError for hooks of the base that replace others than there are now,
    unless `stale` takes them as they are.
    """
    series, loaded = sf.load(repo.root)
    if repo.base.home:
        return series, loaded
    port = Port(repo.root, repo.base)
    port.check(loaded)
    version = repo.git.run('show', f'{commit}:VERSION').strip()
    made = port.entries()
    for entry, patch, _ in loaded:
        if dropped(patch, version):
            continue
        if not stale and port.stale(entry, patch):
            raise SeriesError(
                f'{port.diff_file(entry)}: {entry.file} has other hooks in '
                f'{port.stale(entry, patch)[0]} than these were made of; '
                'carry the change over, and run make refresh')
        parts = sections(_of_base(patch.diff, repo.base))
        for path, part in sections(port.diff(entry)).items():
            if '\n@@ ' in part:
                parts[path] = part
            else:
                parts.pop(path, None)
        patch = sf.Patch(patch.subject, patch.body, joined(parts))
        overlay = [p for p in entry.overlay if p not in port.without]
        made.append((sf.Entry(entry.name, overlay), patch, patch.render()))
    return series, made


def ported(repo, result):
    """{path: bytes, or None if it goes}: the files of patches/bases/NAME.

    `result` is what refresh made of the commits on the base.
    """
    port = Port(repo.root, repo.base)
    _, loaded = sf.load(repo.root)
    first = {entry.name: (entry, patch) for entry, patch, _ in loaded}
    if result.dropped:
        raise SeriesError(f'{repo.show(repo.tree)}: no commit is left of '
                          f'{result.dropped[0]}; say in its message when it '
                          'goes (Drop-when: the base is QEMU 11.0 or later)')
    files, adapt = {}, []
    for number, entry in enumerate(result.entries):
        text = result.files[entry.file].decode(**sf.ENCODING)
        if adapts(entry):
            files[entry.file] = result.files[entry.file]
            adapt.append(entry.name.rpartition('/')[2])
            continue
        made = sf.parse_patch(text, entry.file)
        known, patch = first[entry.name]
        if made.message != patch.message:
            raise SeriesError(f'{entry.file}: the commit has another message; '
                              'change it in the patch file, for all bases')
        parts = _differing(repo, result.trees[number:number + 2],
                           _of_base(patch.diff, repo.base), made.diff)
        given = sections(patch.diff)
        diff = ''.join(stamp(path, given[path]) for path in sorted(parts)
                       if path in given) + joined(parts)
        files[port.diff_file(known)] = diff.encode(**sf.ENCODING) \
            if parts else None
    for name in set(port.adapt) - set(adapt):
        files[f'patches/{port.name}/{name}'] = None
    files[f'patches/{port.name}/series'] = \
        port.render(adapt).encode(**sf.ENCODING) or None
    return files


def _differing(repo, trees, given, made):
    """{path: part} of `made` that `given` does not make of the first tree."""
    git, (old, new) = repo.git, trees
    given, made = sections(given), sections(made)
    wanted = git.entries(new, *given) if given else {}
    differ = {path: part for path, part in made.items() if path not in given}
    for path, part in given.items():
        with git.index(old) as index:
            try:
                git.run('apply', '--cached', '--whitespace=nowarn', '-',
                        data=part, index=index)
                row = git.run('ls-files', '-s', '--', path, index=index)
            except GitError:
                row = ''
        if row.split(' ')[1:2] != [wanted.get(path, ('', None))[1]]:
            differ[path] = made.get(
                path, f'diff --git a/{path} b/{path}\n')
    return differ

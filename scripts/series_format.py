# SPDX-License-Identifier: GPL-2.0-or-later
"""The files of the series: patches/series and patches/TOPIC/*.patch.

patches/series gives the order.  A line that starts in the first column
names a patch file, TOPIC/NAME.patch, entries of a topic one after another;
indented lines below it name the overlay files (new
files, kept in the repository at their QEMU path) that the entry brings;
`#` starts a comment.

A patch file is `Subject: ...`, an empty line, the body with one line
`Upstream:` and one line `Drop-when:`, a line `---`, and the hooks: a git
diff of upstream files, without `index` lines, since these would change
whenever an earlier entry does.

patches/TOPIC/cover is the topic's cover letter.

Nothing here runs git.  Text is UTF-8; bytes of upstream files that are
not pass through unchanged.
"""

import os
import pathlib
import re

ENCODING = {'encoding': 'utf-8', 'errors': 'surrogateescape'}
REQUIRED = ('Upstream:', 'Drop-when:')
# git am would take these for the end of the message, or for a header.
MESSAGE_END = re.compile(r'---|diff -|Index: ')
ENTRY_NAME = re.compile(r'([a-z0-9-]+/)?[^/ ]+\.patch')
DIFF_FILE = re.compile(r'^diff --git (.+)$', re.M)


class SeriesError(Exception):
    """What is wrong and what to do, in one line for the user."""


class Entry:
    """One entry of the series: a patch file's name and overlay paths."""

    def __init__(self, name, overlay=()):
        self.name = name
        self.overlay = list(overlay)

    @property
    def file(self):
        return f'patches/{self.name}'

    @property
    def topic(self):
        return topic_of(self.name)


def topic_of(name):
    """The topic in an entry's name, '' if it has none."""
    return name.rpartition('/')[0]


class Patch:
    """The content of one patch file: message and hooks."""

    def __init__(self, subject, body, diff):
        self.subject, self.body, self.diff = subject, body, diff

    @property
    def message(self):
        """The commit message."""
        return f'{self.subject}\n\n{self.body}\n'

    def render(self):
        """The patch file's text, the only one that apply accepts."""
        return f'Subject: {self.message}---\n{self.diff}'

    def files(self):
        """The upstream files that the hooks touch."""
        return diff_files(self.diff)

    def added(self):
        """How many lines the hooks add."""
        hunk = False
        count = 0
        for line in self.diff.split('\n'):
            if line.startswith('diff --git '):
                hunk = False
            elif line.startswith('@@'):
                hunk = True
            elif hunk and line.startswith('+'):
                count += 1
        return count


def diff_files(diff):
    """Paths that a git diff touches; a/X and b/X are the same here."""
    names = []
    for pair in DIFF_FILE.findall(diff):
        half = len(pair) // 2
        old, new = pair[:half], pair[half + 1:]
        if old[:2] != 'a/' or new[:2] != 'b/' or old[2:] != new[2:]:
            raise SeriesError(f'cannot read "diff --git {pair}": hooks '
                              'neither rename nor copy, and their paths '
                              'need no quotes')
        names.append(new[2:])
    return names


def without_index(diff):
    """The diff without its `index` lines."""
    lines = []
    header = False
    for line in diff.split('\n'):
        header = line.startswith('diff --git ') or (
            header and not line.startswith('@@'))
        if not (header and line.startswith('index ')):
            lines.append(line)
    return '\n'.join(lines)


def check_message(where, subject, body):
    """SeriesError if this cannot be the message of an entry."""
    if not subject.strip() or subject.startswith('['):
        raise SeriesError(f'{where}: the subject must be a plain line '
                          'without a [PATCH] prefix')
    if not body.strip():
        raise SeriesError(f'{where}: the message has no body')
    for line in body.split('\n'):
        if MESSAGE_END.match(line):
            raise SeriesError(f'{where}: the line "{line}" in the message '
                              'would end it for git am; indent it')
    for word in REQUIRED:
        if not re.search(f'^{word} *[^ \n]', body, re.M):
            raise SeriesError(f'{where}: the message has no line "{word} '
                              '..."; add it')


def split_message(message):
    """(subject, body) of a commit message."""
    subject, _, body = message.strip('\n').partition('\n')
    return subject.strip(), body.strip('\n')


def parse_patch(text, where):
    """The Patch in a patch file's text; `where` names it in errors."""
    head, mark, diff = text.partition('\n---\n')
    if not head.startswith('Subject: '):
        raise SeriesError(f'{where}: the first line must be "Subject: ..."')
    if not mark:
        raise SeriesError(f'{where}: no line "---" between the message and '
                          'the hooks')
    subject, body = split_message(head[len('Subject: '):])
    check_message(where, subject, body)
    if diff.strip() and not DIFF_FILE.search(diff):
        raise SeriesError(f'{where}: what follows "---" is not a git diff '
                          '(no line "diff --git")')
    patch = Patch(subject, body, diff)
    try:
        patch.files()
    except SeriesError as err:
        raise SeriesError(f'{where}: {err}') from None
    if re.search(r'^(GIT binary patch|Binary files )', diff, re.M):
        raise SeriesError(f'{where}: a hook cannot be binary')
    return patch


def parse_cover(text, where):
    """(subject, body) of a topic's cover letter: `Subject: `, then text."""
    subject, body = split_message(text)
    if not subject.startswith('Subject: ') or not body:
        raise SeriesError(f'{where}: must be "Subject: ...", an empty line, '
                          'and what the topic is about')
    return subject[len('Subject: '):], body


def slug(subject):
    """The file name for a new entry: the subject without its prefix."""
    text = subject.rsplit(': ', 1)[-1].lower()
    text = re.sub(r'[^a-z0-9]+', '-', text).strip('-')
    return (text[:60].rstrip('-') or 'entry') + '.patch'


def _check_overlay(where, path):
    parts = path.split('/')
    if path.startswith('/') or not all(parts) or \
            any(part in ('.', '..', '.git') for part in parts):
        raise SeriesError(f'{where}: "{path}" is not a plain path inside '
                          'the repository')


class SeriesFile:
    """patches/series, with its comments kept through a rewrite."""

    def __init__(self, text, where='patches/series'):
        self.tail = []          # comments after the last entry's lines
        self._lines = {}        # entry name -> its lines, comments first
        self.entries = []
        overlay = {}
        pending = []
        for number, line in enumerate(text.split('\n')[:-1] if
                                      text.endswith('\n') else
                                      text.split('\n'), 1):
            pending.append(line)
            word = line.split('#', 1)[0].strip()
            if not word:
                continue
            at = f'{where}:{number}'
            if not line[0].isspace():
                self._entry(at, word)
                self._lines[word] = pending
            elif not self.entries:
                raise SeriesError(f'{at}: "{word}" is indented but no '
                                  'entry stands above it')
            else:
                _check_overlay(at, word)
                owner = self.entries[-1]
                if word in overlay:
                    raise SeriesError(f'{at}: {word} is named twice; '
                                      f'{overlay[word]} brings it already')
                overlay[word] = owner.name
                owner.overlay.append(word)
                self._lines[owner.name] += pending
            pending = []
        self.tail = pending

    def _entry(self, at, name):
        if not ENTRY_NAME.fullmatch(name):
            raise SeriesError(f'{at}: "{name}" is not the name of a patch '
                              'file (TOPIC/NAME.patch)')
        if name in self._lines:
            raise SeriesError(f'{at}: {name} is named twice')
        topic = topic_of(name)
        if self.entries and self.entries[-1].topic != topic and any(
                entry.topic == topic for entry in self.entries):
            raise SeriesError(f'{at}: {name} stands apart from the other '
                              f'entries of {topic or "no topic"}: move it '
                              'there')
        self.entries.append(Entry(name))

    def render(self, entries):
        """The text for these entries in this order."""
        lines = []
        for entry in entries:
            known = self._lines.get(entry.name, [entry.name])
            lines += known
            named = {line.split('#', 1)[0].strip() for line in known}
            lines += [f'    {path}' for path in entry.overlay
                      if path not in named]
        return ''.join(f'{line}\n' for line in lines + self.tail)


def read_text(path, name):
    try:
        # newline='': a carriage return in a diff is content
        with open(path, newline='', **ENCODING) as file:
            return file.read()
    except OSError as err:
        raise SeriesError(f'{name}: {err.strerror}') from err


def write_bytes(path, data):
    """Write a file whole, and only if that changes it."""
    path = pathlib.Path(path)
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f'.{path.name}.{os.getpid()}')
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def load(root):
    """(SeriesFile, [(Entry, Patch, text)]) of a repository, checked.

    SeriesError for all that can be found without the base: unknown or
    unnamed patch files, missing overlay files, a hook in an overlay file.
    """
    folder = root / 'patches'
    series = SeriesFile(read_text(folder / 'series', 'patches/series'))
    names = {entry.name for entry in series.entries}
    for path in sorted(folder.rglob('*.patch')):
        name = path.relative_to(folder).as_posix()
        if name not in names and not name.startswith('bases/'):
            raise SeriesError(f'patches/{name} is not in patches/series: '
                              'name it there or remove it')
    overlay = {}
    for entry in series.entries:
        for path in entry.overlay:
            overlay[path] = entry.name
            if (root / path).is_symlink() or not (root / path).is_file():
                raise SeriesError(f'patches/series: {entry.name} brings '
                                  f'{path}, but the repository has no such '
                                  'file')
    loaded = []
    for entry in series.entries:
        if not (folder / entry.name).is_file():
            raise SeriesError(f'patches/series names {entry.name}, but '
                              f'{entry.file} does not exist')
        text = read_text(folder / entry.name, entry.file)
        patch = parse_patch(text, entry.file)
        for path in patch.files():
            if path in overlay:
                raise SeriesError(
                    f'{entry.file}: touches {path}, an overlay file of '
                    f'{overlay[path]}: edit the file itself and take the '
                    'hunk out')
        loaded.append((entry, patch, text))
    return series, loaded

# SPDX-License-Identifier: GPL-2.0-or-later
"""Git for the series: the same on every machine; imports the base.

Commit ids depend on nothing but content: identity and dates are fixed,
and the configuration of the user and of the machine is not read.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from rig.base import debian, upstream
from scripts.series_format import ENCODING, SeriesError

NAME = 'Arm KVM migration series'
MAIL = 'series@arm-kvm-migration.invalid'
EPOCH = 1767225600              # 2026-01-01; entry n is n minutes later
BRANCH = 'refs/heads/series'
TAG = 'refs/tags/base'
STATE = 'series.json'
# Left out of the base: what a package or a checkout adds (debian, .pc, .git),
# and what a build or a run in the tree leaves there.
NOT_SOURCE = {b'debian', b'.pc', b'build', b'GNUmakefile'}


def environment(author=None, when=EPOCH):
    env = {k: v for k, v in os.environ.items() if not k.startswith('GIT_')}
    name, mail = author or (NAME, MAIL)
    env.update(LC_ALL='C', TZ='UTC', GIT_CONFIG_NOSYSTEM='1',
               GIT_CONFIG_GLOBAL=os.devnull, GIT_ATTR_NOSYSTEM='1',
               GIT_TERMINAL_PROMPT='0', GIT_PAGER='cat', GIT_EDITOR='false',
               GIT_AUTHOR_NAME=name, GIT_AUTHOR_EMAIL=mail,
               GIT_COMMITTER_NAME=name, GIT_COMMITTER_EMAIL=mail,
               GIT_AUTHOR_DATE=f'{when} +0000',
               GIT_COMMITTER_DATE=f'{when} +0000')
    return env


class GitError(SeriesError):
    """git said no; `stderr` is all that it said."""

    def __init__(self, command, stderr):
        self.stderr = stderr.strip()
        said = self.stderr.split('\n')
        first = next((line for line in said
                      if line.startswith(('error:', 'fatal:'))), said[0])
        super().__init__(f'git {command}: {first or "failed, no reason"}')


class Git:
    """git in one working tree, with an index of its own if need be."""

    def __init__(self, tree):
        self.tree = pathlib.Path(tree)
        self.dir = self.tree / '.git'

    def _popen(self, args, index, author, when):
        env = environment(author, when)
        # Explicit, so that git neither searches nor checks the owner.
        env.update(GIT_DIR=str(self.dir), GIT_WORK_TREE=str(self.tree))
        if index:
            env['GIT_INDEX_FILE'] = str(index)
        return {'args': ['git', *args], 'cwd': self.tree, 'env': env}

    def run(self, *args, data=None, index=None, author=None, when=EPOCH):
        """Standard output, its last newline stripped; GitError else."""
        try:
            done = subprocess.run(
                **self._popen(args, index, author, when), input=data or '',
                capture_output=True, check=False, **ENCODING)
        except FileNotFoundError:
            raise SeriesError('git: not found; install git') from None
        if done.returncode:
            raise GitError(args[0], done.stderr or done.stdout)
        return done.stdout[:-1] if done.stdout.endswith('\n') else \
            done.stdout

    def rows(self, *args, **kwargs):
        """Standard output of a command with -z, as a list."""
        return [row for row in self.run(*args, **kwargs).split('\0') if row]

    @contextlib.contextmanager
    def index(self, tree=None):
        """A temporary index, filled from a tree."""
        with tempfile.TemporaryDirectory(dir=self.git_dir(),
                                         prefix='series-') as folder:
            path = pathlib.Path(folder) / 'index'
            if tree:
                self.run('read-tree', tree, index=path)
            yield path

    def git_dir(self):
        """The real git folder: in a worktree .git is a file."""
        if self.dir.is_dir():
            return self.dir
        return pathlib.Path(self.run('rev-parse', '--absolute-git-dir'))

    def tree_id(self, commit):
        return self.run('rev-parse', f'{commit}^{{tree}}')

    def entries(self, tree, *paths):
        """{path: (mode, blob)} of a tree."""
        found = {}
        if len(paths) > 200:
            paths = ()
        for row in self.rows('ls-tree', '-r', '-z', tree, *paths):
            meta, path = row.split('\t', 1)
            mode, _, blob = meta.split(' ')
            found[path] = (mode, blob)
        return found

    def changed(self, old, new):
        """{path: (mode, blob)} that differ; blob is None where gone."""
        rows = self.rows('diff-tree', '-r', '-z', '--raw', '--no-renames',
                         old, new)
        found = {}
        for meta, path in zip(rows[::2], rows[1::2]):
            _, mode, _, blob, status = meta.split(' ')
            found[path] = (mode, None if status == 'D' else blob)
        return found

    def blob(self, blob):
        """The bytes of a blob."""
        done = subprocess.run(
            **self._popen(['cat-file', 'blob', blob], None, None, EPOCH),
            stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode:
            raise GitError('cat-file', done.stderr.decode(**{
                'errors': 'replace'}))
        return done.stdout

    def diff(self, old, new, leave_out=()):
        """The git diff between two trees, the same on every machine."""
        exclude = [f':(exclude,top,literal){path}' for path in leave_out]
        text = self.run(
            'diff-tree', '-p', '--binary', '--full-index', '--no-renames',
            '--no-ext-diff', '--no-textconv', '--no-color', '--unified=3',
            '--src-prefix=a/', '--dst-prefix=b/', old, new, '--',
            *(['.'] + exclude if exclude else []))
        return text + '\n' if text else ''


def blob_id(data):
    """The id that git gives to these bytes."""
    return hashlib.sha1(b'blob %d\0' % len(data) + data).hexdigest()


def file_state(path):
    """(mode, blob id) of a file as git sees it; None if there is none."""
    path = pathlib.Path(path)
    try:
        if path.is_symlink():
            return '120000', blob_id(os.fsencode(os.readlink(path)))
        mode = '100755' if path.stat().st_mode & 0o100 else '100644'
        return mode, blob_id(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        return 'folder', ''


class Repo:
    """A repository's root, a base, and its build folder with the tree in it."""

    def __init__(self, root, build, base):
        self.root = pathlib.Path(root).resolve()
        self.base = base
        self.build = pathlib.Path(build).resolve()
        self.tree = self.build / 'qemu'
        self.git = Git(self.tree)

    def show(self, path):
        """A path as the user would write it."""
        path = pathlib.Path(path)
        try:
            return str(path.relative_to(self.root))
        except ValueError:
            return str(path)

    def state(self):
        """What the last apply left, or {} where there was none."""
        try:
            return json.loads((self.git.dir / STATE).read_text('utf-8'))
        except (OSError, ValueError):
            return {}

    def save(self, **values):
        path = self.git.dir / STATE
        part = path.with_suffix('.part')
        part.write_text(json.dumps({**self.state(), **values}, indent=1),
                        'utf-8')
        part.replace(path)

    @contextlib.contextmanager
    def locked(self):
        """One run at a time in a build folder."""
        self.build.mkdir(parents=True, exist_ok=True)
        with open(self.build / '.series.lock', 'w', encoding='utf-8') as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print('  WAIT    for another run in this build folder',
                      flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _walk(tree):
    """(path in the tree, full path) of every source file, as bytes."""
    top = os.fsencode(str(tree))
    for folder, folders, files in os.walk(top):
        if folder == top:
            folders[:] = [n for n in folders if n not in NOT_SOURCE]
            files = [n for n in files if n not in NOT_SOURCE]
        links = [n for n in folders
                 if os.path.islink(os.path.join(folder, n))]
        folders[:] = sorted(n for n in folders
                            if n not in (b'.git', b'__pycache__'))
        for name in sorted(files + links):
            if name != b'.git' and not name.endswith(b'.pyc'):
                full = os.path.join(folder, name)
                yield os.path.relpath(full, top), full


def _base_key(base):
    """A key of the base's content, without fetching it."""
    given = os.environ.get('QEMU_SRC')
    if not given:
        upstream.resolve(base)
        return f'package {base.package}'
    digest = hashlib.sha256()
    for name, full in _walk(upstream.given_tree(given, base)):
        stat = os.lstat(full)
        digest.update(b'%s\0%d %d\0' % (name, stat.st_size,
                                        stat.st_mtime_ns))
    return f'tree {digest.hexdigest()}'


def _import(git, source, message):
    """Commit the files of a folder; the commit's id.

    fast-import writes one pack and takes the bytes as they are: no
    ignore file, attribute or line ending setting has a say.
    """
    env = environment()
    command = ['git', '-c', 'core.compression=1', '-c', 'pack.compression=1',
               'fast-import', '--quiet', '--force', '--depth=0']
    text = message.encode()
    head = (f'commit refs/series/import\ncommitter {NAME} <{MAIL}> {EPOCH} '
            f'+0000\ndata {len(text)}\n').encode() + text + b'\ndeleteall\n'
    env.update(GIT_DIR=str(git.dir))
    with tempfile.TemporaryFile() as errors, \
            subprocess.Popen(command, cwd=git.tree, env=env, stderr=errors,
                             stdin=subprocess.PIPE) as process:
        try:
            process.stdin.write(head)
            for name, full in _walk(source):
                if os.path.islink(full):
                    mode, data = b'120000', os.readlink(full)
                else:
                    run = os.stat(full).st_mode & 0o100
                    mode = b'100755' if run else b'100644'
                    with open(full, 'rb') as file:
                        data = file.read()
                if name[:1] == b'"' or b'\n' in name:
                    raise SeriesError(f'{source}: file name {name!r} is not '
                                      'for git')
                process.stdin.write(b'M %s inline %s\ndata %d\n%s\n'
                                    % (mode, name, len(data), data))
            process.stdin.close()
        except BrokenPipeError:
            # Its last words say why.
            with contextlib.suppress(OSError):
                process.stdin.close()
        except BaseException:
            process.kill()
            with contextlib.suppress(OSError):
                process.stdin.close()
            raise
        if process.wait():
            errors.seek(0)
            raise GitError('fast-import', errors.read().decode())
    return git.run('rev-parse', 'refs/series/import')


def ensure_base(repo):
    """Make build/qemu at the base if need be; the base commit's id.

    A new base is imported beside the old one; the working tree stays as
    it is until apply updates it.
    """
    try:
        key = _base_key(repo.base)
        state = repo.state()
        if state.get('key') == key:
            return state['base']
        if repo.tree.exists() and not state:
            raise SeriesError(
                f'{repo.show(repo.tree)}: exists, but make apply did not '
                'make it; move it away or remove it, and run again')
        source = upstream.fetch(repo.base)
        version = upstream.tree_version(source)
    except (upstream.BaseError, debian.ArchiveError) as err:
        raise SeriesError(str(err)) from err
    origin = 'QEMU_SRC' if os.environ.get('QEMU_SRC') else repo.base.package
    message = f'QEMU {version} ({origin})\n'
    print(f'  IMPORT  {message.strip()}', flush=True)
    if state:
        commit = _import(repo.git, source, message)
        repo.git.run('update-ref', TAG, commit)
        repo.save(key=key, base=commit)
        return commit
    repo.build.mkdir(parents=True, exist_ok=True)
    part = pathlib.Path(tempfile.mkdtemp(dir=repo.build, prefix='.qemu-'))
    try:
        part.chmod(0o755)
        new = Repo(repo.root, repo.build, repo.base)
        new.git = Git(part)
        new.git.run('init', '-q', '-b', BRANCH.rsplit('/', 1)[-1])
        for name, value in (('core.autocrlf', 'false'),
                            ('advice.detachedHead', 'false'),
                            ('user.name', NAME), ('user.email', MAIL)):
            new.git.run('config', name, value)
        commit = _import(new.git, source, message)
        new.git.run('update-ref', TAG, commit)
        new.git.run('update-ref', BRANCH, commit)
        new.git.run('-c', 'checkout.workers=0', 'reset', '-q', '--hard')
        new.save(key=key, base=commit, head=commit, entries=[])
        part.rename(repo.tree)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return commit


def main_error(run):
    """Call run(); turn what a user can cause into one line and a status."""
    try:
        return run()
    except SeriesError as err:
        print(f'series: {err}', file=sys.stderr)
        return 1
    except OSError as err:
        where = f'{err.filename}: ' if err.filename else ''
        print(f'series: {where}{err.strerror}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('series: interrupted', file=sys.stderr)
        return 130

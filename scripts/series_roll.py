# SPDX-License-Identifier: GPL-2.0-or-later
"""make roll: what each entry of the series takes to stand on a base.

  applies   its hooks fit as they stand (some at other lines)
  adapted   the base has hooks of its own for some files
  drop      the base needs no such entry, by its line Drop-when
  ADAPT     hunks do not apply, and the base has no hooks for them
"""

import textwrap

from scripts import series_bases as sb, series_format as sf
from scripts.series_git import GitError, ensure_base
from scripts.series_tree import add_files


def roll(repo):
    """Print a verdict for each entry; how many need work."""
    base = ensure_base(repo)
    version = repo.git.run('show', f'{base}:VERSION').strip()
    _, first = sf.load(repo.root)
    _, loaded = sb.load(repo, base, stale=True)
    port = sb.Port(repo.root, repo.base)
    on_base = {entry.name: (entry, patch) for entry, patch, _ in loaded}
    rows = [(entry.name, *on_base.pop(entry.name))
            for entry, _, _ in loaded if sb.adapts(entry)]
    rows += [(entry.name, *on_base.get(entry.name, (entry, None)))
             for entry, _, _ in first]
    original = {entry.name: patch for entry, patch, _ in first}
    count = dict.fromkeys(('applies', 'adapted', 'drop', 'ADAPT'), 0)
    with repo.git.index(base) as index:
        for name, entry, patch in rows:
            if patch is None:
                verdict, why = 'drop', (
                    sb.dropped(original[name], version) + ' ('
                    + sb.trailer(original[name], 'Upstream') + ')')
            else:
                failed, moved = _try(repo, index, entry, patch)
                if not sb.adapts(entry):
                    failed += [f'{path}: other hooks than this base\'s were '
                               'made of' for path in
                               port.stale(entry, original[name])]
                own = sorted(sb.sections(port.diff(entry))) \
                    if not sb.adapts(entry) else ()
                verdict = 'ADAPT' if failed else 'adapted' if own else \
                    'applies'
                why = '; '.join(failed) or ', '.join(own) or (
                    'of this base alone' if sb.adapts(entry) else
                    f'{moved} of its files at other lines' if moved else '')
            count[verdict] += 1
            print(f'  {verdict:<8}{name}')
            for line in textwrap.wrap(why, 68):
                print(f'          {line}')
    print(f'roll: QEMU {version}: '
          + ', '.join(f'{number} {verdict}' for verdict, number
                      in count.items()))
    return count['ADAPT']


def _try(repo, index, entry, patch):
    """(why files do not apply, how many fit at other lines)"""
    failed, moved = [], 0
    before = repo.git.run('write-tree', index=index)
    for path, part in sb.sections(patch.diff).items():
        try:
            repo.git.run('apply', '--cached', '--whitespace=nowarn', '-',
                         data=part, index=index)
        except GitError as err:
            said = [line.removeprefix('error: ')
                    for line in err.stderr.splitlines()
                    if line.startswith('error: ')]
            failed.append(said[0] if said else str(err))
    after = repo.git.run('write-tree', index=index)
    made = sb.sections(sf.without_index(repo.git.diff(before, after)))
    for path, part in sb.sections(patch.diff).items():
        moved += path in made and made[path] != part
    add_files(repo, index, entry.overlay)
    return failed, moved

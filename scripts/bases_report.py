# SPDX-License-Identifier: GPL-2.0-or-later
"""The row of a base in reports/bases.rst, from the last `make check-base`.

Rows of other bases stay: their trees may be on another machine.
"""

import json
import os
import subprocess
import sys

from rig.base import command, tables, upstream
from rig.base.errors import say
from rig.base.paths import BUILD, REPORTS, ROOT

PAGE = REPORTS / 'bases.rst'
RESULTS = BUILD / 'check/results.json'
TITLES = ('base', 'tree', 'date', 'entries', 'unit tests', 'qtests',
          'migrations', 'with other QEMUs')
SUITES = ('in-tree', 'qtest', 'migrations', 'exchange')


def tree():
    """What the base's tree is: the package, or the commit of QEMU_SRC."""
    given = os.environ.get('QEMU_SRC')
    if not given:
        base = upstream.choose()
        upstream.resolve(base)
        return base.package
    done = subprocess.run(['git', '-C', given, 'rev-parse', '--short=10',
                           'HEAD'], check=False, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True)
    return done.stdout.strip() or 'no git'


def entries(text):
    """What `make roll` counts: "30 applies, 26 adapted, 0 drop"."""
    last = text.strip().split('\n')[-1]
    return last.rpartition(': ')[2].removesuffix(', 0 ADAPT')


def outcome(result):
    """A suite's cell."""
    if result is None:
        return 'not run'
    words = [f'{result["passed"]} passed']
    words += [f'{result[word]} {word}' for word in ('failed', 'skipped')
              if result[word]]
    return ', '.join(words)


def row(base, name, rolled, results):
    """The cells of a base."""
    day = max((results[suite]['date'] for suite in SUITES
               if suite in results), default='-')
    return (base, name, day, entries(rolled),
            *(outcome(results.get(suite)) for suite in SUITES))


def merged(text, new):
    """The rows of the page's table, with the new one in its place."""
    lines = [line for line in text.split('\n') if line.strip()]
    rows = {}
    if len(lines) > 3:
        starts = [i for i, c in enumerate(lines[0])
                  if c == '=' and lines[0][i - 1:i] in ('', ' ')]
        ends = [*(start - 1 for start in starts[1:]), None]
        for line in lines[3:-1]:
            cells = tuple(line[a:b].strip() for a, b in zip(starts, ends))
            rows[cells[0]] = cells
    rows[new[0]] = new
    return [TITLES, *rows.values()]


def main():
    command.parser('scripts.bases_report', __doc__).parse_args()
    if not RESULTS.is_file():
        sys.exit(f'bases_report: no {RESULTS.relative_to(ROOT)}; run '
                 'make check-base BASE=... first')
    results = json.loads(RESULTS.read_text(encoding='utf-8'))
    rolled = subprocess.run([sys.executable, '-m', 'scripts.series', 'roll'],
                            cwd=ROOT, text=True, check=False,
                            stdin=subprocess.DEVNULL, capture_output=True)
    new = row(upstream.choose().name, f'{upstream.version()}, {tree()}',
              rolled.stdout, results)
    rows = merged(tables.split_page(PAGE)[1], new)
    tables.renew_page(PAGE, '\n'.join(tables.rst_table(rows)) + '\n')
    say('WRITTEN', str(PAGE.relative_to(ROOT)))


if __name__ == '__main__':
    main()

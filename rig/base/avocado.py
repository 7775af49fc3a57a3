# SPDX-License-Identifier: GPL-2.0-or-later
"""Run tests under avocado, and read its record of them.

avocado starts a process for each test.  It finds `rig` only with the
repository's top in PYTHONPATH.  By hand:

    PYTHONPATH=. avocado run -t quick tests/avocado
"""

import json
import pathlib
import shutil

from rig.base.errors import RigError
from rig.base.paths import ROOT

# A test's status, and what it counts as; any other is a failure.
OUTCOMES = {'PASS': 'passed', 'WARN': 'passed', 'SKIP': 'skipped',
            'CANCEL': 'skipped'}


def command(results, tests, *options, at_once=1):
    """The command that runs tests, so many at once; RigError without avocado.

    It leaves its record in the folder `results`.
    """
    avocado = shutil.which('avocado')
    if avocado is None:
        raise RigError('avocado: not found; `make setup` installs it')
    return ['env', f'PYTHONPATH={ROOT}', avocado, 'run', '--disable-sysinfo',
            '--max-parallel-tasks', str(at_once), '--job-results-dir',
            results, *options, *tests]


def recorded(results):
    """All that avocado recorded of each test; none if it left no record."""
    records = list(pathlib.Path(results).glob('job-*/results.json'))
    return (json.loads(records[0].read_text(encoding='utf-8'))['tests']
            if records else [])


def print_log(test):
    """The end of a failed test's own log."""
    path = pathlib.Path(test['logfile'])
    if path.exists():
        lines = path.read_text(errors='replace').splitlines()
        print('\n'.join(f'          | {line}' for line in lines[-40:]))

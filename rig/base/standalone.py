# SPDX-License-Identifier: GPL-2.0-or-later
"""Tools of the pure core (standalone/), built on demand."""

import shutil

from rig.base import logged, paths
from rig.base.errors import RigError
from rig.base.lock import locked

MESON = '/usr/bin/meson'
BUILD = paths.BUILD / 'record'


def run(steps, what, log):
    """Run the commands of a build; RigError if one fails."""
    for step in steps:
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            status = logged.run(step, log, paths.ROOT)
        except FileNotFoundError as err:
            raise RigError(f'{err.filename}: not found; scripts/setup.sh '
                           'installs it') from err
        if status:
            raise RigError(f'{what}: `{step[0]}` failed, see {log}')


def tool(name):
    """The path of an up-to-date tool, a target of the top meson.build.

    One process builds at a time: another could run a half-linked program.
    """
    with locked(BUILD.with_suffix('.lock')):
        steps = [['ninja', '-C', BUILD, name]]
        if not (BUILD / 'build.ninja').exists():
            shutil.rmtree(BUILD, ignore_errors=True)
            steps.insert(0, [MESON, 'setup', BUILD])
        run(steps, f'standalone/{name}', BUILD.with_suffix('.log'))
    return BUILD / name

# SPDX-License-Identifier: GPL-2.0-or-later
"""Tools of the pure core (standalone/), built when they are wanted."""

import shutil

from . import image
from .errors import RigError
# In scripts/, which rig.kernels has put on the path.
import logged   # pylint: disable=wrong-import-order

MESON = '/usr/bin/meson'
BUILD = image.BUILD / 'record'


def run(steps, what, log):
    """Run the commands of a build; RigError that says what was not built."""
    for step in steps:
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            status = logged.run(step, log, image.ROOT)
        except FileNotFoundError as err:
            raise RigError(f'{err.filename}: not found; scripts/setup.sh '
                           'installs it') from err
        if status:
            raise RigError(f'{what}: `{step[0]}` failed, see {log}')


def tool(name):
    """The path of an up-to-date tool, a target of the top meson.build."""
    steps = [['ninja', '-C', BUILD, name]]
    if not (BUILD / 'build.ninja').exists():
        shutil.rmtree(BUILD, ignore_errors=True)
        steps.insert(0, [MESON, 'setup', BUILD])
    run(steps, f'standalone/{name}', BUILD.with_suffix('.log'))
    return BUILD / name

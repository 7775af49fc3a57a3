# SPDX-License-Identifier: GPL-2.0-or-later
"""Libraries that inner QEMUs load first (LD_PRELOAD), to see their ioctls."""

import pathlib

from rig import image


def library(name):
    """The path of rig/preload/NAME.c as a library for the hosts, built."""
    source = pathlib.Path(__file__).with_name(f'{name}.c')
    return image.made(image.CACHE / f'{name}.so', source, lambda part: [
        image.CROSS + 'gcc', '-std=gnu11', '-O2', '-Wall', '-Wextra', '-fPIC',
        '-shared', '-pthread', '-o', part, source])

# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things are in the repository."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
REPORTS = ROOT / 'reports'
LISTS = ROOT / 'tests' / 'data' / 'arm-kvm-reg-list'


def _build():
    """build/, or the folder in it of a base that is not the first.

    The base in use is BASE, or what was taken by default, or the first that
    UPSTREAM names.
    """
    first = next(line.split()[1] for line in (ROOT / 'UPSTREAM').read_text(
        'utf-8').splitlines() if line.startswith('base'))
    base = os.environ.get('BASE') or default_base() or first
    return ROOT / 'build' if base == first else ROOT / 'build' / base


def default_base(root=ROOT):
    """What was taken by default, if not the first; '' else."""
    try:
        return (root / 'build' / '.base').read_text('utf-8').strip()
    except OSError:
        return ''


BUILD = _build()

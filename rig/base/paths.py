# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things are in the repository."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / 'build'
REPORTS = ROOT / 'reports'
LISTS = ROOT / 'tests' / 'data' / 'arm-kvm-reg-list'

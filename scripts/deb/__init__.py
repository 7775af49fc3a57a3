# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian packages of QEMU with the series: `python3 -m scripts.deb`."""

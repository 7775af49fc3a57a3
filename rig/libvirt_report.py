# SPDX-License-Identifier: GPL-2.0-or-later
"""What the cases with libvirt did: their records as a table."""

from . import image

RECORDS = image.BUILD / 'libvirt'

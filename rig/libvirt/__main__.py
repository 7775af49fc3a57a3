# SPDX-License-Identifier: GPL-2.0-or-later
"""`python3 -m rig.libvirt`."""

import sys

from rig.libvirt.run import main

sys.exit(main())

# SPDX-License-Identifier: GPL-2.0-or-later
"""`python3 -m rig.ioctls`."""

import sys

from rig.ioctls.run import main

sys.exit(main())

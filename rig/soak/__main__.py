# SPDX-License-Identifier: GPL-2.0-or-later
"""`python3 -m rig.soak`."""

import sys

from rig.soak.run import main

sys.exit(main())

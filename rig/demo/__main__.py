# SPDX-License-Identifier: GPL-2.0-or-later
"""`python3 -m rig.demo`."""

import sys

from rig.demo.run import main

sys.exit(main())

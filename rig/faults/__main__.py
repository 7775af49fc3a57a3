# SPDX-License-Identifier: GPL-2.0-or-later
"""`python3 -m rig.faults`."""

import sys

from rig.faults.run import main

sys.exit(main())

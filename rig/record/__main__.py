# SPDX-License-Identifier: GPL-2.0-or-later
"""`python3 -m rig.record`."""

import sys

from rig.record.run import main

sys.exit(main())

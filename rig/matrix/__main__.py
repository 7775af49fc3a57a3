# SPDX-License-Identifier: GPL-2.0-or-later
"""`python3 -m rig.matrix`."""

import sys

from rig.matrix.run import main

sys.exit(main())

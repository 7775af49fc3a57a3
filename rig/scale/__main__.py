# SPDX-License-Identifier: GPL-2.0-or-later
"""`python3 -m rig.scale`."""

import sys

from rig.scale.run import main

sys.exit(main())

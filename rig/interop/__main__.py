# SPDX-License-Identifier: GPL-2.0-or-later
"""`python3 -m rig.interop`."""

import sys

from rig.interop.run import main

sys.exit(main())

# SPDX-License-Identifier: GPL-2.0-or-later
"""`python3 -m rig.bench`."""

import sys

from rig.bench.run import main

sys.exit(main())

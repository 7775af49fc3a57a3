# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands: `python3 -m NAME`, run from the repository's top."""

import argparse
import signal
import sys

from rig.base import progress
from rig.base.errors import RigError


def parser(name, description, **kwargs):
    """An ArgumentParser whose help says how the command is run."""
    return argparse.ArgumentParser(
        prog=f'python3 -m {name}', description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs)


def program(name, run, errors=(RigError, OSError), interrupted=''):
    """Run a command; its exit status.

    An error is one line and status 2.  On SIGTERM and Ctrl-C the command
    ends its hosts first.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return run()
    except errors as err:
        progress.clear()
        print(f'{name}: {err}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        progress.clear()
        print(f'{name}: interrupted{interrupted}', file=sys.stderr)
        return 130
    finally:
        progress.clear()

# SPDX-License-Identifier: GPL-2.0-or-later
"""How long it takes to compare 1,000 dumps of 10 kinds of hosts.

Nothing here passes or fails by the clock.
"""

import json
import pathlib
import tempfile
import time

import tool

HOSTS = 1000
KINDS = [f'{series}-neoverse-n1-vregs+pmu.txt' for series in
         ('5.10', '6.1', '6.12', '6.16', '6.17', '6.18', '6.19', '7.0', '7.1',
          '7.3')]


def main():
    with tempfile.TemporaryDirectory(prefix='kvm-arm-regs-') as folder:
        paths = []
        for i in range(HOSTS):
            # Each with a name of its own, so that no two files are equal.
            dump = tool.recorded(KINDS[i % len(KINDS)], host=f'host-{i:04}')
            paths.append(pathlib.Path(folder) / f'{i:04}.json')
            paths[-1].write_text(json.dumps(dump, indent=2), encoding='utf-8')
        size = sum(path.stat().st_size for path in paths) / 1e6
        best = None
        for _ in range(3):
            start = time.monotonic()
            done = tool.run('compare', '--json', *paths)
            spent = time.monotonic() - start
            best = min(best or spent, spent)
        found = json.loads(done.stdout)
    print(f'{HOSTS} dumps ({size:.0f} MB): {len(found["kinds"])} kinds, '
          f'{len(found["groups"])} groups in {best:.2f} s')


if __name__ == '__main__':
    main()

# SPDX-License-Identifier: GPL-2.0-or-later
"""The tests on a machine with real Arm KVM, which here is an emulated host.

avocado runs in it, on its /dev/kvm, as on Arm hardware.
"""

import json
import unittest

from rig.base.errors import say
from rig.host import Host, boot
from rig.real import host as real_host, trial
from rig.testing.case import RigCase

# Python starts for each test, and takes seconds to do so under TCG.
LIMIT = 1800
FILES = ('test_migration.py', 'test_ioctls.py', 'test_scale.py')
PASS = {'test_migration.py:Forward.test_same_kernel',
        'test_migration.py:Forward.test_same_kernel_6_12',
        'test_migration.py:Forward.test_stock_destination'}


class RealKVM(RigCase):
    """
    :avocado: tags=slow,rig
    """

    emulated_only = True

    def test_quick(self):
        """What one kernel and one CPU can show passes, the rest says why."""
        host, = self.stack.enter_context(boot(Host(
            '6.18', memory='3G', smp=2, files=trial.files())))
        names = ' '.join(f'tests/avocado/{name}' for name in FILES)
        done = host.run(
            f'cd /{trial.HOME} && export HOME=/root RIG_SLOW=8 '
            'PYTHONPATH=. PATH=/usr/bin:/bin; avocado run --disable-sysinfo '
            f'--job-results-dir /tmp/results -t quick,rig {names}',
            LIMIT, check=False)
        results = json.loads(host.get('/tmp/results/latest/results.json'))
        outcomes = {}
        for test in results['tests']:
            name = test['name'].rpartition('/')[2]
            outcomes.setdefault(test['status'], {})[name] = str(
                test.get('fail_reason'))
        say('COUNTS', ', '.join(f'{len(tests)} {status}' for status, tests
                                in sorted(outcomes.items())))
        self.assertLessEqual(set(outcomes), {'PASS', 'SKIP'}, done.stdout)
        self.assertEqual(set(outcomes['PASS']), PASS, done.stdout)
        # No emulator is there: nothing can have run in an emulated host.
        self.assertTrue(outcomes['SKIP'])
        for test, reason in outcomes['SKIP'].items():
            self.assertIn(real_host.REMEDY, reason, test)


if __name__ == '__main__':
    unittest.main()

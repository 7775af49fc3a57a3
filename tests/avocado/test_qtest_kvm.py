# SPDX-License-Identifier: GPL-2.0-or-later
"""The series' qtest with KVM, which runs no case with TCG in this build."""

import re
import unittest

from rig import image
from rig.base import packages
from rig.testing.case import RigCase

BUILD = image.QEMUS['series'][0].parent
TEST = 'tests/qtest/arm-cpreg-migration-test'
INSIDE = 'usr/bin/arm-cpreg-migration-test'


class QTestKVM(RigCase):
    """
    :avocado: tags=quick,rig
    """

    def test_kvm(self):
        """6.18: a list that was taken, and altered ones that were not."""
        self.require(image.qemu_path, 'series')
        self.require_tool('ninja')
        host, = self.hosts('6.18')
        packages.tool(['ninja', '-C', BUILD, TEST])
        host.provide({INSIDE: BUILD / TEST})
        # libqtest tells the architecture by the end of the name.
        qemu = host.path('/tmp/qemu-system-aarch64')
        done = host.run(
            f'ln -sf {host.path(host.qemu("series"))} {qemu}; '
            f'TMPDIR={host.path("/tmp")} QTEST_QEMU_BINARY={qemu} '
            f'{host.path("/" + INSIDE)} --tap -k', 300, check=False)
        passed = re.findall(r'^ok \d+ (\S+)$', done.stdout, re.M)
        self.assertEqual(done.status, 0, done.stdout + done.stderr)
        self.assertEqual(passed, ['/aarch64/arm-cpreg-migration/kvm'],
                         done.stdout)
        self.assertNotIn('not ok', done.stdout)


if __name__ == '__main__':
    unittest.main()

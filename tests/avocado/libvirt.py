# SPDX-License-Identifier: GPL-2.0-or-later
"""`virsh migrate` of host-passthrough guests between hosts with libvirt."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

# pylint: disable=wrong-import-position
from libvirtcase import PSCI, LibvirtCase                   # noqa: E402
from rigcase import recorded                                # noqa: E402

PSCI_REMEDY = 'to move here, a guest must be started with -cpu ' \
    'host,kvm-psci-version=1.1'


class Quick(LibvirtCase):
    """
    :avocado: tags=quick,rig,libvirt
    """

    def test_newer_kernel(self):
        """6.12 to 6.18, which stock QEMU refuses."""
        hosts = self.libvirt_hosts('6.12', '6.18')
        self.goes(self.domain(hosts[0]), hosts[1])

    def test_refused_value(self):
        """6.18 to 6.12: virsh names register, values and remedy."""
        kernels = ('6.18', '6.12')
        hosts = self.libvirt_hosts(*kernels)
        self.refused_by_both(
            self.domain(hosts[0]), hosts[1],
            recorded('PSCI_VERSION', *kernels), PSCI_REMEDY)


class Ways(LibvirtCase):
    """
    :avocado: tags=slow,libvirt
    """

    def test_there_and_back(self):
        """Started on 6.18 with kvm-psci-version=1.1: to 6.12 and back."""
        hosts = self.libvirt_hosts('6.18', '6.12')
        domain = self.domain(hosts[0], PSCI)
        self.goes(domain, hosts[1])
        self.goes(domain, hosts[0])


if __name__ == '__main__':
    unittest.main()

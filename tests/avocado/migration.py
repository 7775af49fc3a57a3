# SPDX-License-Identifier: GPL-2.0-or-later
"""Live migration between emulated hosts with real kernels and real KVM.

Each case boots its hosts, starts the witness guest on the source, migrates
it, and asks the witness to compare every register and all memory it holds.
"""

import contextlib
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

# pylint: disable=wrong-import-position
from rig.errors import GuestError                           # noqa: E402
from rig.guest import Guest                                 # noqa: E402
from rig.host import DEFAULT_CPU, Host, boot                # noqa: E402
from rig.migration import LOST, MIGRATED, REFUSED, migrate  # noqa: E402
from rig.network import Network                             # noqa: E402


class RigCase(unittest.TestCase):
    """Hosts and guests that end with the test, whatever becomes of it."""

    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def hosts(self, *kernels, qemu=('series',), **kwargs):
        """Booted hosts on a network of their own, the witness aboard."""
        network = self.stack.enter_context(Network())
        return self.stack.enter_context(boot(*(
            Host(kernel, network=network, qemu=qemu, guests=('witness',),
                 **kwargs) for kernel in kernels)))

    def guest(self, host, qemu='series', **kwargs):
        """A running witness, or one that waits for a migration."""
        guest = self.stack.enter_context(
            Guest(host, qemu, 'witness', **kwargs))
        if not guest.incoming:
            guest.wait_up()
        return guest

    def pair(self, source, destination, kernels, *, host_cpu=DEFAULT_CPU,
             **kwargs):
        """Source and destination guest: a QEMU and a kernel for each."""
        hosts = self.hosts(*kernels, qemu=sorted({source, destination}),
                           cpu=host_cpu)
        return (self.guest(hosts[0], source, **kwargs),
                self.guest(hosts[1], destination, incoming=True, **kwargs))

    def migrates(self, source, destination, **kwargs):
        """Migrate; the witness is whole at the destination."""
        self.assertRegex(source.check(), '^witness ok')
        result = migrate(source, destination, **kwargs)
        self.assertEqual(result.outcome, MIGRATED, str(result))
        self.assertRegex(destination.check(), '^witness ok')
        self.assertEqual(destination.stderr(), '')
        return result

    def refused(self, source, destination, *texts, **kwargs):
        """Refused with all of this said; the witness is whole and runs on."""
        result = migrate(source, destination, **kwargs)
        self.assertEqual(result.outcome, REFUSED, str(result))
        for text in texts:
            self.assertIn(text, result.destination_stderr)
        self.assertRegex(source.check(), '^witness ok')
        return result


class Forward(RigCase):
    """
    :avocado: tags=quick,rig
    """

    def test_update_6_12_to_6_18(self):
        """The kernel update on which stock loses the guest."""
        self.migrates(*self.pair('series', 'series', ('6.12', '6.18')))

    def test_update_return_path(self):
        """The same with the return path on."""
        self.migrates(*self.pair('series', 'series', ('6.12', '6.18')),
                      return_path=True)

    def test_same_kernel(self):
        """6.18 to 6.18."""
        self.migrates(*self.pair('series', 'series', ('6.18', '6.18')))

    def test_same_kernel_6_12(self):
        """6.12 takes a write to PMCNTENCLR_EL0 for one that clears bits."""
        self.migrates(*self.pair('series', 'series', ('6.12', '6.12')))

    def test_all_features(self):
        """A CPU with SVE, PAuth, TCR2, S1PIE: stock spoils FPCR and Z."""
        source, destination = self.pair('series', 'series', ('6.18', '6.18'),
                                        host_cpu='max,pauth-impdef=on')
        self.assertRegex(source.serial(), r'witness holds: .* [1-9]\d* sve')
        self.migrates(source, destination)

    def test_identity_first(self):
        """6.1's ID_AA64MMFR3_EL1 of 0 hides what is written next.

        Stock ends in "unknown to KVM". What still differs here, KVM takes
        and does not use: arm-kvm-registers.rst, "When KVM refuses a value".
        """
        source, destination = self.pair('series', 'series', ('6.1', '6.18'),
                                        host_cpu='max,pauth-impdef=on')
        result = migrate(source, destination)
        self.assertEqual(result.outcome, MIGRATED, str(result))
        with self.assertRaises(GuestError):
            destination.check()
        self.assertEqual(destination.mismatches(), {
            'ID_AA64MMFR2_EL1', 'PMCR_EL0', 'PMCEID0_EL0'})

    def test_stock_source(self):
        """A guest that was started with stock moves to the series."""
        self.migrates(*self.pair('stock', 'series', ('6.12', '6.18')))

    def test_stock_destination(self):
        """And from the series back to stock, on one kernel."""
        self.migrates(*self.pair('series', 'stock', ('6.18', '6.18')))

    def test_stock_loses_the_guest(self):
        """What all this mends; should it pass one day, the base changed."""
        result = migrate(*self.pair('stock', 'stock', ('6.12', '6.18')))
        self.assertEqual(result.outcome, LOST, str(result))
        self.assertIn('expecting positive value', result.destination_stderr)


class Backward(RigCase):
    """
    :avocado: tags=quick,rig
    """

    def test_psci_version(self):
        """Started with PSCI 1.1, a guest of 6.18 goes back to 6.12."""
        hosts = self.hosts('6.18', '6.12')
        self.migrates(self.guest(hosts[0], cpu='host,kvm-psci-version=1.1'),
                      self.guest(hosts[1], incoming=True))

    def test_pmmir(self):
        """7.3 lists PMMIR_EL1 for a vCPU with a PMU, 6.18 does not."""
        self.migrates(*self.pair('series', 'series', ('7.3', '6.18')))

    def test_psci_version_that_kvm_has_not(self):
        """Refused at start, with the newest one that there is."""
        hosts = self.hosts('6.12')
        with self.assertRaisesRegex(GuestError, r'kvm-psci-version=1\.3: .* '
                                    r'its newest is 1\.1'):
            self.guest(hosts[0], cpu='host,kvm-psci-version=1.3')

    def test_refused_source_is_whole(self):
        """What a refused source writes back to its own KVM is exact.

        6.1 lists fewer CCSIDR than 6.12, and the source writes back on 6.12,
        where the PMU's CLR registers clear.
        """
        self.refused(*self.pair('series', 'series', ('6.12', '6.1')),
                     'CCSIDR', return_path=True)

    def test_refusal_names_the_register(self):
        """6.18 starts guests with PSCI 1.3, 6.12 ends at 1.1.

        The destination says so once and keeps the error of the load, where
        stock says it twice and exits from cpu_synchronize_all_post_init().
        """
        source, destination = self.pair('series', 'series', ('6.18', '6.12'))
        result = self.refused(
            source, destination, 'load of migration failed',
            'PSCI_VERSION (0x6030000000140000) = 0x10003, here 0x10001',
            return_path=True)
        self.assertIn('-cpu host,kvm-psci-version=1.1',
                      result.destination_stderr)
        self.assertEqual(result.destination_stderr.count('PSCI_VERSION'), 1)
        self.assertNotIn('after init', result.destination_stderr)
        self.assertEqual(result.destination_exit, 1)

        # The next try, to another QEMU that shall stay: the reason is in
        # its query-migrate, and the guest still runs on.
        again = self.guest(destination.host, incoming=True)
        result = self.refused(source, again, return_path=True,
                              exit_on_error=False)
        self.assertIsNone(result.destination_exit)
        self.assertEqual(result.destination_status, 'inmigrate')
        self.assertIn('PSCI_VERSION', result.destination_error)


if __name__ == '__main__':
    unittest.main()

# SPDX-License-Identifier: GPL-2.0-or-later
"""Live migration between emulated hosts with real kernels and real KVM.

Each case boots its hosts, starts the witness guest on the source, migrates
it, and asks the witness to compare every register and all memory it holds.
"""

import unittest

from rig import messages
from rig.base.errors import GuestError
from rig.migration import LOST, migrate
from rig.testing.case import RigCase, recorded


class Forward(RigCase):
    """
    :avocado: tags=quick,rig
    """

    def test_update_6_12_to_6_18(self):
        """The kernel update on which stock loses the guest.

        :avocado: tags=base,mission
        """
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
                                        host_cpu='max,pauth-impdef=on',
                                        cpu_features=('sve',))
        self.assertRegex(source.serial(), r'witness holds: .* [1-9]\d* sve')
        self.migrates(source, destination)

    def test_identity_first(self):
        """6.1's ID_AA64MMFR3_EL1 of 0 hides what is written next.

        Stock ends in "unknown to KVM".  What still differs here, KVM takes
        and does not use: arm-kvm-registers.rst, "When KVM refuses a value".
        """
        kernels = ('6.1', '6.18')
        self.altered(*self.pair('series', 'series', kernels,
                                host_cpu='max,pauth-impdef=on'),
                     {'ID_AA64MMFR2_EL1', 'PMCR_EL0', 'PMCEID0_EL0'},
                     kernels)

    def test_from_the_oldest(self):
        """5.10 to 6.18: KVM lists, and shows, much that it did not."""
        kernels = ('5.10', '6.18')
        self.altered(*self.pair('series', 'series', kernels),
                     {'CTR_EL0', 'PMCR_EL0', 'PMCEID0_EL0'}, kernels)

    def test_to_the_newest(self):
        """6.18 to 7.3, which lists one register more."""
        self.migrates(*self.pair('series', 'series', ('6.18', '7.3')),
                      return_path=True)

    def test_changed_at_the_first_run(self):
        """7.3 takes S1PIE, and takes it away when the guest first runs.

        Stock loses this guest: nothing fails, and it faults for ever.
        """
        said = ('ID_AA64MMFR3_EL1 (0x603000000013c03b) = 0x111, destination '
                '0x11: KVM changes it when the guest runs '
                '(ID_AA64MMFR3_EL1.S1PIE: source 1, destination 0)')
        source, destination = self.pair('series', 'series', ('6.18', '7.3'),
                                        host_cpu='max,pauth-impdef=on')
        self.refused_late(source, destination, said)
        self.refused_early(source, self.guest(destination.host,
                                              incoming=True), said,
                           check_before_ram=True)

    def test_stock_source(self):
        """A guest that was started with stock moves to the series.

        :avocado: tags=mission
        """
        self.migrates(*self.pair('stock', 'series', ('6.12', '6.18')))

    def test_stock_destination(self):
        """And from the series back to stock, on one kernel."""
        self.migrates(*self.pair('series', 'stock', ('6.18', '6.18')))

    def test_stock_loses_the_guest(self):
        """What all this mends; should it pass one day, the base changed.

        :avocado: tags=mission
        """
        result = migrate(*self.pair('stock', 'stock', ('6.12', '6.18')))
        self.assertEqual(result.outcome, LOST, str(result))
        self.assertIn('expecting positive value', result.destination_stderr)


class Backward(RigCase):
    """
    :avocado: tags=quick,rig
    """

    def test_psci_version(self):
        """Started with PSCI 1.1, a guest of 6.18 goes back to 6.12.

        :avocado: tags=base
        """
        hosts = self.hosts('6.18', '6.12')
        self.migrates(self.guest(hosts[0], cpu='host,kvm-psci-version=1.1'),
                      self.guest(hosts[1], incoming=True))

    def test_pmmir(self):
        """7.3 lists PMMIR_EL1 for a vCPU with a PMU, 6.18 does not."""
        self.migrates(*self.pair('series', 'series', ('7.3', '6.18')))

    def test_psci_version_that_kvm_has_not(self):
        """Refused at start, with the newest one that there is."""
        hosts = self.hosts('6.12', exact=True)
        with self.assertRaisesRegex(GuestError, r'kvm-psci-version=1\.3: .* '
                                    r'its newest is 1\.1'):
            self.guest(hosts[0], cpu='host,kvm-psci-version=1.3')

    def test_refused_source_is_whole(self):
        """What a refused source writes back to its own KVM is exact.

        Without the check before RAM the guest was stopped by then.  6.1 lists
        fewer CCSIDR than 6.12, and the source writes back on 6.12, where the
        PMU's CLR registers clear.
        """
        kernels = ('6.12', '6.1')
        result = self.refused_late(
            *self.pair('series', 'series', kernels),
            *(recorded(name, *kernels) for name in (
                'CCSIDR[0]', 'CCSIDR[1]', 'CCSIDR[2]', 'CLIDR_EL1',
                'ID_AA64DFR0_EL1')),
            'ID_AA64DFR0_EL1.DebugVer: source 8, destination 6',
            'CLIDR_EL1.Ctype1: source 1, destination 3')
        # The other eleven CCSIDR are of caches that the guest has not.
        self.assertEqual(messages.refused_registers(
            result.destination_stderr), [
            'CCSIDR[0]', 'CCSIDR[1]', 'CCSIDR[2]', 'CLIDR_EL1',
            'ID_AA64DFR0_EL1'])

    def test_refusal_names_the_register(self):
        """6.18 starts guests with PSCI 1.3, 6.12 ends at 1.1.

        Without the check before RAM the destination says so once and keeps
        the error of the load, where stock says it twice and exits from
        cpu_synchronize_all_post_init().
        """
        source, destination = self.pair('series', 'series', ('6.18', '6.12'))
        result = self.refused_late(
            source, destination, 'load of migration failed',
            recorded('PSCI_VERSION', '6.18', '6.12'),
            'PSCI: source 1.3, destination 1.1')
        self.assertIn('-cpu host,kvm-psci-version=1.1',
                      result.destination_stderr)
        self.assertEqual(result.destination_stderr.count('PSCI_VERSION'), 1)
        self.assertNotIn('after init', result.destination_stderr)
        self.assertEqual(result.destination_exit, 1)

        # The next try, to another QEMU that shall stay: the reason is in
        # its query-migrate, and the guest still runs on.
        again = self.guest(destination.host, incoming=True)
        result = self.refused_late(source, again, 'PSCI_VERSION',
                                   exit_on_error=False)
        self.assertIsNone(result.destination_exit)
        self.assertEqual(result.destination_status, 'inmigrate')


if __name__ == '__main__':
    unittest.main()

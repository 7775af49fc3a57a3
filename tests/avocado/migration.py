# SPDX-License-Identifier: GPL-2.0-or-later
"""Live migration between emulated hosts with real kernels and real KVM.

Each case boots its hosts, starts the witness guest on the source, migrates
it, and asks the witness to compare every register and all memory it holds.
"""

import contextlib
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

# pylint: disable=wrong-import-position
from rig import cases                                       # noqa: E402
from rig.errors import GuestAltered, GuestError             # noqa: E402
from rig.guest import Guest                                 # noqa: E402
from rig.host import DEFAULT_CPU, Host, boot                # noqa: E402
from rig.migration import LOST, MIGRATED, REFUSED, migrate  # noqa: E402
from rig.network import Network                             # noqa: E402
from rig.record import LISTS                                # noqa: E402


def recorded(name, source, destination, cpu=DEFAULT_CPU,
             features='vregs+pmu'):
    """What a refusal says of a register: both kernels' recorded values."""
    values = []
    for kernel in (source, destination):
        path = LISTS / f'{kernel}-{cpu}-{features}.txt'
        found = re.search(rf'^(\S+) (0x\S+) .*# {re.escape(name)}$',
                          path.read_text(), re.M)
        if not found:
            raise AssertionError(f'{path}: no value of {name}; the test '
                                 'needs one')
        index = found.group(1)
        values.append(int(found.group(2), 0))
    return f'{name} ({index}) = 0x{values[0]:x}, here 0x{values[1]:x}'


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

    def altered(self, source, destination, registers, kernels):
        """Migrate; KVM itself shows other values in these registers."""
        self.assertRegex(source.check(), '^witness ok')
        result = migrate(source, destination, return_path=True)
        self.assertEqual(result.outcome, MIGRATED, str(result))
        with self.assertRaises(GuestAltered):
            destination.check()
        self.assertEqual(destination.stderr(), '')
        self.assertEqual(destination.mismatches(), registers)
        for line in cases.differences(destination.serial()):
            self.assertTrue(cases.alteration(line, *kernels), line)

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
        self.refused(*self.pair('series', 'series', ('6.18', '7.3'),
                                host_cpu='max,pauth-impdef=on'),
                     'ID_AA64MMFR3_EL1 (0x603000000013c03b) = 0x111, here '
                     '0x11: KVM changes it when the guest runs '
                     '(ID_AA64MMFR3_EL1.S1PIE: source 1, destination 0)',
                     return_path=True)

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
        kernels = ('6.12', '6.1')
        result = self.refused(
            *self.pair('series', 'series', kernels),
            *(recorded(name, *kernels) for name in (
                'CCSIDR[0]', 'CCSIDR[1]', 'CCSIDR[2]', 'CLIDR_EL1',
                'ID_AA64DFR0_EL1')),
            'ID_AA64DFR0_EL1.DebugVer: source 8, destination 6',
            'CLIDR_EL1.CTYPE1: source 1, destination 3', return_path=True)
        # The other eleven CCSIDR are of caches that the guest has not.
        self.assertEqual(cases.refused_registers(result.destination_stderr), [
            'CCSIDR[0]', 'CCSIDR[1]', 'CCSIDR[2]', 'CLIDR_EL1',
            'ID_AA64DFR0_EL1'])

    def test_refusal_names_the_register(self):
        """6.18 starts guests with PSCI 1.3, 6.12 ends at 1.1.

        The destination says so once and keeps the error of the load, where
        stock says it twice and exits from cpu_synchronize_all_post_init().
        """
        source, destination = self.pair('series', 'series', ('6.18', '6.12'))
        result = self.refused(
            source, destination, 'load of migration failed',
            recorded('PSCI_VERSION', '6.18', '6.12'),
            'PSCI: source 1.3, destination 1.1', return_path=True)
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

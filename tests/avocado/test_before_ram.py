# SPDX-License-Identifier: GPL-2.0-or-later
"""What cannot be restored is refused before RAM, and both sides say why.

Each guest is refused twice, by QEMUs of one host: with the return-path
capability as it is, and with it on.  Then the same guest migrates, to a
destination that was started as the refusal says, or to another host.
"""

import re
import unittest

from rig import messages
from rig.matrix import cases
from rig.testing.case import RigCase, recorded

SOURCE = 'registers of the source (Linux {}) cannot be restored on this ' \
    'host: '
# The lengths that a CPU "max" has, and KVM offers, in bits.
LENGTHS = tuple(range(128, 2048 + 1, 128))


def lengths(*bits):
    """As a refusal lists them."""
    return ', '.join(map(str, bits)) + ' bits'


def switched(bits, value):
    """The -cpu properties of vector lengths."""
    return ','.join(f'sve{n}={value}' for n in bits)


class BeforeRam(RigCase):
    """
    :avocado: tags=quick,rig
    """

    def refused_twice(self, source, host, *texts, cpu='host'):
        """The two refusals; what the source said in the end."""
        texts = (SOURCE.format(source.host.kernel.version), *texts)
        for return_path in (False, True):
            destination = self.guest(host, cpu=cpu, incoming=True)
            result = self.refused_early(source, destination, *texts,
                                        return_path=return_path)
            self.assertEqual(result.destination_exit, 1)
            # One error, in one line.
            self.assertEqual(result.destination_stderr.count('\n'), 1,
                             result.destination_stderr)
        return result.source_error

    def other_options(self, options, destination_options, *texts,
                      host_cpu='neoverse-n1', **asked):
        """Refused for what QEMU was started with; then as it was told to."""
        hosts = self.hosts('6.18', '6.18', cpus=(host_cpu, host_cpu),
                           **asked)
        source = self.guest(hosts[0], cpu=options)
        said = self.refused_twice(source, hosts[1], *texts,
                                  cpu=destination_options)
        remedy = re.search(r'start the destination with -cpu ([\w=,]*\w)',
                           said).group(1)
        self.migrates(source, self.guest(hosts[1], cpu=remedy,
                                         incoming=True))

    def other_kernel(self, kernels, elsewhere, *texts, cpu='host',
                     host_cpus=None):
        """Refused by another kernel or CPU; then to a third host."""
        hosts = self.hosts(*kernels, cpus=host_cpus)
        source = self.guest(hosts[0], cpu=cpu)
        said = self.refused_twice(source, hosts[1], *texts, cpu=cpu)
        self.assertNotIn('start the destination', said)
        if host_cpus:
            hosts[1].cpu = host_cpus[0]
        self.migrates(source, self.guest(
            self.instead(hosts[1], elsewhere), cpu=cpu, incoming=True))
        return said

    def test_feature_is_off_here(self):
        """A guest with a PMU, a destination without."""
        self.other_options(
            'host', 'host,pmu=off',
            'the vCPU feature pmu-v3 is on at the source and off at the '
            'destination: start the destination with -cpu host,pmu=on, or, if '
            'its host cannot, start the guest with -cpu host,pmu=off')

    def test_feature_is_on_here(self):
        """The reverse."""
        self.other_options(
            'host,pmu=off', 'host',
            'the vCPU feature pmu-v3 is off at the source and on at the '
            'destination: start the destination with -cpu host,pmu=off')

    def test_sve(self):
        """A guest with SVE, and nothing is said of its registers."""
        self.other_options(
            'host', 'host,sve=off',
            'the vCPU feature sve is on at the source and off at the '
            'destination: start the destination with -cpu host,sve=on',
            host_cpu=cases.MAX, cpu_features=('sve',))

    def test_vector_lengths_are_fewer_here(self):
        """sve512=off takes all the longer ones with it."""
        longer = [n for n in LENGTHS if n >= 512]
        self.other_options(
            'host', 'host,sve512=off',
            f'SVE vector lengths: source {lengths(*LENGTHS)}, destination '
            f'{lengths(128, 256, 384)}: start the destination with -cpu '
            f'host,{switched(longer, "on")}, or, if its host cannot, start '
            f'the guest with -cpu host,{switched(longer, "off")}',
            host_cpu=cases.MAX, exact=True)

    def test_vector_lengths_are_more_here(self):
        """The guest could see the others, and use them."""
        longer = [n for n in LENGTHS if n >= 512]
        self.other_options(
            'host,sve512=off', 'host',
            f'SVE vector lengths: source {lengths(128, 256, 384)}, '
            f'destination {lengths(*LENGTHS)}: start the destination with -cpu '
            f'host,{switched(longer, "off")}', host_cpu=cases.MAX,
            exact=True)

    def test_unknown_register(self):
        """5.10 has no bitmaps of services, which the guest may have called.

        Its source was started with the PSCI version of 5.10.
        """
        said = self.other_kernel(
            ('6.1', '5.10'), '6.1',
            'STD_BMAP (0x6030000000160000) = 0x1: the destination has no such '
            'register, and the guest can call its services (TRNG_V1_0; known '
            'to Linux 5.19 and later)',
            'VENDOR_HYP_BMAP (0x6030000000160002) = 0x3: the destination has '
            'no such register',
            cpu='host,kvm-psci-version=1.0')
        self.assertNotIn('PSCI_VERSION', said)

    def test_id_value(self):
        """6.1's KVM lets nobody change the debug version that it shows."""
        kernels = ('6.12', '6.1')
        self.other_kernel(
            kernels, '6.18', recorded('ID_AA64DFR0_EL1', *kernels),
            'ID_AA64DFR0_EL1.DebugVer: source 8, destination 6')

    def test_other_cpu(self):
        """An N1 and an A76, which a guest can tell apart."""
        kernels = ('6.18', '6.18')
        cpus = (cases.N1, cases.A76)
        said = self.other_kernel(
            kernels, '6.18', *(recorded(name, *kernels, cpus=cpus) for name in
                               ('MIDR_EL1', 'ID_AA64MMFR0_EL1')),
            'the hosts have CPUs of different models', host_cpus=cpus)
        self.assertEqual(messages.refused_registers(said), [
            'ID_AA64MMFR0_EL1', 'ID_AA64PFR1_EL1', 'MIDR_EL1'])

    def test_psci_version(self):
        """6.18 starts guests with PSCI 1.3, 6.12 ends at 1.1.

        :avocado: tags=mission
        """
        kernels = ('6.18', '6.12')
        self.other_kernel(
            kernels, '7.3', recorded('PSCI_VERSION', *kernels),
            'PSCI: source 1.3, destination 1.1; start the guest with '
            '-cpu host,kvm-psci-version=1.1')


if __name__ == '__main__':
    unittest.main()

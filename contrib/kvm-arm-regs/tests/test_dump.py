# SPDX-License-Identifier: GPL-2.0-or-later
"""dump: its options, and what it says where there is no KVM to ask.

What it says of real kernels is tested on the rig's hosts.
"""

import platform
import unittest

import tool


class Dump(tool.Case):

    @unittest.skipIf(platform.machine() == 'aarch64', 'an Arm host')
    def test_not_an_arm_host(self):
        for argv in ([], ['--host', 'x'], ['--all'],
                     ['--cpu-feature', 'pmu=off'],
                     ['--cpu-feature', 'pmu=off,sve=on,pauth=off,sve256=off'],
                     ['--cpu-feature', 'kvm-psci-version=1.1']):
            with self.subTest(argv=argv):
                self.fails(tool.run('dump', *argv), 'not an arm64 host')

    def test_features(self):
        for feature in (
                'pmu', 'pmu=', 'pmu=yes', 'pmu=on=off', 'frob=on', '=on',
                '', 'pmu=on,', ',', 'sve0=on', 'sve64=on', 'sve129=on',
                'sve2176=on', 'sve-128=on', 'svex=on', 'sve128=1',
                'kvm-psci-version=1', 'kvm-psci-version=0.0',
                'kvm-psci-version=a.b', 'kvm-psci-version=1.65536',
                'kvm-psci-version=32768.0', 'kvm-psci-version=-1.0'):
            with self.subTest(feature=feature):
                wrong = feature.rsplit(",", 1)[-1]
                self.fails(tool.run('dump', '--cpu-feature', feature),
                           f'"{wrong}" is not a CPU feature',
                           'pmu, sve, pauth or sve128')

    def test_contradiction(self):
        self.fails(tool.run('dump', '--cpu-feature', 'sve=off',
                            '--cpu-feature', 'sve512=on'), 'sve=off')


if __name__ == '__main__':
    unittest.main()

# SPDX-License-Identifier: GPL-2.0-or-later
"""compare against cpreg-predict, on the recorded kernels.

cpreg-predict runs QEMU's save and load on a scripted kernel, and says what
real migrations between these kernels did.  The tool has only what a dump
has: the verdict, and every register that is refused or dropped, must be the
same.
"""

import itertools
import json
import os
import subprocess
import unittest

import tool

# All pairs of all vCPUs of these kernels; of the others those of the same
# vCPU.  With all eleven series in KVM_ARM_REGS_SERIES it takes minutes.
SERIES = os.environ.get('KVM_ARM_REGS_SERIES', '5.10 6.12 7.3').split()
NAMES = sorted(path.name for path in tool.LISTS.glob('*.txt'))


def predict(pairs):
    """{pair: what cpreg-predict says}"""
    done = subprocess.run(
        [tool.PREDICT, '--batch'], cwd=tool.LISTS, check=True, text=True,
        stdout=subprocess.PIPE,
        input=''.join(f'{a} {b}\n' for a, b in pairs))
    return dict(zip(pairs, map(json.loads, done.stdout.splitlines()),
                    strict=True))


@unittest.skipUnless(tool.PREDICT, 'CPREG_PREDICT names no program')
class Predicted(tool.Case):

    def decide(self, names):
        """{pair: what the tool says} of all pairs of these lists."""
        for name in names:
            self.write(tool.recorded(name), name)
        done = tool.run('compare', '--json', *names, cwd=self.folder)
        self.assertEqual(done.stderr, '')
        found = json.loads(done.stdout)
        self.assertEqual(found['kinds'], [[name] for name in names])
        return {(way['from'], way['to']): way for way in found['directions']}

    def check(self, names):
        decided = self.decide(names)
        pairs = list(itertools.product(names, names))
        predicted = predict(pairs)
        self.assertEqual(len(decided), len(pairs))
        for pair in pairs:
            with self.subTest(pair=pair):
                self.check_pair(decided[pair], predicted[pair])
        return predicted

    def check_pair(self, decided, predicted):
        found = {'refused': set(), 'dropped': set(), 'unknown': set()}
        for finding in decided['findings']:
            found[finding['outcome']].add(finding.get('name'))
        if None in found['refused']:
            # The vCPU's features, which are not in what is predicted: then
            # no registers are compared.
            self.assertEqual(decided['verdict'], 'refused')
            self.assertEqual(len(decided['findings']), 1)
            return
        self.assertEqual(found['unknown'], set())
        self.assertEqual(found['refused'], set(predicted['refused']))
        self.assertEqual(found['dropped'], set(predicted['left_behind']))
        self.assertEqual(decided['verdict'], {
            'refused': 'refused', 'migrated': 'compatible',
        }[predicted['verdict']])

    def test_all_vcpus(self):
        predicted = self.check([name for name in NAMES if
                                name.split('-')[0] in SERIES])
        ends = [one['verdict'] for one in predicted.values()]
        # Of both there are many, or nothing was tested.
        self.assertGreater(ends.count('migrated'), 40)
        self.assertGreater(ends.count('refused'), 500)

    def test_same_vcpu(self):
        vcpus = {name.split('-', 1)[1] for name in NAMES}
        self.assertEqual(len(vcpus), 11)
        for vcpu in sorted(vcpus):
            names = [name for name in NAMES if name.split('-', 1)[1] == vcpu]
            self.assertEqual(len(names), 11)
            self.check(names)


if __name__ == '__main__':
    unittest.main()

# SPDX-License-Identifier: GPL-2.0-or-later
"""The algebra of baseline, on hosts that nobody has.

Each is a recorded one, of which some fields, masks and registers are changed.
"""

import unittest

import pool
import tool
from algebra import Algebra
from safe_values import (BITMAPS, WRITABLE_CPU, fields, is_id, kernel, number,
                         registers)

RECORDED = '{}-neoverse-n1-vregs+pmu.txt'
# 6.6 has free caches, and fixed ID registers.
KERNELS = {'5.10': '5.10', '6.1': '6.1', '6.6': '6.12', '6.12': '6.12',
           '6.17': '6.17', '6.18': '6.18', '7.3': '7.3'}

# Not every number is a value of these: (register, lowest bit): values
LIMITED = {
    ('ID_AA64DFR0_EL1', 0): (6, 8, 9, 10),      # no debug before Armv8
    ('ID_DFR0_EL1', 0): (6, 8, 9, 10),
    ('ID_AA64DFR0_EL1', 8): (1, 4, 5, 6),       # PMUv3
    ('ID_DFR0_EL1', 24): (3, 4, 5, 6),
    ('ID_AA64MMFR3_EL1', 8): (0, 1),
}
# Lines of 64 bytes, the shortest of this CPU, and of 128
CCSIDRS = (0x2, 0x12, 0x3)
CLIDRS = (0x2000021, 0x1000004, 0x9200003, 0x82000023)
MIDRS = (0x414fd0c1, 0x414fd0b1, 0x410fd490)


class MadeUp(Algebra, pool.Case):

    def chance(self, of_ten):
        return self.random.randint(1, 10) <= of_ten

    def hosts(self, least, most):
        options = ('--target-impl-cpus',) if self.chance(3) else ()
        sve = self.chance(3)
        found = [self.host(options, sve)
                 for _ in range(self.random.randint(least, most))]
        if self.chance(1):
            found[0]['features'].remove('pmu-v3')
        return found, options

    def host(self, options, sve):
        # Most can choose, or there are no baselines.
        series = self.random.choice(
            [name for name in KERNELS if kernel(name) > (6, 15)]
            if options or self.chance(8) else list(KERNELS))
        host = tool.host(RECORDED.format(KERNELS[series]),
                         kernel=f'{series}.{self.random.randint(1, 99)}',
                         host=f'host-{self.random.randint(1, 999)}')
        if sve:
            host['features'].append('sve')
            host['sve-vector-lengths'] = sorted({128, *self.random.choices(
                (128, 256, 384, 512, 1024), k=2)})
        if kernel(series) < (6, 7):
            for reg in host['registers']:
                reg.pop('writable', None)
            if self.chance(3):
                self.change_fields(host, ('ID_AA64PFR0_EL1',), 1)
        else:
            self.change_fields(host, self.with_masks(host),
                               self.random.randint(0, 4))
            if self.chance(1):
                self.change_mask(host)
        self.change_firmware(host, options)
        if kernel(series) >= (6, 3):
            self.change_caches(host)
        if options:
            tool.register(host, 'MIDR_EL1')['value'] = hex(
                self.random.choice(MIDRS))
        self.drop_registers(host)
        return host

    @staticmethod
    def with_masks(host):
        return [name for name, reg in registers(host).items()
                if (is_id(reg) or name == 'CTR_EL0') and
                number(reg, 'writable') and name != 'ID_AA64SMFR0_EL1']

    def change_fields(self, host, names, count):
        for _ in range(count):
            name = self.random.choice(names)
            reg = tool.register(host, name)
            mask = number(reg, 'writable') or 0xff << 56    # CSV3, CSV2
            _, low, width, _ = self.random.choice(
                [field for field in fields(name) if mask >> field[1] & 1])
            limits = LIMITED.get((name, low))
            if name == 'CTR_EL0' and low in (0, 16):
                limits = (3, 4)
            value = (self.random.choice(limits) if limits else
                     self.random.randint(0, (1 << width) - 1))
            reg['value'] = hex(number(reg) & ~((1 << width) - 1 << low) |
                               value << low)

    def change_mask(self, host):
        reg = tool.register(host, self.random.choice(self.with_masks(host)))
        reg['writable'] = hex(number(reg, 'writable') &
                              ~(0xf << self.random.randrange(0, 64, 4)))

    def change_firmware(self, host, options):
        regs = registers(host)
        for name in BITMAPS.keys() & regs.keys():
            if self.chance(1):
                regs[name]['value'] = hex(self.random.randint(
                    0, 3 if 'VENDOR' in name else 1))
        if self.chance(1):
            regs['PSCI_VERSION']['value'] = self.random.choice(
                ('0x2', '0x10000', '0x10001'))
        if self.chance(1) and self.chance(3):
            regs['SMCCC_ARCH_WORKAROUND_1']['value'] = '0x1'
        if options and self.chance(1) and self.chance(3):
            host['capabilities'].remove(WRITABLE_CPU)

    def change_caches(self, host):
        if self.chance(3):
            tool.register(host, 'CLIDR_EL1')['value'] = hex(
                self.random.choice(CLIDRS))
        if self.chance(3):
            for n in range(14):
                tool.register(host, f'CCSIDR[{n}]')['value'] = hex(
                    self.random.choice(CCSIDRS))

    def drop_registers(self, host):
        """Some that read as zero; rarely another one."""
        for reg in list(host['registers']):
            if is_id(reg) and self.random.random() < (
                    0.0005 if number(reg) else 0.02):
                host['registers'].remove(reg)


if __name__ == '__main__':
    unittest.main()

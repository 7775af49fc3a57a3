# SPDX-License-Identifier: GPL-2.0-or-later
"""What `kvm-arm-regs baseline` must say of hosts; see safe_values."""

from safe_values import (BITMAPS, BMAP_2, CPU, WORKAROUNDS, WRITABLE_CPU,
                         caches, common_cut, is_id, join, kernel, number,
                         registers, takes)


class Expected:
    """The values of a pool, by name, and what is in the way of it."""

    def __init__(self, hosts, impl_cpus=False):
        self.hosts = hosts
        self.regs = [registers(host) for host in hosts]
        self.values = {}
        self.conflicts = set()
        self.lengths = common_cut([host['sve-vector-lengths']
                                   for host in hosts])
        self._vcpu()
        if not self.conflicts:
            self._identity()
            self._first_run()
            self._cpu(impl_cpus)
            self._caches()
            self._firmware(impl_cpus)

    def _vcpu(self):
        for member in ('target', 'features'):
            if len({str(host[member]) for host in self.hosts}) > 1:
                self.conflicts.add(member)
        if not self.lengths and any(host['sve-vector-lengths']
                                    for host in self.hosts):
            self.conflicts.add('sve')

    def _numbers(self, name, absent=0):
        return [number(regs[name]) if name in regs else absent
                for regs in self.regs]

    def _check(self, name, value):
        for host, regs in zip(self.hosts, self.regs):
            if name in regs and not takes(host, regs[name], value):
                self.conflicts.add(name)
            # Where it is not listed it reads as zero.
            if name not in regs and value:
                self.conflicts.add(name)
        self.values[name] = value

    def _identity(self):
        for name in sorted({name for regs in self.regs for name in regs
                            if is_id(regs[name])}):
            self._check(name, join(name, self._numbers(name)))
        if all('CTR_EL0' in regs for regs in self.regs):
            self._check('CTR_EL0', join('CTR_EL0', self._numbers('CTR_EL0')))
        for name in ('PMMIR_EL1',):
            values = set(self._numbers(name))
            self.values[name] = values.pop()
            if values:
                self.conflicts.add(name)

    def _first_run(self):
        """Linux 7.3 takes S1PIE from a guest that has no ATS1A."""
        if (max(kernel(host['kernel']) for host in self.hosts) >= (7, 3) and
                not self.values['ID_AA64ISAR2_EL1'] >> 60):
            name = 'ID_AA64MMFR3_EL1'
            self._check(name, self.values[name] & ~0xf00)

    def _cpu(self, impl_cpus):
        triples = {tuple(number(regs[name]) for name in CPU)
                   for regs in self.regs}
        self.values.update(zip(CPU, min(triples)))
        if not impl_cpus:
            self.conflicts.update(
                name for at, name in enumerate(CPU)
                if len({triple[at] for triple in triples}) > 1)
        elif any(WRITABLE_CPU not in host.get('capabilities', ())
                 for host in self.hosts):
            self.conflicts.add(WRITABLE_CPU)

    def _free(self, name, order, since):
        """A register that can be anything since this Linux."""
        values = {True: set(), False: set()}
        for host, regs in zip(self.hosts, self.regs):
            if name in regs:
                values[kernel(host['kernel']) < since].add(
                    number(regs[name]))
        fixed = values[True]
        if len(fixed) > 1:
            self.conflicts.add(name)
        return min(fixed or values[False], key=order)

    def _caches(self):
        def coherent(clidr):
            # LoC, and one of LoUU and LoUIS
            return bool(clidr >> 24 & 7) and bool(clidr >> 21 & 0o707)

        # Up to 6.9, a vCPU that the guest starts forgets it.
        clidr = self._free('CLIDR_EL1', lambda value: (
            not coherent(value), value), (6, 10))
        self.values['CLIDR_EL1'] = clidr
        # KVM looks at the lines also of caches that there are none of.
        told = caches(clidr) | {n for n in range(14) if all(
            f'CCSIDR[{n}]' in regs for regs in self.regs)}
        for n in told:
            name = f'CCSIDR[{n}]'
            self.values[name] = self._free(
                name, lambda value: (-(value & 7), value), (6, 3))
        for host, regs in zip(self.hosts, self.regs):
            if kernel(host['kernel']) < (6, 3):
                continue
            ctr = number(regs['CTR_EL0'])
            if not ctr >> 28 & 1 and not coherent(clidr):
                self.conflicts.add('CLIDR_EL1')
            for n in told:
                # log2 of bytes less 4, and of words
                if (self.values[f'CCSIDR[{n}]'] & 7) + 2 < (
                        ctr >> (0 if n & 1 else 16) & 0xf):
                    self.conflicts.add(f'CCSIDR[{n}]')

    def _firmware(self, impl_cpus):
        self.values['PSCI_VERSION'] = min(self._numbers('PSCI_VERSION'))
        for name in WORKAROUNDS:
            # What a guest reads is the host's, whatever is written.
            levels = set(self._numbers(name))
            self.values[name] = min(levels)
            if len(levels) > 1:
                self.conflicts.add(name)
        for name, absent in BITMAPS.items():
            common = -1
            for bits in self._numbers(name, absent):
                common &= bits
            if impl_cpus and name == BMAP_2:
                common = 3
            self.values[name] = common
            # Who cannot choose the CPU has not the calls either: said once.
            if (common != absent and
                    any(name not in regs for regs in self.regs) and not
                    (name == BMAP_2 and WRITABLE_CPU in self.conflicts)):
                self.conflicts.add(name)

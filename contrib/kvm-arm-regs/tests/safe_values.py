# SPDX-License-Identifier: GPL-2.0-or-later
"""The safe common value of a pool of hosts, by the documentation.

Fields: Arm ARM (DDI 0487), chapter D, "Principles of the ID scheme for fields
in ID registers"; what Linux holds for safe are its ftr tables,
arch/arm64/kernel/cpufeature.c, and the selftest set_id_regs.c of KVM.
Firmware registers: Documentation/virt/kvm/arm/fw-pseudo-registers.rst.
The rest is what real kernels did (docs/devel/migration/).
Nothing here is taken from the tool.
"""

import functools
import re

LOWER, SIGNED, HIGHER, HIGHER_OR_ZERO = range(4)
# No order; where values differ, this one serves all.
EXACT = tuple(('exact', value) for value in range(3))

# (lowest bit, width, rule) of the fields for which "lower" is not the rule.
FIELDS = {
    'ID_AA64PFR0_EL1': {'FP': (16, 4, SIGNED), 'AdvSIMD': (20, 4, SIGNED)},
    'ID_AA64PFR1_EL1': {'MTE_frac': (40, 4, SIGNED)},
    'ID_AA64DFR0_EL1': {'DoubleLock': (36, 4, SIGNED)},
    'ID_AA64ISAR1_EL1': {'APA': (4, 4, EXACT[0]), 'API': (8, 4, EXACT[0])},
    'ID_AA64ISAR2_EL1': {'APA3': (12, 4, EXACT[0])},
    'ID_AA64MMFR0_EL1': {'TGran64': (24, 4, SIGNED),
                         'TGran4': (28, 4, SIGNED),
                         'TGran16_2': (32, 4, EXACT[1]),
                         'TGran64_2': (36, 4, EXACT[1]),
                         'TGran4_2': (40, 4, EXACT[1])},
    'ID_AA64MMFR1_EL1': {'SpecSEI': (24, 4, HIGHER)},
    'ID_AA64MMFR4_EL1': {'E2H0': (24, 4, SIGNED)},
    # Each bit is a format or an instruction of its own.
    'ID_AA64FPFR0_EL1': {name: (low, 1, LOWER) for name, low in (
        ('F8E5M2', 0), ('F8E4M3', 1), ('F8MM4', 26), ('F8MM8', 27),
        ('F8DP2', 28), ('F8DP4', 29), ('F8FMA', 30), ('F8CVT', 31))},
    'ID_MMFR0_EL1': {'OuterShr': (8, 4, SIGNED),
                     'InnerShr': (28, 4, SIGNED)},
    'ID_MMFR4_EL1': {'SpecSEI': (0, 4, HIGHER)},
    'CTR_EL0': {'IminLine': (0, 4, LOWER), 'L1Ip': (14, 2, EXACT[2]),
                'DminLine': (16, 4, LOWER), 'ERG': (20, 4, HIGHER_OR_ZERO),
                'CWG': (24, 4, HIGHER_OR_ZERO), 'IDC': (28, 1, LOWER),
                'DIC': (29, 1, LOWER)},
}

ID_FIRST, ID_LAST = 0x603000000013c008, 0x603000000013c03f
CPU = ('MIDR_EL1', 'REVIDR_EL1', 'AIDR_EL1')
WRITABLE_CPU = 'arm-writable-imp-id-regs'       # Linux 6.15
BMAP_2 = 'VENDOR_HYP_BMAP_2'
# What a kernel that does not list them does: Linux 5.19, 6.15; PV time is
# offered since 5.5.
BITMAPS = {'STD_BMAP': 0, 'STD_HYP_BMAP': 1, 'VENDOR_HYP_BMAP': 0, BMAP_2: 0}
WORKAROUNDS = tuple(f'SMCCC_ARCH_WORKAROUND_{n}' for n in (1, 2, 3))


@functools.cache
def kernel(release):
    """A release as numbers that compare."""
    return tuple(map(int, re.match(r'(\d+)\.(\d+)', release).groups()))


def registers(dump):
    """{name: register}"""
    return {reg['name']: reg for reg in dump['registers']}


def number(reg, member='value'):
    return int(reg.get(member, '0x0'), 16)


def is_id(reg):
    return ID_FIRST <= int(reg['index'], 16) <= ID_LAST


@functools.cache
def fields(register):
    """(name, lowest bit, width, rule) of all fields; a name may be None."""
    known = FIELDS.get(register, {})
    found = [(name, *field) for name, field in known.items()]
    taken = sum((1 << width) - 1 << low for _, low, width, _ in found)
    for low in range(0, 64, 4):
        if not taken >> low & 0xf:
            found.append((None, low, 4, LOWER))
            taken |= 0xf << low
    found += [(None, low, 1, LOWER) for low in range(64)
              if not taken >> low & 1]
    return sorted(found, key=lambda field: field[1])


def _signed(value, width):
    return value - (1 << width) if value >> (width - 1) else value


def is_safe(rule, width, wanted, limit):
    """Can a guest be shown WANTED where the host has LIMIT?"""
    if wanted == limit:
        return True
    if rule == LOWER:
        return wanted < limit
    if rule == SIGNED:
        return _signed(wanted, width) < _signed(limit, width)
    if rule == HIGHER:
        return wanted > limit
    if rule == HIGHER_OR_ZERO:
        return wanted == 0 or 0 < limit < wanted
    return wanted == rule[1]


def join_field(rule, width, values):
    """The least loss that is safe on all hosts."""
    for candidate in values:
        if all(is_safe(rule, width, candidate, limit) for limit in values):
            return candidate
    return rule[1]


def join(register, values):
    """The safe common value of a register."""
    joined = 0
    for _, low, width, rule in fields(register):
        mask = (1 << width) - 1
        joined |= join_field(rule, width, [value >> low & mask
                                           for value in values]) << low
    return joined


def is_as_safe(register, wanted, limit):
    """Is each field of WANTED safe where LIMIT is?"""
    return all(is_safe(rule, width, wanted >> low & (1 << width) - 1,
                       limit >> low & (1 << width) - 1)
               for _, low, width, rule in fields(register))


def takes(dump, reg, wanted):
    """Does the host's KVM let this safe value of an ID register be chosen?"""
    changed = number(reg) ^ wanted
    if kernel(dump['kernel']) >= (6, 7):
        return not changed & ~number(reg, 'writable')
    # CSV2 and CSV3, since 5.10 and 5.11.
    if reg['name'] == 'ID_AA64PFR0_EL1':
        changed &= ~(0xff << 56 if kernel(dump['kernel']) >= (5, 11)
                     else 0xf << 56)
    return not changed


def caches(clidr):
    """The numbers of the CCSIDRs that a CLIDR_EL1 has."""
    found = set()
    for level in range(7):
        kind = clidr >> 3 * level & 7
        if kind in (2, 3, 4):
            found.add(2 * level)
        if kind in (1, 3):
            found.add(2 * level + 1)
    return found


def common_cut(lengths):
    """The longest set that all of these begin with."""
    cut = []
    for column in zip(*lengths):
        if len(set(column)) > 1:
            break
        cut.append(column[0])
    return cut

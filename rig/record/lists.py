# SPDX-License-Identifier: GPL-2.0-or-later
"""What KVM lists for a vCPU in a host, by `kvm-arm-regs dump --all`."""

import json

from rig import kvm_arm_regs
from rig.base.errors import RigError

# {part of a sum: CPU property, the vCPU feature that shows it}
PARTS = {'pmu': ('pmu', 'pmu-v3'), 'sve': ('sve', 'sve'),
         'pauth': ('pauth', 'ptrauth-address')}
# {capability in a dump: its name in Linux}, in the order of a file's head
CAPABILITIES = {
    'arm-el1-32bit': 'KVM_CAP_ARM_EL1_32BIT',
    'arm-mte': 'KVM_CAP_ARM_MTE',
    'counter-offset': 'KVM_CAP_COUNTER_OFFSET',
    'arm-supported-reg-mask-ranges': 'KVM_CAP_ARM_SUPPORTED_REG_MASK_RANGES',
    'arm-writable-imp-id-regs': 'KVM_CAP_ARM_WRITABLE_IMP_ID_REGS',
    'arm-el2': 'KVM_CAP_ARM_EL2',
    'arm-el2-e2h0': 'KVM_CAP_ARM_EL2_E2H0',
}
SVE_VLS = 0x606000000015ffff


def offered(host):
    """The vCPU features that this host's KVM gives by default."""
    return set(kvm_arm_regs.dump(host)['features'])


def number(text, size):
    """A number, zero-padded to a register of `size` bytes."""
    return f'0x{int(text, 0):0{2 * size}x}'


def row(register, lengths):
    """(index, value, mask) of a register in a dump, as a file has them."""
    index = int(register['index'], 0)
    size = 1 << (index >> 52 & 0xf)
    value, mask = register.get('value'), register.get('writable')
    if index == SVE_VLS:
        # Bit N is the length of N + 1 times 128 bits.
        value = hex(sum(1 << bits // 128 - 1 for bits in lengths))
    return (f'0x{index:016x}', number(value, size) if value else '-',
            number(mask, size) if mask else '-')


def parse(dump, features, version):
    """(head, rows) of a dump; `version` is what `uname -v` says."""
    rows = [row(each, dump['sve-vector-lengths'])
            for each in dump['registers']]
    if not rows:
        raise RigError('kvm-arm-regs dump: no registers')
    known = dump.get('capabilities', [])
    head = [f'# kernel: {dump["kernel"]} {version}',
            f'# features: {features}', f'# target: {dump["target"]}']
    head += [f'# {name}: {int(each in known)}'
             for each, name in CAPABILITIES.items()]
    return head + [f'# registers: {len(rows)}'], rows


def run(host, features):
    """(head, rows) of a sum of features, as "vregs+pmu"."""
    words = ' '.join(f'--cpu-feature {prop}='
                     + ('on' if part in features.split('+') else 'off')
                     for part, (prop, shown) in PARTS.items())
    text = kvm_arm_regs.run(host, f'dump --all {words}').stdout
    return parse(json.loads(text), features,
                 host.run('uname -v').stdout.strip())


def has(offers, features):
    """Whether a host offers every part of a sum of features."""
    return all(PARTS[part][1] in offers for part in features.split('+')[1:])

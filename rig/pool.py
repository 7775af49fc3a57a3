# SPDX-License-Identifier: GPL-2.0-or-later
"""A baseline for a pool of hosts, and the guests that are started with it.

    members = {'old': pool.recorded('6.1', N1),
               'new': pool.recorded('7.3', N1)}
    path.write_text(kvm_arm_regs.baseline(members))
    with Guest(host, **pool.options(host, path)) as guest:

The dumps come from recorded lists, as here, or from the hosts themselves
(kvm_arm_regs.dump).
"""

import json

from rig import kvm_arm_regs
from rig.base import reg_lists
from rig.base.reg_lists import WORDS, list_name

# The object's id, which -cpu names.
NAME = 'pool'


def recorded(kernel, cpu, features=('pmu',)):
    """The dump of a host whose list is recorded."""
    return reg_lists.read(list_name(kernel, cpu, features)).dump()


def of_hosts(hosts, features=('pmu',)):
    """The baseline of hosts, (kernel, CPU) each, by their recorded lists.

    A pool of more than one CPU has a list of implementations.
    """
    members = {f'{kernel}-{WORDS[cpu]}': recorded(kernel, cpu, features)
               for kernel, cpu in hosts}
    cpus = {cpu for _, cpu in hosts}
    return kvm_arm_regs.baseline(
        members, *(['--target-impl-cpus'] if len(cpus) > 1 else []))


def write(folder, pools):
    """{name: path} of the baselines of {name: hosts}, made anew."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for name, hosts in pools.items():
        paths[name] = folder / f'{name}.json'
        paths[name].write_text(of_hosts(hosts), encoding='utf-8')
    return paths


def options(host, path, cpu='host', name=NAME):
    """What a Guest on this host takes to start with a baseline."""
    inside = f'pools/{path.name}'
    host.provide({inside: path})
    return {'cpu': f'{cpu},kvm-baseline={name}',
            'extra': ('-object',
                      f'arm-kvm-baseline,id={name},'
                      f'file={host.path("/" + inside)}')}


def read(path):
    """A baseline, or the manifest of a guest, from its file."""
    return json.loads(path.read_text(encoding='utf-8'))

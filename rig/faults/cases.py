# SPDX-License-Identifier: GPL-2.0-or-later
"""The faults: what is done to a migration, and its allowed outcomes."""

import re
import time
from typing import Callable, NamedTuple

from rig.base.errors import Deadline
from rig.faults import flips, refused_ioctls, small_hosts
from rig.faults.facts import DESTINATION, NOBODY, SOURCE, Expected, wait_for
from rig.faults.phases import (DEVICE, FAST, MODES, PHASES, RAM, SENT, SET_UP,
                               SWITCHOVER, Staged)
from rig.preload.inject import ERRNOS

USUAL, SMALL, NONE = 'usual', 'small', 'none'

# TCP gives up after so many retries: some 10 s; Linux's 15 take 15 minutes.
RETRIES = 5
QUICK = re.compile(
    r'^destination killed, (set-up|device), handshake$'
    r'|^source killed, (device|sent), handshake$'
    r'|^link cut, (RAM|sent), handshake$'
    r'|^SET_ONE_REG of (PSCI_VERSION|TPIDR_EL0|X7) .*EINVAL'
    r'|, stop and cont: '
    r'|^GET_ONE_REG of TPIDR_EL0 at the source'
    r'|^some byte of a list flips, loadvm')
STOCK = re.compile(
    r'^(destination|source) killed, .*, (return path|neither)$'
    r'|^SET_ONE_REG of \S+ at the destination: EINVAL'
    r'|^GET_ONE_REG of \S+ at the source')


class Case(NamedTuple):
    """A fault.

    name      what `make faults CASES=` chooses by
    run       run(bench, qemu), the facts
    expected  the allowed outcomes
    qemu      'series', or 'stock' to compare with: not judged
    quick     whether tests run it too
    hosts     which hosts it needs: USUAL, SMALL (the destination) or NONE
    """
    name: str
    run: Callable
    expected: Expected
    qemu: str = 'series'
    quick: bool = False
    hosts: str = USUAL


# A side is killed

def kill_destination(bench, phase, mode, qemu):
    with Staged(bench, mode, qemu) as staged:
        staged.reach(phase)
        staged.kill(DESTINATION)
        if phase == SWITCHOVER and staged.status() == 'pre-switchover':
            staged.go_on()
        staged.settle()
        if mode == 'neither':
            staged.bring_back()
        return staged.facts()


def kill_source(bench, phase, mode, qemu):
    with Staged(bench, mode, qemu) as staged:
        staged.reach(phase)
        staged.kill(SOURCE)
        staged.settle()
        return staged.facts()


def killed():
    """Cases: a side is killed in a phase."""
    for mode in MODES:
        for phase in PHASES:
            told = mode != 'neither' and phase not in (DEVICE, SENT)
            yield Case(
                f'destination killed, {phase}, {mode}',
                lambda bench, qemu, p=phase, m=mode:
                    kill_destination(bench, p, m, qemu),
                Expected((SOURCE,), ('.',) if told else ()))
    for mode in MODES:
        for phase in PHASES:
            # All of the guest is in the destination's host then.
            whole = (DESTINATION, NOBODY) if phase == SENT else (NOBODY,)
            yield Case(
                f'source killed, {phase}, {mode}',
                lambda bench, qemu, p=phase, m=mode:
                    kill_source(bench, p, m, qemu),
                Expected(whole, ('.',) if phase != SENT else ()))


# The link

def cut_link(bench, phase, mode, qemu, restored):
    """Cut it; the user cancels, and with `restored` it then works again."""
    with Staged(bench, mode, qemu) as staged:
        staged.reach(phase)
        staged.cut()
        staged.wake()
        if staged.status() == 'completed':
            # The source has given its guest away, and hears nothing.
            staged.quit(DESTINATION)
            staged.bring_back()
        else:
            staged.cancel()
        staged.waits = True
        staged.settle()
        if restored:
            # Now it hears that there is no more; it has no whole guest.
            staged.restore()
            staged.waits = False
            staged.settle(60)
        try:
            return staged.facts()
        finally:
            staged.restore()


def cut_after_all(bench, mode, qemu):
    """The destination has all of it, and runs; the source cannot hear."""
    with Staged(bench, mode, qemu) as staged:
        staged.reach(SENT)
        staged.cut()
        staged.wake()
        wait_for(lambda: staged.destination.status() == 'running',
                 Deadline(30), f'{staged.destination} runs')
        if staged.status() != 'completed':
            staged.quit(SOURCE)
        staged.settle()
        try:
            return staged.facts()
        finally:
            staged.restore()


def cut_after_all_paused(bench, mode, qemu):
    """The same where the destination has -S, as libvirt starts it."""
    with Staged(bench, mode, qemu, destination={'extra': ('-S',)}) as staged:
        staged.reach(SENT)
        staged.cut()
        staged.wake()
        wait_for(lambda: staged.destination.status() == 'paused',
                 Deadline(30), f'{staged.destination} has loaded')
        staged.cancel()
        staged.settle()
        try:
            return staged.facts()
        finally:
            staged.restore()


def nobody_acts(bench, mode, qemu):
    """The link stays cut, until the source's kernel gives up."""
    retries = '/proc/sys/net/ipv4/tcp_retries2'
    host = bench.hosts[SOURCE]
    before = host.run(f'cat {retries}').stdout.strip()
    with Staged(bench, mode, qemu) as staged:
        host.run(f'echo {RETRIES} >{retries}')
        try:
            staged.reach(RAM)
            staged.cut()
            staged.waits = True
            staged.settle(120)
            return staged.facts()
        finally:
            host.run(f'echo {before} >{retries}')
            staged.restore()


def gap(bench, phase, mode, qemu):
    """The link is gone for a second, and nobody acts."""
    with Staged(bench, mode, qemu) as staged:
        staged.reach(phase)
        staged.cut()
        staged.wake()
        if phase == SWITCHOVER:
            staged.go_on()
        time.sleep(1)
        staged.restore()
        staged.source.parameters(max_bandwidth=FAST)
        staged.settle(90)
        return staged.facts()


def slow_link(bench, mode, qemu, rate, delay, patience):
    """Bytes a second, seconds each way; `patience` in ms of downtime.

    None: it does not end, and the user cancels.
    """
    network = bench.network
    with Staged(bench, mode, qemu, parameters={} if patience is None else
                {'downtime_limit': patience}) as staged:
        network.rate, network.delay = rate, delay
        try:
            staged.begin()
            if patience is None:
                time.sleep(10)
                staged.cancel()
                network.rate, network.delay = None, 0.0
            staged.settle(120)
            return staged.facts()
        finally:
            network.rate, network.delay = None, 0.0


def links():
    """Cases: the link is cut, or slow."""
    for restored in (False, True):
        for mode in MODES:
            for phase in (SET_UP, RAM, SWITCHOVER, DEVICE):
                yield Case(
                    f'link cut, {phase}, {mode}'
                    + (', then restored' if restored else ''),
                    lambda bench, qemu, p=phase, m=mode, r=restored:
                        cut_link(bench, p, m, qemu, r),
                    Expected((SOURCE,)))
    for mode in MODES:
        yield Case(f'link cut, sent, {mode}',
                   lambda bench, qemu, m=mode: cut_after_all(bench, m, qemu),
                   Expected((DESTINATION,)))
    for mode in ('handshake', 'return path'):
        yield Case(f'link cut, sent, {mode}, destination with -S',
                   lambda bench, qemu, m=mode:
                       cut_after_all_paused(bench, m, qemu),
                   Expected((SOURCE,)))
    for mode in MODES:
        yield Case(f'link cut, RAM, {mode}, nobody acts',
                   lambda bench, qemu, m=mode: nobody_acts(bench, m, qemu),
                   Expected((SOURCE,), ('.',), 120))
        for phase in (SET_UP, RAM, SWITCHOVER):
            yield Case(f'link gone for a second, {phase}, {mode}',
                       lambda bench, qemu, p=phase, m=mode:
                           gap(bench, p, m, qemu),
                       Expected((DESTINATION,), (), 90))
        yield Case(f'link of 1 MB/s and 50 ms, {mode}',
                   lambda bench, qemu, m=mode: slow_link(
                       bench, m, qemu, 1e6, 0.05, 20000),
                   Expected((DESTINATION,), (), 120))
        yield Case(f'link of 200 kB/s, too slow, {mode}',
                   lambda bench, qemu, m=mode: slow_link(
                       bench, m, qemu, 2e5, 0.0, None),
                   Expected((SOURCE,), (), 60))


# Memory

def memory():
    """Cases: the destination has too little."""
    for mode in MODES:
        yield Case(f'destination out of memory, RAM, {mode}',
                   lambda bench, qemu, m=mode:
                       small_hosts.out_of_memory(bench, m, qemu),
                   Expected((SOURCE,), ('.',), 120), hosts=SMALL)
    for spare, words, who in (
            (None, 'cannot start', (SOURCE,)),
            (1024, 'has 1 MiB to spare', (SOURCE, DESTINATION))):
        yield Case(f'destination whose address space is limited: {words}',
                   lambda bench, qemu, s=spare:
                       small_hosts.limited(bench, qemu, s),
                   Expected(who, ('.',) if spare is None else ()))


# KVM

# Registers by their kind: an identity register, the only one that differs
# between these kernels and so is written; others of the list; a general
# register and a vector, which the list does not have.
LISTED = {'PSCI_VERSION': 0x6030000000140000,
          'SCTLR_EL1': 0x603000000013c080,
          'TPIDR_EL0': 0x603000000013de82}
TIMER_CNT = 0x603000000013df1a
CORE = {'X7': 0x603000000010000e, 'V3': 0x6040000000100060}


def kvm():
    """Cases: KVM refuses a register."""
    for name, index in {**LISTED, **CORE}.items():
        for errno in ERRNOS:
            yield Case(
                f'SET_ONE_REG of {name} at the destination: {errno}',
                lambda bench, qemu, i=index, e=errno:
                    refused_ioctls.refuse_live(
                        bench, qemu, DESTINATION, 'set', i, e,
                        'handshake'),
                Expected((SOURCE,)))
    for side, registers in ((SOURCE, {**LISTED, **CORE}),
                            # It reads no other while it loads.
                            (DESTINATION, LISTED)):
        for name, index in registers.items():
            yield Case(
                f'GET_ONE_REG of {name} at the {side}: EIO',
                lambda bench, qemu, s=side, i=index:
                    refused_ioctls.refuse_live(
                        bench, qemu, s, 'get', i, 'EIO',
                        'handshake'),
                Expected((SOURCE,)))
    yield Case('GET_ONE_REG and SET_ONE_REG of TIMER_CNT, stop and cont: EIO',
               lambda bench, qemu: refused_ioctls.stop_and_go(
                   bench, qemu, TIMER_CNT), Expected())
    for words, run in (
            ('GET_ONE_REG of a save', lambda bench, qemu, step:
                refused_ioctls.sweep_save(bench, qemu, step)),
            ('SET_ONE_REG of a load', lambda bench, qemu, step:
                refused_ioctls.sweep_load(bench, qemu, 'set', step)),
            ('GET_ONE_REG of a load', lambda bench, qemu, step:
                refused_ioctls.sweep_load(bench, qemu, 'get', step))):
        yield from sweeps(words, run, 29)


def sweeps(words, run, step):
    """Cases: something happens to each, or in a short form to some of them.
    """
    yield Case(f'each {words}',
               lambda bench, qemu: run(bench, qemu, 1), Expected())
    yield Case(f'some {words}',
               lambda bench, qemu: run(bench, qemu, step), Expected())


# Bits

def bits():
    """Cases: bits of a saved guest flip."""
    yield from sweeps('byte of a list flips, loadvm', flips.sweep_snapshot,
                      97)
    # 3 s each.  Every byte was tried by loadvm, many in a process; some of them
    # are tried again in a new process each.
    yield Case('every 29th byte of a list flips, file',
               lambda bench, qemu: flips.sweep_file(bench, qemu, 29),
               Expected())
    for case in sweeps('byte of a list flips, loadvm with TCG',
                       lambda bench, qemu, step: flips.sweep_tcg(step), 97):
        yield case._replace(hosts=NONE)


def stock(cases):
    """What the base does, beside it."""
    for case in cases:
        if STOCK.search(case.name):
            yield case._replace(qemu='stock', quick=False)


CASES = [case._replace(quick=bool(QUICK.search(case.name)))
         for case in [*killed(), *links(), *memory(), *kvm(), *bits()]]
CASES += list(stock(CASES))

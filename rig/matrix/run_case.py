# SPDX-License-Identifier: GPL-2.0-or-later
"""One case of the migration matrix: its guests, its migration, its facts."""

import concurrent.futures
import contextlib

from rig import messages, pool
from rig.base import paths
from rig.base.errors import GuestAltered, GuestError
from rig.guest import Guest
from rig.matrix import cases
from rig.matrix.cases import LOST, MIGRATED, VARIANTS
from rig.migration import migrate

# The baselines of variants, by name.
POOLS = paths.BUILD / 'matrix' / 'pools'
# The witness needs no more; more RAM would only be scanned for zeroes.
MEMORY = '64M'


def options(host, case):
    """What the guests of a case are given."""
    variant = VARIANTS[case.variant]
    if case.qemu == cases.POOL:
        return pool.options(host, POOLS / f'{case.variant}.json',
                            variant.guest_cpu)
    return {'cpu': variant.guest_cpu, 'pmu': variant.pmu}


def start_both(hosts, case):
    """Source and destination QEMU, or a GuestError if it did not start.

    Side by side: each keeps one emulated host busy.
    """
    def start(host, incoming):
        try:
            return Guest(host, case.binary, 'witness', memory=MEMORY,
                         incoming=incoming, **options(host, case))
        except GuestError as err:
            return err

    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        return list(threads.map(start, hosts, (False, True)))


def witness_of(guest):
    """Ask a running witness: (its line of success, what differs)."""
    try:
        return guest.check(), []
    except GuestAltered:
        # No other GuestError: a guest that hangs may have complained before.
        found = messages.differences(guest.serial())
        if not found:
            raise
        return None, found


def facts_of(result, source, destination):
    """The facts of a migration that was tried."""
    witness, differ = None, []
    if result.outcome != LOST:
        witness, differ = witness_of(
            destination if result.outcome == MIGRATED else source)
    return {
        'end': result.outcome,
        'reason': None if result.outcome == MIGRATED else messages.reason(
            result.destination_stderr, result.source_error),
        'differences': differ, 'witness': witness,
        'sent': result.sent(), 'downtime': result.downtime,
        'source_status': result.source_status,
        'source_error': result.source_error,
        'destination_status': result.destination_status,
        'destination_exit': result.destination_exit,
        'destination_stderr': result.destination_stderr}


def run_case(hosts, case):
    """Run a case from hosts[0] to hosts[1]; its facts, RigError if it broke.
    """
    variant = VARIANTS[case.variant]
    with contextlib.ExitStack() as stack:
        both = start_both(hosts, case)
        for guest in both:
            if isinstance(guest, Guest):
                stack.enter_context(guest)
        for guest in both:
            name = (messages.unknown_property(guest)
                    if isinstance(guest, GuestError) else None)
            if name and name in variant.guest_cpu:
                return cases.skip(case, name)
        source, destination = both
        if isinstance(source, GuestError):
            raise source
        source.wait_up()
        cases.expect_guest(source.serial(), variant)
        source.check()
        if isinstance(destination, GuestError):
            why = messages.declined(destination)
            witness, differ = witness_of(source)
            return {'end': cases.DECLINED, 'reason': why,
                    'differences': differ, 'witness': witness, 'sent': 0}
        return facts_of(migrate(source, destination, return_path=True),
                        source, destination)

# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that migrates back and forth between two hosts, and the facts.

While the guest settles after a try, the next destination starts on the other
host.
"""

import concurrent.futures
import contextlib
import re
import time

from rig import pool
from rig.base import paths
from rig.base.errors import Deadline, GuestError, slow
from rig.guest import Guest
from rig.host import Host
from rig.migration import CHECK_BEFORE_RAM, DONE, listen
from rig.network import Network
from rig.qmp import QMPError
from rig.soak import plans
from rig.soak.probes import LIMIT, Porter, counter_address, wait_status

MEMORY = '32M'
FAST, SLOW_RAM = 1 << 30, 4 << 20       # bytes per second


class Shuttle:
    """Two hosts, and the guest of a leg where it is now."""

    def __init__(self, leg, stack):
        self.leg = leg
        self.network = stack.enter_context(Network())
        # One after the other, so that their counters differ.
        self.hosts = [stack.enter_context(Host(
            kernel, network=self.network, qemu=['series'],
            guests=['witness'], smp=2)) for kernel in leg.kernels]
        self._baseline = pool.write(paths.BUILD / 'soak', {
            'pool-' + '-'.join(leg.kernels): [
                (kernel, host.cpu)
                for kernel, host in zip(leg.kernels, self.hosts)]}
            ).popitem()[1]
        self._address = counter_address()
        self._worker = concurrent.futures.ThreadPoolExecutor(1)
        self.asking = concurrent.futures.ThreadPoolExecutor(8)
        self.siding = concurrent.futures.ThreadPoolExecutor(2)
        self.porters = {host: Porter(host) for host in self.hosts}
        self._next = None
        self._reading = None
        self.guest = None
        self.age = 0            # tries that its process has survived
        stack.callback(self.close)

    def options(self, host):
        if self.leg.baseline:
            return pool.options(host, self._baseline)
        return {'cpu': 'host,kvm-psci-version=1.1'}

    def _new(self, host, **kwargs):
        # A baseline would not let it start without a PMU.
        options = self.options(host) if kwargs.get('pmu') is None else {}
        options['extra'] = (*options.get('extra', ()),
                            *kwargs.pop('extra', ()))
        return Guest(host, 'series', 'witness', memory=MEMORY,
                     smp=self.leg.vcpus, **options, **kwargs)

    def start(self):
        """A new guest, on the first host."""
        self.guest = self._new(self.hosts[0])
        self.guest.wait_up()
        self.age = 0
        self._reading = self.read(self.guest)

    def other(self):
        return self.hosts[1 - self.hosts.index(self.guest.host)]

    def close(self):
        self.end()
        for porter in self.porters.values():
            porter.close()
        self._worker.shutdown()
        self.asking.shutdown()
        self.siding.shutdown()

    def end(self):
        """End the guest, and the QEMU that waits for it."""
        if self._next:
            concurrent.futures.wait([self._next])
        for guest in (self._next and self._next.exception() is None
                      and self._next.result()[1], self.guest):
            if guest:
                guest.close()
        self.guest = self._next = None

    def read(self, guest):
        """A reading of the guest's virtual counters."""
        began = time.monotonic()
        said = guest.qmp('human-monitor-command', command_line=
                         f'xp /{self.leg.vcpus}gx 0x{self._address:x}')
        ended = time.monotonic()
        values = [int(value, 16)
                  for value in re.findall(r'(?<=[ :])0x[0-9a-f]{16}\b', said)]
        if len(values) != self.leg.vcpus:
            raise GuestError(f'{guest}: cannot read its counters: {said}')
        return {'began': began, 'ended': ended, 'values': values}

    # One try

    def _prepared(self, plan, host):
        """A QEMU that listens for this try, and its address."""
        kwargs = {}
        if plan.kind in (plans.REFUSED, plans.REFUSED_LATE):
            kwargs['pmu'] = False
        if plan.kind == plans.CANCEL_LATE:
            kwargs['extra'] = ('-S',)
        guest = self._new(host, incoming=True, **kwargs)
        try:
            guest.capabilities(plans.both_sides(plan))
            return host, guest, listen(guest)
        except BaseException:
            guest.close()
            raise

    def _prepare(self, plan, host):
        self._next = self._worker.submit(self._prepared, plan, host)

    def _take(self, plan):
        """(QEMU, address) for a try; made now if there is none."""
        if self._next is None:
            self._prepare(plan, self.other())
        host, guest, uri = self._next.result()
        self._next = None
        if host is not self.other():
            guest.close()       # the last try ended as none foresaw
            return self._take(plan)
        return guest, uri

    def go(self, plan, following=None):
        """Try to migrate; the facts.  `following` is the try after it.

        The destination of `following` starts at once, on the host where it is
        needed if this try ends as most of its kind do.
        """
        started = time.monotonic()
        there, uri = self._take(plan)
        if following:
            self._prepare(following, there.host if plan.kind in
                          plans.MOSTLY_STAYS else self.guest.host)
        try:
            facts = _Try(self, self.guest, there, plan).run(uri)
            facts['counters'].insert(0, self._reading)
            facts['age'] = self.age
            self._reading = facts['counters'][-1]
            if facts['destination']['status'] == 'running':
                self.guest, there, self.age = there, self.guest, 0
            else:
                self.age += 1
        finally:
            there.close()
        facts['seconds'] = round(time.monotonic() - started, 2)
        return facts


class _Try:
    """One migration with its fault."""

    def __init__(self, shuttle, source, destination, plan):
        self.shuttle = shuttle
        self.network = shuttle.network
        self.source = source
        self.destination = destination
        self.plan = plan
        self._since = len(source.qmp_events)
        self._killed = False

    def run(self, uri):
        before = self.network.received(self.source.host.name)
        self._settings()
        try:
            if self.plan.kind == plans.KILL_SETUP:
                self.signal('STOP')
            if self.plan.kind == plans.SLOW:
                self.network.rate = self.plan.rate
                self.network.delay = self.plan.delay
            self.source.qmp('migrate', uri=uri)
            self._FAULTS.get(self.plan.kind, lambda _: None)(self)
            status = self.wait(DONE, 'its migration ends')
        finally:
            self.network.rate, self.network.delay = None, 0.0
        self._settle(status)
        return {'sent': self.network.received(self.source.host.name) - before,
                **self._facts(status)}

    def _at_once(self, *calls):
        """The results of (function, arguments...), which run side by side.

        An answer from an emulated host takes much time, but little work.
        """
        return [each.result() for each in [
            self.shuttle.asking.submit(*call) for call in calls]]

    def wait(self, wanted, what):
        return wait_status(self.source, self._since, wanted, what)

    def _settings(self):
        kind = self.plan.kind
        self._at_once(
            (self.source.capabilities, {
                **plans.both_sides(self.plan), 'events': True,
                CHECK_BEFORE_RAM: self.plan.check_before_ram,
                'pause-before-switchover': kind in (
                    plans.CANCEL, plans.KILL_SWITCHOVER)}),
            (lambda: self.source.parameters(
                max_bandwidth=SLOW_RAM if kind == plans.KILL_RAM else FAST,
                # The guest changes its memory faster than a slow link sends.
                downtime_limit=20000 if kind == plans.SLOW else 300),))

    def resident(self, guest):
        return self.shuttle.porters[guest.host].resident(guest)

    def signal(self, name):
        """To the destination."""
        self.shuttle.porters[self.destination.host].ask(
            name, self.destination)

    # What breaks

    def _kill(self):
        self._killed = True
        self.signal('KILL')

    def _kill_in_setup(self):
        time.sleep(self.plan.at / 2)
        self._kill()

    def _kill_in_ram(self):
        self.wait(('active', *DONE), 'its migration begins')
        time.sleep(self.plan.at / 4)
        self._kill()

    def _kill_before_switchover(self):
        self.wait(('pre-switchover', *DONE), 'it comes to switchover')
        self._kill()
        with contextlib.suppress(QMPError):     # it knows already
            self.source.qmp('migrate-continue', state='pre-switchover')

    def _cancel(self):
        time.sleep(self.plan.at)
        self.source.qmp('migrate_cancel')

    def _cut(self):
        time.sleep(self.plan.at / 2)
        name = self.destination.host.name
        self.network.cut(name)
        time.sleep(self.plan.lasts)
        self.network.restore(name)

    def _postcopy(self):
        self.wait(('active', *DONE), 'its migration begins')
        self.source.qmp('migrate-start-postcopy')

    # What a try of each kind does once it migrates; of others, nothing.
    _FAULTS = {plans.KILL_SETUP: _kill_in_setup,
               plans.KILL_RAM: _kill_in_ram,
               plans.KILL_SWITCHOVER: _kill_before_switchover,
               plans.CANCEL: _cancel, plans.CANCEL_LATE: _cancel,
               plans.CUT: _cut, plans.POSTCOPY: _postcopy}

    # How it ended

    def _settle(self, status):
        limit = Deadline(LIMIT)
        if status != 'completed':
            # It runs on shortly after it has said "failed".
            while self.source.status() != 'running' and not limit.over():
                time.sleep(.05)
        elif self.plan.kind == plans.CANCEL_LATE:
            # As libvirt does it: nobody runs until the source has said this.
            self.destination.qmp('cont')
        if status == 'completed':
            # Without a return path it may still load then, and what is typed
            # before that is lost.
            while self.destination.ask('query-status').get(
                    'status') == 'inmigrate' and not limit.over():
                time.sleep(.05)

    def _side(self, guest, killed=False):
        """The facts of a side, but for what its guest says."""
        migration, status = self._at_once((guest.ask, 'query-migrate'),
                                          (guest.ask, 'query-status'))
        if not guest.alive() and guest.exit_status is None:
            guest.wait_exit(2)
        return {'exit': guest.exit_status, 'killed': killed, 'check': None,
                'status': status.get('status'),
                'migration': migration.get('status'),
                'error': migration.get('error-desc') or '',
                'downtime': migration.get('downtime'),
                'total': migration.get('total-time'),
                'said': guest.stderr().strip()[-2000:]}

    def _of_both(self):
        return [each.result() for each in [
            self.shuttle.siding.submit(self._side, *args) for args in (
                (self.source,), (self.destination, self._killed))]]

    def _facts(self, status):
        """Of both sides.  The guest has to answer where it should run."""
        goes = status == 'completed'
        guest = self.destination if goes else self.source
        (check, _), *readings = self._at_once(
            (guest.try_check, LIMIT),
            *([(self.shuttle.read, self.source)] if goes else []))
        source, destination = self._of_both()
        (source if not goes else destination)['check'] = check
        limit = Deadline(LIMIT)
        while goes and not (guest.ticks() or limit.over()):
            time.sleep(0.02)    # it may answer before its first tick here
        rss, *last = self._at_once(
            (self.resident, self.source),
            *([(self.shuttle.read, guest)] if guest.alive() else []),
            *([(self.resident, self.destination)]
              if destination['status'] == 'running' else []))
        source['rss'] = rss
        if last:
            readings.append(last[0])
        if last[1:]:
            destination['rss'] = last[1]
        for side, each in ((source, self.source),
                           (destination, self.destination)):
            ticks = [int(tick) for tick in re.findall(
                r'^tick (\d+)\n', each.serial(), re.M)]
            side['ticks'] = [ticks[0], ticks[-1]] if ticks else []
        return {'source': source, 'destination': destination,
                'counters': readings, 'slow': slow()}

# SPDX-License-Identifier: GPL-2.0-or-later
"""The check before RAM on every way that a guest's state can take.

Over several channels, with postcopy, through a file, by CPR; and what only
the end of a migration can tell also reaches the source.
"""

import concurrent.futures
import json
import time
import unittest

from rig.base.errors import Deadline, GuestError
from rig.migration import listen, wait_source
from rig.testing.case import RigCase, recorded

PMU_IS_OFF = ('the vCPU feature pmu-v3 is on at the source and off at the '
              'destination')
MEMORY = '64M'
TRACES = ('-trace', 'migrate_send_rp_message',
          '-trace', 'migrate_set_state')


def shared_memory(host, *extra, aux=False):
    """Options of a guest whose RAM another QEMU of the host can take over."""
    return {'memory': MEMORY,
            'machine': 'virt,gic-version=3,memory-backend=ram'
                       + (',aux-ram-share=on' if aux else ''),
            'extra': ('-object', f'memory-backend-file,id=ram,size={MEMORY},'
                      f'share=on,mem-path={host.path("/tmp/ram")}', *extra)}


def start_postcopy(source):
    """Once the first of RAM is sent."""
    limit = Deadline(60)
    while not source.qmp('query-migrate').get('ram', {}).get('transferred'):
        if limit.over():
            raise GuestError(f'{source}: sends no RAM')
        time.sleep(0.05)
    source.qmp('migrate-start-postcopy')


class Ways(RigCase):
    """
    :avocado: tags=quick,rig
    """

    def refused_then_taken(self, during=None, **kwargs):
        """By a destination without a PMU; by one with.  The last result."""
        hosts = self.hosts('6.18', '6.18')
        source = self.guest(hosts[0])
        self.refused_early(source, self.guest(hosts[1], cpu='host,pmu=off',
                                              incoming=True),
                           PMU_IS_OFF, **kwargs)
        return source, self.migrates(
            source, self.guest(hosts[1], incoming=True), during=during,
            **kwargs)

    def test_multifd(self):
        """RAM on channels of its own, which are opened before the answer."""
        self.refused_then_taken(capabilities={'multifd': True})

    def test_postcopy(self):
        """The guest runs at the destination before its RAM is there."""
        source, _ = self.refused_then_taken(
            start_postcopy,
            capabilities={'postcopy_ram': True, 'events': True},
            parameters={'max_bandwidth': 1 << 20})
        states = [event['data']['status'] for event in source.qmp_events
                  if event['event'] == 'MIGRATION']
        self.assertIn('postcopy-active', states)

    def wait_status(self, guest, status):
        """Of its migration, which it has or gets."""
        limit = Deadline(60)
        while (found := guest.qmp('query-migrate').get('status')) != status:
            self.assertFalse(limit.over(), f'{guest}: {found}')
            time.sleep(0.1)

    def test_postcopy_recovery(self):
        """The link is cut and mended: nobody is asked a second time."""
        hosts = self.hosts('6.18', '6.18')
        source = self.guest(hosts[0])
        destination = self.guest(hosts[1], incoming=True)
        for guest in (source, destination):
            guest.capabilities({'postcopy-ram': True})
            guest.parameters(max_bandwidth=1 << 20,
                             max_postcopy_bandwidth=1 << 16)
        source.qmp('migrate', uri=listen(destination))
        start_postcopy(source)
        self.wait_status(source, 'postcopy-active')
        source.qmp('migrate-pause')
        for guest in (source, destination):
            self.wait_status(guest, 'postcopy-paused')
        uri = f'tcp:{hosts[1].address or "127.0.0.1"}:4445'
        destination.qmp('migrate-recover', uri=uri)
        source.qmp('migrate', uri=uri, resume=True)
        source.parameters(max_postcopy_bandwidth=0)
        info = wait_source(source, Deadline(60))
        self.assertEqual(info['status'], 'completed', info)
        self.assertRegex(destination.check(), '^witness ok')

    def test_reason_before_state(self):
        """Who hears of the failure may end the destination."""
        hosts = self.hosts('6.18', '6.18')
        destination = self.guest(hosts[1], cpu='host,pmu=off', incoming=True,
                                 extra=TRACES)
        uri = listen(destination)
        source = self.guest(hosts[0])
        source.qmp('migrate', uri=uri)
        info = wait_source(source, Deadline(60))
        self.assertIn(PMU_IS_OFF, info['error-desc'])
        self.assertTrue(destination.wait_exit(30))
        said = destination.stderr()
        # The first SHUT; a second one is sent when all is torn down.
        self.assertLess(said.index('migrate_send_rp_message 8: '),
                        said.index('migrate_send_rp_message 1: '))
        self.assertLess(said.index('migrate_send_rp_message 1: '),
                        said.index('migrate_set_state new state failed'))

    def test_destination_that_stays(self):
        """With exit-on-error=false its query-migrate has the reason."""
        kernels = ('6.18', '6.12')
        hosts = self.hosts(*kernels)
        source = self.guest(hosts[0])
        result = self.refused_early(
            source, self.guest(hosts[1], incoming=True),
            recorded('PSCI_VERSION', *kernels), exit_on_error=False)
        self.assertIsNone(result.destination_exit)
        self.assertEqual(result.destination_status, 'inmigrate')

    def prepare_cpr_reboot(self, guest):
        """RAM is shared, and stays where it is."""
        guest.capabilities({'x-ignore-shared': True})
        guest.parameters(mode='cpr-reboot')

    def save(self, guest, path):
        """The guest's state in a file of its host."""
        guest.qmp('migrate', uri=f'file:{path}')
        info = wait_source(guest, Deadline(60))
        self.assertEqual(info['status'], 'completed', info)

    def load(self, host, path, cpr=False, **kwargs):
        """A guest from a file; as a destination that loads or ends."""
        guest = self.guest(host, incoming=True, **kwargs)
        if cpr:
            self.prepare_cpr_reboot(guest)
        guest.qmp('migrate-incoming', uri=f'file:{path}')
        return guest

    def load_refused(self, host, path, *texts, **kwargs):
        guest = self.load(host, path, **kwargs)
        self.assertTrue(guest.wait_exit(60), f'{guest} did not end')
        self.assertEqual(guest.exit_status, 1)
        for text in ("device 'cpu'", *texts):
            self.assertIn(text, guest.stderr())

    def load_taken(self, host, path, **kwargs):
        guest = self.load(host, path, **kwargs)
        guest.wait_serial(r'^tick \d+\n')
        self.assertRegex(guest.check(), '^witness ok')
        self.assertEqual(guest.stderr(), '')

    def test_file(self):
        """A file has no manifest; the load of the vCPUs refuses it."""
        kernels = ('6.18', '6.12')
        hosts = self.hosts(*kernels)
        with self.guest(hosts[0], memory=MEMORY) as source:
            self.save(source, '/tmp/state')
        self.load_refused(hosts[0], '/tmp/state', 'PMCR_EL0', memory=MEMORY,
                          cpu='host,pmu=off')
        hosts[1].put(hosts[0].get('/tmp/state'), '/tmp/state')
        self.load_refused(hosts[1], '/tmp/state', recorded(
            'PSCI_VERSION', *kernels), memory=MEMORY)
        self.load_taken(hosts[0], '/tmp/state', memory=MEMORY)

    def test_cpr_reboot(self):
        """RAM stays in a file of the host, the rest goes through another."""
        hosts = self.hosts('6.18')
        options, path = shared_memory(hosts[0]), hosts[0].path('/tmp/state')
        with self.guest(hosts[0], **options) as source:
            self.prepare_cpr_reboot(source)
            self.save(source, path)
        self.assertLess(len(hosts[0].get(path)), 4 << 20)
        self.load_refused(hosts[0], path, 'PMCR_EL0',
                          cpr=True, cpu='host,pmu=off', **options)
        self.load_taken(hosts[0], path, cpr=True, **options)

    def cpr_transfer(self, source, number, **kwargs):
        """To another QEMU of the host, which gets the RAM's descriptors.

        That one has no monitor before the source migrates.
        """
        host = source.host
        paths = [host.path(f'/run/{name}{number}')
                 for name in ('main', 'cpr')]
        main, cpr = ({'channel-type': name, 'addr': {
            'transport': 'socket', 'type': 'unix', 'path': path}}
            for name, path in zip(('main', 'cpr'), paths))
        options = shared_memory(host, '-incoming', json.dumps(cpr), aux=True)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            coming = pool.submit(self.guest, host, incoming=True, **kwargs,
                                 **options)
            limit = Deadline(60)
            while host.run(f'[ -S {paths[1]} ]', check=False).status:
                self.assertFalse(limit.over(), f'no socket {paths[1]}')
                time.sleep(0.1)
            source.qmp('migrate', channels=[main, cpr])
            destination = coming.result()
        destination.qmp('migrate-incoming', channels=[main])
        return destination, wait_source(source, Deadline(60))

    def test_cpr_transfer(self):
        """A QEMU takes the guest of another one on the same host."""
        host, = self.hosts('6.18')
        source = self.guest(host, **shared_memory(host, aux=True))
        source.parameters(mode='cpr-transfer')
        destination, info = self.cpr_transfer(source, 1, cpu='host,pmu=off')
        self.assertEqual(info['status'], 'failed', info)
        self.assertIn(PMU_IS_OFF, info['error-desc'])
        self.assertTrue(destination.wait_exit(30))
        self.assertIn(PMU_IS_OFF, destination.stderr())
        self.assertRegex(source.check(), '^witness ok')

        destination, info = self.cpr_transfer(source, 2)
        self.assertEqual(info['status'], 'completed', info)
        self.assertRegex(destination.check(), '^witness ok')


class Late(RigCase):
    """Refusals that come after RAM.

    :avocado: tags=quick,rig
    """

    def test_machine_is_another(self):
        """What is no register: a device that the destination has not.

        Nobody set return-path; stock's source would say "completed".
        """
        device = {'extra': ('-device', 'virtio-serial-pci')}
        hosts = self.hosts('6.18', '6.18')
        source = self.guest(hosts[0], **device)
        text = "Unknown section or instance '0000:00:01.0/virtio-console'"
        result = self.refused_late(source, self.guest(
            hosts[1], incoming=True), text, check_before_ram=True,
            return_path=False)
        self.assertIn('The destination refused the guest: ',
                      result.source_error)
        self.assertIn(text, result.source_error)
        self.migrates(source, self.guest(hosts[1], incoming=True, **device))

    def test_memory_is_another(self):
        """Found when RAM is set up, before the question for registers."""
        hosts = self.hosts('6.18', '6.18')
        source = self.guest(hosts[0], memory='128M')
        result = self.refused_early(source, self.guest(
            hosts[1], memory='64M', incoming=True), "device 'ram'")
        self.assertIn('mach-virt.ram', result.destination_stderr)

    def test_capability_off(self):
        """As without the capability: late, and the source knows no reason."""
        kernels = ('6.18', '6.12')
        source, destination = self.pair('series', 'series', kernels)
        result = self.refused_late(
            source, destination, recorded('PSCI_VERSION', *kernels))
        self.assertNotIn('PSCI_VERSION', result.source_error or '')
        self.assertNotIn('refused the guest', result.source_error or '')

        # The same guest, the capability on again.
        self.refused_early(
            source, self.guest(destination.host, incoming=True),
            recorded('PSCI_VERSION', *kernels), check_before_ram=True)


if __name__ == '__main__':
    unittest.main()

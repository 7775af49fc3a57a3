# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that migrates from host to host, and what KVM alters for it.

    with Tour(hosts[0], memory='64M', options=give) as tour:
        for host in hosts[1:]:
            if tour.go(host).outcome == MIGRATED:
                print(tour.check())
"""

import re

from rig import altered, messages
from rig.base.errors import GuestAltered
from rig.guest import Guest
from rig.migration import MIGRATED, migrate


def series_of(host):
    """The series of a host's kernel: 6.12."""
    return re.match(r'\d+\.\d+', host.kernel.version).group()


class Tour:
    """A guest; `guest` is where it runs now.

    qemu, kind  as of Guest
    options     a function: host -> options of the Guest there
    """

    def __init__(self, host, qemu='series', kind='witness', *,
                 options=lambda host: {}, **kwargs):
        self._new = lambda at, **more: Guest(
            at, qemu, kind, **{**kwargs, **options(at), **more})
        self.home = host
        self.guest = self._new(host)
        # (name, CPU) of the registers that KVM has altered.
        self._altered = set()
        # The last tick that it printed where it was before.
        self.left_at = 0

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.guest.close()

    def go(self, host, **kwargs):
        """Migrate; the Result.  A guest that is refused stays."""
        there = self._new(host, incoming=True)
        try:
            result = migrate(self.guest, there, return_path=True, **kwargs)
            if result.outcome == MIGRATED:
                self.left_at = self.guest.ticks()
                self.guest, there = there, self.guest
        finally:
            there.close()
        return result

    def reset(self):
        """Reset the guest: it reads its registers anew, on this host."""
        self.guest.reset()
        self.home = self.guest.host
        self._altered = set()

    @property
    def altered(self):
        """In words."""
        return messages.fold({name for name, _ in self._altered})

    def check(self):
        """The witness's words, then what KVM alters, if anything.

        GuestAltered for any other difference.  The witness names a
        register once, and counts it in every later check.
        """
        try:
            return self.guest.check()
        except GuestAltered as err:
            text = self.guest.said()
            found = messages.differences(text)
            self._altered |= {
                (line.split()[1], line.partition(' on cpu ')[2])
                for line in found}
            count = re.findall(r'^witness failed: (\d+) registers, '
                               r'0 words of memory', text, re.M)
            if (not count or int(count[-1]) != len(self._altered)
                    or not all(altered.alteration(
                        line, series_of(self.home),
                        series_of(self.guest.host)) for line in found)):
                raise GuestAltered(f'{err}; so far: {self.altered}') from err
            return f'witness ok, but KVM has shown another {self.altered}'

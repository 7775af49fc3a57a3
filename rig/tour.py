# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that goes from host to host, and what changes for it there.

    with Tour(hosts[0], memory='64M', options=give) as tour:
        for host in hosts[1:]:
            if tour.go(host).outcome == MIGRATED:
                print(tour.check())
"""

import re

from . import cases
from .errors import GuestAltered
from .guest import Guest
from .migration import MIGRATED, migrate


def series_of(host):
    """The series of a host's kernel: 6.12."""
    return re.match(r'\d+\.\d+', host.kernel.version).group()


class Tour:
    """A guest, always where it runs now.

    qemu, kind  as of Guest
    options     a function that tells what a Guest takes on a host
    """

    def __init__(self, host, qemu='series', kind='witness', *,
                 options=lambda host: {}, **kwargs):
        self._new = lambda at, **more: Guest(
            at, qemu, kind, **{**kwargs, **options(at), **more})
        self.home = host
        self.guest = self._new(host)
        # (name, CPU) of registers of which KVM has shown another value.
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
        """Reset the guest: what it holds from now on, it learns here."""
        self.guest.reset()
        self.home = self.guest.host
        self._altered = set()

    @property
    def altered(self):
        """In words."""
        return cases.fold({name for name, _ in self._altered})

    def check(self):
        """The witness's words, which end with what KVM alters, if it does.

        GuestAltered for any other difference.  The witness tells of a
        register once, and counts it for ever.
        """
        try:
            return self.guest.check()
        except GuestAltered as err:
            text = self.guest.said()
            found = cases.differences(text)
            self._altered |= {
                (line.split()[1], line.partition(' on cpu ')[2])
                for line in found}
            count = re.findall(r'^witness failed: (\d+) registers, '
                               r'0 words of memory', text, re.M)
            if (not count or int(count[-1]) != len(self._altered)
                    or not all(cases.alteration(
                        line, series_of(self.home),
                        series_of(self.guest.host)) for line in found)):
                raise GuestAltered(f'{err}; so far: {self.altered}') from err
            return f'witness ok, but KVM has shown another {self.altered}'

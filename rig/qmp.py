# SPDX-License-Identifier: GPL-2.0-or-later
"""QMP over a connected socket: commands with a time limit, events kept.

The monitors of the rig sit behind a relay in an emulated host, so this
client starts from a socket that somebody else connected.
"""

import json
import threading
import time

from rig.base.errors import GuestError, RigError


class QMPError(RigError):
    """The command was refused; `error_class` and `desc` are QEMU's."""

    def __init__(self, command, error):
        self.error_class = error.get('class')
        self.desc = error.get('desc')
        super().__init__(f'{command}: {self.desc}')


class QMPGone(RigError):
    """The monitor does not answer, or the connection is closed."""


class QMP:
    """One monitor.  May be used from several threads."""

    def __init__(self, sock, timeout):
        self._sock = sock
        self._changed = threading.Condition()
        self._turn = threading.Lock()
        self._replies = {}
        self._number = 0
        self.greeting = None
        self.events = []
        self.gone = None
        self._reader = threading.Thread(target=self._read_all, daemon=True)
        self._reader.start()
        try:
            self._wait(lambda: self.greeting is not None, timeout,
                       'the greeting')
            self.command('qmp_capabilities', timeout=timeout)
        except RigError:
            self.close()
            raise

    def _read_all(self):
        try:
            with self._sock.makefile('rb') as lines:
                for line in lines:
                    message = json.loads(line)
                    with self._changed:
                        if 'QMP' in message:
                            self.greeting = message['QMP']
                        elif 'event' in message:
                            self.events.append(message)
                        else:
                            self._replies[message.get('id')] = message
                        self._changed.notify_all()
            why = 'the monitor closed the connection'
        except (OSError, ValueError) as err:
            why = f'the monitor is gone: {err}'
        with self._changed:
            self.gone = why
            self._changed.notify_all()

    def _wait(self, condition, timeout, what):
        end = time.monotonic() + timeout
        with self._changed:
            while True:
                found = condition()
                if found:
                    return found
                if self.gone:
                    raise QMPGone(f'{what}: {self.gone}')
                left = end - time.monotonic()
                if left <= 0:
                    raise QMPGone(f'{what}: no answer in {timeout:.0f} s')
                self._changed.wait(left)

    def command(self, name, arguments=None, timeout=60):
        """The command's return value; QMPError if QEMU refuses it."""
        with self._turn:
            self._number += 1
            number = self._number
        request = {'execute': name, 'id': number}
        if arguments:
            request['arguments'] = arguments
        try:
            with self._turn:
                self._sock.sendall(json.dumps(request).encode() + b'\n')
        except OSError as err:
            raise QMPGone(f'{name}: the monitor is gone: {err}') from err
        reply = self._wait(lambda: self._replies.pop(number, None), timeout,
                           name)
        if 'error' in reply:
            raise QMPError(name, reply['error'])
        return reply['return']

    def wait_event(self, name, timeout, since=0):
        """The first event of a name, from the event number `since` on."""
        return self._wait(
            lambda: next((e for e in self.events[since:]
                          if e['event'] == name), None),
            timeout, f'event {name}')

    def close(self):
        try:
            self._sock.shutdown(2)
        except OSError:
            pass
        self._reader.join(10)
        self._sock.close()


def states(values):
    """Migration capabilities as QMP takes them; `_` in names is `-`."""
    return [{'capability': name.replace('_', '-'), 'state': bool(state)}
            for name, state in values.items()]


class Migrating:
    """What is set and asked of a QEMU that migrates.

    The class has qmp(command, timeout, **arguments) and alive().
    """

    def capabilities(self, values):
        """Set migration capabilities: {name: whether it is on}."""
        if values:
            self.qmp('migrate-set-capabilities', capabilities=states(values))

    def parameters(self, **values):
        """Set migration parameters."""
        if values:
            self.qmp('migrate-set-parameters', **values)

    def ask(self, command, timeout=60):
        """An answer, {} if QEMU is gone or does not answer."""
        try:
            return self.qmp(command, timeout=timeout) if self.alive() else {}
        except GuestError:
            return {}

# SPDX-License-Identifier: GPL-2.0-or-later
"""What rig/scale/run.py measured, as rows of text: in all, and per vCPU.

`found` is {vCPUs: {mode: [facts of each round]}}, see scale.measure().
"""

import statistics
from typing import Callable, NamedTuple

from rig.base.tables import markdown_table, rst_table


class Quantity(NamedTuple):
    """One thing that was measured: its value for a size and a mode."""
    title: str
    value: Callable


def ioctls_of(phase, name):
    """How many a start, a save or a load needs, of all vCPUs."""
    return Quantity(f'{phase}: {name}',
                    lambda facts: statistics.median(
                        each['ioctls'][phase][name] for each in facts))


def median_of(title, *names):
    """The median over all rounds, and over several names."""
    return Quantity(title, lambda facts: statistics.median(
        each[name] for each in facts for name in names))


SAVE_READS = ioctls_of('save', 'KVM_GET_ONE_REG')
LOAD_WRITES = ioctls_of('load', 'KVM_SET_ONE_REG')
START_READS = ioctls_of('start', 'KVM_GET_ONE_REG')
START_WRITES = ioctls_of('start', 'KVM_SET_ONE_REG')
START_LISTS = ioctls_of('start', 'KVM_GET_REG_LIST')
STREAM = median_of('stream', 'bytes')
SECTIONS = median_of('sections of the vCPUs', 'cpu_bytes')
START = median_of('start', 'start_ms', 'start_incoming_ms')
SAVE = median_of('save', 'save_ms')
DOWNTIME = median_of('downtime of it', 'downtime_ms')
LOAD = median_of('load', 'load_ms')
# The modes in titles of narrow columns.
SHORT = {'stock': 'stock', 'series': 'series', 'without handshake': 'off'}
# Ioctls that no mode makes in a phase have no row: see others().
GROUPS = {
    'Ioctls': (START_LISTS, START_READS, START_WRITES, SAVE_READS,
               LOAD_WRITES),
    'Bytes': (STREAM, SECTIONS),
    'Milliseconds': (START, SAVE, DOWNTIME, LOAD)}
NO_OTHERS = [(phase, name) for phase, name in (
    ('save', 'KVM_SET_ONE_REG'), ('save', 'KVM_GET_REG_LIST'),
    ('load', 'KVM_GET_ONE_REG'), ('load', 'KVM_GET_REG_LIST'))]


def others(found):
    """Ioctls that have no row of their own, though some mode made them."""
    return [ioctls_of(phase, name) for phase, name in NO_OTHERS
            if any(each['ioctls'][phase][name] for modes in found.values()
                   for facts in modes.values() for each in facts)]


def number(value):
    """Whole if it is great, else with one digit after the point."""
    return (f'{value:,.0f}' if value >= 1000 or value == round(value)
            else f'{value:,.1f}' if value >= 1 else f'{value:.2f}')


def ratio(value, stock):
    return f'{value / stock:.2f}' if stock else '-'


def cells(value, size):
    """In all, and per vCPU."""
    return number(value), number(value / size)


def rows(found, quantities):
    """Of a table; the first row are the titles."""
    modes = list(next(iter(found.values())))
    yield ['vCPUs', 'what', *(title for mode in modes
                              for title in (mode, 'per vCPU')),
           *(f'{SHORT[mode]}/stock' for mode in modes if mode != 'stock')]
    for quantity in quantities:
        for size, facts in found.items():
            values = {mode: quantity.value(facts[mode]) for mode in modes}
            yield [str(size), quantity.title,
                   *(text for value in values.values()
                     for text in cells(value, size)),
                   *(ratio(value, values['stock'])
                     for mode, value in values.items() if mode != 'stock')]


def groups(found):
    """(title, rows) of each table."""
    for title, quantities in GROUPS.items():
        if title == 'Ioctls':
            quantities += tuple(others(found))
        yield title, list(rows(found, quantities))


def markdown(found):
    """The tables, as Markdown that reads well as it is."""
    return '\n\n'.join('\n'.join([f'{title}\n', *markdown_table(each)])
                       for title, each in groups(found))


def rounds_words(found):
    """How often each size was timed."""
    return ', '.join(f'{size} vCPUs: {len(facts["stock"])}'
                     for size, facts in found.items())


def load_words(found):
    """How busy the machine was, as far as that is known."""
    loads = [each['machine_load'] for modes in found.values()
             for facts in modes.values() for each in facts
             if 'machine_load' in each]
    return (f' Load of the machine meanwhile: {min(loads):.1f} to '
            f'{max(loads):.1f}.' if loads else '')


def rst(found, versions, date):
    """The tables as reStructuredText, with the versions measured."""
    lines = [f'Linux {versions["kernel"]}, QEMU {versions["base"]} and the '
             f'series on it; {date}.', '',
             f'How often each was timed: {rounds_words(found)}. Times are '
             f'medians.{load_words(found)}']
    for title, each in groups(found):
        lines += ['', title, '-' * len(title), '', *rst_table(each)]
    return '\n'.join(lines) + '\n'

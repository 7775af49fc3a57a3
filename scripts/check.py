# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the test suites and print one closing line.

    N passed, N failed, N skipped

Each suite leaves a record: JUnit from meson, JSON from avocado.  The records
are counted, not the exit status alone.  A suite without a record counts as
failed.
"""

import contextlib
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

from rig.base import avocado, command, logged
from rig.base.errors import RigError
from rig.base.paths import BUILD, ROOT
from rig.base.standalone import MESON
from scripts import check_qemu

# The series' own tests; others need files that are not in a QEMU tree.
UNIT_TESTS = re.findall(r'^\s+tests/unit/(test-\S+)\.c$',
                        (ROOT / 'patches/series').read_text(), re.M)


class Count:
    """Passed, failed, skipped; and a line for each that did not pass."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.lines = []

    def add(self, name, outcome, why=''):
        setattr(self, outcome, getattr(self, outcome) + 1)
        if outcome != 'passed':
            self.lines.append(f'{outcome.upper():<8}{name}'
                              + (f': {why}' if why else ''))

    def merge(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.lines += other.lines

    def __str__(self):
        return (f'{self.passed} passed, {self.failed} failed, '
                f'{self.skipped} skipped')


def run(argv, log):
    """Run to a log file; the exit status."""
    log.parent.mkdir(parents=True, exist_ok=True)
    return logged.run(argv, log, ROOT)


def junit(path, count, suite):
    """Count what meson recorded."""
    for case in ET.parse(path).getroot().iter('testcase'):
        name = f'{suite}: {case.get("classname")} {case.get("name")}'
        bad = case.find('failure')
        bad = case.find('error') if bad is None else bad
        skip = case.find('skipped')
        if bad is not None:
            count.add(name, 'failed', bad.get('message') or '')
        elif skip is not None:
            count.add(name, 'skipped', skip.get('message') or '')
        else:
            count.add(name, 'passed')


def meson_test(build, suite, tests, log, count):
    """Run meson tests and count the TAP cases inside them."""
    record = build / 'meson-logs/testlog.junit.xml'
    record.unlink(missing_ok=True)
    meson = build / 'pyvenv/bin/meson'
    status = run([meson if meson.exists() else MESON, 'test', '-C', build,
                  '--no-rebuild', '--print-errorlogs', *tests], log)
    before = count.passed + count.failed
    if record.exists():
        junit(record, count, suite)
    if count.passed + count.failed == before or (
            status and not count.failed):
        count.add(f'{suite}: meson test', 'failed', f'see {shown(log)}')


def shown(path):
    return os.path.relpath(path, ROOT)


def core(count):
    """Unit tests of the pure core, stand-alone, with ASan and UBSan."""
    build, log = ROOT / 'build/core', BUILD / 'check/core.log'
    steps = []
    if not (build / 'build.ninja').exists():
        shutil.rmtree(build, ignore_errors=True)
        steps.append([MESON, 'setup', build, '-Db_lundef=false',
                      '-Db_sanitize=address,undefined'])
    steps.append(['ninja', '-C', build])
    for step in steps:
        if run(step, log):
            count.add('core: build', 'failed', f'see {shown(log)}')
            return
    meson_test(build, 'core', [], log, count)


def in_tree(count):
    """The same unit tests, built in the QEMU tree."""
    log = BUILD / 'check/in-tree.log'
    targets = [f'tests/unit/{name}' for name in UNIT_TESTS]
    if run([ROOT / 'scripts/build.sh', 'host', *targets], log):
        count.add('in-tree: build', 'failed', f'see {shown(log)}')
        return
    meson_test(BUILD / 'host', 'in-tree', UNIT_TESTS, log, count)


def qtest(count):
    """The series' qtest, and a few of QEMU's own tests."""
    try:
        found = check_qemu.some()
    except RigError as err:
        count.add('qtest: scripts.check_qemu --quick', 'failed', str(err))
        return
    for program, result in found.items():
        for name, outcome in result.cases.items():
            count.add(f'qtest: {program} {name}', outcome,
                      result.why.get(name, ''))


def fuzz(count):
    """A minute of libFuzzer for each reader of bytes from outside."""
    log = BUILD / 'check/fuzz.log'
    status = run([sys.executable, '-m', 'scripts.fuzz', '--time',
                  os.environ.get('FUZZ_TIME', '60')], log)
    lines = log.read_text(encoding='utf-8', errors='replace').splitlines()
    print('\n'.join(f'          {line}' for line in
                    (lines[-30:] if status else lines) if '|' in line
                    or 'FAILED' in line))
    count.add('fuzz: make fuzz', 'failed' if status else 'passed',
              f'see {shown(log)}')


SERIES_LOG = BUILD / 'check/series.log'


def series_check(*before):
    """`make series-check`, while a block runs."""
    SERIES_LOG.parent.mkdir(parents=True, exist_ok=True)
    return logged.running([*before, sys.executable, '-m', 'scripts.series',
                           'check'], SERIES_LOG, ROOT)


def series(count, begun=None):
    """Round trip, checkpatch, and a build of every commit."""
    with contextlib.nullcontext(begun) if begun else series_check() as child:
        status = child.wait()
    lines = SERIES_LOG.read_text(encoding='utf-8',
                                 errors='replace').splitlines()
    for line in lines:
        if line.startswith(('  HOOKS', 'series-check:')):
            print('          ' + line.strip())
    if status:
        print('\n'.join(lines[-30:]))
    count.add('series: make series-check', 'failed' if status else 'passed',
              f'see {shown(SERIES_LOG)}')


def run_avocado(count, suite, paths, *options, at_once=1):
    """Run tests under avocado, so many at once, and count its record."""
    results = BUILD / 'avocado' / suite
    shutil.rmtree(results, ignore_errors=True)
    log = BUILD / f'check/{suite}.log'
    try:
        run(avocado.command(results, paths, *options, at_once=at_once), log)
    except RigError as err:
        count.add(f'{suite}: avocado', 'failed', str(err))
        return
    tests = avocado.recorded(results)
    for test in tests:
        outcome = avocado.OUTCOMES.get(test['status'], 'failed')
        why = test.get('fail_reason') or ''
        why = '' if why == '<unknown>' else why.split('\n')[0]
        name = test['name'].replace(f'{ROOT}/', '')
        if outcome == 'failed':
            avocado.print_log(test)
        count.add(f'{suite}: {name}', outcome, why)
    if not tests:
        count.add(f'{suite}: avocado', 'failed', f'see {shown(log)}')


def scripts(count):
    """The scripts' and the rig's own tests; the witness under TCG."""
    run_avocado(count, 'scripts', sorted(
        [*(ROOT / 'scripts/tests').glob('test_*.py'),
         *(ROOT / 'rig/tests').glob('test_*.py')]), at_once=os.cpu_count())


def stream(count):
    """Hostile and foreign streams against a real QEMU, with TCG."""
    run_avocado(count, 'stream', [ROOT / 'tests/avocado'], '-t', 'quick,tcg',
                at_once=os.cpu_count())


def rig(count):
    """Live migrations between emulated hosts: real kernels, real KVM."""
    # They take turns; the next is ready when one ends.
    run_avocado(count, 'rig', [ROOT / 'tests/avocado'], '-t', 'quick,rig',
                at_once=os.cpu_count())


def mission(count):
    """A few of these: what the series is for."""
    run_avocado(count, 'mission', [ROOT / 'tests/avocado'], '-t', 'mission',
                at_once=os.cpu_count())


def migrations(count):
    """Two migrations: to a newer kernel, and to an older one."""
    run_avocado(count, 'migrations', [ROOT / 'tests/avocado'], '-t', 'base')


def exchange(count):
    """Another base: to and from the first base's series, and stock 11.1."""
    run_avocado(count, 'exchange', [ROOT / 'tests/avocado'], '-t', 'exchange')


OTHER = '10.0'


def other_base(count):
    """The series on Debian 13's QEMU: build, unit tests, two migrations."""
    log = ROOT / f'build/check/base-{OTHER}.log'
    env = {**os.environ, 'BASE': OTHER}
    # The hosts' emulator is the same on each base.
    env.setdefault('RIG_EMULATOR',
                   str(BUILD / 'host/qemu-system-aarch64'))
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, 'w', encoding='utf-8') as file:
        for step in (['make', 'qemu-arm64'],
                     [sys.executable, '-m', 'scripts.check', '--only',
                      'in-tree', '--only', 'migrations']):
            status = subprocess.run(
                step, cwd=ROOT, env=env, stdout=file, check=False,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL).returncode
            if status:
                break
    lines = log.read_text(encoding='utf-8', errors='replace').splitlines()
    found = re.fullmatch(r'(\d+) passed, (\d+) failed, (\d+) skipped',
                         lines[-1] if lines else '')
    if found and (int(found[2]) or not status):
        count.passed, count.failed, count.skipped = map(int, found.groups())
        count.lines += [f'{line}, on {OTHER}' for line in lines
                        if line.startswith(('FAILED', 'SKIPPED'))]
    else:
        print('\n'.join(lines[-30:]))
        count.add(f'base {OTHER}: {" ".join(map(str, step))}', 'failed',
                  f'see {shown(log)}')


SUITES = {f.__name__.replace('_', '-'): f for f in
          (core, in_tree, qtest, scripts, stream, fuzz, migrations,
           exchange, other_base, rig, mission, series)}
# What each ring leaves out; `rig` has what `mission` and `migrations` have.
RINGS = {
    'all': ('migrations', 'exchange', 'mission'),
    'quick': ('fuzz', 'migrations', 'exchange', 'other-base', 'rig',
              'mission', 'series'),
    'mission': ('in-tree', 'qtest', 'scripts', 'stream', 'fuzz', 'migrations',
                'exchange', 'other-base', 'rig', 'series'),
    'base': ('core', 'scripts', 'stream', 'fuzz', 'other-base', 'rig',
             'mission', 'series'),
}


def keep(suite, count):
    """Keep a suite's numbers, for reports."""
    path = BUILD / 'check/results.json'
    known = json.loads(path.read_text('utf-8')) if path.is_file() else {}
    known[suite] = {'passed': count.passed, 'failed': count.failed,
                    'skipped': count.skipped,
                    'date': time.strftime('%Y-%m-%d')}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(known, indent=1), 'utf-8')


def main():
    parser = command.parser('scripts.check', __doc__)
    parser.add_argument('--ring', choices=list(RINGS), default='all',
                        help='quick: no emulated hosts; mission: what the '
                        'series is for')
    parser.add_argument('--only', choices=list(SUITES), action='append')
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    left_out = ('other-base',) if BUILD.name == OTHER else ()
    wanted = [name for name in SUITES
              if (name in args.only if args.only else
                  name not in (*RINGS[args.ring], *left_out))]
    total = Count()
    suites = dict(SUITES)
    with contextlib.ExitStack() as stack:
        if 'series' in wanted[1:]:
            # Its builds take what the others leave of the CPUs: a pair of
            # hosts, almost half of two.
            suites['series'] = functools.partial(
                series, begun=stack.enter_context(
                    series_check('nice', '-n', '19')))
        for name in wanted:
            print(f'  CHECK   {name}: {SUITES[name].__doc__}', flush=True)
            start, count = time.monotonic(), Count()
            suites[name](count)
            print(f'          {name}: {count} '
                  f'({time.monotonic() - start:.0f} s)', flush=True)
            total.merge(count)
            keep(name, count)
    for line in total.lines:
        print(line)
    print(total)
    return 1 if total.failed or not total.passed else 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit('check: interrupted')

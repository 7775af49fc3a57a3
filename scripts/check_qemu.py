# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's own tests for aarch64, on the base and on the series.

Builds both with TCG and all machines (build/check-qemu), runs meson's suite
qtest-aarch64 and vmstate-static-checker.py in each, and prints one table.
A program with a failed case is run once more.  Exit status 1 if a case passes
on the base and not on the series, a new case fails, or the checker complains
about the series and not about the base.

  --quick   a few of the tests in build/host, the series alone: all must pass
  --report  run nothing: put the last full result into reports/
"""

import datetime
import json
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time

from rig.base import command, debian, process, tables
from rig.base.errors import RigError, say
from rig.base.paths import BUILD, REPORTS, ROOT
from scripts.suite_results import (FAILED, PASSED, SIDES, Result, bad,
                                   complaints, counts, merge, only_known,
                                   parse_log, remarks, rows, together, total)

SUITES = BUILD / 'check-qemu'
RESULTS = SUITES / 'results.json'
PAGE = REPORTS / 'qemu-suites.rst'
TREES = {'base': BUILD / 'stock/qemu', 'series': BUILD / 'qemu'}
RECORDED = 'tests/data/vmstate-static-checker/aarch64'
CHECKER = 'scripts/vmstate-static-checker.py'
# (Debian's release, package, its files): of network cards, of NPCM boards.
ROMS = (('bookworm', 'ipxe-qemu', '*.rom'),
        ('trixie', 'qemu-system-data', 'npcm?xx_bootrom.bin'))
# A program's time limit is meant for an idle machine.
PATIENCE = 6

# What --quick runs: programs.  A case is named where the program's others take
# minutes.  (GLib prints a plan for each -p, and meson takes only one.)
QUICK = {
    'arm-cpreg-migration-test': None,
    'arm-cpu-features': None,
    'qmp-cmd-test': None,
    'migration-test': '/aarch64/migration/precopy/tcp/plain',
}


def run(argv, log, cwd):
    """Run, show meson's lines as progress; the exit status."""
    with open(log, 'w', encoding='utf-8') as file:
        child = process.start(argv, cwd=cwd, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, errors='replace')
        try:
            for line in child.stdout:
                file.write(line)
                if re.match(r'\s*\d+/\d+ ', line):
                    say('TEST', ' '.join(line.split()))
            return child.wait()
        finally:
            if child.poll() is None:
                child.terminate()       # meson ends its tests then
                try:
                    child.wait(20)
                except subprocess.TimeoutExpired:
                    pass
            process.end(child)


def meson_test(folder, log, programs=None, options=()):
    """{program: Result} of a suite, or of some programs of it."""
    which = ([f'qtest-aarch64/{p}' for p in programs] if programs else
             ['--suite', 'qtest-aarch64'])
    # meson writes its record as it goes: remove an old one.
    record = folder / 'meson-logs' / f'{log.stem}.json'
    record.unlink(missing_ok=True)
    status = run([folder / 'pyvenv/bin/meson', 'test', '-C', folder,
                  '--no-rebuild', '--logbase', log.stem,
                  '--timeout-multiplier', str(PATIENCE), *options, *which],
                 log, folder)
    if not record.exists():
        raise RigError(f'meson ran no test (status {status}); see '
                       f'{log.relative_to(ROOT)}')
    return parse_log(record.read_text(encoding='utf-8'))


def twice(folder, name, programs=None, options=()):
    """The same; failed programs run once more, one at a time."""
    found = meson_test(folder, SUITES / f'{name}.log', programs, options)
    failed = [p for p, r in found.items() if FAILED in r.cases.values()]
    if failed:
        say('AGAIN', f'{name}: {", ".join(failed)}')
        again = meson_test(folder, SUITES / f'{name}-again.log', failed,
                           ('--num-processes', '1', *options))
        found.update({p: merge(found[p], again[p]) for p in failed})
    return found


def firmware(folder):
    """ROMs that machines start with and Debian's source package lacks."""
    into = SUITES / 'firmware'
    data = folder / 'qemu-bundle/usr/local/share/qemu'
    data.mkdir(parents=True, exist_ok=True)
    # The package is for all architectures; ask for any one.
    for suite, package, names in ROMS:
        unpacked = into / package
        if not unpacked.exists():
            say('FETCH', f'{package} from {suite}')
            part = into / f'{package}.part'
            try:
                deb = debian.Archive(suite, 'arm64').download(
                    [package])[package]
                debian.unpack(deb, part)
            except debian.ArchiveError as err:
                raise RigError(f'no {package}, whose ROMs machines start '
                               f'with: {err}') from err
            part.rename(unpacked)
        found = list(unpacked.glob(f'**/{names}'))
        if not found:
            raise RigError(f'{package} from {suite} has no {names}')
        for rom in found:
            # It may be a link to a file that the package does not have.
            if not (data / rom.name).exists():
                (data / rom.name).unlink(missing_ok=True)
                shutil.copy(rom, data)


def dump(folder, machine, into):
    """The formats of all devices, from a QEMU."""
    done = subprocess.run(
        [folder / 'qemu-system-aarch64', '-machine', machine, '-display',
         'none', '-dump-vmstate', into], stdin=subprocess.DEVNULL,
        capture_output=True, check=False, text=True)
    if done.returncode:
        raise RigError(f'-dump-vmstate of {machine}: {done.stderr.strip()}')
    return into


def check_vmstate(source, destination, *options):
    """What the checker says of two dumps."""
    done = subprocess.run(
        [sys.executable, TREES['series'] / CHECKER, '-s', source, '-d',
         destination, *options], stdin=subprocess.DEVNULL,
        capture_output=True, check=False, text=True)
    if done.stderr or (done.returncode == 0) != (not done.stdout):
        raise RigError(f'{CHECKER}: status {done.returncode}: '
                       f'{done.stderr.strip() or done.stdout.strip()}')
    return complaints(done.stdout)


def vmstate(side, tmp):
    """{row: Result}: recorded dumps, and the base's own, against a side."""
    found = {}
    sources = [(path.stem, path) for path in
               sorted((TREES['base'] / RECORDED).glob('*.json'))]
    own = dump(SUITES / 'base', 'virt', tmp / 'base.json')
    for machine, path in [*sources, ('virt', own)]:
        here = dump(SUITES / side, machine, tmp / f'{side}-{machine}.json')
        of = 'the base' if path is own else machine
        found[f'vmstate: {of} to it'] = check_vmstate(path, here)
        found[f'vmstate: it to {of}'] = check_vmstate(path, here, '--reverse')
    return found


def quick_vmstate(folder, tmp):
    """Recorded dumps against a build with few devices: no complaint."""
    found = {}
    for path in sorted((TREES['series'] / RECORDED).glob('*.json')):
        here = dump(folder, path.stem, tmp / path.name)
        known = only_known(json.loads(path.read_text()),
                           json.loads(here.read_text()))
        (tmp / 'known.json').write_text(json.dumps(known))
        said = check_vmstate(tmp / 'known.json', here).cases
        found[f'vmstate: {path.stem} to it'] = Result(
            {text: PASSED if text == 'nothing to say' else FAILED
             for text in said})
    return found


def check_all():
    """Build, run both, keep the result; the report."""
    if subprocess.run([ROOT / 'scripts/build.sh', 'suites'], check=False,
                      stdin=subprocess.DEVNULL).returncode:
        raise RigError('base and series did not both build')
    found = {}
    with tempfile.TemporaryDirectory() as tmp:
        for side in SIDES:
            start = time.monotonic()
            say('RUN', f'{side}: meson test --suite qtest-aarch64')
            folder = (SUITES / side).resolve()
            firmware(folder)
            found[side] = {**twice(folder, side),
                           **vmstate(side, pathlib.Path(tmp))}
            say('RUN', f'{side}: {counts(total(found[side]))} '
                f'({time.monotonic() - start:.0f} s)')
    report = {'date': datetime.date.today().isoformat(),
              'base': (TREES['base'] / 'VERSION').read_text().strip(),
              'machine': platform.machine(),
              'found': {side: {program: result._asdict() for program, result
                               in results.items()}
                        for side, results in found.items()}}
    part = RESULTS.with_suffix('.part')
    part.write_text(json.dumps(report, indent=1), encoding='utf-8')
    part.rename(RESULTS)
    return report


def found_in(report):
    """{side: {program: Result}} of a report."""
    return {side: {program: Result(**result)
                   for program, result in results.items()}
            for side, results in report['found'].items()}


def show(report, table=tables.markdown_table):
    """The table, and remarks on single cases."""
    found = found_in(report)
    text = '\n'.join(table(list(rows(found)))) + '\n'
    said = list(together(remarks(found)))
    if len(said) > 1:
        text += '\nNot the same everywhere, or failed:\n\n'
        text += '\n'.join(table(said)) + '\n'
    return text


def renew():
    """Renew the page from the last result."""
    if not RESULTS.exists():
        raise RigError('no result yet; run make check-qemu first')
    report = json.loads(RESULTS.read_text(encoding='utf-8'))
    text = (f'Last run: {report["date"]}, QEMU {report["base"]} and the '
            f'series on it, {report["machine"]}, TCG.\n\n'
            + show(report, tables.rst_table))
    tables.renew_page(PAGE, text)
    say('WRITTEN', str(PAGE.relative_to(ROOT)))
    return 0


def some():
    """{program: Result} of a few tests of the series alone."""
    folder, found = BUILD / 'host', {}
    targets = [f'tests/qtest/{program}' for program in QUICK]
    SUITES.mkdir(parents=True, exist_ok=True)
    say('NINJA', f'build/host: {", ".join(QUICK)}')
    if run([ROOT / 'scripts/build.sh', 'host', 'qemu-system-aarch64',
            *targets],
           SUITES / 'quick-build.log', ROOT):
        raise RigError('did not build; see build/check-qemu/quick-build.log')
    firmware(folder)
    found.update(twice(folder, 'quick',
                       [program for program in QUICK if not QUICK[program]]))
    for program, case in QUICK.items():
        if case:
            found.update(twice(folder, f'quick-{program}', [program],
                               ['--test-args', f'-p {case}']))
    with tempfile.TemporaryDirectory() as tmp:
        found.update(quick_vmstate(folder, pathlib.Path(tmp)))
    return found


def quick():
    """The same as a table; the exit status."""
    found = some()
    lines = [['test', 'series']] + [
        [program, counts(result)] for program, result in found.items()]
    print('\n' + '\n'.join(tables.markdown_table(lines)))
    failed = {p: r for p, r in found.items() if FAILED in r.cases.values()}
    for program, result in failed.items():
        for name, outcome in result.cases.items():
            if outcome == FAILED:
                print(f'FAILED  {program}: {name}: '
                      f'{result.why.get(name, "")}')
    print(f'check-qemu: {counts(total(found))}')
    return 1 if failed else 0


def full():
    """Both sides; the exit status."""
    report = check_all()
    worse = bad(found_in(report))
    print('\n' + show(report))
    print('check-qemu: ' + (f'worse on the series: {", ".join(worse)}'
                            if worse else 'the series is as the base'))
    return 1 if worse else 0


def main():
    parser = command.parser('scripts.check_qemu', __doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument('--quick', dest='run', action='store_const',
                       const=quick, default=full)
    which.add_argument('--report', dest='run', action='store_const',
                       const=renew)
    return command.program('check-qemu', parser.parse_args().run)


if __name__ == '__main__':
    sys.exit(main())

# SPDX-License-Identifier: GPL-2.0-or-later
"""Fuzz what reads bytes from outside: streams, manifests, messages, JSON.

Each target of standalone/fuzz runs under libFuzzer with ASan and UBSan, two at
a time.  Corpora are kept in build/fuzz/corpus, numbers of executions in
build/fuzz/results.jsonl.  --executions continues from there as long as the
programs are the same.  Exit status 1 if a target crashed, hung, leaked or ran
out of memory; its input is then in build/fuzz/found.
"""

import concurrent.futures
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

from rig.base import command, process, store, tables
from rig.base.errors import RigError, say
from rig.base.paths import REPORTS, ROOT

FUZZ = ROOT / 'build/fuzz'
RUN, COVERAGE = FUZZ / 'run', FUZZ / 'coverage'
RESULTS = FUZZ / 'results.jsonl'
PAGE = REPORTS / 'fuzzing.rst'
MESON = '/usr/bin/meson'
CLANG = 'clang-14'
# The longest input of a target, and the sources that it tests.
TARGETS = {
    'list': (8192, 'the register list of a vCPU, loaded'),
    'manifest': (8192, 'the manifest, and its check'),
    'wide': (4096, 'registers of other sizes'),
    'refusal': (600, 'why a guest is refused, in messages'),
    'dump': (4096, 'JSON of kvm-arm-regs'),
}
# The sources that read those bytes, and decide by them.
SOURCES = (
    'target/arm/cpreg/explain.c', 'target/arm/cpreg/target-impl-cpus.c',
    'target/arm/cpreg/list.c', 'target/arm/cpreg/manifest.c',
    'target/arm/cpreg/manifest-stream.c', 'target/arm/migration/cpreg.c',
    'target/arm/cpreg/missing.c', 'target/arm/cpreg/reconcile.c',
    'target/arm/cpreg/tolerance.c',
    'target/arm/cpreg/vcpu-init.c', 'target/arm/cpreg/wide.c',
    'target/arm/migration/wide-regs.c', 'target/arm/kvm/registers-put.c',
    'target/arm/kvm/manifest.c', 'migration/refusal.c',
    'contrib/kvm-arm-regs/src/json-text.c',
    'contrib/kvm-arm-regs/src/host-dump-parse.c',
    'contrib/kvm-arm-regs/src/compare.c',
    'contrib/kvm-arm-regs/src/baseline.c')
# A small quarantine: with a large one, ASan always takes new memory from the
# kernel.
SANITIZERS = {
    'ASAN_OPTIONS': 'quarantine_size_mb=4:max_malloc_fill_size=0:'
                    'thread_local_quarantine_size_kb=64:detect_leaks=1',
    'UBSAN_OPTIONS': 'halt_on_error=1:print_stacktrace=1'}
STATUS = {77: 'crashed', 70: 'hung', 71: 'used too much memory'}


def step(argv, **env):
    """Run a step of a build; RigError with the end of its log."""
    log = FUZZ / 'build.log'
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, 'ab') as file:
        done = subprocess.run([str(a) for a in argv], cwd=ROOT, stdout=file,
                              stderr=file, env={
                                  **os.environ,
                                  'LLVM_PROFILE_FILE': f'{log}.profraw',
                                  **env},
                              check=False)
    if done.returncode:
        lines = log.read_text(errors='replace').splitlines()[-15:]
        raise RigError('the fuzz targets did not build:\n    '
                       + '\n    '.join(lines) + '\n  all of it is in '
                       + str(log.relative_to(ROOT)))


def build(folder, args, link_args, programs):
    """Configure once, and build the programs, with clang."""
    if shutil.which(CLANG) is None:
        raise RigError(f'{CLANG}: not found; scripts/setup.sh fuzz installs '
                       'it')
    if not (folder / 'build.ninja').exists():
        shutil.rmtree(folder, ignore_errors=True)
        step([MESON, 'setup', folder, '-Db_lundef=false',
              f'-Dc_args={args}', f'-Dc_link_args={link_args}',
              *(['-Db_sanitize=address,undefined'] if folder == RUN else [])],
             CC=CLANG)
    step(['ninja', '-C', folder, *(f'standalone/fuzz/{p}' for p in programs)])


def parse_log(text):
    """Executions, edges, features and seconds, of what libFuzzer prints."""
    executed = re.findall(r'^stat::number_of_executed_units:\s+(\d+)', text,
                          re.M)
    seen = re.findall(r'^#(\d+)\s.*cov: (\d+) ft: (\d+)', text, re.M)
    last = seen[-1] if seen else (0, 0, 0)
    return {'executions': int(executed[-1] if executed else last[0]),
            'edges': int(last[1]), 'features': int(last[2])}


def outcome(status, text):
    """Why a run failed, in words; None if it did not."""
    if status == 0:
        return None
    if 'LeakSanitizer' in text:
        return 'leaked'
    return STATUS.get(status, f'ended with {status}')


def reproducer(text):
    """The input that libFuzzer has written, None if there is none."""
    found = re.findall(r'Test unit written to (\S+)', text)
    return found[-1] if found else None


def digest(target):
    """A key of the program: results of other builds do not count."""
    return store.digest(RUN / f'standalone/fuzz/fuzz-{target}')


def fuzz(target, seconds):
    """Run a target for so long; its result, or RigError with the input."""
    longest, _ = TARGETS[target]
    corpus, found = FUZZ / 'corpus' / target, FUZZ / 'found'
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    log = FUZZ / f'{target}.log'
    program = RUN / f'standalone/fuzz/fuzz-{target}'
    start = time.monotonic()
    with open(log, 'wb') as file:
        running = process.start(
            [program, f'-max_total_time={seconds}', f'-max_len={longest}',
             '-timeout=20', '-rss_limit_mb=2048', '-entropic=0', '-reload=0',
             f'-artifact_prefix={found}/{target}-', '-print_final_stats=1',
             corpus, RUN / 'standalone/fuzz/seeds' / target,
             ROOT / 'standalone/fuzz/regressions' / target],
            stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd=FUZZ,
            env={**os.environ, **SANITIZERS})
        try:
            running.wait()
        finally:
            process.end(running)
    text = log.read_text(errors='replace')
    why = outcome(running.returncode, text)
    result = {'target': target, 'program': digest(target),
              'date': datetime.date.today().isoformat(),
              'seconds': round(time.monotonic() - start, 1),
              **parse_log(text)}
    if why:
        at = reproducer(text)
        replay = f'; again: {program.relative_to(ROOT)} {at}' if at else ''
        raise RigError(f'{target}: {why} after {result["executions"]} '
                       f'executions, see {log.relative_to(ROOT)}{replay}')
    store.append(RESULTS, result)
    return result


def results(kept, programs):
    """{target: sums} of the results of these programs, {target: digest}."""
    found = {}
    for row in kept:
        target = row['target']
        if programs.get(target) != row['program']:
            continue
        into = found.setdefault(target, {
            'executions': 0, 'seconds': 0, 'edges': 0, 'features': 0})
        into['executions'] += row['executions']
        into['seconds'] += row['seconds']
        into['edges'] = max(into['edges'], row['edges'])
        into['features'] = max(into['features'], row['features'])
        into['date'] = row['date']
    return found


def known():
    """The results so far of the present programs."""
    kept = store.Store(RESULTS, 'fuzz', ('target', 'program')).records
    return results(kept, {t: digest(t) for t in TARGETS
                          if (RUN / f'standalone/fuzz/fuzz-{t}').exists()})


def rows(found):
    """The cells of a table, with a line for all."""
    yield ['target', 'executions', 'per second', 'edges', 'features',
           'it reads']
    for target, row in found.items():
        yield [target, f'{row["executions"]:,}',
               f'{row["executions"] / max(row["seconds"], 1):,.0f}',
               str(row['edges']), str(row['features']), TARGETS[target][1]]
    yield ['all', f'{sum(r["executions"] for r in found.values()):,}', '',
           '', '', '']


def rounds(targets, seconds, executions, jobs):
    """Fuzz all targets once, or until this number of executions."""
    while True:
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            running = {pool.submit(fuzz, t, seconds): t for t in targets}
            wrong = []
            for each in concurrent.futures.as_completed(running):
                try:
                    result = each.result()
                    say('FUZZ', f'{result["target"]}: '
                        f'{result["executions"]:,} executions in '
                        f'{result["seconds"]:.0f} s, {result["edges"]} edges')
                except RigError as err:
                    wrong.append(str(err))
                    say('FAILED', str(err))
        if wrong:
            raise RigError('; '.join(wrong))
        if executions is None:
            return
        total = sum(row['executions'] for row in known().values())
        say('TOTAL', f'{total:,} of {executions:,} executions')
        if total >= executions:
            return


def coverage_lines(report):
    """{file: (lines, missed lines)} of `llvm-cov export -summary-only`."""
    return {pathlib.Path(file['filename']).resolve():
            (file['summary']['lines']['count'],
             file['summary']['lines']['count']
             - file['summary']['lines']['covered'])
            for file in json.loads(report)['data'][0]['files']}


def coverage():
    """Replay the corpora; rows of source, lines, covered."""
    replays = [f'fuzz-{t}-replay' for t in TARGETS]
    build(COVERAGE, '-fprofile-instr-generate -fcoverage-mapping',
          '-fprofile-instr-generate', [*replays, 'seeds'])
    profiles = []
    for target in TARGETS:
        raw = COVERAGE / f'{target}.profraw'
        step([COVERAGE / f'standalone/fuzz/fuzz-{target}-replay',
              *(p for p in (FUZZ / 'corpus' / target,
                            COVERAGE / 'standalone/fuzz/seeds' / target,
                            ROOT / 'standalone/fuzz/regressions' / target)
                if p.exists())], LLVM_PROFILE_FILE=str(raw))
        profiles.append(raw)
    merged = COVERAGE / 'all.profdata'
    step(['llvm-profdata-14', 'merge', '-o', merged, *profiles])
    first, *others = [COVERAGE / 'standalone/fuzz' / r for r in replays]
    report = subprocess.run(
        ['llvm-cov-14', 'export', '-summary-only', f'-instr-profile={merged}',
         str(first), *(f'-object={o}' for o in others)],
        stdout=subprocess.PIPE, check=True).stdout
    lines = coverage_lines(report)
    yield ['source', 'lines', 'run']
    total = [0, 0]
    for source in SOURCES:
        count, missed = lines[ROOT / source]
        total = [total[0] + count, total[1] + missed]
        yield [f'``{source}``', str(count),
               f'{100 * (count - missed) / count:.1f} %']
    yield ['all', str(total[0]),
           f'{100 * (total[0] - total[1]) / total[0]:.1f} %']


def renew_page(found):
    """Put the tables into the page."""
    version = subprocess.run([CLANG, '--version'], stdout=subprocess.PIPE,
                             check=True, text=True).stdout.splitlines()[0]
    date = max(row['date'] for row in found.values())
    hours = sum(row['seconds'] for row in found.values()) / 3600
    text = (f'Last run: {date}, {version}, {hours:.1f} hours of fuzzing on '
            'two cores; nothing crashed, hung or leaked.\n\n'
            + '\n'.join(tables.rst_table(list(rows(found))))
            + '\n\nLines that the corpora run, of the sources that read those '
            'bytes or decide by them:\n\n'
            + '\n'.join(tables.rst_table(list(coverage()))) + '\n')
    tables.renew_page(PAGE, text)
    say('WRITTEN', str(PAGE.relative_to(ROOT)))


def run(args):
    programs = [f'fuzz-{t}' for t in TARGETS]
    build(RUN, '-fsanitize=fuzzer-no-link', '', [*programs, 'seeds'])
    if not args.no_run:
        rounds(args.target or list(TARGETS), args.time, args.executions,
               args.jobs)
    found = known()
    print('\n' + '\n'.join(tables.markdown_table(list(rows(found)))) + '\n')
    if args.report:
        if set(found) != set(TARGETS):
            raise RigError('not all targets have results; make fuzz')
        renew_page(found)
    return 0


def main():
    parser = command.parser('scripts.fuzz', __doc__)
    parser.add_argument('--time', type=int, default=60,
                        help='seconds for each target (%(default)s)')
    parser.add_argument('--target', action='append', choices=list(TARGETS))
    parser.add_argument('--executions', type=int,
                        help='go on until all targets have so many together')
    parser.add_argument('--jobs', type=int, default=2,
                        help='targets at a time (%(default)s)')
    parser.add_argument('--no-run', action='store_true',
                        help='run nothing, show the results so far')
    parser.add_argument('--report', action='store_true',
                        help='put results and coverage into '
                        f'{PAGE.relative_to(ROOT)}')
    return command.program('fuzz', lambda: run(parser.parse_args()))


if __name__ == '__main__':
    sys.exit(main())

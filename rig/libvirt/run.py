# SPDX-License-Identifier: GPL-2.0-or-later
"""`virsh migrate` between emulated hosts with Debian's libvirt: every case.

Each case boots two hosts, starts libvirtd in them, and has virsh migrate or
save a guest, or be refused.  The table shows the outcome of each.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time

from rig import image
from rig.base import avocado, command, paths, process, tables, upstream
from rig.base.errors import RigError, say
from rig.base.paths import REPORTS, ROOT
from rig.base.store import digest
from rig.libvirt import image as libvirt_image, report as libvirt_report

PAGE = REPORTS / 'libvirt.rst'
RESULTS = paths.BUILD / 'avocado' / 'libvirt'


def references(names):
    """avocado's references: all cases, or some by their names."""
    unknown = set(names) - set(libvirt_report.documented())
    if unknown:
        raise RigError(f'no case {", ".join(sorted(unknown))}; they are '
                       + ', '.join(libvirt_report.documented()))
    if not names:
        return list(map(str, libvirt_report.TESTS))
    return [f'{path}:{name}$' for path in libvirt_report.TESTS
            for name in libvirt_report.documented([path]) if name in names]


def run(names):
    """Run the cases, one after the other; {case: (verdict, day)}."""
    argv = avocado.command(RESULTS, references(names), '-t', 'libvirt')
    tree = libvirt_image.LIBVIRT.tree()
    say('LIBVIRT', f'{tree.version}, arm64; a case takes a minute')
    shutil.rmtree(RESULTS, ignore_errors=True)
    for name in names or libvirt_report.documented():
        libvirt_report.path(name).unlink(missing_ok=True)
    running = process.start(argv)
    try:
        running.wait()
    finally:
        if running.poll() is None:
            # Its tests too, which then end their hosts.
            os.killpg(running.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(20)
        process.end(running)
    return verdicts()


def kept(results):
    """These results and those of former runs with the same QEMUs, kept."""
    path = libvirt_report.RECORDS / 'results.json'
    build = [digest(image.qemu_path(name)) for name in image.QEMUS]
    former = json.loads(path.read_text()) if path.exists() else {}
    if former.get('build') != build:
        former = {'build': build, 'cases': {}}
    former['cases'].update(results)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(former, indent=1) + '\n')
    return former['cases']


def verdicts():
    """{case: (verdict, day)} of what avocado recorded."""
    tests = avocado.recorded(RESULTS)
    if not tests:
        raise RigError(f'avocado left no results in {RESULTS}')
    found, day = {}, time.strftime('%Y-%m-%d')
    for test in tests:
        verdict = avocado.OUTCOMES.get(test['status'], 'failed')
        found[test['name'].rsplit('.', 1)[1]] = (verdict, day)
        if verdict == 'failed':
            avocado.print_log(test)
    return found


def facts(results):
    """The versions that were measured, and when."""
    days = ', '.join(sorted({each[-1] for each in results.values()}))
    version = libvirt_image.LIBVIRT.tree().version
    return (f'libvirt {version}, QEMU {upstream.version()}; '
            f'Linux {", ".join(libvirt_report.versions(results))}; {days}.')


def check_libvirt(args):
    results = run(args.case)
    print('\n' + '\n'.join(tables.markdown_table(
        list(libvirt_report.rows(results)))))
    print('\n' + facts(results))
    every = kept(results)
    bad = [case for case, (verdict, _) in results.items()
           if verdict != 'passed']
    if bad:
        print(f'not passed: {", ".join(bad)}; logs in '
              f'{RESULTS.relative_to(ROOT)}')
        return 1
    if args.report:
        publish(every)
    return 0


def publish(results):
    """Renew the page, if every case has passed with these QEMUs."""
    missing = [case for case in libvirt_report.documented()
               if results.get(case, ['missing'])[0] != 'passed']
    if missing:
        raise RigError(f'not passed yet: {", ".join(missing)}; run them, '
                       'then --report can renew the page')
    tables.renew_page(PAGE, libvirt_report.rst(results, facts(results)))
    print(f'written  {PAGE.relative_to(ROOT)}')


def main():
    parser = command.parser('rig.libvirt', __doc__)
    parser.add_argument('case', nargs='*', metavar='CASE',
                        help='a case by its name, test_p2p; without, all')
    parser.add_argument('--report', action='store_true',
                        help=f'renew {PAGE.relative_to(ROOT)}, with what '
                        'other cases gave with the same QEMUs')
    args = parser.parse_args()
    return command.program('check-libvirt', lambda: check_libvirt(args))

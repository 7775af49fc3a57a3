# SPDX-License-Identifier: GPL-2.0-or-later
"""contrib/kvm-arm-regs, run in hosts and on this machine.

    with boot(Host('6.12'), Host('6.18')) as hosts:
        dumps = [kvm_arm_regs.dump(host) for host in hosts]
    print(kvm_arm_regs.compare(*dumps)['verdict'])
    print(kvm_arm_regs.baseline(dict(zip(('old', 'new'), dumps))))

The tool that asks KVM is built for arm64 and brought aboard the host; dumps
are compared by a build for this machine.
"""

import json
import pathlib
import shutil
import subprocess
import tempfile

from rig import image
from rig.base import packages, paths, standalone
from rig.base.errors import RigError

SOURCE = paths.ROOT / 'contrib' / 'kvm-arm-regs'
BUILD = paths.BUILD / 'kvm-arm-regs'
INSIDE = 'usr/bin/kvm-arm-regs'
VERDICTS = ('compatible', 'unknown', 'refused')


def cross_file(sysroot):
    """The text of a Meson cross file for arm64 with this sysroot."""
    libraries = f'{sysroot}/usr/lib/aarch64-linux-gnu/pkgconfig'
    return f"""[binaries]
c = ['{image.CROSS}gcc', '--sysroot={sysroot}']
ar = '{image.CROSS}ar'
strip = '{image.CROSS}strip'
pkgconfig = 'pkg-config'

[properties]
sys_root = '{sysroot}'
pkg_config_libdir = '{libraries}'

[host_machine]
system = 'linux'
cpu_family = 'aarch64'
cpu = 'aarch64'
endian = 'little'
"""


def binary():
    """The tool for arm64, built if its sources changed."""
    log, steps = BUILD.with_suffix('.log'), [['ninja', '-C', BUILD]]
    if not (BUILD / 'build.ninja').exists():
        shutil.rmtree(BUILD, ignore_errors=True)
        steps.insert(0, [standalone.MESON, 'setup', '--werror', BUILD, SOURCE])
        if not image.NATIVE:
            cross = BUILD.with_suffix('.cross')
            cross.parent.mkdir(parents=True, exist_ok=True)
            cross.write_text(cross_file(paths.BUILD / 'sysroot-arm64'),
                             encoding='utf-8')
            steps[0][2:2] = ['--cross-file', cross]
    standalone.run(steps, 'kvm-arm-regs, with the libraries that `make '
                   'sysroot` unpacks', log)
    return BUILD / 'kvm-arm-regs'


def files():
    """{path in the host: file here} of the tool and its libraries."""
    path = binary()
    found = {f'lib/{lib}': file for lib, file in packages.libraries(
        path, image.library_dirs()).items()}
    found[INSIDE] = path
    return found


def run(host, words, check_status=True):
    """Run the tool in a host, as a shell takes the words; its Result."""
    host.provide(files())
    return host.run(f'{host.path("/" + INSIDE)} {words}',
                    check=check_status)


def dump(host, *features):
    """What the host's KVM gives a new vCPU with these CPU features.

    They are written as after -cpu host: "pmu=off,sve512=off".
    """
    words = ' '.join(f'--cpu-feature {feature}' for feature in features)
    text = run(host, f'dump --host {host.name} {words}').stdout
    try:
        return json.loads(text)
    except ValueError as err:
        raise host.failed(f'kvm-arm-regs dump: not JSON ({err}): '
                          f'{text[:200]!r}') from err


def here(words, files, statuses=(0, 1)):
    """Run this machine's tool; its CompletedProcess.

    files: {name: a dump, or a text as it is}, for words that say NAME.json.
    RigError for any other exit status.
    """
    tool = standalone.tool('kvm-arm-regs')
    with tempfile.TemporaryDirectory(prefix='regs-tool-') as folder:
        for name, content in files.items():
            (pathlib.Path(folder) / f'{name}.json').write_text(
                content if isinstance(content, str) else json.dumps(content),
                encoding='utf-8')
        done = subprocess.run([tool, *words], cwd=folder, check=False,
                              text=True, capture_output=True)
    if done.returncode not in statuses:
        raise RigError(f'{tool} {words[0]}: exit status {done.returncode}: '
                       f'{done.stderr.strip()}')
    return done


def compare(source, destination):
    """What `compare --one-way` says of two dumps, its JSON as a dict.

    `verdict` is one of VERDICTS.  The member `refused` is added: the names of
    the refused registers, and None for refused vCPU features.
    """
    found = json.loads(here(
        ['compare', '--one-way', '--json', 'from.json', 'to.json'],
        {'from': source, 'to': destination}).stdout)
    found['refused'] = tuple(sorted(
        (finding.get('name') for finding in found['directions'][0]['findings']
         if finding['outcome'] == 'refused'), key=str))
    return found


def baseline(members, *options):
    """What `baseline` prints for {name: dump}; RigError for a conflict."""
    return here(['baseline', *options, *(f'{name}.json' for name in members)],
                members, statuses=(0,)).stdout


def fits(dump, pool):
    """Why a host cannot take guests of a pool's baseline; None if it can."""
    done = here(['fits', 'host.json', 'pool.json'],
                {'host': dump, 'pool': pool})
    # The first line only describes the last file.
    said = done.stdout.partition('\n')[2] or done.stdout
    return (said + done.stderr).strip() if done.returncode else None

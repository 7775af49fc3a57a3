# SPDX-License-Identifier: GPL-2.0-or-later
"""An apt repository of the packages, and its trial by apt.

A host takes it by one line in its sources:

    deb [trusted=yes] file:/.../build/deb/repo ./

The trial resolves two hosts of arm64 by apt's own simulation in the chroot: a
new one, and one that has Debian's packages.
"""

import os
import re
import shutil
import tempfile

from rig.base.errors import RigError, say
from scripts.deb.places import DEB, HOST_ARCH, REPO, SOURCE, shown

INDEX = r'''set -e
cd "/build/$1"
apt-ftparchive packages . >Packages
apt-ftparchive sources . >Sources
gzip -9nk Packages Sources
apt-ftparchive -o APT::FTPArchive::Release::Suite="$2" \
    -o APT::FTPArchive::Release::Label=arm-kvm-migration \
    -o APT::FTPArchive::Release::Architectures="$3 source" \
    release . >/tmp/Release
mv /tmp/Release Release
chmod a+r *
'''
# What a host has: QEMU as libvirt takes it, and what else is ours.
HOST = ('libvirt-daemon-system', 'libvirt-clients', 'qemu-system-arm',
        'qemu-utils')
# $1: the architecture, $2: our packages, $3: Debian's of a host
TRIAL = r'''set -e
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
arch=$1 ours=$2 host=$3
mkdir -p "$t/lists/partial" "$t/archives/partial" "$t/parts"
: >"$t/status"
cp /etc/apt/sources.list "$t/archive"
{ cat "$t/archive"; echo "deb [trusted=yes] file:/build/repo ./"; } >"$t/both"
cat >"$t/apt.conf" <<END
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Install-Recommends "false";
Dir::State "$t";
Dir::State::lists "$t/lists";
Dir::State::status "$t/status";
Dir::Cache "$t";
Dir::Etc::sourceparts "$t/parts";
END
export APT_CONFIG=$t/apt.conf
echo "== archive"
apt-get -o Dir::Etc::sourcelist="$t/archive" update -q
apt-get -s -o Dir::Etc::sourcelist="$t/archive" install $host >"$t/debian"
cat "$t/debian"
echo "== update"
apt-get -o Dir::Etc::sourcelist="$t/both" update -q
echo "== new"
apt-get -s -o Dir::Etc::sourcelist="$t/both" install $host $ours
sed -n 's/^Inst \(\S*\) (\(\S*\) .*/\1=\2/p' "$t/debian" | sort -u |
    xargs apt-cache -o Dir::Etc::sourcelist="$t/both" show --no-all-versions |
    sed '/^Package: /a Status: install ok installed' >"$t/installed"
mv "$t/installed" "$t/status"
echo "== upgrade"
apt-get -s -o Dir::Etc::sourcelist="$t/both" upgrade
'''


def make(chroot, built):
    """Lay the repository out anew."""
    part = DEB / os.path.basename(tempfile.mkdtemp(dir=DEB, prefix='.repo-'))
    part.chmod(0o755)
    try:
        for path in (*built.debs, *sorted(SOURCE.iterdir())):
            os.link(path, part / path.name)
        chroot.run(['sh', '-c', INDEX, '-', part.name, chroot.suite,
                    HOST_ARCH], 'repo')
        if REPO.exists():
            shutil.rmtree(REPO)
        part.rename(REPO)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    say('REPO', f'{shown(REPO)}: {len(built.debs)} packages')


def installs(text):
    """{section: {package: (old version or '', new)}} of a trial's log."""
    found = {}
    for part in re.split(r'^== ', text, flags=re.M)[1:]:
        name, _, rest = part.partition('\n')
        found[name] = {
            package: (old, new) for package, old, new in re.findall(
                r'^Inst (\S+) (?:\[(\S+)\] )?\((\S+) ', rest, re.M)}
    return found


def complaints(found, built):
    """What apt would not do as it should."""
    names = {deb.name.split('_')[0] for deb in built.debs}
    new, upgrade = found.get('new', {}), found.get('upgrade', {})
    for name in sorted(names):
        if name not in new:
            yield f'a new host does not get {name}'
        elif new[name][1] != built.version:
            yield f'a new host gets {name} {new[name][1]}'
    had = found.get('archive', {}).keys() & names
    if 'qemu-system-arm' not in had:
        yield "Debian's host has no qemu-system-arm"
    for name in sorted(had):
        if upgrade.get(name) != (built.stock.version, built.version):
            yield f'an upgrade of {name} gives {upgrade.get(name)}'
    for name in sorted(upgrade.keys() - names):
        yield f'an upgrade takes {name} {upgrade[name][1]} too'


def check(chroot, built):
    """Have apt resolve both hosts; RigError if it is not our version."""
    names = [deb.name.split('_')[0] for deb in built.debs]
    log = chroot.run(['sh', '-c', TRIAL, '-', HOST_ARCH, ' '.join(names),
                      ' '.join(HOST)], 'repo-trial')
    found = installs(log.read_text(encoding='utf-8', errors='replace'))
    bad = list(complaints(found, built))
    if bad:
        raise RigError(f'apt does not take {built.version} from the '
                       f'repository: {"; ".join(bad)}; all of it is in '
                       f'{shown(log)}')
    say('APT', f'a new host installs {len(found["new"])} packages, '
        f'{len(names)} of them {built.version}; an upgrade takes '
        f'{len(found["upgrade"])}')
    print(f'deb [trusted=yes] file:{REPO} ./')

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Everything that a bare Debian 12 machine lacks to build and test the
# series.  Prints what it installs; does nothing where nothing is missing.
#
#   setup.sh             the machine's own packages
#   setup.sh sysroot     also the arm64 libraries, unpacked under build/
#   setup.sh fuzz        also clang, with libFuzzer and its coverage tools
#   setup.sh deb         also what makes a chroot
#
# Uses sudo when not root.  The machine's apt sources and its dpkg
# architectures stay as they are.

set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build
native=$(uname -m)
mkdir -p "$build"

say() { printf '  SETUP   %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }
debian() { PYTHONPATH=$top python3 -m rig.base.debian "$@"; }

# package:what proves that it is there (a command, or a file)
packages=(
    gcc:cc make:make git:git ninja-build:ninja ccache:ccache
    pkg-config:pkg-config dpkg-dev:dpkg-source xz-utils:xz cpio:cpio
    flex:flex bison:bison perl:perl bzip2:bzip2 curl:curl patch:patch
    ca-certificates:/usr/share/doc/ca-certificates
    libc6-dev:/usr/share/doc/libc6-dev
    libglib2.0-dev:/usr/share/doc/libglib2.0-dev
    libjson-glib-dev:/usr/share/doc/libjson-glib-dev
    libpixman-1-dev:/usr/share/doc/libpixman-1-dev
    libfdt-dev:/usr/share/doc/libfdt-dev
    zlib1g-dev:/usr/share/doc/zlib1g-dev
    libslirp-dev:/usr/share/doc/libslirp-dev
    python3:/usr/bin/python3 python3-venv:/usr/share/doc/python3-venv
    python3-distlib:/usr/lib/python3/dist-packages/distlib
    python3-setuptools:/usr/lib/python3/dist-packages/setuptools
)
if [ "$native" != aarch64 ]; then
    packages+=(gcc-aarch64-linux-gnu:aarch64-linux-gnu-gcc
        libc6-dev-arm64-cross:/usr/aarch64-linux-gnu/include/stdio.h)
fi

if [ "${1:-}" = fuzz ]; then
    packages+=(clang-14:clang-14 llvm-14:llvm-cov-14
        libclang-rt-14-dev:/usr/share/doc/libclang-rt-14-dev)
fi

if [ "${1:-}" = deb ]; then
    packages+=(mmdebstrap:mmdebstrap)
fi

missing=()
for entry in "${packages[@]}"; do
    proof=${entry#*:}
    case $proof in
    /*) [ -e "$proof" ] || missing+=("${entry%%:*}") ;;
    *) command -v "$proof" >/dev/null || missing+=("${entry%%:*}") ;;
    esac
done

# meson: QEMU wants 1.5, Debian 12 has 1.0.  avocado: not in Debian 12.
# Both are architecture "all" and depend on python3 alone.
newer() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -1)" = "$1" ]; }
extra=()
meson_version=$(/usr/bin/meson --version 2>/dev/null || echo 0)
newer 1.5.0 "$meson_version" || extra+=(meson)
command -v avocado >/dev/null || extra+=(avocado)

if [ ${#missing[@]} -gt 0 ] || [ ${#extra[@]} -gt 0 ]; then
    command -v apt-get >/dev/null ||
        die "no apt-get here; install by hand: ${missing[*]} ${extra[*]}"
    root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null ||
            die "not root and no sudo; ask for: ${missing[*]} ${extra[*]}"
        root=(sudo)
    fi
    apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get
        -o DPkg::Lock::Timeout=300)
    log=$build/setup.log
    : >"$log"
fi

if [ ${#missing[@]} -gt 0 ]; then
    say "apt-get install ${missing[*]}"
    "${apt[@]}" update -q >>"$log" 2>&1 ||
        say "apt-get update had errors (see build/setup.log); going on"
    "${apt[@]}" install -qy --no-install-recommends "${missing[@]}" \
        >>"$log" 2>&1 || {
        tail -5 "$log" >&2
        die "could not install: ${missing[*]} (build/setup.log)"
    }
fi

for name in "${extra[@]}"; do
    case $name in
    meson) suite=bookworm-backports ;;
    avocado) suite=sid ;;
    esac
    say "$name from $suite"
    deb=$(debian download --suite $suite \
        --arch "$(dpkg --print-architecture)" "$name")
    # apt wants to read it as its own user; a copy in /tmp lets it.
    tmp=$(mktemp -d)
    chmod 755 "$tmp"
    cp "$deb" "$tmp/"
    "${apt[@]}" install -qy --no-install-recommends "$tmp/${deb##*/}" \
        >>"$log" 2>&1 || {
        tail -5 "$log" >&2
        rm -rf "$tmp"
        die "could not install $name from $suite (build/setup.log)"
    }
    rm -rf "$tmp"
done

[ "${1:-}" = sysroot ] || exit 0

# The arm64 libraries to link against and to run with.  Unpacked, not
# installed: libfdt-dev of two architectures excludes each other.
sysroot=$build/sysroot-arm64
if [ ! -e "$sysroot/.complete" ]; then
    say "arm64 libraries into build/sysroot-arm64"
    rm -rf "$sysroot"
    debian unpack --suite bookworm --arch arm64 \
        --into "$sysroot" --keep '(lib|zlib|linux-libc-dev).*' \
        libglib2.0-dev libpixman-1-dev libfdt-dev zlib1g-dev \
        libjson-glib-dev libc6-dev libgcc-s1 | sed 's/^.*: /          /'
    # Absolute links point into this machine; make them relative.
    find "$sysroot" -type l -lname '/*' | while read -r link; do
        ln -sfnr "$sysroot$(readlink "$link")" "$link"
    done
    touch "$sysroot/.complete"
fi

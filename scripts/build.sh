#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Configure (once) and build QEMU.
#
#   build.sh arm64    the series, KVM only, for aarch64   -> build/arm64
#   build.sh stock    the base, the same configuration    -> build/stock-arm64
#   build.sh at DIR   the tree DIR/qemu, the same again   -> DIR/arm64
#   build.sh tests DIR TEST...   in the tree DIR/qemu: build the tests, and
#                     QEMU with TCG where one is a qtest, and run them
#                     -> DIR/host
#   build.sh host [TARGET...]   the series, TCG, for this machine: the emulator,
#                     or these targets                  -> build/host
#   build.sh suites   base and series, TCG, all devices, with QEMU's own tests
#                     -> build/check-qemu/base and series
#   build.sh tool     kvm-arm-regs, for this machine      -> build/tool
#   build.sh install PREFIX   on an Arm host, the user's own configuration
#
# With a BASE other than the first, build/BASE is what stands here as build.
# EXTRA_CONFIGURE adds options; a change of the options configures anew.

set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
# The folder of the base in use, as rig/base/paths.py has it.
first=$(sed -n 's/^base *//p' "$top/UPSTREAM" | head -1)
base=${BASE:-$(cat "$top/build/.base" 2>/dev/null || echo "$first")}
build=$top/build
[ "$base" = "$first" ] || build=$top/build/$base

die() { printf 'build: %s\n' "$*" >&2; exit 1; }

# ccache across build/arm64, build/stock/arm64 and other clones: each tree
# sits at the same place relative to its build folder, and paths below
# CCACHE_BASEDIR are hashed as relative ones.
cc=
if command -v ccache >/dev/null; then
    cc="ccache "
    export CCACHE_BASEDIR=$build CCACHE_NOHASHDIR=1
    export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-time_macros}
    # What a file includes is taken from the compiler's own list, without a
    # run of the preprocessor before: a quarter less for an empty cache.
    export CCACHE_DEPEND=1
fi

# The devices of the machine "virt" that the rig's guests need; the base's
# own minimal list does not link.
devices='ARM_VIRT PXB CXL CXL_MEM_DEVICE PCIE_PORT VIRTIO_PCI VIRTIO_BLK
VIRTIO_NET VIRTIO_SERIAL'

common=(--target-list=aarch64-softmmu --without-default-features
    --python=/usr/bin/python3 --disable-install-blobs
    --enable-system --enable-pixman --enable-fdt=system
    --disable-debug-info --disable-docs --enable-werror)
few=(--without-default-devices --with-devices-aarch64=rig)

# configure_once DIR SOURCE OPTION...: in DIR, unless done with these options
configure_once() {
    local dir=$1 source=$2
    shift 2
    local stamp
    stamp=$(printf '%s\n' "$source" "$@")
    mkdir -p "$dir"
    if [ -f "$dir/build.ninja" ] && [ -f "$dir/.options" ] &&
        [ "$(cat "$dir/.options")" = "$stamp" ]; then
        return
    fi
    echo "  CONFIG  ${dir#"$top/"}"
    rm -f "$dir/.options"
    (cd "$dir" && "$source/configure" "$@") >"$dir/configure.log" 2>&1 || {
        tail -15 "$dir/configure.log" >&2
        die "configure failed; all of it is in ${dir#"$top/"}/configure.log"
    }
    printf '%s\n' "$stamp" >"$dir/.options"
}

# compile DIR TARGET...: with a bar on a terminal, few lines elsewhere
compile() {
    local dir=$1 todo
    shift
    # Configure again first if meson's files changed: only then is it known
    # what there is to do.
    ninja -C "$dir" build.ninja >"$dir/build.log" 2>&1 || {
        tail -15 "$dir/build.log" >&2
        die "did not configure; all of it is in ${dir#"$top/"}/build.log"
    }
    todo=$(ninja -C "$dir" -n "$@" 2>/dev/null |
        sed -n 's/^\[[0-9]*\/\([0-9]*\)\].*/\1/p' | tail -1) ||
        todo=unknown
    [ -n "$todo" ] || { echo "  NINJA   ${dir#"$top/"}: up to date"; return; }
    echo "  NINJA   ${dir#"$top/"}: $todo steps"
    if [ -t 1 ]; then
        ninja -C "$dir" "$@" 2>&1 | tee "$dir/build.log" |
            "$top/scripts/bar.sh"
    else
        ninja -C "$dir" "$@" >"$dir/build.log" 2>&1
    fi || {
        grep -m1 -A25 'FAILED' "$dir/build.log" >&2 ||
            tail -15 "$dir/build.log" >&2
        die "did not build; all of it is in ${dir#"$top/"}/build.log"
    }
}

# Debian's source package has the subprojects in it; a git checkout has not,
# and meson fetches them as for any build from git.
download() {
    [ -d "$1/subprojects/keycodemapdb" ] && echo --disable-download ||
        echo --enable-download
}

# The device list, written only where it changed: meson looks at its time.
with_devices() {
    local list=$1/configs/devices/aarch64-softmmu/rig.mak text gic=
    [ -f "$1/VERSION" ] || die "no QEMU tree in ${1#"$top/"}"
    # Since QEMU 11.0 KVM's GICv3 needs a choice of its own.
    ! grep -q "'CONFIG_ARM_GIC_KVM', 'CONFIG_ARM_GICV3'" \
        "$1/hw/intc/meson.build" || gic=ARM_GICV3
    text=$(for d in $devices $gic; do echo "CONFIG_$d=y"; done)
    [ -f "$list" ] && [ "$(cat "$list")" = "$text" ] || echo "$text" >"$list"
}

# build_arm64 DIR: KVM only, native or cross; DIR/qemu -> DIR/arm64
build_arm64() {
    local dir=$1/arm64 source=$1/qemu sysroot=$1/sysroot-arm64
    local compiler=(--cc="${cc}cc")
    with_devices "$source"
    mkdir -p "$dir"
    if [ "$(uname -m)" != aarch64 ]; then
        [ "$1" = "$top/build" ] ||
            ln -sfnr "$top/build/sysroot-arm64" "$sysroot"
        # A pkg-config that sees the sysroot and nothing else; a file, so
        # that meson finds it again when ninja runs it anew.
        cat >"$dir/pkg-config" <<END
#!/bin/sh
export PKG_CONFIG_SYSROOT_DIR=$sysroot
export PKG_CONFIG_LIBDIR=$sysroot/usr/lib/aarch64-linux-gnu/pkgconfig
exec pkg-config "\$@"
END
        chmod +x "$dir/pkg-config"
        export PKG_CONFIG=$dir/pkg-config
        compiler=(--cross-prefix=aarch64-linux-gnu-
            --cc="${cc}aarch64-linux-gnu-gcc --sysroot=$sysroot")
    fi
    configure_once "$dir" "$source" "${compiler[@]}" \
        "${common[@]}" "${few[@]}" \
        "$(download "$source")" --enable-kvm --disable-tcg ${EXTRA_CONFIGURE:-}
    compile "$dir" qemu-system-aarch64
}

# configure_host DIR: TCG, for this machine; DIR/qemu -> DIR/host
configure_host() {
    with_devices "$1/qemu"
    configure_once "$1/host" "$1/qemu" --cc="${cc}cc" \
        "${common[@]}" "${few[@]}" "$(download "$1/qemu")" \
        --enable-tcg --disable-kvm --enable-slirp ${EXTRA_CONFIGURE:-}
}

# build_suites DIR NAME: the tree DIR/qemu with all of its machines and the
# qtests of them -> DIR/suites, seen as build/check-qemu/NAME.  Each beside
# its tree, so that ccache serves the one what the other has compiled.
build_suites() {
    local dir=$1/suites source=$1/qemu
    configure_once "$dir" "$source" --cc="${cc}cc" "${common[@]}" \
        "$(download "$source")" --enable-tcg --disable-kvm --enable-slirp \
        --enable-tpm --enable-vhost-user --enable-vhost-net
    mkdir -p "$build/check-qemu"
    ln -sfnr "$dir" "$build/check-qemu/$2"
    compile "$dir" qemu-system-aarch64 $(qtests "$dir")
}

# qtests DIR: what meson's suite qtest-aarch64 runs
qtests() {
    "$1/pyvenv/bin/meson" test -C "$1" --list --suite qtest-aarch64 \
        2>/dev/null | sed -n 's,.* / qtest-aarch64/,tests/qtest/,p'
}

# build_tool OPTION...: of meson setup
build_tool() {
    local dir=$build/tool
    if [ ! -f "$dir/build.ninja" ] || [ "$(cat "$dir/.options")" != "$*" ]; then
        rm -rf "$dir"
        mkdir -p "$dir"
        CC="${cc}cc" /usr/bin/meson setup "$@" "$dir" \
            "$top/contrib/kvm-arm-regs" >"$dir.log" 2>&1 || {
            tail -15 "$dir.log" >&2
            die "meson setup failed; all of it is in ${dir#"$top/"}.log"
        }
        printf '%s\n' "$*" >"$dir/.options"
    fi
    compile "$dir"
}

case ${1:-} in
arm64)
    build_arm64 "$build"
    ;;
stock)
    build_arm64 "$build/stock"
    ln -sfn stock/arm64 "$build/stock-arm64"
    ;;
at)
    [ -n "${2:-}" ] || die "say where: build.sh at DIR"
    build_arm64 "$(realpath "$2")"
    ;;
tests)
    [ -n "${3:-}" ] || die "say where and what: build.sh tests DIR TEST..."
    dir=$(realpath "$2")
    shift 2
    configure_host "$dir"
    case " $* " in
    *" tests/qtest/"*) compile "$dir/host" qemu-system-aarch64 "$@" ;;
    *) compile "$dir/host" "$@" ;;
    esac
    for test; do
        echo "  TEST    $test"
        QTEST_QEMU_BINARY=$dir/host/qemu-system-aarch64 \
            G_TEST_SRCDIR=$dir/qemu/tests/unit \
            G_TEST_BUILDDIR=$dir/host/tests/unit "$dir/host/$test" --tap -k
    done
    ;;
host)
    shift
    configure_host "$build"
    compile "$build/host" "${@:-qemu-system-aarch64}"
    ;;
suites)
    build_suites "$build/stock" base
    build_suites "$build" series
    ;;
tool)
    build_tool --buildtype=release
    ;;
install)
    prefix=${2:-}
    [ -n "$prefix" ] || die "say where: make install PREFIX=/usr/local"
    [ "$(uname -m)" = aarch64 ] || die "this machine is $(uname -m):" \
        "install on an Arm host, or copy build/arm64/qemu-system-aarch64 there"
    configure_once "$build/install" "$build/qemu" --cc="${cc}cc" \
        --target-list=aarch64-softmmu --prefix="$prefix" --enable-kvm \
        ${EXTRA_CONFIGURE:-}
    compile "$build/install"
    ninja -C "$build/install" install
    build_tool --buildtype=release --prefix="$prefix"
    ninja -C "$build/tool" install
    ;;
*)
    die "say what: arm64, stock, at DIR, tests DIR, host, suites, tool or install PREFIX"
    ;;
esac

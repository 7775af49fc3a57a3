#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The pure core's benchmark: optimised, without sanitizers, on one core.

set -e
cd "$(dirname "$0")/.."
if [ ! -e build/benchmark/build.ninja ]; then
    /usr/bin/meson setup --buildtype=release build/benchmark >/dev/null
fi
exec taskset -c 0 /usr/bin/meson test -C build/benchmark --benchmark --verbose

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ninja's output -> one line with a bar, the steps and the time, for a
# terminal.  The line is gone at the end.  All other output is left out.
#
#   ninja -C DIR 2>&1 | tee LOG | scripts/bar.sh

full=$(printf '%40s' '' | tr ' ' '#')
while IFS= read -r line; do
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\  ]] || continue
    step=${BASH_REMATCH[1]} steps=${BASH_REMATCH[2]}
    printf '\r          [%-40s] %d/%d  %d:%02d' \
        "${full:0:$((40 * step / steps))}" "$step" "$steps" \
        $((SECONDS / 60)) $((SECONDS % 60))
done
printf '\r\e[K'

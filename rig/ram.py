# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests whose RAM is filled, so that all of it has to be sent."""

# MiB; the witness fits in.
PIECE = 16


def path(size):
    """The file in a host that a guest's RAM starts from."""
    return f'/tmp/ram-{size}'


def filled(host, size):
    """Options for a guest whose RAM is full of something.

    The first MiB is not filled: the witness is there, and expects zeroes
    around it.
    """
    where = path(size)
    host.run(f'[ -f {where} ] || {{ cd /tmp && '
             f'head -c {PIECE << 20} /dev/zero >{where} && '
             f"tr '\\0' x <{where} >piece && "
             f'for i in $(seq {size // PIECE - 1}); do cat piece; done '
             f'>>{where}; }}', timeout=300)
    return {'machine': 'virt,gic-version=3,memory-backend=mach-virt.ram',
            'extra': ('-object', 'memory-backend-file,id=mach-virt.ram,'
                      f'size={size}M,mem-path={where},share=off')}

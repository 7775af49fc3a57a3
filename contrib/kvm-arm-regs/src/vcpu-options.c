/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of a vCPU, by the names of QEMU's -cpu host. */

#include "qemu/osdep.h"
#include "vcpu-options.h"

/* The longest vectors of QEMU and of KVM. */
#define SVE_BITS_MAX 2048

static bool options_fail(const char *text, GError **err)
{
    g_set_error(err, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "\"%s\" is not a CPU feature; use pmu, sve, pauth or sve128 "
                "to sve%d (each =on or =off), or kvm-psci-version=1.1",
                text, SVE_BITS_MAX);
    return false;
}

static bool options_parse_choice(const char *text, VCPUChoice *choice)
{
    *choice = g_str_equal(text, "on") ? VCPU_CHOICE_ON : VCPU_CHOICE_OFF;
    return g_str_equal(text, "on") || g_str_equal(text, "off");
}

/* "256" of sve256 */
static bool options_add_length(VCPUOptions *options, const char *bits,
                               VCPUChoice choice)
{
    uint64_t number, bit;

    if (!g_ascii_string_to_unsigned(bits, 10, 128, SVE_BITS_MAX, &number,
                                    NULL) || number % 128) {
        return false;
    }
    bit = 1ULL << (number / 128 - 1);
    options->lengths_on &= ~bit;
    options->lengths_off &= ~bit;
    *(choice == VCPU_CHOICE_ON ? &options->lengths_on
                               : &options->lengths_off) |= bit;
    return true;
}

static bool options_add_psci(VCPUOptions *options, const char *version)
{
    g_auto(GStrv) part = g_strsplit(version, ".", 2);
    uint64_t major, minor;

    if (g_strv_length(part) != 2 ||
        !g_ascii_string_to_unsigned(part[0], 10, 0, 0x7fff, &major, NULL) ||
        !g_ascii_string_to_unsigned(part[1], 10, 0, 0xffff, &minor, NULL) ||
        (!major && !minor)) {
        return false;
    }
    options->psci = major << 16 | minor;
    return true;
}

static bool options_add_one(VCPUOptions *options, const char *name,
                            const char *value)
{
    VCPUChoice choice;

    if (g_str_equal(name, "kvm-psci-version")) {
        return options_add_psci(options, value);
    }
    if (!options_parse_choice(value, &choice)) {
        return false;
    }
    if (g_str_equal(name, "pmu")) {
        options->pmu = choice;
    } else if (g_str_equal(name, "sve")) {
        options->sve = choice;
    } else if (g_str_equal(name, "pauth")) {
        options->pauth = choice;
    } else {
        return g_str_has_prefix(name, "sve") &&
               options_add_length(options, name + strlen("sve"), choice);
    }
    return true;
}

bool vcpu_options_add(VCPUOptions *options, const char *text, GError **err)
{
    g_auto(GStrv) all = g_strsplit(text, ",", -1);

    if (!*all) {
        return options_fail(text, err);
    }
    for (char **one = all; *one; one++) {
        g_auto(GStrv) part = g_strsplit(*one, "=", 2);

        if (g_strv_length(part) != 2 ||
            !options_add_one(options, part[0], part[1])) {
            return options_fail(*one, err);
        }
    }
    return true;
}

bool vcpu_options_check(const VCPUOptions *options, GError **err)
{
    if (options->sve == VCPU_CHOICE_OFF && options->lengths_on) {
        g_set_error(err, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "sve=off contradicts a vector length that is on; leave out "
                    "one of the two");
        return false;
    }
    return true;
}

static unsigned options_shortest(uint64_t lengths)
{
    return (__builtin_ctzll(lengths) + 1) * 128;
}

uint64_t vcpu_options_lengths(const VCPUOptions *options, uint64_t supported,
                              GError **err)
{
    uint64_t off = options->lengths_off & supported;
    uint64_t lengths = off ? supported & ((off & -off) - 1) : supported;
    uint64_t lost = options->lengths_on & ~lengths;

    if (lost & ~supported) {
        g_set_error(err, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "sve%u=on: this host's KVM does not have this vector "
                    "length; leave it out",
                    options_shortest(lost & ~supported));
        return 0;
    }
    if (lost || !lengths) {
        g_set_error(err, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "sve%u=off switches off the longer vectors too%s",
                    options_shortest(off), lost
                    ? ", but one of them is on; leave out one of the two"
                    : ", so no length is left; use sve=off");
        return 0;
    }
    /* As in QEMU, no length is longer than the longest one that is on. */
    if (options->lengths_on) {
        unsigned longest = 63 - __builtin_clzll(options->lengths_on);

        lengths &= (2ULL << longest) - 1;
    }
    return lengths;
}

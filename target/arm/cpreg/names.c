/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of KVM registers, and of the fields of ID registers. */

#include "qemu/osdep.h"
#include "index.h"
#include "names.h"

typedef struct SysregName {
    uint16_t sysreg;
    const char *name;
} SysregName;

static const SysregName sysreg_names[] = {
#define DEF(name, op0, op1, crn, crm, op2) { ARM_SYSREG_##name, #name },
#include "sysregs.h.inc"
#undef DEF
};

const ARMCPRegField arm_cpreg_fields[ARM_FIELD_COUNT] = {
#define DEF(reg, field, shift, width) \
    { ARM_CPREG(reg), #reg "." #field, shift, width },
#include "fields.h.inc"
#undef DEF
};

/*
 * Linux arch/arm64/include/uapi/asm/kvm.h, KVM_REG_ARM_FW_REG and
 * KVM_REG_ARM_FW_FEAT_BMAP_REG, without the common prefix.
 */
static const char *const fw_names[] = {
    "PSCI_VERSION", "SMCCC_ARCH_WORKAROUND_1", "SMCCC_ARCH_WORKAROUND_2",
    "SMCCC_ARCH_WORKAROUND_3",
};

static const char *const fw_bmap_names[] = {
    "STD_BMAP", "STD_HYP_BMAP", "VENDOR_HYP_BMAP", "VENDOR_HYP_BMAP_2",
};

/* The hypercalls of the bitmaps, as KVM_REG_ARM_STD_BIT_TRNG_V1_0 and so on. */
static const char *const fw_services[][2] = {
    { "TRNG_V1_0", NULL }, { "PV_TIME", NULL }, { "FUNC_FEAT", "PTP" },
    { "DISCOVER_IMPL_VER", "DISCOVER_IMPL_CPUS" },
};

/* Registers in banks of 16 or 32, the number split over CRm and op2. */
static char *banked_name(unsigned op0, unsigned op1, unsigned crn,
                         unsigned crm, unsigned op2)
{
    static const char *const debug[] = {
        [4] = "DBGBVR", [5] = "DBGBCR", [6] = "DBGWVR", [7] = "DBGWCR",
    };
    unsigned n = (crm & 3) << 3 | op2;

    if (op0 == 2 && op1 == 0 && crn == 0 && op2 >= 4) {
        return g_strdup_printf("%s%u_EL1", debug[op2], crm);
    }
    if (op0 == 3 && op1 == 3 && crn == 14 && crm >= 8 && crm < 12 && n < 31) {
        return g_strdup_printf("PMEVCNTR%u_EL0", n);
    }
    if (op0 == 3 && op1 == 3 && crn == 14 && crm >= 12 && n < 31) {
        return g_strdup_printf("PMEVTYPER%u_EL0", n);
    }
    if (op0 == 3 && op1 == 4 && crn == 12 && (crm == 8 || crm == 9)
        && op2 < 4) {
        return g_strdup_printf("ICH_AP%uR%u_EL2", crm - 8, op2);
    }
    if (op0 == 3 && op1 == 4 && crn == 12 && (crm == 12 || crm == 13)) {
        return g_strdup_printf("ICH_LR%u_EL2", (crm & 1) << 3 | op2);
    }
    return NULL;
}

static char *sysreg_name(uint16_t sysreg)
{
    unsigned op0 = sysreg >> 14, op1 = sysreg >> 11 & 7;
    unsigned crn = sysreg >> 7 & 15, crm = sysreg >> 3 & 15;
    unsigned op2 = sysreg & 7;
    char *name;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(sysreg_names); i++) {
        if (sysreg_names[i].sysreg == sysreg) {
            return g_strdup(sysreg_names[i].name);
        }
    }
    name = banked_name(op0, op1, crn, crm, op2);
    return name ?: g_strdup_printf("S%u_%u_C%u_C%u_%u", op0, op1, crn, crm,
                                   op2);
}

static char *numbered_name(const char *const *names, size_t len,
                           const char *kind, unsigned n)
{
    return n < len ? g_strdup(names[n]) : g_strdup_printf("%s%u", kind, n);
}

/* The fields of struct kvm_regs, by where they are in it. */
static char *core_name(unsigned at)
{
    static const char *const others[] = {
        "SP", "PC", "PSTATE", "SP_EL1", "ELR_EL1", "SPSR_EL1", "SPSR_ABT",
        "SPSR_UND", "SPSR_IRQ", "SPSR_FIQ",
    };

    if (at == 0xd4 || at == 0xd5) {
        return g_strdup(at == 0xd4 ? "FPSR" : "FPCR");
    }
    if (at >= 0x54 && at < 0xd4 && at % 4 == 0) {
        return g_strdup_printf("V%u", (at - 0x54) / 4);
    }
    if (at % 2 || at >= 0x52) {
        return NULL;
    }
    return at < 0x3e ? g_strdup_printf("X%u", at / 2)
                     : g_strdup(others[(at - 0x3e) / 2]);
}

/* Z0 to Z31, P0 to P15 and FFR; the number, and a slice of five bits. */
static char *sve_name(unsigned number)
{
    g_autofree char *slice = NULL;

    if (number == 0xffff) {
        return g_strdup("SVE_VLS");
    }
    slice = number & 0x1f ? g_strdup_printf("[%u]", number & 0x1f)
                          : g_strdup("");
    if (number < 0x400) {
        return g_strdup_printf("Z%u%s", number >> 5, slice);
    }
    if (number < 0x600) {
        return g_strdup_printf("P%u%s", (number - 0x400) >> 5, slice);
    }
    return number < 0x620 ? g_strdup_printf("FFR%s", slice) : NULL;
}

/* A register without a name is shown as a number. */
static char *name_or_number(char *name, uint64_t regidx)
{
    return name ?: g_strdup_printf("0x%016" PRIx64, regidx);
}

char *arm_cpreg_short_name(uint64_t regidx)
{
    /* What an index of its kind has outside kind, arch and size. */
    uint64_t number = regidx & ~(ARM_CPREG_ARCH_MASK | ARM_CPREG_SIZE_MASK |
                                 ARM_CPREG_KIND_MASK);

    if ((regidx & ARM_CPREG_ARCH_MASK) == ARM_CPREG_ARCH_ARM64 &&
        number <= 0xffff) {
        switch (regidx & ARM_CPREG_KIND_MASK) {
        case ARM_CPREG_KIND_CORE:
            return name_or_number(core_name(number), regidx);
        case ARM_CPREG_KIND_SVE:
            return name_or_number(sve_name(number), regidx);
        case ARM_CPREG_KIND_SYSREG:
            return sysreg_name(number);
        case ARM_CPREG_KIND_FW:
            return numbered_name(fw_names, G_N_ELEMENTS(fw_names),
                                 "KVM_REG_ARM_FW_REG_", number);
        case ARM_CPREG_KIND_FW_BMAP:
            return numbered_name(fw_bmap_names, G_N_ELEMENTS(fw_bmap_names),
                                 "KVM_REG_ARM_FW_FEAT_BMAP_REG_", number);
        case ARM_CPREG_KIND_DEMUX:
            /* The only demultiplexed register: id 0, CCSIDR by CSSELR. */
            if (number <= 0xff) {
                return g_strdup_printf("CCSIDR[%u]", (unsigned)number);
            }
            break;
        }
    }
    return name_or_number(NULL, regidx);
}

char *arm_cpreg_services(uint64_t regidx, uint64_t value)
{
    uint64_t n = regidx - ARM_CPREG_FW_BMAP(0);
    g_autoptr(GString) text = g_string_new(NULL);

    if (n >= G_N_ELEMENTS(fw_services)) {
        return NULL;
    }
    for (int bit = 0; bit < 64; bit++) {
        const char *name = bit < 2 ? fw_services[n][bit] : NULL;

        if (!(value >> bit & 1)) {
            continue;
        }
        if (name) {
            arm_cpreg_item(text, "%s", name);
        } else {
            arm_cpreg_item(text, "bit %d", bit);
        }
    }
    return text->len ? g_string_free(g_steal_pointer(&text), false) : NULL;
}

char *arm_cpreg_name(uint64_t regidx)
{
    g_autofree char *name = arm_cpreg_short_name(regidx);

    if (g_str_has_prefix(name, "0x")) {
        return g_strdup_printf("register %s", name);
    }
    return g_strdup_printf("%s (0x%016" PRIx64 ")", name, regidx);
}

static void G_GNUC_PRINTF(3, 0) name_join(GString *text, const char *separator,
                                          const char *format, va_list ap)
{
    if (text->len) {
        g_string_append(text, separator);
    }
    g_string_append_vprintf(text, format, ap);
}

void arm_cpreg_clause(GString *text, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    name_join(text, "; ", format, ap);
    va_end(ap);
}

void arm_cpreg_item(GString *text, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    name_join(text, ", ", format, ap);
    va_end(ap);
}

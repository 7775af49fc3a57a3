/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scripted kernel: the table of its registers. */

#include "qemu/osdep.h"
#include "scripted-kvm.h"
#include "scripted-kvm-model.h"
#include "target/arm/cpreg/names.h"

/* KVM_REG_ARM64_SVE_VLS */
#define SVE_VLS     0x606000000015ffffULL

static const char row_pattern[] =
    "^(0x[0-9a-f]{16}) (-|0x[0-9a-f]+) (-|0x[0-9a-f]{16}) # \\S+$";

static bool is_wide(uint64_t regidx)
{
    uint64_t size = regidx & ARM_CPREG_SIZE_MASK;

    return scripted_is_cpreg(regidx) && size != ARM_CPREG_SIZE_U32 &&
           size != ARM_CPREG_SIZE_U64;
}

/* KVM_REG_SIZE of include/uapi/linux/kvm.h */
size_t scripted_size(uint64_t regidx)
{
    return (size_t)1 << ((regidx & ARM_CPREG_SIZE_MASK)
                         >> ARM_CPREG_SIZE_SHIFT);
}

bool scripted_is_cpreg(uint64_t regidx)
{
    uint64_t kind = regidx & ARM_CPREG_KIND_MASK;

    return kind != ARM_CPREG_KIND_CORE && kind != ARM_CPREG_KIND_SVE;
}

static void clear_reg(gpointer reg)
{
    g_free(((ScriptedReg *)reg)->wide);
}

static bool add_row(ScriptedKVM *kvm, const GRegex *row, const char *line)
{
    g_autoptr(GMatchInfo) info = NULL;
    g_auto(GStrv) part = NULL;
    ScriptedReg reg = { 0 };

    if (!g_regex_match(row, line, 0, &info)) {
        return false;
    }
    part = g_match_info_fetch_all(info);
    reg.regidx = g_ascii_strtoull(part[1], NULL, 16);
    reg.has_value = part[2][0] != '-';
    reg.reset = reg.has_value ? g_ascii_strtoull(part[2], NULL, 16) : 0;
    reg.value = reg.reset;
    reg.has_mask = part[3][0] != '-';
    reg.mask = reg.has_mask ? g_ascii_strtoull(part[3], NULL, 16) : 0;
    g_array_append_val(kvm->regs, reg);
    if (reg.regidx == SVE_VLS) {
        /* 512 bits; QEMU's `max` has no vectors beyond the last 64. */
        kvm->sve_vls = g_ascii_strtoull(part[2] + strlen(part[2]) - 16, NULL,
                                        16);
    }
    return true;
}

ScriptedKVM *scripted_kvm_load(const char *path, GError **err)
{
    g_autoptr(ScriptedKVM) kvm = g_new0(ScriptedKVM, 1);
    g_autoptr(GRegex) row = g_regex_new(row_pattern, 0, 0, NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    kvm->name = g_path_get_basename(path);
    kvm->kernel = kvm_model_kernel(kvm->name);
    kvm->regs = g_array_new(false, false, sizeof(ScriptedReg));
    g_array_set_clear_func(kvm->regs, clear_reg);
    kvm->calls = g_array_new(false, false, sizeof(ScriptedCall));

    if (!g_file_get_contents(path, &text, NULL, err)) {
        return NULL;
    }
    lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i]; i++) {
        if (*lines[i] && *lines[i] != '#' && !add_row(kvm, row, lines[i])) {
            g_set_error(err, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                        "%s, line %zu: not INDEX VALUE MASK # NAME: %s", path,
                        i + 1, lines[i]);
            return NULL;
        }
    }
    if (!kvm->regs->len || !kvm->kernel) {
        g_set_error(err, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                    "%s: not a register list <series>-<cpu>-<features>.txt",
                    path);
        return NULL;
    }
    return g_steal_pointer(&kvm);
}

ScriptedKVM *scripted_kvm_another(const ScriptedKVM *kvm)
{
    ScriptedKVM *other = g_new0(ScriptedKVM, 1);

    other->name = g_strdup(kvm->name);
    other->kernel = kvm->kernel;
    other->sve_vls = kvm->sve_vls;
    other->shows = kvm->shows;
    other->shown_by = kvm->shown_by;
    other->calls = g_array_new(false, false, sizeof(ScriptedCall));
    other->regs = g_array_new(false, false, sizeof(ScriptedReg));
    g_array_set_clear_func(other->regs, clear_reg);
    g_array_append_vals(other->regs, kvm->regs->data, kvm->regs->len);
    for (guint i = 0; i < other->regs->len; i++) {
        ScriptedReg *reg = &g_array_index(other->regs, ScriptedReg, i);

        reg->value = reg->reset;
        reg->unlisted |= reg->regidx == kvm->shows;
        if (reg->wide) {
            reg->wide = g_malloc(scripted_size(reg->regidx));
            memset(reg->wide, reg->fill, scripted_size(reg->regidx));
        }
    }
    return other;
}

void scripted_kvm_free(ScriptedKVM *kvm)
{
    if (kvm) {
        g_free(kvm->name);
        g_array_unref(kvm->regs);
        g_array_unref(kvm->calls);
        g_free(kvm);
    }
}

void scripted_kvm_reset(ScriptedKVM *kvm)
{
    for (guint i = 0; i < kvm->regs->len; i++) {
        ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);

        reg->value = reg->reset;
        reg->unlisted = false;
        if (reg->wide) {
            memset(reg->wide, reg->fill, scripted_size(reg->regidx));
        }
    }
    kvm->has_run = false;
    kvm->imp_ids = false;
    kvm->fault = (ScriptedFault) { 0 };
    g_array_set_size(kvm->calls, 0);
}

static gint by_regidx(gconstpointer a, gconstpointer b)
{
    uint64_t left = ((const ScriptedReg *)a)->regidx;
    uint64_t right = ((const ScriptedReg *)b)->regidx;

    return (left > right) - (left < right);
}

void scripted_kvm_add(ScriptedKVM *kvm, uint64_t regidx, uint8_t fill)
{
    ScriptedReg reg = { .regidx = regidx, .has_value = true, .fill = fill };

    memset(&reg.reset, fill, MIN(scripted_size(regidx), sizeof(reg.reset)));
    reg.value = reg.reset;
    if (is_wide(regidx)) {
        reg.wide = g_malloc(scripted_size(regidx));
        memset(reg.wide, fill, scripted_size(regidx));
    }
    g_array_append_val(kvm->regs, reg);
    g_array_sort(kvm->regs, by_regidx);
}

ScriptedReg *scripted_kvm_find(ScriptedKVM *kvm, uint64_t regidx)
{
    ScriptedReg key = { .regidx = regidx };

    return bsearch(&key, kvm->regs->data, kvm->regs->len, sizeof(key),
                   by_regidx);
}

bool scripted_kvm_lists(ScriptedKVM *kvm, const ScriptedReg *reg)
{
    return !reg->unlisted && !scripted_model_hides(kvm, reg);
}

uint64_t scripted_kvm_value(ScriptedKVM *kvm, uint64_t regidx)
{
    ScriptedReg *reg = scripted_kvm_find(kvm, regidx);

    g_assert_nonnull(reg);
    return scripted_model_get(kvm, reg);
}

/* What the guest is told of its CPU, not state of its own? */
static bool is_fixed(uint64_t regidx)
{
    uint64_t kind = regidx & ARM_CPREG_KIND_MASK;

    /* The system registers with op0 3 and CRn 0: ID registers, caches */
    return kind != ARM_CPREG_KIND_SYSREG || (regidx & 0xc780) == 0xc000;
}

/* What Linux does not use where it has a virtual timer. */
static bool is_physical_timer(uint64_t regidx)
{
    return regidx == ARM_CPREG(CNTP_CTL_EL0) ||
           regidx == ARM_CPREG(CNTP_CVAL_EL0);
}

void scripted_kvm_guest_works(ScriptedKVM *kvm)
{
    for (guint i = 0; i < kvm->regs->len; i++) {
        ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);

        if (reg->has_value && !is_fixed(reg->regidx) &&
            !is_physical_timer(reg->regidx)) {
            /* Low bits: the PMU here has six counters. Some refuse it. */
            scripted_model_set(kvm, reg, reg->reset ^ 0x1a);
        }
    }
}

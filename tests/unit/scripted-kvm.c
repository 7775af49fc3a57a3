/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scripted kernel: the table, the ioctls, and calls that fail. */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "qapi/error.h"
#include "scripted-kvm.h"
#include "scripted-kvm-model.h"
#include "system/kvm.h"
#include "target/arm/cpreg-wide.h"
#include "target/arm/kvm-cpregs.h"
#include "target/arm/kvm-scratch.h"

/* The table */

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

static unsigned kernel_of(const char *name)
{
    char *end;
    unsigned major = g_ascii_strtoull(name, &end, 10);

    return KERNEL(major, *end == '.' ? g_ascii_strtoull(end + 1, NULL, 10)
                                     : 0);
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
    return true;
}

ScriptedKVM *scripted_kvm_load(const char *path, GError **err)
{
    g_autoptr(ScriptedKVM) kvm = g_new0(ScriptedKVM, 1);
    g_autoptr(GRegex) row = g_regex_new(row_pattern, 0, 0, NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    kvm->name = g_path_get_basename(path);
    kvm->kernel = kernel_of(kvm->name);
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

void scripted_kvm_guest_works(ScriptedKVM *kvm)
{
    for (guint i = 0; i < kvm->regs->len; i++) {
        ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);

        if (reg->has_value && !is_fixed(reg->regidx)) {
            /* Low bits: the PMU here has six counters. Some refuse it. */
            scripted_model_set(kvm, reg, reg->reset ^ 0x1a);
        }
    }
}

/* The ioctls */

/* Keep the call, and return what it does. */
static int done(ScriptedKVM *kvm, ScriptedOp op, uint64_t regidx,
                uint64_t value, int ret)
{
    ScriptedCall call = {
        .op = op, .regidx = regidx, .value = value, .ret = ret,
    };

    g_array_append_val(kvm->calls, call);
    return ret;
}

/* Is this the call that is to fail, instead of being answered? */
static bool fails(ScriptedKVM *kvm, ScriptedOp op, uint64_t regidx)
{
    ScriptedFault *fault = &kvm->fault;

    if (!fault->at || (fault->op != SCRIPTED_ANY && fault->op != op) ||
        (fault->regidx && fault->regidx != regidx)) {
        return false;
    }
    fault->seen++;
    return fault->seen == fault->at ||
           (fault->onwards && fault->seen > fault->at);
}

/* Not in the order of the indexes: KVM promises none. */
static int get_list(ScriptedKVM *kvm, struct kvm_reg_list *list)
{
    uint64_t room = list->n;

    list->n = 0;
    for (guint i = kvm->regs->len; i-- > 0; ) {
        const ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);

        if (scripted_kvm_lists(kvm, reg)) {
            if (list->n < room) {
                list->reg[list->n] = reg->regidx;
            }
            list->n++;
        }
    }
    return list->n > room ? -E2BIG : 0;
}

int kvm_vcpu_ioctl(CPUState *cpu, unsigned long type, ...)
{
    ScriptedKVM *kvm = cpu->kvm;
    struct kvm_reg_list *list;
    va_list args;

    va_start(args, type);
    list = va_arg(args, struct kvm_reg_list *);
    va_end(args);

    g_assert_cmphex(type, ==, KVM_GET_REG_LIST);
    return done(kvm, SCRIPTED_LIST, 0, 0,
                fails(kvm, SCRIPTED_LIST, 0) ? -kvm->fault.error
                                             : get_list(kvm, list));
}

static int get_one(ScriptedKVM *kvm, uint64_t regidx, void *target,
                   uint64_t *value)
{
    ScriptedReg *reg = scripted_kvm_find(kvm, regidx);
    uint32_t value32;

    if (!reg || !scripted_kvm_lists(kvm, reg)) {
        return -ENOENT;
    }
    if (reg->wide) {
        memcpy(target, reg->wide, scripted_size(regidx));
        return 0;
    }
    *value = scripted_model_get(kvm, reg);
    value32 = *value;
    memcpy(target, scripted_size(regidx) == 8 ? (void *)value : &value32,
           scripted_size(regidx));
    return 0;
}

int kvm_get_one_reg(CPUState *cs, uint64_t id, void *target)
{
    ScriptedKVM *kvm = cs->kvm;
    uint64_t value = 0;
    int ret = fails(kvm, SCRIPTED_GET, id) ? -kvm->fault.error
                                           : get_one(kvm, id, target, &value);

    return done(kvm, SCRIPTED_GET, id, value, ret);
}

static int set_one(ScriptedKVM *kvm, uint64_t regidx, const void *source,
                   uint64_t value)
{
    ScriptedReg *reg = scripted_kvm_find(kvm, regidx);

    if (!reg || !scripted_kvm_lists(kvm, reg)) {
        return -ENOENT;
    }
    if (reg->wide) {
        memcpy(reg->wide, source, scripted_size(regidx));
        return 0;
    }
    return scripted_model_set(kvm, reg, value);
}

int kvm_set_one_reg(CPUState *cs, uint64_t id, void *source)
{
    ScriptedKVM *kvm = cs->kvm;
    uint64_t value = 0;
    int ret;

    /* Of a little-endian machine, as the vCPU's. */
    memcpy(&value, source, MIN(scripted_size(id), sizeof(value)));
    ret = fails(kvm, SCRIPTED_SET, id) ? -kvm->fault.error
                                       : set_one(kvm, id, source, value);
    if (kvm->shows && id == kvm->shown_by && ret == 0) {
        scripted_kvm_find(kvm, kvm->shows)->unlisted = false;
    }
    return done(kvm, SCRIPTED_SET, id, value, ret);
}

bool kvm_arm_scratch_first_run(ARMCPU *cpu, const ARMCPRegList *ids,
                               uint64_t *after, Error **errp)
{
    ScriptedKVM *kvm = CPU(cpu)->kvm;
    bool refused = fails(kvm, SCRIPTED_SCRATCH, 0);

    if (done(kvm, SCRIPTED_SCRATCH, 0, 0, refused ? -kvm->fault.error : 0)) {
        error_setg(errp, "scratch vCPU: %s", strerror(kvm->fault.error));
        return false;
    }
    memcpy(after, ids->values, ids->len * sizeof(uint64_t));
    scripted_model_first_run(kvm->kernel, ids->indexes, after, ids->len);
    return true;
}

void scripted_kvm_run(ScriptedKVM *kvm)
{
    g_autofree uint64_t *indexes = g_new(uint64_t, kvm->regs->len);
    g_autofree uint64_t *values = g_new(uint64_t, kvm->regs->len);

    if (kvm->has_run) {
        return;
    }
    for (guint i = 0; i < kvm->regs->len; i++) {
        indexes[i] = g_array_index(kvm->regs, ScriptedReg, i).regidx;
        values[i] = g_array_index(kvm->regs, ScriptedReg, i).value;
    }
    scripted_model_first_run(kvm->kernel, indexes, values, kvm->regs->len);
    for (guint i = 0; i < kvm->regs->len; i++) {
        g_array_index(kvm->regs, ScriptedReg, i).value = values[i];
    }
    kvm->has_run = true;
}

/* vCPUs */

ARMCPU *scripted_vcpu_new(ScriptedKVM *kvm)
{
    ARMCPU *cpu = g_new0(ARMCPU, 1);

    CPU(cpu)->kvm = kvm;
    return cpu;
}

void scripted_vcpu_free(ARMCPU *cpu)
{
    KVMCPRegs *own = cpu->kvm_cpregs;

    g_free(cpu->cpreg_indexes);
    g_free(cpu->cpreg_values);
    g_free(cpu->cpreg_vmstate_indexes);
    g_free(cpu->cpreg_vmstate_values);
    g_clear_pointer(&cpu->cpreg_vmstate_wide, g_array_unref);
    if (own) {
        g_free(own->held);
        g_clear_pointer(&own->wide, g_array_unref);
        g_clear_pointer(&own->taken, g_array_unref);
        g_free(own);
    }
    g_free(cpu);
}

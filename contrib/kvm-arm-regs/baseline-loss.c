/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host could show a guest, and does not for the sake of its pool. */

#include "qemu/osdep.h"
#include "baseline-loss.h"
#include "target/arm/cpreg-safe.h"

static void loss_free(gpointer data)
{
    BaselineLoss *loss = data;

    g_free(loss->name);
    g_free(loss->has);
    g_free(loss->gets);
    g_ptr_array_unref(loss->holders);
    g_free(loss);
}

/* All texts are taken over. */
static BaselineLoss *add_loss(GPtrArray *losses, char *name, char *has,
                              char *gets)
{
    BaselineLoss *loss = g_new0(BaselineLoss, 1);

    loss->name = name;
    loss->has = has;
    loss->gets = gets;
    loss->holders = g_ptr_array_new();
    loss->holder = -1;
    g_ptr_array_add(losses, loss);
    return loss;
}

static void add_holder(BaselineLoss *loss, const Baseline *baseline, guint i)
{
    const HostKind *kind = g_ptr_array_index(baseline->kinds, i);

    loss->holder = loss->holders->len ? -1 : (int)i;
    for (guint n = 0; n < kind->dumps->len; n++) {
        g_ptr_array_add(loss->holders, kind->dumps->pdata[n]);
    }
}

static void find_holders(BaselineLoss *loss, const Baseline *baseline,
                         const HostReg *pool, uint64_t mask)
{
    for (guint i = 0; i < baseline->kinds->len; i++) {
        const HostReg *own = host_dump_find(baseline_example(baseline, i),
                                            pool->regidx);
        uint64_t value = 0;
        bool known = own || baseline_absent(pool->regidx, &value);

        value = own ? own->value : value;
        if (known && ((value ^ pool->value) & mask) == 0) {
            add_holder(loss, baseline, i);
        }
    }
}

static void add_fields(GPtrArray *losses, const Baseline *baseline,
                       const HostReg *own, const HostReg *pool)
{
    ARMCPRegSafeField field;

    for (unsigned bit = 0; bit < 64; bit = field.shift + field.width) {
        uint64_t mask;

        field = arm_cpreg_safe_field(own->regidx, bit);
        mask = arm_cpreg_safe_mask(&field);
        if ((own->value ^ pool->value) & mask) {
            find_holders(add_loss(losses, arm_cpreg_safe_field_name(&field),
                                  g_strdup_printf("%" PRIu64,
                                                  (own->value & mask) >>
                                                  field.shift),
                                  g_strdup_printf("%" PRIu64,
                                                  (pool->value & mask) >>
                                                  field.shift)),
                         baseline, pool, mask);
        }
    }
}

/* "0x3 (FUNC_FEAT, PTP)" */
static char *value_text(uint64_t regidx, uint64_t value)
{
    g_autofree char *services = arm_cpreg_services(regidx, value);
    g_autofree char *text = baseline_value_text(regidx, value);

    return services ? g_strdup_printf("%s (%s)", text, services)
                    : g_steal_pointer(&text);
}

static void add_lengths(GPtrArray *losses, const Baseline *baseline, guint i)
{
    uint64_t common = baseline->pool->manifest->init.sve_vls;
    uint64_t own = baseline_example(baseline, i)->manifest->init.sve_vls;
    BaselineLoss *loss;

    if (own == common) {
        return;
    }
    loss = add_loss(losses, g_strdup("SVE vector lengths"),
                    host_dump_lengths(own), host_dump_lengths(common));
    for (guint n = 0; n < baseline->kinds->len; n++) {
        if (baseline_example(baseline, n)->manifest->init.sve_vls == common) {
            add_holder(loss, baseline, n);
        }
    }
}

GPtrArray *baseline_losses(const Baseline *baseline, guint i)
{
    const HostDump *host = baseline_example(baseline, i);
    const GArray *pool = baseline->pool->regs;
    GPtrArray *losses = g_ptr_array_new_with_free_func(loss_free);

    add_lengths(losses, baseline, i);
    for (guint n = 0; n < pool->len; n++) {
        const HostReg *reg = &g_array_index(pool, HostReg, n);
        const HostReg *own = host_dump_find(host, reg->regidx);

        if (!own || own->value == reg->value) {
            continue;
        }
        if (arm_cpreg_safe_has_fields(reg->regidx)) {
            add_fields(losses, baseline, own, reg);
        } else {
            find_holders(add_loss(losses, arm_cpreg_short_name(reg->regidx),
                                  value_text(reg->regidx, own->value),
                                  value_text(reg->regidx, reg->value)),
                         baseline, reg, ~0ULL);
        }
    }
    return losses;
}

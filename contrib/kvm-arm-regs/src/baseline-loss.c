/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host could show a guest, but does not in its pool. */

#include "qemu/osdep.h"
#include "baseline-loss.h"
#include "target/arm/cpreg/safe.h"

static void loss_free(gpointer data)
{
    BaselineLoss *loss = data;

    g_free(loss->name);
    g_free(loss->has);
    g_free(loss->gets);
    g_ptr_array_unref(loss->holders);
    g_free(loss);
}

/* Takes over all texts. */
static BaselineLoss *loss_add(GPtrArray *losses, uint64_t regidx, char *name,
                              char *has, char *gets)
{
    BaselineLoss *loss = g_new0(BaselineLoss, 1);

    loss->regidx = regidx;
    loss->name = name;
    loss->has = has;
    loss->gets = gets;
    loss->holders = g_ptr_array_new();
    loss->holder = -1;
    g_ptr_array_add(losses, loss);
    return loss;
}

static void loss_add_holder(BaselineLoss *loss, const Baseline *baseline,
                            guint i)
{
    loss->holder = loss->holders->len ? -1 : (int)i;
    g_ptr_array_extend(loss->holders, baseline_hosts(baseline, i), NULL, NULL);
}

static void loss_find_holders(BaselineLoss *loss, const Baseline *baseline,
                              const HostReg *pool, uint64_t mask)
{
    for (guint i = 0; i < baseline->kinds->len; i++) {
        const HostReg *own = host_dump_find(baseline_example(baseline, i),
                                            pool->regidx);
        uint64_t value = 0;
        bool known = own || baseline_absent(pool->regidx, &value);

        value = own ? own->value : value;
        if (known && ((value ^ pool->value) & mask) == 0) {
            loss_add_holder(loss, baseline, i);
        }
    }
}

static void losses_add_fields(GPtrArray *losses, const Baseline *baseline,
                              const HostReg *own, const HostReg *pool)
{
    ARMCPRegSafeField field;

    for (unsigned bit = 0; bit < 64; bit = field.shift + field.width) {
        uint64_t mask;

        field = arm_cpreg_safe_field(own->regidx, bit);
        mask = arm_cpreg_safe_mask(&field);
        if ((own->value ^ pool->value) & mask) {
            loss_find_holders(loss_add(losses, own->regidx,
                                       arm_cpreg_safe_field_name(&field),
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
static char *loss_value_text(uint64_t regidx, uint64_t value)
{
    g_autofree char *services = arm_cpreg_services(regidx, value);
    g_autofree char *text = baseline_value_text(regidx, value);

    return services ? g_strdup_printf("%s (%s)", text, services)
                    : g_steal_pointer(&text);
}

static void losses_add_lengths(GPtrArray *losses, const Baseline *baseline,
                               guint i)
{
    uint64_t common = baseline->pool->manifest->init.sve_vls;
    uint64_t own = baseline_example(baseline, i)->manifest->init.sve_vls;
    BaselineLoss *loss;

    if (own == common) {
        return;
    }
    loss = loss_add(losses, 0, g_strdup("SVE vector lengths"),
                    arm_cpreg_lengths(own), arm_cpreg_lengths(common));
    for (guint n = 0; n < baseline->kinds->len; n++) {
        if (baseline_example(baseline, n)->manifest->init.sve_vls == common) {
            loss_add_holder(loss, baseline, n);
        }
    }
}

GPtrArray *baseline_losses(const Baseline *baseline, guint i)
{
    const HostDump *host = baseline_example(baseline, i);
    const GArray *pool = baseline->pool->regs;
    GPtrArray *losses = g_ptr_array_new_with_free_func(loss_free);

    losses_add_lengths(losses, baseline, i);
    for (guint n = 0; n < pool->len; n++) {
        const HostReg *reg = &g_array_index(pool, HostReg, n);
        const HostReg *own = host_dump_find(host, reg->regidx);

        /* The list brings its hypercalls, which the host does not offer. */
        if (!own || own->value == reg->value ||
            (reg->regidx == BASELINE_LIST_CALLS &&
             baseline->pool->manifest->impls)) {
            continue;
        }
        if (arm_cpreg_safe_has_fields(reg->regidx)) {
            losses_add_fields(losses, baseline, own, reg);
        } else {
            char *has = loss_value_text(reg->regidx, own->value);
            char *gets = loss_value_text(reg->regidx, reg->value);

            loss_find_holders(loss_add(losses, reg->regidx,
                                       arm_cpreg_short_name(reg->regidx),
                                       has, gets),
                              baseline, reg, ~0ULL);
        }
    }
    return losses;
}

guint baseline_joined(const Baseline *baseline)
{
    return baseline->pool->regs->len ? baseline->kinds->len : 0;
}

static void losers_free(gpointer data)
{
    BaselineLosers *losers = data;

    g_ptr_array_unref(losers->dumps);
    g_ptr_array_unref(losers->losses);
    g_free(losers);
}

bool baseline_same_hosts(const GPtrArray *a, const GPtrArray *b)
{
    return a->len == b->len &&
           (!a->len || !memcmp(a->pdata, b->pdata,
                               a->len * sizeof(*a->pdata)));
}

static bool same_losses(const GPtrArray *a, const GPtrArray *b)
{
    bool same = a->len == b->len;

    for (guint i = 0; same && i < a->len; i++) {
        const BaselineLoss *left = g_ptr_array_index(a, i);
        const BaselineLoss *right = g_ptr_array_index(b, i);

        same = g_str_equal(left->name, right->name) &&
               g_str_equal(left->has, right->has) &&
               g_str_equal(left->gets, right->gets) &&
               baseline_same_hosts(left->holders, right->holders);
    }
    return same;
}

GPtrArray *baseline_losers(const Baseline *baseline)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(losers_free);

    for (guint i = 0; i < baseline_joined(baseline); i++) {
        g_autoptr(GPtrArray) losses = baseline_losses(baseline, i);
        BaselineLosers *found = NULL;

        for (guint n = 0; !found && n < all->len; n++) {
            BaselineLosers *one = g_ptr_array_index(all, n);

            found = same_losses(one->losses, losses) ? one : NULL;
        }
        if (!found) {
            found = g_new0(BaselineLosers, 1);
            found->dumps = g_ptr_array_new();
            found->losses = g_steal_pointer(&losses);
            g_ptr_array_add(all, found);
        }
        g_ptr_array_extend(found->dumps, baseline_hosts(baseline, i), NULL,
                           NULL);
    }
    return all;
}

static gboolean same_name(gconstpointer a, gconstpointer b)
{
    return g_str_equal(((const BaselineLoss *)a)->name,
                       ((const BaselineLoss *)b)->name);
}

GPtrArray *baseline_held_back(const Baseline *baseline,
                              const GPtrArray *losers, guint holder)
{
    GPtrArray *found = g_ptr_array_new();

    for (guint i = 0; baseline->kinds->len > 1 && i < losers->len; i++) {
        const BaselineLosers *one = g_ptr_array_index(losers, i);

        for (guint n = 0; n < one->losses->len; n++) {
            BaselineLoss *loss = g_ptr_array_index(one->losses, n);

            if (loss->holder == (int)holder &&
                !g_ptr_array_find_with_equal_func(found, loss, same_name,
                                                  NULL)) {
                g_ptr_array_add(found, loss);
            }
        }
    }
    return found;
}

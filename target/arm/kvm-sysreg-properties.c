/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Properties SYSREG_<register>_<field>, see kvm-identity.h */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qom/object.h"
#include "hw/qdev-properties.h"
#include "cpreg-cpu.h"
#include "cpreg-names.h"
#include "cpreg-safe.h"
#include "kvm-id-masks.h"
#include "kvm-identity.h"

static uint64_t mask_of(const ARMCPRegField *field)
{
    return ((1ULL << field->width) - 1) << field->shift;
}

/* Can it be chosen by itself, and checked? */
static bool is_offered(const ARMCPRegField *field)
{
    uint64_t regidx = field->regidx, mask = mask_of(field);

    return arm_cpreg_safe_has_fields(regidx) &&
           (kvm_arm_id_writable(regidx) & mask) == mask &&
           !(arm_cpreg_irqchip_bits(regidx) & mask);
}

/* What the vCPU has; of one that is not made yet, what it will be given. */
static int value_of(ARMCPU *cpu, uint64_t regidx, uint64_t *value)
{
    g_autoptr(GArray) chosen = NULL;
    const KVMWanted *wanted;
    int ret;

    if (DEVICE(cpu)->realized) {
        ARMCPRegList list = arm_cpreg_list_of(cpu);
        ssize_t at = arm_cpreg_list_find(&list, regidx);

        *value = at < 0 ? 0 : list.values[at];
        return at < 0 ? -ENOENT : 0;
    }
    ret = kvm_arm_id_reset(regidx, value);
    if (ret) {
        return ret;
    }
    chosen = kvm_arm_identity_chosen(cpu);
    wanted = kvm_arm_identity_find(chosen, regidx);
    if (wanted) {
        *value = (*value & ~wanted->mask) | wanted->value;
    }
    return 0;
}

static void get_field(Object *obj, Visitor *v, const char *name, void *opaque,
                      Error **errp)
{
    const ARMCPRegField *field = opaque;
    uint64_t value;
    int ret = value_of(ARM_CPU(obj), field->regidx, &value);

    if (ret) {
        error_setg_errno(errp, -ret, "%s: KVM does not tell the value of %s",
                         name, field->name);
        return;
    }
    value = arm_cpreg_field(field, value);
    visit_type_uint64(v, name, &value, errp);
}

static void set_field(Object *obj, Visitor *v, const char *name, void *opaque,
                      Error **errp)
{
    const ARMCPRegField *field = opaque;
    uint64_t mask = mask_of(field), wanted, limit;
    g_autoptr(GString) text = g_string_new(NULL);
    int ret;

    if (DEVICE(obj)->realized) {
        qdev_prop_set_after_realize(DEVICE(obj), name, errp);
        return;
    }
    if (!visit_type_uint64(v, name, &wanted, errp)) {
        return;
    }
    if (wanted >> field->width) {
        error_setg(errp, "%s: wanted %" PRIu64 ", possible 0 to %d at most: "
                   "the field has %d bits", name, wanted,
                   (1 << field->width) - 1, field->width);
        return;
    }
    ret = kvm_arm_id_reset(field->regidx, &limit);
    if (ret) {
        error_setg_errno(errp, -ret, "%s: wanted %" PRIu64 ", but KVM does "
                         "not tell the host's value", name, wanted);
        return;
    }
    wanted = (limit & ~mask) | wanted << field->shift;
    if (!arm_cpreg_safe_append(text, field->regidx, wanted, limit,
                               kvm_arm_id_writable(field->regidx))) {
        error_setg(errp, "%s: this host cannot give it to a guest: %s", name,
                   text->str);
        return;
    }
    kvm_arm_identity_want(ARM_CPU(obj)->kvm_identity->wanted, field->regidx,
                          mask, wanted);
}

static char *description(const ARMCPRegField *field)
{
    ARMCPRegSafeField safe = arm_cpreg_safe_field(field->regidx, field->shift);
    g_autofree char *exact = g_strdup_printf("%d", safe.value);
    const char *const others[] = {
        [ARM_CPREG_SAFE_LOWER] = "a lower one",
        [ARM_CPREG_SAFE_LOWER_SIGNED] = "a lower one, by two's complement",
        [ARM_CPREG_SAFE_HIGHER] = "a higher one",
        [ARM_CPREG_SAFE_HIGHER_OR_ZERO] = "a higher one or 0",
        [ARM_CPREG_SAFE_EXACT] = exact,
    };

    return g_strdup_printf("Bits %d to %d of the ID register, %s: the host's "
                           "value or %s. Default: the host's, or that of "
                           "kvm-baseline.", field->shift + field->width - 1,
                           field->shift, field->name, others[safe.safe]);
}

void kvm_arm_add_sysreg_properties(ARMCPU *cpu)
{
    ObjectClass *klass = object_get_class(OBJECT(cpu));

    for (size_t i = 0; i < ARM_FIELD_COUNT; i++) {
        const ARMCPRegField *field = &arm_cpreg_fields[i];
        g_autofree char *name = NULL;
        g_autofree char *text = NULL;

        if (!is_offered(field)) {
            continue;
        }
        /* "ID_AA64DFR0_EL1.DebugVer" is SYSREG_ID_AA64DFR0_EL1_DebugVer */
        name = g_strdelimit(g_strconcat("SYSREG_", field->name, NULL), ".",
                            '_');
        if (object_class_property_find(klass, name)) {
            return;     /* the class has had them since its first CPU */
        }
        text = description(field);
        object_class_property_add(klass, name, "uint64", get_field, set_field,
                                  NULL, (void *)field);
        object_class_property_set_description(klass, name, text);
    }
}

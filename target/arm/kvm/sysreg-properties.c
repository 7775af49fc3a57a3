/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Properties SYSREG_<register>_<field>: single fields of a guest view. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qom/object.h"
#include "hw/core/qdev-properties.h"
#include "target/arm/migration/lists.h"
#include "target/arm/cpreg/names.h"
#include "target/arm/cpreg/safe.h"
#include "guest-view.h"
#include "id-regs.h"
#include "sysreg-properties.h"

static uint64_t sysreg_mask(const ARMCPRegField *field)
{
    return ((1ULL << field->width) - 1) << field->shift;
}

/* Can a user set this field, and can QEMU check it? */
static bool sysreg_is_offered(const ARMCPRegField *field)
{
    uint64_t regidx = field->regidx, mask = sysreg_mask(field);

    return arm_cpreg_safe_has_fields(regidx) &&
           (kvm_arm_id_writable(regidx) & mask) == mask &&
           !(arm_cpreg_irqchip_bits(regidx) & mask);
}

/* The vCPU's value; before there is a vCPU, the value that it will get. */
static int sysreg_value(ARMCPU *cpu, uint64_t regidx, uint64_t *value)
{
    g_autoptr(GArray) values = NULL;
    const KVMGuestViewValue *entry;
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
    values = kvm_arm_guest_view_values(cpu);
    entry = kvm_arm_guest_view_find(values, regidx);
    if (entry) {
        *value = (*value & ~entry->mask) | entry->value;
    }
    return 0;
}

static void sysreg_get(Object *obj, Visitor *v, const char *name, void *opaque,
                       Error **errp)
{
    const ARMCPRegField *field = opaque;
    uint64_t value;
    int ret = sysreg_value(ARM_CPU(obj), field->regidx, &value);

    if (ret) {
        error_setg_errno(errp, -ret, "%s: cannot read %s from KVM", name,
                         field->name);
        return;
    }
    value = arm_cpreg_field(field, value);
    visit_type_uint64(v, name, &value, errp);
}

static void sysreg_set(Object *obj, Visitor *v, const char *name, void *opaque,
                       Error **errp)
{
    const ARMCPRegField *field = opaque;
    uint64_t mask = sysreg_mask(field), wanted, limit;
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
        error_setg_errno(errp, -ret, "%s: wanted %" PRIu64 ", but the host's "
                         "value cannot be read from KVM", name, wanted);
        return;
    }
    wanted = (limit & ~mask) | wanted << field->shift;
    if (!arm_cpreg_safe_append(text, field->regidx, wanted, limit,
                               kvm_arm_id_writable(field->regidx))) {
        error_setg(errp, "%s: this host cannot give it to a guest: %s", name,
                   text->str);
        return;
    }
    kvm_arm_guest_view_want(ARM_CPU(obj)->kvm_guest_view->wanted,
                            field->regidx, mask, wanted);
}

static char *sysreg_description(const ARMCPRegField *field)
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

        if (!sysreg_is_offered(field)) {
            continue;
        }
        /* "ID_AA64DFR0_EL1.DebugVer" is SYSREG_ID_AA64DFR0_EL1_DebugVer */
        name = g_strdelimit(g_strconcat("SYSREG_", field->name, NULL), ".",
                            '_');
        if (object_class_property_find(klass, name)) {
            return;     /* the class has had them since its first CPU */
        }
        text = sysreg_description(field);
        object_class_property_add(klass, name, "uint64", sysreg_get,
                                  sysreg_set, NULL, (void *)field);
        object_class_property_set_description(klass, name, text);
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host's dump: what its KVM gives a new vCPU, as JSON in a file.
 *
 * The layout is that of QMP's ArmMigrationManifest.  The manifest of a running
 * QEMU has values only for registers that a guest cannot change, and no masks;
 * a dump of this tool has both for all registers.  A baseline has the layout
 * too, see baseline.h.
 */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_HOST_DUMP_H
#define CONTRIB_KVM_ARM_REGS_SRC_HOST_DUMP_H

#include "target/arm/cpreg/manifest.h"

/* The only version of the layout that is read and written. */
#define HOST_DUMP_FORMAT 1

/* The largest file that is read; the longest list needs about 2.5 MiB. */
#define HOST_DUMP_MAX (4 * 1024 * 1024)

/* A register of 32 or 64 bits. */
typedef struct HostReg {
    uint64_t regidx;
    uint64_t value;         /* if @has_value */
    uint64_t writable;      /* KVM_ARM_GET_REG_WRITABLE_MASKS, if @has_mask */
    bool has_value;
    bool has_mask;
} HostReg;

typedef struct HostDump {
    char *path;             /* the file, as it was named; NULL for none */
    char *host;             /* or NULL */
    char **capabilities;    /* of KVM, by name; never NULL */
    char **members;         /* a baseline's hosts, as titles; else NULL */
    GArray *regs;           /* of HostReg, ascending; copies share it */
    GArray *state;          /* uint64_t, core and SVE registers; shared too */
    ARMCPRegManifest *manifest;
} HostDump;

typedef enum HostDumpError {
    HOST_DUMP_ERROR_FILE,   /* cannot be read */
    HOST_DUMP_ERROR_CONTENT /* is not a dump */
} HostDumpError;

#define HOST_DUMP_ERROR host_dump_error_quark()
GQuark host_dump_error_quark(void);

/* A dump without registers. */
HostDump *host_dump_new(void);
void host_dump_free(HostDump *dump);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostDump, host_dump_free)

/* Another host with the same content, without a path and a name. */
HostDump *host_dump_copy(const HostDump *dump);

/*
 * Add a register.  For one of another size, or of the core or SVE, only the
 * index is kept; the latter are in no comparison.
 */
void host_dump_add(HostDump *dump, const HostReg *reg);

/**
 * host_dump_finish: make the manifest's lists, once all registers are there
 *
 * Returns false, and sets @fault to a new string, if the lists are invalid.
 */
bool host_dump_finish(HostDump *dump, char **fault);

/* The register, NULL if it is not listed. */
const HostReg *host_dump_find(const HostDump *dump, uint64_t regidx);

/* The host for people, "a.json (a, Linux 6.18)", as a new string. */
char *host_dump_title(const HostDump *dump);

/* Names of vCPU features, "psci-0.2, sve"; "" for none. */
char *host_dump_features(const ARMCPRegVCPUInit *init);

/* Does the host's KVM have this capability? */
bool host_dump_has(const HostDump *dump, const char *capability);

#endif

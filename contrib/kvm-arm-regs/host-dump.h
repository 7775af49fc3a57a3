/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host's dump: what its KVM gives a new vCPU, as JSON in a file.
 *
 * The layout is that of QMP's ArmCPRegManifest.  A manifest of a running QEMU
 * has values only of registers that a guest cannot change, and no masks; a
 * dump of this tool has all that KVM tells.  A baseline is what a pool of hosts
 * has in common, see baseline.h: one host, as far as it goes.
 */

#ifndef CONTRIB_KVM_ARM_REGS_HOST_DUMP_H
#define CONTRIB_KVM_ARM_REGS_HOST_DUMP_H

#include "target/arm/cpreg-manifest.h"

/* The version of the layout that is written, and the only one that is read. */
#define HOST_DUMP_FORMAT 1

/* A larger file is none: the longest list needs about 2.5 MiB. */
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
    ARMCPRegManifest *manifest;
} HostDump;

typedef enum HostDumpError {
    HOST_DUMP_ERROR_FILE,   /* cannot be read */
    HOST_DUMP_ERROR_CONTENT /* is no dump */
} HostDumpError;

#define HOST_DUMP_ERROR host_dump_error_quark()
GQuark host_dump_error_quark(void);

/* One without registers. */
HostDump *host_dump_new(void);
void host_dump_free(HostDump *dump);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostDump, host_dump_free)

/*
 * Another host with the same content, its registers shared; neither its path
 * nor its name.
 */
HostDump *host_dump_copy(const HostDump *dump);

/* One more register, of any size; of other sizes only the index is kept. */
void host_dump_add(HostDump *dump, const HostReg *reg);

/**
 * host_dump_finish: the manifest's lists, once all registers are there
 *
 * Returns false, and sets @fault to a new string, if they break the rules.
 */
bool host_dump_finish(HostDump *dump, char **fault);

/* The register, NULL if it is not listed. */
const HostReg *host_dump_find(const HostDump *dump, uint64_t regidx);

/* Texts that were read, for host_dump_read(). */
GHashTable *host_dumps_known(void);

/**
 * host_dump_read: read a file
 * @path: "-" is standard input
 * @known: of host_dumps_known(), or NULL.  Of files that differ in nothing but
 *         the host's name only the first one is parsed; the dumps read with
 *         it may go first.
 *
 * Returns NULL, and an error of one line that names the file, if it is none.
 */
HostDump *host_dump_read(const char *path, GHashTable *known, GError **err);

/* As JSON, with a newline behind it. */
char *host_dump_to_json(const HostDump *dump);

/* What a person knows the host by: its file, with its name where it has one. */
char *host_dump_title(const HostDump *dump);

/* Names of vCPU features, "psci-0.2, sve"; "" for none */
char *host_dump_features(const ARMCPRegVCPUInit *init);

/* Does the host's KVM have this capability? */
bool host_dump_has(const HostDump *dump, const char *capability);

/* Equal for two dumps that every comparison treats alike. */
GBytes *host_dump_kind(const HostDump *dump);

/* Dumps of one kind, in the order of the first one of each. */
typedef struct HostKind {
    GPtrArray *dumps;       /* of HostDump, which it does not own */
} HostKind;

/**
 * host_dump_kinds: an array of HostKind
 * @dumps: of HostDump
 * @kind: host_dump_kind(), or another one that tells more of them apart
 */
GPtrArray *host_dump_kinds(GPtrArray *dumps,
                           GBytes *(*kind)(const HostDump *dump));

#endif

# SPDX-License-Identifier: GPL-2.0-or-later
#
# The names of the steps; what they do is in scripts/ and rig/.
# `make help` lists them.

PYTHON ?= /usr/bin/python3
FROM ?= 6.12
TO ?= 6.18
CPU ?= neoverse-n1
MAKEFLAGS += --no-print-directory
# Commands are modules of this folder, and avocado's tests import them.
export PYTHONPATH := $(CURDIR)
# What a target that ends in -report adds to its command.
report = $(if $(filter %-report,$@),--report)
# One step at a time: each of them uses all cores.
.NOTPARALLEL:

.PHONY: help
help:
	@sed -n 's/^## \(.*\)/\1/p' $(firstword $(MAKEFILE_LIST))

## BASE=10.0 after any of these: on another QEMU than 10.2; UPSTREAM has them
##
## make demo [FROM=6.12 TO=6.18 CPU=neoverse-n1]
##                         a guest that stock QEMU loses migrates live
.PHONY: demo
demo: stock-arm64 qemu-arm64 emulator
	@$(PYTHON) -m rig.demo --source $(FROM) --destination $(TO) --cpu $(CPU)

# What runs the demo's hosts: Debian's QEMU serves a plain CPU.
.PHONY: emulator
emulator: setup
	@$(PYTHON) -m rig.emulator $(CPU)

## make demo-pool          a guest with a pool's baseline tours three kernels
.PHONY: demo-pool
demo-pool: stock-arm64 qemu-arm64 emulator
	@$(PYTHON) -m rig.demo.pool

## make check              all tests; `make check-quick` leaves out the rig
## make check-mission      the pure core, and what the series is for on KVM
.PHONY: check check-quick check-mission
check: fuzzer stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) -m scripts.check
check-quick: qemu-host
	@$(PYTHON) -m scripts.check --ring quick
check-mission: stock-arm64 qemu-arm64 emulator
	@RIG_EMULATOR=$$($(PYTHON) -m rig.emulator --path) \
		$(PYTHON) -m scripts.check --ring mission

## make check-base BASE=10.0
##                         the series on another QEMU than 10.2: unit tests,
##                         qtests, migrations, also to and from 10.2 and 11.1
## make check-base-report BASE=10.0
##                         the last result of that -> reports
.PHONY: check-base check-base-report
check-base: qemu-arm64
	@scripts/build.sh host
	@$(PYTHON) -m scripts.check --ring base
check-base-report:
	@$(PYTHON) -m scripts.bases_report

## make qemu-arm64         the series, KVM only -> build/arm64
## make stock-arm64        the base, the same configuration -> build/stock-arm64
## make qemu-host          the series, TCG, for this machine -> build/host
.PHONY: qemu-arm64 stock-arm64 qemu-host
qemu-arm64: sysroot apply
	@scripts/build.sh arm64
stock-arm64: sysroot
	@$(PYTHON) -m scripts.series stock
	@scripts/build.sh stock
qemu-host: setup apply
	@scripts/build.sh host

## make kvm-arm-regs       the tool that compares hosts, for this machine
##                         -> build/tool
.PHONY: kvm-arm-regs
kvm-arm-regs: setup
	@scripts/build.sh tool

## make install PREFIX=DIR [EXTRA_CONFIGURE=...]
##                         on an Arm host: build the series and install it
.PHONY: install
install: setup apply
	@scripts/build.sh install $(PREFIX)

## make apply              the series as a git tree -> build/qemu
## make refresh            commits and edits in build/qemu -> patches/
## make export [TOPIC=registers]
##                         the series, or one topic of it, as mails for
##                         git am -> build/export
## make series-check       all that must hold before the series is sent
## make roll BASE=master QEMU_SRC=DIR
##                         what each entry takes to stand on another QEMU
.PHONY: apply refresh export series-check roll
apply: setup
	@$(PYTHON) -m scripts.series apply
refresh:
	@$(PYTHON) -m scripts.series refresh $(ENTRY)
export: setup
	@$(PYTHON) -m scripts.series export $(if $(TOPIC),--topic $(TOPIC))
series-check: sysroot
	@$(PYTHON) -m scripts.series check
roll: setup
	@$(PYTHON) -m scripts.series roll

## make deb [BASE=10.0] [REVISION=1]
##                         Debian's packages of qemu with the series, for
##                         arm64 -> build/deb/packages
## make deb-repo           the same as an apt repository -> build/deb/repo
.PHONY: deb deb-repo
deb deb-repo: setup
	@scripts/setup.sh deb
	@$(PYTHON) -m scripts.deb $(if $(filter deb,$@),build,repo) \
		$(addprefix --base ,$(BASE)) $(addprefix --revision ,$(REVISION)) \
		$(addprefix --mails ,$(MAILS))

## make check-deb          the packages on hosts with Debian's libvirt: migrate,
##                         upgrade and downgrade
.PHONY: check-deb
check-deb: deb qemu-host
	@avocado run --disable-sysinfo --max-parallel-tasks 1 \
		-t packages tests/avocado

## make unit               the pure core's tests alone, with ASan and UBSan
.PHONY: unit
unit: setup
	@$(PYTHON) -m scripts.check --only core

## make fuzz [TIME=60] [TARGET=list] [EXECUTIONS=100000000]
##                         fuzz what reads bytes from other machines
## make fuzz-report        results and coverage of all runs -> reports
.PHONY: fuzz fuzz-report fuzzer
fuzz: fuzzer
	@$(PYTHON) -m scripts.fuzz --time $(or $(TIME),60) \
		$(addprefix --target ,$(TARGET)) \
		$(addprefix --executions ,$(EXECUTIONS))
fuzz-report: fuzzer
	@$(PYTHON) -m scripts.fuzz --no-run --report
fuzzer:
	@scripts/setup.sh fuzz

## make upstream-bugs [QEMU=FILE BUG=length]
##                         bugs of stock 11.1.3 that the series mends; no KVM
.PHONY: upstream-bugs
upstream-bugs:
	@$(PYTHON) -m scripts.upstream_bugs $(addprefix --qemu ,$(QEMU)) \
		$(addprefix --bug ,$(BUG))

## make avocado [TESTS="-t quick tests/avocado"]
##                         tests under avocado, with what is built
.PHONY: avocado
avocado:
	@avocado run --disable-sysinfo --max-parallel-tasks 1 \
		$(or $(TESTS),-t quick tests/avocado)

## make check-qemu         QEMU's own tests, on the base and on the series
## make check-qemu-report  the last result of that -> reports
.PHONY: check-qemu check-qemu-report
check-qemu: setup apply
	@$(PYTHON) -m scripts.series stock
	@$(PYTHON) -m scripts.check_qemu
check-qemu-report:
	@$(PYTHON) -m scripts.check_qemu --report

## make check-libvirt      virsh migrate on hosts with Debian's libvirt
## make check-libvirt-report
##                         the same, all cases -> reports
.PHONY: check-libvirt check-libvirt-report
check-libvirt check-libvirt-report: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) -m rig.libvirt $(CASES) $(report)

## make faults [CASES=REGEX]
##                         one thing fails while a guest migrates
## make soak [N=1000 SEED=1]
##                         to and fro, under faults; memory of both QEMUs
## make faults-report, make soak-report
##                         the same, what is missing of it -> reports
.PHONY: faults faults-report soak soak-report
faults faults-report: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) -m rig.faults $(if $(CASES),--cases '$(CASES)') $(report)
soak soak-report: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) -m rig.soak -n $(or $(N),1000) --seed $(or $(SEED),1) $(report)

## make scale [SIZES="1 8 64 512"]
##                         saves and loads of guests with many vCPUs
## make scale-report       the same, all sizes -> reports
.PHONY: scale scale-report
scale scale-report: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) -m rig.scale $(SIZES) $(report)

## make bench-core         what it takes to compare two register lists
.PHONY: bench-core
bench-core: setup
	@scripts/bench-core.sh

## make record-lists       the kernels' register lists -> tests/data
.PHONY: record-lists
record-lists: qemu-host
	@$(PYTHON) -m rig.record

## make matrix [MATRIX="--from 6.12 --to 6.18"]
##                         every pair of kernels, both ways -> build/matrix
.PHONY: matrix
matrix: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) -m rig.matrix $(MATRIX)

## make matrix-report      the last matrix's picture and tables -> reports
.PHONY: matrix-report
matrix-report:
	@$(PYTHON) -m rig.matrix --report

## make bench              time and bytes until a refusal, downtime; stock and
##                         series in one run -> build/bench
.PHONY: bench
bench: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) -m rig.bench

## make interop-report     stock and series in all combinations -> reports
.PHONY: interop-report
interop-report: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) -m rig.interop --report

## make ioctls             count the register ioctls of a save and a load
.PHONY: ioctls
ioctls: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) -m rig.ioctls

## make kernels            the kernels that the rig's hosts can boot
.PHONY: kernels
kernels:
	@$(PYTHON) -m rig kernels

## make setup              what a bare Debian machine lacks, and nothing else
.PHONY: setup sysroot
setup:
	@scripts/setup.sh
sysroot:
	@scripts/setup.sh sysroot

## make clean              remove build/; downloads stay in the cache
.PHONY: clean
clean:
	@rm -rf build

# SPDX-License-Identifier: GPL-2.0-or-later
#
# The names of the steps; what they do stands in scripts/ and rig/.
# `make help` lists them.

PYTHON ?= /usr/bin/python3
FROM ?= 6.12
TO ?= 6.18
CPU ?= neoverse-n1
MAKEFLAGS += --no-print-directory
# What a target that ends in -docs adds to its command.
docs = $(if $(filter %-docs,$@),--docs)
# One step at a time: each of them uses all cores.
.NOTPARALLEL:

.PHONY: help
help:
	@sed -n 's/^## \(.*\)/\1/p' $(firstword $(MAKEFILE_LIST))

## make demo [FROM=6.12 TO=6.18 CPU=neoverse-n1]
##                         a guest that stock QEMU loses migrates live
.PHONY: demo
demo: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) rig/demo.py --source $(FROM) --destination $(TO) --cpu $(CPU)

## make demo-pool          a guest with a pool's baseline tours three kernels
.PHONY: demo-pool
demo-pool: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) rig/demo_pool.py

## make check              all tests; `make check-quick` leaves out the rig
.PHONY: check check-quick
check: fuzzer stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) scripts/check.py
check-quick: qemu-host
	@$(PYTHON) scripts/check.py --quick

## make qemu-arm64         the series, KVM only -> build/arm64
## make stock-arm64        the base, the same configuration -> build/stock-arm64
## make qemu-host          the series, TCG, for this machine -> build/host
.PHONY: qemu-arm64 stock-arm64 qemu-host
qemu-arm64: sysroot apply
	@scripts/build.sh arm64
stock-arm64: sysroot
	@$(PYTHON) scripts/series.py stock
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
## make export             the series as mails for git am -> build/export
## make series-check       all that must hold before the series is sent
.PHONY: apply refresh export series-check
apply: setup
	@$(PYTHON) scripts/series.py apply
refresh:
	@$(PYTHON) scripts/series.py refresh $(ENTRY)
export: setup
	@$(PYTHON) scripts/series.py export
series-check: sysroot
	@$(PYTHON) scripts/series.py check

## make unit               the pure core's tests alone, with ASan and UBSan
.PHONY: unit
unit: setup
	@$(PYTHON) scripts/check.py --only core

## make fuzz [TIME=60] [TARGET=list] [EXECUTIONS=100000000]
##                         fuzz what reads bytes from other machines
## make fuzz-docs          results and coverage of all runs into docs
.PHONY: fuzz fuzz-docs fuzzer
fuzz: fuzzer
	@$(PYTHON) scripts/fuzz.py --time $(or $(TIME),60) \
		$(addprefix --target ,$(TARGET)) \
		$(addprefix --executions ,$(EXECUTIONS))
fuzz-docs: fuzzer
	@$(PYTHON) scripts/fuzz.py --report --docs
fuzzer:
	@scripts/setup.sh fuzz

## make check-qemu         QEMU's own tests, on the base and on the series
## make check-qemu-docs    the last result of that into docs
.PHONY: check-qemu check-qemu-docs
check-qemu: setup apply
	@$(PYTHON) scripts/series.py stock
	@$(PYTHON) scripts/check_qemu.py
check-qemu-docs:
	@$(PYTHON) scripts/check_qemu.py --docs

## make check-libvirt      virsh migrate on hosts with Debian's libvirt
## make check-libvirt-docs the same, all cases, into docs
.PHONY: check-libvirt check-libvirt-docs
check-libvirt check-libvirt-docs: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) rig/check_libvirt.py $(CASES) $(docs)

## make faults [CASES=REGEX]
##                         one thing fails while a guest migrates
## make soak [N=1000 SEED=1]
##                         to and fro, under faults; memory of both QEMUs
## make faults-docs, make soak-docs
##                         the same, what is missing of it, into docs
.PHONY: faults faults-docs soak soak-docs
faults faults-docs: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) rig/faults.py $(if $(CASES),--cases '$(CASES)') $(docs)
soak soak-docs: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) rig/soak.py -n $(or $(N),1000) --seed $(or $(SEED),1) $(docs)

## make scale [SIZES="1 8 64 512"]
##                         saves and loads of guests with many vCPUs
## make scale-docs         the same, all sizes, into docs
.PHONY: scale scale-docs
scale scale-docs: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) rig/scale.py $(SIZES) $(docs)

## make benchmark          what it takes to compare register lists
.PHONY: benchmark
benchmark: setup
	@scripts/benchmark.sh

## make mte                what KVM offers to migrate memory tags
.PHONY: mte
mte: qemu-host
	@$(PYTHON) rig/mte.py

## make record-lists       the kernels' register lists -> tests/data
.PHONY: record-lists
record-lists: qemu-host
	@$(PYTHON) rig/record.py

## make matrix [MATRIX="--from 6.12 --to 6.18"]
##                         every pair of kernels, both ways -> build/matrix
.PHONY: matrix
matrix: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) rig/matrix.py $(MATRIX)

## make matrix-docs        the last matrix's picture and tables -> docs
.PHONY: matrix-docs
matrix-docs:
	@$(PYTHON) rig/matrix.py --docs

## make bench              time and bytes until a refusal, downtime; stock and
##                         series in one run -> build/bench
.PHONY: bench
bench: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) rig/bench.py

## make interop-docs       stock and series in all combinations -> docs
.PHONY: interop-docs
interop-docs: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) rig/interop.py --docs

## make ioctls             count the register ioctls of a save and a load
.PHONY: ioctls
ioctls: stock-arm64 qemu-arm64 qemu-host
	@$(PYTHON) rig/ioctls.py

## make kernels            the kernels that the rig's hosts can boot
.PHONY: kernels
kernels:
	@$(PYTHON) rig/rig.py kernels

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

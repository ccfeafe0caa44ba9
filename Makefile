# `make demo` and `make test` are all a newcomer needs; `make` alone lists the rest.

# With a shell of our own choice every command is run by it, also by make 3.81, which would look
# simple commands up on the PATH that it was started with.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
STAMPS := .tiny/stamps
export PATH := $(CURDIR)/$(BIN):$(PATH)

PEERS := benchmarks/compose/peers
FRAGMENTS := $(patsubst fragments/%/package.json,%,$(wildcard fragments/*/package.json))
BROWSER_SOURCES := $(shell find event_bus tiny_client/browser runtimes host_app/browser \
	host_app/texts scripts \
	-name node_modules -prune -o -name dist -prune -o -type f \
	\( -name '*.ts' -o -name '*.mjs' -o -name '*.json' \) -print 2>/dev/null)

.PHONY: help demo test check bench build clean chromium

help:
	@echo "make demo    build everything, start the registry and the shop (PORT, API_PORT)"
	@echo "make test    run every test; needs Chromium and installs it where it can"
	@echo "make check   lint and types: ruff, mypy --strict, tsc"
	@echo "make bench   run the benchmarks beside their peers"
	@echo "make build   build the browser files and the example fragments"
	@echo "make clean   remove everything that was built or installed here"

demo: build
	@exec $(BIN)/tiny demo

test: build chromium
	npm test
	@for fragment in $(FRAGMENTS); do \
		echo "== fragments/$$fragment"; (cd fragments/$$fragment && npm test) || exit 1; done
	$(BIN)/python -m pytest

check: build
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	npm run check
	npm run check:contracts
	@for fragment in $(FRAGMENTS); do \
		echo "== fragments/$$fragment"; (cd fragments/$$fragment && npm run check) || exit 1; done

bench: build chromium $(PEERS)/node_modules/.installed
	$(BIN)/python benchmarks/run.py

$(PEERS)/node_modules/.installed: $(STAMPS)/python $(PEERS)/package-lock.json
	@echo "== the benchmarks' peers"
	cd $(PEERS) && npm ci --no-progress
	@touch $@

build: $(STAMPS)/browser $(FRAGMENTS:%=fragments/%/dist/.built)

chromium: $(STAMPS)/python
	@bash scripts/chromium.sh

clean:
	rm -rf .venv .tiny build dist node_modules tiny_client/_built host_app/static/built
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis e2e/artifacts
	rm -rf $(FRAGMENTS:%=fragments/%/node_modules) $(FRAGMENTS:%=fragments/%/dist)
	rm -rf runtimes/*/dist runtimes/*/node_modules event_bus/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMPS)/python: pyproject.toml requirements/dev.txt requirements/node.txt scripts/node.py
	@$(PYTHON) -c 'import sys; v = sys.version_info; (3, 11) <= v < (3, 14) or sys.exit("Tiny Mosaic needs Python 3.11 to 3.13 and this is %d.%d; run make PYTHON=python3.12" % v[:2])'
	@echo "== Python environment (.venv)"
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python scripts/node.py $(BIN)
	@mkdir -p $(@D) && touch $@

$(STAMPS)/npm: $(STAMPS)/python package.json package-lock.json
	@echo "== browser tools"
	npm ci --no-progress
	@mkdir -p $(@D) && touch $@

$(STAMPS)/browser: $(STAMPS)/npm $(BROWSER_SOURCES)
	@echo "== browser files"
	node scripts/build.mjs
	@mkdir -p $(@D) && touch $@

fragments/%/node_modules/.installed: $(STAMPS)/python fragments/%/package.json
	@echo "== fragments/$*"
	cd fragments/$* && npm $(if $(wildcard fragments/$*/package-lock.json),ci,install) --no-progress
	@touch $@

# Made on the way to a build, and wanted again for the next one.
.PRECIOUS: fragments/%/node_modules/.installed

.SECONDEXPANSION:
fragments/%/dist/.built: fragments/%/node_modules/.installed \
	$$(shell find fragments/$$*/src fragments/$$*/*.json fragments/$$*/*.ts -type f 2>/dev/null)
	cd fragments/$* && npm run build
	@touch $@

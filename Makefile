# One line a target; the work is in the tools. `make` alone prints the targets.

SHELL := /bin/sh
VENV  := .venv
BIN   := $(VENV)/bin
LOCKED := $(VENV)/.locked
STAMP := $(VENV)/.installed

# Fail rather than ask where nobody can answer; CI=true or YES=1 says yes beforehand.
YES_FLAG := $(if $(filter true 1 yes,$(CI) $(YES)),--yes)
# The first python3 that is new enough; `make PYTHON=...` names another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PYTEST := $(BIN)/python -m pytest
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input
SCENARIO ?= scenarios/pytorch.yaml

export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

.PHONY: help
help: ## print these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: install
install: $(STAMP) ## make .venv from the hashed locks; a second time does nothing

$(LOCKED): requirements/dev.txt
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer; on Debian: apt-get install python3 python3-venv" >&2; exit 3; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "make: $(PYTHON) has no venv module; on Debian: apt-get install python3-venv" >&2; exit 3; }
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) install --quiet --require-hashes --requirement requirements/dev.txt
	@touch $@

$(STAMP): $(LOCKED) pyproject.toml
	$(PIP) install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

.PHONY: setup
setup: install ## install, then mend what this machine lacks (asks first; CI=true or YES=1 does not)
	$(BIN)/lab doctor --fix $(YES_FLAG)

.PHONY: lint
lint: install ## formatting, rules, types, and which room may import which
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: check
check: lint test-unit ## lint and unit tests: needs no engine, takes seconds

.PHONY: test-unit
test-unit: install ## unit tests
	$(PYTEST) tests/unit

.PHONY: test-docker
test-docker: install ## tests of single parts against a real engine
	$(PYTEST) -m docker

.PHONY: test-kind
test-kind: install ## tests against the whole lab; minutes
	$(PYTEST) -m kind

# The unit tests come first to fail early, and again in the last call so that its closing line counts everything.
.PHONY: test
test: setup check images ## everything: setup, check, images, then every test there is
	$(PYTEST) -m "" $(wildcard tests/unit tests/docker tests/kind)

.PHONY: images
images: install ## build the lab's images
	$(BIN)/lab images build

.PHONY: up
up: install ## bring the lab up
	$(BIN)/lab up

.PHONY: run
run: install ## replay SCENARIO (scenarios/pytorch.yaml)
	$(BIN)/lab run $(SCENARIO)

.PHONY: down
down: install ## remove every trace of the lab
	$(BIN)/lab down

.PHONY: demo
demo: setup images up run ## from nothing to the report of the PyTorch chapter

.PHONY: bench
bench: install ## the figures of docs/performance.md
	$(BIN)/python -m tests.bench

# The hashes are of every file of a version, so one lock serves every mirror; no host is named.
.PHONY: lock
lock: ## compile requirements/*.txt anew from pyproject.toml
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet pip-tools
	build/lock/bin/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")' >build/dev.in
	$(COMPILE) --output-file requirements/lab.txt pyproject.toml requirements/build.in
	$(COMPILE) --output-file requirements/dev.txt pyproject.toml requirements/build.in build/dev.in
COMPILE := build/lock/bin/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe \
	--no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

.PHONY: hostile
hostile: install ## attack a lab of its own: seal and ledger, 500 checks; about 10 minutes
	$(PYTEST) -m hostile -s tests/hostile

.PHONY: clean
clean: ## remove the environment and what builds and tests left; never touches a lab
	rm -rf build dist $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find lab tests -name __pycache__ -type d -prune -exec rm -rf {} +

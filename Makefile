# Every way to work with this checkout. `make` alone prints them. Setting up is part of each: the second run finds it done.

MAKEFLAGS += --no-print-directory
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
PYTHON ?= $(shell command -v python3.13 || command -v python3)
UV := .tools/bin/uv
RUN := .venv/bin
PACKAGES := shared $(wildcard services/*/) deploy/local deploy/sandbox
MANIFESTS := $(wildcard shared/pyproject.toml services/*/pyproject.toml deploy/*/pyproject.toml)
SOURCES := shared/src $(wildcard services/*/src) deploy/local/src deploy/sandbox/src
STACK := $(RUN)/python -m local_stack
COMPOSE := docker compose --project-directory deploy/compose
JOBS ?= 2

.PHONY: help setup up down restart status logs demo test simulate fuzz chaos check packages format contracts history bench lock compose compose-down clean

help: ## This list.
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: .venv/.ready ## Python packages, pinned and hash-checked, into .venv (every other target does this by itself).

up: .venv/.ready ## Start everything on this machine: Kafka, PostgreSQL, the services, stand-in marketplaces.
	@$(STACK) up

down: .venv/.ready ## Stop what `make up` started; the data stays.
	@$(STACK) down

restart: down up ## Stop, then start.

status: .venv/.ready ## What runs, and where.
	@$(STACK) status

logs: .venv/.ready ## Follow the logs; PROGRAM=orchestrator for one.
	@$(STACK) logs $(PROGRAM)

demo: .venv/.ready ## Two catalogues (or CSV=path) to three marketplaces with faults, then a summary; leaves nothing running.
	@$(STACK) demo $(if $(CSV),--csv "$(CSV)")

test: .venv/.ready ## All tests, on a real Kafka and a real PostgreSQL; ARGS="-k word" for some.
	@$(RUN)/pytest -n $(JOBS) --dist loadfile $(ARGS)

simulate: .venv/.ready ## Many runs of the whole orchestrator in virtual time, on all cores: SEEDS=1000 FROM=0; SEED=n replays one. MUTATIONS=1: what it catches.
	@$(RUN)/python -m tests.simulation $(if $(MUTATIONS),--mutations,$(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),1000) --from $(or $(FROM),0)))

chaos: .venv/.ready ## Kill, stop and restart every process of a stack with three brokers while people submit: MINUTES=2 SEED=n; then the verdict.
	@$(RUN)/python -m tests.chaos --minutes $(or $(MINUTES),2) $(if $(SEED),--seed $(SEED))

fuzz: .venv/.ready ## Fuzzing of every edge with new examples, in rounds: MINUTES=10; SEED=n is one round again.
	@$(RUN)/python -m tests.fuzz $(if $(SEED),--seed $(SEED),--minutes $(or $(MINUTES),10))

check: .venv/.ready ## Format, lint, types, who may import whom, the messages' golden schemas, tidiness.
	@$(RUN)/ruff format --check --quiet .
	@$(RUN)/ruff check --quiet .
	@$(RUN)/mypy $(SOURCES) tests .ci/packages.py
	@$(RUN)/lint-imports
	@$(RUN)/pytest -q tests/contract/test_golden_schemas.py tests/contract/test_golden_history.py tests/unit/test_tidy.py

packages: .venv/.ready ## Each package installed alone: it starts, and brings nothing along that it must not.
	@$(RUN)/python .ci/packages.py

format: .venv/.ready ## Write the code the way `make check` wants it.
	@$(RUN)/ruff format --quiet .
	@$(RUN)/ruff check --fix --quiet .

contracts: .venv/.ready ## Write the golden schemas anew after a message was added.
	@$(RUN)/python -m hawker.contracts golden tests/contract/golden

history: .venv/.ready ## Record a journal of VERSION with what it means, before its release; every later version must read it.
	@$(RUN)/python -m tests.history $(VERSION)

bench: .venv/.ready ## The figures: time of one job alone, tasks per second, CPU and memory by process; ARGS="batch --products 100000", ARGS=memory.
	@$(RUN)/python -m tests.bench $(ARGS)

lock: .tools/.ready ## Versions of all packages into requirements.lock; UPGRADE=1 takes the newest.
	@$(UV) pip compile --quiet --python-version 3.13 --all-extras --generate-hashes --no-annotate --no-header --no-emit-package hawker $(if $(UPGRADE),--upgrade) \
		$(MANIFESTS) requirements-dev.in --output-file requirements.lock
	@echo "requirements.lock: $$(grep -c '==' requirements.lock) packages"

compose: .venv/.ready ## The same stack as `make up`, in containers (needs Docker); see deploy/compose.
	@$(STACK) compose-env
	@$(COMPOSE) up --build --detach --wait

compose-down: ## Stop the containers; the data stays.
	@$(COMPOSE) down

clean: ## Stop the stack and remove everything that this checkout made for itself.
	@if [ -x .venv/bin/python ]; then $(STACK) down; fi
	@rm -rf .hawker .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.tools/.ready: Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 13))' 2>/dev/null || { \
		echo "Python 3.13 is missing: Hawker is written for it. Install it, or name it: make PYTHON=/path/to/python3.13" >&2; exit 1; }
	@[ -x .tools/bin/python ] || $(PYTHON) -m venv .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/.ready: .tools/.ready requirements.lock $(MANIFESTS)
	@echo "Setting up .venv (once for each requirements.lock) ..."
	@[ -x .venv/bin/python ] || $(UV) venv --quiet --python .tools/bin/python .venv
	@$(UV) pip install --quiet --python .venv --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python .venv --no-deps --no-build-isolation $(addprefix -e ,$(PACKAGES))
	@touch $@

# Steward: the commands of daily work. `make` alone lists them.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help setup run test check format contracts migrate demo rabbitmq lock clean up down logs bench peers faults

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet --no-input
PACKAGES := services/chassis services/portfolio services/finance services/strategy gateway deploy/standalone
CONTRACTS := $(PY) -m standalone.contracts
export SECRETS ?= .steward/secrets

# A checkout that was moved or copied installs again: its path is part of the stamp's name.
STAMP := $(VENV)/.installed-$(shell pwd | cksum | cut -d' ' -f1)
SUITABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for it in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$it -c '$(SUITABLE)' >/dev/null 2>&1 && echo $$it && break; done)

help: ## Show this help
	@echo "Steward: the platform for IT service strategy, portfolio and finance"
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "New here? make run"

setup: $(STAMP) ## Install everything into .venv (the other commands do it when needed)
	@echo "Ready. Next: make run starts the platform, make test tries it."

$(STAMP): requirements/dev.txt $(PACKAGES:=/pyproject.toml)
	@test -n "$(PYTHON)" || { \
		echo "Steward needs Python 3.11 or later with its venv module, and found none."; \
		echo "On Debian or Ubuntu: apt-get install python3 python3-venv. Elsewhere: make setup PYTHON=/path/to/python3"; exit 1; }
	@$(PY) -c 'import pip; $(SUITABLE)' >/dev/null 2>&1 || { \
		echo "Making $(VENV) with $$($(PYTHON) --version)"; $(PYTHON) -m venv --clear $(VENV); }
	@echo "Installing what requirements/dev.txt pins (a minute or two, once)"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@$(PIP) install --no-deps --no-build-isolation $(PACKAGES:%=-e %)
	@rm -f $(VENV)/.installed-* && touch $@

run: $(STAMP) ## Start the whole platform in one process; Ctrl-C stops it, data stay
	@$(PY) -m standalone

test: $(STAMP) rabbitmq ## Run all tests; ARGS="-k review" chooses some
	@$(PY) -m pytest -n auto --dist loadgroup $(ARGS)

check: $(STAMP) ## Check format, lint, types, imports, contracts and migrations
	@$(PY) -m ruff format --check --quiet || { echo "Not formatted. Next: make format"; exit 1; }
	@$(PY) -m ruff check --quiet
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports --no-logo
	@$(CONTRACTS) check || { echo "The code and contracts/ disagree. Next: make contracts, and read the diff"; exit 1; }
	@$(PY) -m standalone drift
	@echo "All checks passed."

format: $(STAMP) ## Format the code and mend what the linter can mend
	@$(PY) -m ruff check --fix --quiet; $(PY) -m ruff format --quiet

contracts: $(STAMP) ## Write contracts/ anew from the code
	@$(CONTRACTS) write
	@echo "Written. Next: git diff contracts"

migrate: $(STAMP) ## Bring the standalone database to the newest schema
	@$(PY) -m standalone migrate

demo: $(STAMP) ## Run a real provider's year through the platform: make demo DATA=folder
	@test -d "$(DATA)" || { echo "Which data? make demo DATA=folder"; exit 1; }
	@$(PY) -m standalone.demo --data "$(DATA)" $(if $(URL),--url "$(URL)") $(if $(NOTICE_DAYS),--notice-days "$(NOTICE_DAYS)")

bench: $(STAMP) ## Measure against bare engines and peers; ARGS="relay --pairs 3" chooses
	@$(PY) -m tests.bench $(ARGS)

peers: $(STAMP) ## Install what make bench compares with, into .venv-bench (a quarter of a gigabyte)
	@test -x .venv-bench/bin/python || $(PY) -m venv .venv-bench
	@.venv-bench/bin/python -m pip --disable-pip-version-check --quiet --no-input install --require-hashes -r requirements/bench.txt

faults: $(STAMP) rabbitmq ## Break the platform under load in every way: make faults ARGS="--seed 2"; with DATA=folder, in containers
	@$(PY) -m $(if $(DATA),tests.faults.composed --data "$(DATA)",tests.faults) $(ARGS)

up: ## Start the platform as containers, healthy when it returns; ARGS="--scale finance=2"
	@docker compose version >/dev/null 2>&1 || { echo "make up needs a container engine with Compose v2. Without one: make run"; exit 1; }
	@deploy/compose/secrets "$(SECRETS)"
	@echo "Building the images (a few minutes at first, then seconds)"
	@docker compose build --quiet
	@echo "Starting"
	@docker compose --progress quiet up --detach --wait --wait-timeout 180 $(ARGS) || { \
		docker compose ps --all; echo "Not all are healthy. Next: make logs"; exit 1; }
	@deploy/compose/welcome "$(SECRETS)"

down: ## Stop the containers; data stay (docker compose down --volumes removes them)
	@docker compose down

logs: ## Follow what the containers say; ARGS="finance finance-work" chooses some
	@docker compose logs --follow --tail 100 $(ARGS)

# Journeys run over a real broker: AMQP_URL names one, else an installed rabbitmq-server is started privately.
rabbitmq: ## Install RabbitMQ for the tests, where that is possible (Debian or Ubuntu, as root)
	@if test -n "$$AMQP_URL" || test -x /usr/lib/rabbitmq/bin/rabbitmq-server || command -v rabbitmq-server >/dev/null; then :; \
	elif test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
		echo "Installing rabbitmq-server"; export DEBIAN_FRONTEND=noninteractive; \
		apt-get update -qq && apt-get install -qq --no-install-recommends rabbitmq-server >/dev/null \
		|| echo "That failed: tests over a real broker are skipped."; \
	else echo "No RabbitMQ: tests over a real broker are skipped. Install rabbitmq-server, or set AMQP_URL."; fi

lock: $(STAMP) ## Pin anew what requirements/*.in ask for
	@for set in build runtime standalone dev bench; do \
		UV_PYTHON_DOWNLOADS=never $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate requirements/$$set.in -o requirements/$$set.txt $(UPGRADE) || exit 1; done

clean: ## Remove .venv and caches; data stay
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	@find services gateway deploy tests -name __pycache__ -prune -exec rm -rf {} +

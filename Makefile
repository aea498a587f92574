# The everyday commands. `make` alone lists them; each sets up what it needs by itself.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo up down test fuzz lint format lock bench clean setup setup-dev setup-fuzz

BIN := .venv/bin
DEMO_HOME := var/demo
PERSONS := 400
NIGHTS := 3
SEED := 7
WORKERS := 2
FUZZ_SECONDS := 60
FORMAT :=
COMPILE := $(BIN)/python -m uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS=$$'\t' read -r name what; do printf '  make %-8s %s\n' "$$name" "$$what"; done

demo: setup ## Publish three nights of a sample world through Airflow, and show what came out
	@rm -rf $(DEMO_HOME)
	@$(BIN)/goldthread demo --persons $(PERSONS) --nights $(NIGHTS) --seed $(SEED) --home $(DEMO_HOME)
	@$(BIN)/python -m pipelines.embedded nights --home $(DEMO_HOME)
	@$(BIN)/python -m pipelines.demo.showcase --home $(DEMO_HOME)

up: setup ## Start Airflow with its pages on http://localhost:8080, for the data in GOLDTHREAD_HOME (default var)
	@exec $(BIN)/python -m pipelines.embedded up

down: ## Stop what `make up` started
	@if [ -f var/airflow/standalone.pid ]; then kill -INT "$$(cat var/airflow/standalone.pid)"; else echo "nothing is up"; fi

test: lint ## Check the code and run all tests (15 to 30 minutes on 2 cores)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n $(WORKERS) --dist worksteal

fuzz: setup-fuzz ## Read what nobody thought of: FUZZ_SECONDS (60) for each format, or for FORMAT=… alone
	@$(BIN)/python -m fuzz --seconds $(FUZZ_SECONDS) $(FORMAT)

lint: setup-dev ## Check style, types and SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
# on a busy machine mypy's workers may be late (3 s): without them
	$(BIN)/mypy || { [ $$? = 2 ] && $(BIN)/mypy --num-workers 0; }
	$(BIN)/sqlfluff lint --disable-progress-bar --processes $(WORKERS) sql

format: setup-dev ## Put the code into the house style
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --disable-progress-bar sql

lock: setup-dev ## Resolve the dependencies anew and lock them by hash
	$(BIN)/python -m pip install --quiet uv
	$(COMPILE) -o requirements.lock
	$(COMPILE) --extra dev --extra spark -c requirements.lock -o requirements-dev.lock
	$(COMPILE) --extra postgres -c requirements.lock -o requirements-postgres.lock
	$(COMPILE) --extra fuzz -c requirements.lock -o requirements-fuzz.lock
	$(COMPILE) --extra spark -c requirements.lock -o requirements-spark.lock

bench: setup-dev ## Time a night of 100,000 interactions, by stage
	$(BIN)/python -m benchmarks.night

clean: ## Remove the demo, caches and the virtual environment; data in var/ stays
	rm -rf $(DEMO_HOME) .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build ./*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@scripts/setup.sh requirements.lock

setup-dev:
	@scripts/setup.sh requirements-dev.lock

setup-fuzz: setup-dev
	@scripts/setup.sh requirements-fuzz.lock

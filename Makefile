# InnoGraph from a checkout. Needs Python 3.11 or newer with venv, make and bash; everything else is fetched.
#   make demo                       read samples/ and serve the answers
#   make test                       the whole test suite on a real Neo4j
#   make PYTHON=python3.12 VENV=.venv-312 test
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
DEMO_ARGS ?=
SERVE_ARGS ?=
PYTEST_ARGS ?=
TRAIN_ARGS ?=
EVAL_DATA ?= tests/gold/development.jsonl

BIN := $(VENV)/bin
BUILD := build
STAMP := $(VENV)/.innograph-dev
TRAINING_STAMP := $(VENV)/.innograph-training
# What a change of which must be seen by the tests of `make check`, without a database.
PAGES := tests/unit/repository
# Made to be imported, or to write files of the repository: no benchmarks.
BENCHES := $(filter-out bench/damage.py bench/synthetic.py bench/word_costs.py bench/match_eval.py bench/links_eval.py,$(wildcard bench/*.py))

.PHONY: help setup demo serve test test-latest check docs bench eval train clean

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make the environment in .venv.

demo: $(STAMP) ## Read samples/, show what was learned, serve the API (DEMO_ARGS=--once ends instead).
	$(BIN)/innograph demo $(DEMO_ARGS)

serve: $(STAMP) ## Serve the API (SERVE_ARGS='--port 8080').
	$(BIN)/innograph serve $(SERVE_ARGS)

test: $(STAMP) ## Run all tests on Neo4j 5.26 (PYTEST_ARGS='tests/unit -x').
	INNOGRAPH_TEST_NEO4J_LINE=lts $(BIN)/python -m pytest $(PYTEST_ARGS)

test-latest: $(STAMP) ## Run the conformance suite, loading and the store on the newest calendar release of Neo4j.
	INNOGRAPH_TEST_NEO4J_LINE=latest $(BIN)/python -m pytest tests/integration/answers/test_conformance.py tests/integration/etl tests/integration/store $(PYTEST_ARGS)

check: $(STAMP) ## Lint, types, import rules, oldest Python, and that the pages are current.
	@status=0; run() { echo "$$*"; "$$@" || status=1; }; \
	run $(BIN)/ruff check .; \
	run $(BIN)/mypy; \
	run $(BIN)/lint-imports --no-logo; \
	run $(BIN)/vermin --quiet --no-tips --violations --target=3.11- innograph api etl graph training bench tests; \
	run $(BIN)/python -m pytest -q $(PAGES); \
	exit $$status

docs: $(STAMP) ## Write docs/ontology.md anew from graph/ontology.yaml.
	$(BIN)/python -m graph.ontology_page --output docs/ontology.md

bench: $(STAMP) ## Run the benchmarks of bench/ one after the other.
	@for script in $(BENCHES); do echo "== $$script"; $(BIN)/python "$$script"; done

eval: $(STAMP) ## Score the extraction and the matching on the gold data, and hidden links.
	@mkdir -p $(BUILD)
	$(BIN)/innograph extract $(EVAL_DATA) > $(BUILD)/predicted.jsonl
	$(BIN)/python tests/gold/score.py --per-type $(EVAL_DATA) $(BUILD)/predicted.jsonl
	@if [ -d tests/gold/match ]; then $(BIN)/python bench/match_eval.py; fi
	$(BIN)/python bench/links_eval.py

train: $(TRAINING_STAMP) ## Fit the reader on data/corpus and write etl/nlp/models (fetches torch).
	$(BIN)/python -m training $(TRAIN_ARGS)

clean: ## Remove .venv, caches and built files; graph, downloads and samples stay.
	rm -rf $(VENV) $(BUILD) dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): pyproject.toml constraints.txt
	@if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  command -v "$(PYTHON)" >/dev/null || \
	    { echo "There is no $(PYTHON). Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }; \
	  "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "$(PYTHON) is $$("$(PYTHON)" -V 2>&1); InnoGraph needs 3.11 or newer. Name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }; \
	  "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "$(PYTHON) has no venv. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }; \
	  "$(PYTHON)" -m venv --clear "$(VENV)"; \
	fi
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt pip
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(TRAINING_STAMP): $(STAMP)
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[dev,training]'
	@touch $@

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CORPUS ?= corpus
LABELS ?= labels.json

.PHONY: help report test browser lint types layers docs generated picture check accuracy leakage benchmark throughput clean

help: ## Say what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $(STAMP)

report: $(STAMP) ## Audit fixtures/churn-batch, laid out with its history
	rm -rf build/churn-batch
	$(BIN)/python fixtures/history.py churn-batch build/churn-batch
	$(BIN)/mlops-audit build/churn-batch --fail-on never --output mlops-audit-report.html
	@echo "Open $(CURDIR)/mlops-audit-report.html"

test: $(STAMP) ## All tests that need no browser
	$(BIN)/python -m pytest -q -n auto -m "not browser"

browser: $(STAMP) ## Tests that open the report in Chromium
	$(BIN)/python -m pytest -q -m browser

lint: $(STAMP) ## Style of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP) ## Types of the code
	$(BIN)/mypy

layers: $(STAMP) ## Which part may import which
	$(BIN)/lint-imports

docs: $(STAMP) ## Build the documentation into site/
	$(BIN)/python -m pip install --quiet --group docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

generated: $(STAMP) ## Write schemas, reference pages and golden reports again
	$(BIN)/python -m mlops_audit.rules.reference
	$(BIN)/python -m mlops_audit.reports.schema
	$(BIN)/python -m mlops_audit.config.schema
	$(BIN)/python docs/generate.py
	$(BIN)/python tests/golden/golden.py

picture: $(STAMP) ## Take the picture of the README again (needs Chromium)
	$(BIN)/python docs/screenshot.py

check: lint types layers test browser ## Everything that CI runs but the wheel and the docs

accuracy: $(STAMP) ## Compare verdicts with labels: make accuracy CORPUS=DIR LABELS=FILE
	$(BIN)/python -m benchmarks.accuracy --corpus "$(CORPUS)" --labels "$(LABELS)"

leakage: $(STAMP) ## Precision and recall of mistakes in the flow of data
	$(BIN)/python -m benchmarks.leakage

benchmark: $(STAMP) ## Seconds and peak memory beside bare parsing and mlflow.search_runs
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.runs

throughput: $(STAMP) ## Code analysis beside bare parsing of the same files: make throughput CORPUS=DIR
	$(BIN)/python -m benchmarks.throughput "$(CORPUS)"/*

clean: ## Remove what was made
	rm -rf $(VENV) dist build site .pytest_cache .mypy_cache .ruff_cache

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CORPUS ?= corpus
LABELS ?= labels.json

.PHONY: report test browser lint types layers check accuracy benchmark clean

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $(STAMP)

report: $(STAMP) ## Audit a bundled fixture and say where the report is
	$(BIN)/mlops-audit fixtures/churn-batch --output mlops-audit-report.html
	@echo "Report: $(CURDIR)/mlops-audit-report.html"

test: $(STAMP) ## All tests that need no browser
	$(BIN)/python -m pytest -q -n auto -m "not browser"

browser: $(STAMP) ## Tests that open the report in Chromium
	$(BIN)/python -m pytest -q -m browser

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

layers: $(STAMP)
	$(BIN)/lint-imports

check: lint types layers test browser

accuracy: $(STAMP) ## Compare verdicts with labels: make accuracy CORPUS=DIR LABELS=FILE
	$(BIN)/python -m benchmarks.accuracy --corpus "$(CORPUS)" --labels "$(LABELS)"

benchmark: $(STAMP) ## Cold and warm seconds and peak memory beside bare parsing
	$(BIN)/python -m benchmarks.speed

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache

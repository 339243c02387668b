# Everything runs in one environment of its own; a machine needs only Python >= 3.11 and make.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: run test lint types contracts tests bench trust web clean

run: $(VENV)/.installed      ## build the environment, run the bundled campus, say where its report is
	$(BIN)/gigawatt run colossus --out runs/colossus

test: lint types contracts tests  ## build the environment and pass every test

$(VENV)/bin/python:
	$(PYTHON) -c "import sys; sys.exit(None if sys.version_info >= (3, 11) else 'Gigawatt needs Python 3.11 or newer; give one with: make PYTHON=/path/to/python3.11')"
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e .
	@touch $@

$(VENV)/.tested: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[test]'
	@touch $@ $(VENV)/.installed

lint: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.tested
	$(BIN)/mypy

contracts: $(VENV)/.tested
	$(BIN)/lint-imports

tests: $(VENV)/.tested
	$(BIN)/python -m pytest -n 2

bench: $(VENV)/.tested       ## print the benchmarks
	$(BIN)/python benchmarks/run.py

trust: $(VENV)/.installed    ## write the README's table "How far to trust it"
	$(BIN)/python docs/write_generated.py

web:                         ## rebuild the report's chart library (needs Node.js)
	cd web && npm ci && npm run build

clean:
	rm -rf $(VENV) runs .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# make demo    see the bot run a whole incident on this machine
# make test    run the tests
# make dev     a working development environment in .venv
# make check   everything CI checks, but for the demo
# make bench   figures beside their bars; make soak: long runs that try to break it
# ARGS="..." goes to the command; PYTHON=python3.13 chooses the interpreter of a new .venv.

PYTHON ?= python3
ARGS ?=
# Most tests wait for processes of their own: two for each core.
WORKERS ?= $(shell expr 2 \* $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2))
BIN := .venv/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test soak lint types imports check bench dev reference constraints clean

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | head -6

demo: .venv/.runtime
	@$(BIN)/incident-bot demo $(ARGS)

test: .venv/.dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

# Kill points, replicas, hostile input, for as long as it takes: about half an hour.
soak: .venv/.dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m soak --timeout 1800 $(ARGS)

lint: .venv/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/.dev
	$(BIN)/mypy

imports: .venv/.dev
	$(BIN)/lint-imports

check: lint types imports test

# Figures against their bars; ARGS="--only opening --database postgresql".
bench: .venv/.dev
	$(BIN)/python -m bench $(ARGS)

dev: .venv/.dev
	@echo "Ready: .venv/bin has incident-bot and the tools. Next: make test, or CONTRIBUTING.md"

# The pages and files that are made from the code; tests hold them equal.
reference: .venv/.dev
	$(BIN)/incident-bot config reference > docs/reference/configuration.md
	$(BIN)/incident-bot manifest > manifest.yml

# Two stamps: the demo needs less than the tests. Each is renewed when what it was made from changes.
.venv/.runtime: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing incident-bot into .venv ..."
	@$(PIP) --editable .
	@touch $@

.venv/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing incident-bot and its development tools into .venv ..."
	@$(PIP) --editable '.[dev]'
	@touch .venv/.runtime $@

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no '$(PYTHON)' here. Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Incident Bot needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make virtual environments (no ensurepip). On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv (about a minute the first time) ..."
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; exit 1; }

# Needs uv on the PATH. A lock file would name download addresses; this does not.
constraints:
	uv pip compile --quiet --universal --upgrade --extra dev --no-header --no-emit-index-url pyproject.toml -o constraints.txt
	sed -i 's/incident-bot (pyproject.toml)/incident-bot/' constraints.txt

clean:
	rm -rf .venv build dist incident-bot-demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests migrations -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

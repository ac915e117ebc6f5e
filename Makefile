# Every target runs what the tox environment of the same name runs, in .venv.
PYTHON ?= python3
ARGS ?=
BIN = .venv/bin
# Hundreds of short processes are started here: where compiled files may not be kept, each would compile all its modules.
export PYTHONDONTWRITEBYTECODE =

.PHONY: report bench test lint type figures soak fuzz clean
.DEFAULT_GOAL := report

# Renders what is saved; measures first only when nothing is.
report: .venv/bench
	@$(BIN)/lightwork report --if-any || { \
	  $(BIN)/python -m pytest bench/ --benchmark-save $(ARGS); measured=$$?; \
	  $(BIN)/lightwork report && exit $$measured; }

bench: .venv/bench
	$(BIN)/python -m pytest bench/ --benchmark-save $(ARGS)

test: .venv/test
	$(BIN)/python -m pytest -n 6 $(ARGS)

lint: .venv/lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

type: .venv/type
	$(BIN)/mypy

# The figures that lightwork publishes about itself: minutes each.
figures: .venv/bench
	$(BIN)/python -m pytest bench/ -m figures -s $(ARGS)

# Ten thousand rounds with faults at random, and a million inputs: a quarter of an hour each on two cores.
soak: .venv/test
	$(BIN)/python tests/soak.py $(ARGS)

fuzz: .venv/test
	$(BIN)/python tests/fuzz/campaign.py $(ARGS)

clean:
	rm -rf .venv build *.egg-info

.venv/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "lightwork needs Python 3.11 or newer: make PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/bench .venv/test .venv/lint .venv/type: .venv/pip pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[$(@F)]'
	@touch $@

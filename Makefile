# Every target runs what the tox environment of the same name runs, in .venv.
PYTHON ?= python3
ARGS ?=
BIN = .venv/bin
PYTEST = $(BIN)/python -m pytest
# The versions that were tested, for the Python in .venv; a Python that has no such file gets the newest of everything.
LOCK = $(wildcard constraints/py$(shell $(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])').txt)
LOCKED_PYTHONS = 3.11 3.12 3.13 3.14
# Hundreds of short processes are started here: where compiled files may not be kept, each would compile all its modules.
export PYTHONDONTWRITEBYTECODE =
# Tests in as many processes, each file in one of them: what its tests share is made once.
AT_ONCE = -n 4 --dist loadfile --no-loadscope-reorder

.PHONY: report bench test test-all test-newest lint type docs lock figures soak fuzz clean
.DEFAULT_GOAL := report

# Renders what is saved; measures first only when nothing is.
report: .venv/bench
	@$(BIN)/lightwork report --if-any || { \
	  $(PYTEST) bench/ --benchmark-save $(ARGS); measured=$$?; \
	  $(BIN)/lightwork report && exit $$measured; }

bench: .venv/bench
	$(PYTEST) bench/ --benchmark-save $(ARGS)

# One of each kind, in a few minutes.
test: .venv/test
	$(PYTEST) $(AT_ONCE) $(ARGS)

# Everything; what measures time has the machine to itself.
test-all: .venv/test
	$(PYTEST) $(AT_ONCE) -m 'not timing and not figures' $(ARGS)
	$(PYTEST) -m timing $(ARGS)

lint: .venv/lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

# The documentation as a site that opens offline; a broken link fails it.
docs: .venv/docs
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --fresh-env -c docs/site docs build/docs
	@echo "docs: build/docs/index.html"

NEWEST_S = 300
# The fast tests of what uses other libraries.
NEWEST_TESTS = $(addprefix tests/,analysis cluster comparison core history render report replay storage strategies text   validate workloads planning/forms test_cli.py test_pytest_plugin.py test_tutorial.py)

# The newest of everything instead of the tested versions: says which differ, and whether the tests pass.
test-newest: .venv/newest/ready
	.venv/newest/bin/python .ci/versions.py
	timeout --kill-after 10 $(NEWEST_S) .venv/newest/bin/python -m pytest $(AT_ONCE) $(NEWEST_TESTS) $(ARGS)

type: .venv/type
	$(BIN)/mypy

# The figures that lightwork publishes about itself: minutes each.
figures: .venv/bench
	$(PYTEST) bench/ -m figures -s $(ARGS)

# Ten thousand rounds with faults at random, and a million inputs: a quarter of an hour each on two cores.
soak: .venv/test
	$(BIN)/python tests/support/soak.py $(ARGS)

fuzz: .venv/test
	$(BIN)/python tests/support/fuzz/campaign.py $(ARGS)

# Renews the tested versions, for every Python: names and versions only, whichever index they come from.
lock: .venv/lock
	mkdir -p constraints
	for version in $(LOCKED_PYTHONS); do \
	  $(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' | \
	  $(BIN)/uv pip compile pyproject.toml - --quiet --upgrade --all-extras --no-header --no-annotate \
	    --python-version $$version --python-platform linux --output-file constraints/py$$version.txt || exit; \
	done

clean:
	rm -rf .venv build *.egg-info

.venv/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "lightwork needs Python 3.11 or newer: make PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/bench .venv/test .venv/lint .venv/type .venv/docs: .venv/pip pyproject.toml $(wildcard constraints/*.txt)
	PIP_CONSTRAINT=$(LOCK) PIP_BUILD_CONSTRAINT=$(LOCK) $(BIN)/python -m pip install --quiet --editable '.[$(@F)]'
	@touch $@

# Follows no constraints: the newest of everything.
.venv/newest/ready: .venv/pip pyproject.toml
	test -d .venv/newest || $(BIN)/python -m venv .venv/newest
	.venv/newest/bin/python -m pip install --quiet --upgrade --upgrade-strategy eager setuptools --editable '.[test]'
	@touch $@

# Makes the constraints, so does not follow them.
.venv/lock: .venv/pip
	$(BIN)/python -m pip install --quiet 'uv>=0.9'
	@touch $@

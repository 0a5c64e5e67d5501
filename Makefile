# Everything here needs only make and Python 3.11 or newer. Paths are relative and
# quoted where a name may hold a space, so the checkout may lie anywhere.

STUDY ?= china-copper
OUT   ?= runs/$(notdir $(STUDY))
ARGS  ?=
SLOW  ?=
ONLY  ?=
PYTHON ?=
SPREAD ?= -n auto --maxprocesses 8 --dist worksteal
LOCK_PYTHON ?= python3.11

VENV := .venv
PY   := $(VENV)/bin/python

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONNOUSERSITE := 1

# Only wheels: what is installed is what was hashed, and no compiler is needed.
INSTALL := $(PY) -m pip install --quiet --require-hashes --only-binary :all:

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test lint bench docs lock clean

help:
	@echo 'make run     set up, run the study, print the result and where the report is'
	@echo '             (STUDY=name or folder, OUT=folder, ARGS="--draws 50 --seed 7")'
	@echo 'make test    set up, run the tests (SLOW=1 the long ones too, ARGS="-k ledger")'
	@echo '             (SPREAD= runs them in one process)'
	@echo 'make lint    ruff, mypy and the import contracts'
	@echo 'make bench   compare speed side by side with peers (ONLY=closure for one)'
	@echo 'make docs    build the documentation into docs/_build/html'
	@echo 'make setup   only set up, with the tools for development'
	@echo 'make lock    resolve requirements/*.txt anew (needs Python 3.11)'
	@echo 'make clean   remove what make made, except runs/'
	@echo
	@echo 'PYTHON=/path/to/python3 names the interpreter to set up with.'

# --- set up -----------------------------------------------------------------------

# The first interpreter that is new enough; $(PYTHON) alone when it is given.
$(VENV)/.made:
	@found=; seen=; \
	for candidate in $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11 python); do \
	  version=$$("$$candidate" -c 'import sys; print(*sys.version_info[:2], sep=".")' 2>/dev/null) || continue; \
	  seen="$$seen$${seen:+, }$$candidate is $$version"; \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo 'orefield needs Python 3.11 or newer, and none was found' >&2; \
	  echo "  where: $${seen:-$(if $(PYTHON),PYTHON=$(PYTHON) does not start,no python3 on the PATH starts)}" >&2; \
	  echo '  fix:   install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3 ...' >&2; \
	  exit 1; \
	fi; \
	echo "setting up $(VENV) with Python $$version ($$found)" >&2; \
	"$$found" -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements/run.txt pyproject.toml
	@echo 'installing locked versions (requirements/run.txt)' >&2
	@$(INSTALL) -r requirements/run.txt
	@$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@echo 'installing locked tools for development (requirements/dev.txt)' >&2
	@$(INSTALL) -r requirements/dev.txt
	@touch $@

setup: $(VENV)/.dev

# --- use --------------------------------------------------------------------------

run: $(VENV)/.run
	@$(VENV)/bin/orefield run "$(STUDY)" --out "$(OUT)" --overwrite $(ARGS)

test: $(VENV)/.dev
	@$(PY) -m pytest $(SPREAD) $(if $(filter-out 0,$(SLOW)),,-m "not slow") $(ARGS)

lint: $(VENV)/.dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports

bench: $(VENV)/.dev
	@for file in benchmarks/bench_$(if $(ONLY),$(ONLY),*).py; do \
	  echo "== $$file"; $(PY) "$$file" $(ARGS) || exit 1; \
	done

docs: $(VENV)/.dev
	@$(PY) -m sphinx --quiet --fail-on-warning --keep-going -b html docs docs/_build/html $(ARGS)
	@echo 'docs/_build/html/index.html'

# --- look after -------------------------------------------------------------------

# Resolved with the oldest supported Python: what that one needs, newer ones accept.
COMPILE := build/lock/bin/python -m piptools compile --quiet --upgrade --generate-hashes \
  --strip-extras --allow-unsafe --no-header --no-emit-options --no-emit-index-url \
  --no-emit-trusted-host --no-emit-find-links

lock:
	$(LOCK_PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'
	$(LOCK_PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet 'pip-tools>=7.5'
	build/lock/bin/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']['dev'], sep='\n')" > build/dev.in
	$(COMPILE) --build-deps-for editable --output-file requirements/run.txt pyproject.toml
	$(COMPILE) --constraint requirements/run.txt --output-file requirements/dev.txt build/dev.in
	sed 's|-r build/dev.in|orefield (dev)|' requirements/dev.txt > build/dev.txt
	mv build/dev.txt requirements/dev.txt

clean:
	rm -rf $(VENV) build dist docs/_build .pytest_cache .mypy_cache .ruff_cache \
	  .hypothesis .import_linter_cache .benchmarks .coverage
	find src tests benchmarks examples docs -name __pycache__ -type d -prune -exec rm -rf {} +

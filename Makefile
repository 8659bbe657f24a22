# One verb per command; `make help` lists them. Each sets up what it needs: nothing is to be installed by hand
# but Python 3.11+ and Node.js 20+. Works with GNU make 3.81 (macOS) and later.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
EXAMPLES ?= 10000
UP_EXAMPLES ?= 1000
SEEDS ?= 1
PORT ?= 4700
STAGE ?= dev
Q ?= find where the coach shouts time out over crowd noise, 2024 finals

BIN := .venv/bin
ROUTER := $(BIN)/python -m cli
PYTHON_READY := .venv/.ready
NODE_READY := node_modules/.ready
PEERS_READY := .venv-peers/.ready
DISTILABEL_READY := .venv-distilabel/.ready
# Measures that a tracer would spoil, and tests of what is not under lambdas/.
UNTRACED := $(addprefix --ignore=tests/unit/,benchmarks cli local_bedrock models test_architecture.py)
MUTATION_READY := .venv-mutation/.ready
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONPATH := $(CURDIR):$(CURDIR)/lambdas
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

.DEFAULT_GOAL := help
.PHONY: help setup demo up run ask report down test lint format types unit pipeline infra e2e prove mutation bench bench-peers bench-distilabel load synth deploy destroy smoke-aws lock clean

help: ## this list
	@grep -E '^[a-z0-9-]+:.*## ' Makefile | sed -E 's/^([a-z0-9-]+):.*## /\1	/' | expand -t 13

setup: $(PYTHON_READY) $(NODE_READY) ## install Python and Node packages (every verb does it when needed)

$(PYTHON_READY): requirements-dev.txt pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=... ")'
	test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

$(NODE_READY): package.json package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	touch $@

demo: setup ## everything once on this machine: deploy, train on EXAMPLES, route, report; ends by itself
	$(BIN)/python -m local.demo --examples $(EXAMPLES) $(if $(TAXONOMY),--taxonomy $(TAXONOMY))

up: setup ## start the embedded AWS, deploy, train a first model; keeps running; prints URL, key and a curl
	$(ROUTER) up --port $(PORT) --examples $(UP_EXAMPLES) $(if $(TAXONOMY),--taxonomy $(TAXONOMY))

run: setup ## train on EXAMPLES in what is up, and watch
	$(ROUTER) run --examples $(EXAMPLES) --watch

ask: setup ## route one query: make ask Q="..."
	@$(ROUTER) ask "$(Q)"

report: setup ## show the latest run's report and copy it to out/
	@$(ROUTER) report

down: setup ## stop the embedded AWS
	$(ROUTER) down

test: setup lint types unit pipeline infra e2e ## all checks and tests

lint: setup ## format and lint, changing nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: setup ## format, and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: setup ## pyright, strict
	npx --no-install pyright

unit: setup ## unit tests
	$(BIN)/python -m pytest tests/unit -n 2

pipeline: setup ## state machine tests
	$(BIN)/python -m pytest tests/pipeline

infra: setup ## template tests
	$(BIN)/python -m pytest tests/infra

e2e: setup ## end to end on the embedded AWS
	$(BIN)/python -m pytest tests/local

prove: setup ## slow proofs beside `make test` (about 9 min): coverage, IAM in force, every Region, NIST's findings, secrets, layers built twice
	rm -rf build/coverage
	$(BIN)/python -m coverage run -m pytest tests/unit -n 2 $(UNTRACED)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report
	$(BIN)/python -m pytest tests/prove
	$(BIN)/python -m pytest tests/unit/benchmarks tests/local -m prove

mutation: setup $(MUTATION_READY) ## which small changes of intent, edge, route and the gate no test notices; fails below 90 % (46 min of CPU time; MODULES="edge/*.py" for some)
	PYTHONPATH=$(CURDIR):$(wildcard $(CURDIR)/.venv/lib/python3*/site-packages) .venv-mutation/bin/python -m tests.prove.mutation $(foreach module,$(MODULES),'$(module)')

$(MUTATION_READY): tests/prove/requirements-mutation.txt
	test -x .venv-mutation/bin/python || "$(PYTHON)" -m venv .venv-mutation
	.venv-mutation/bin/python -m pip install --quiet --disable-pip-version-check -r tests/prove/requirements-mutation.txt
	touch $@

bench: setup ## train afresh on EXAMPLES and measure on queries that people wrote (SEEDS=10 for the spread)
	$(BIN)/python -m benchmarks.human --examples $(EXAMPLES) --seeds $(SEEDS) --plain --json out/benchmark.json

bench-peers: $(PEERS_READY) ## the same, beside semantic-router, SetFit and others, installed into .venv-peers
	.venv-peers/bin/python -m benchmarks.human --examples $(EXAMPLES) --seeds $(SEEDS) --json out/benchmark-peers.json

$(PEERS_READY): benchmarks/requirements-peers.txt requirements-dev.in
	test -x .venv-peers/bin/python || "$(PYTHON)" -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements-peers.txt
	touch $@

bench-distilabel: setup $(DISTILABEL_READY) ## what generating costs beside the model, here and in distilabel, installed into .venv-distilabel
	$(BIN)/python -m benchmarks.overhead --json out/overhead.json

$(DISTILABEL_READY): benchmarks/requirements-distilabel.txt
	test -x .venv-distilabel/bin/python || "$(PYTHON)" -m venv .venv-distilabel
	.venv-distilabel/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements-distilabel.txt
	touch $@

load: setup ## 200 requests a second for 60 s, a fifth of the model's calls failing: the function, then the API
	$(BIN)/python -m benchmarks.load --target handler --json out/load-handler.json
	$(BIN)/python -m benchmarks.load --target api --json out/load-api.json

synth: setup ## write the templates for an account (STAGE=dev or prod) to cdk.out/
	npx --no-install cdk synth --quiet --output cdk.out/$(STAGE) -c stage=$(STAGE)

deploy: setup ## deploy into your AWS account (STAGE=dev or prod)
	$(ROUTER) --aws --stage $(STAGE) deploy

destroy: setup ## delete the stack from your AWS account; retained data stays
	$(ROUTER) --aws --stage $(STAGE) destroy

smoke-aws: setup ## deploy a stage of its own into your AWS account, train, ask, destroy: a test below 5 USD
	$(ROUTER) --aws smoke

lock: setup ## pin all dependencies anew, with hashes, from requirements*.in and lambdas/*.in
	for layer in runtime science; do \
	  $(LOCK) lambdas/$$layer.in -o lambdas/$$layer.txt && \
	  $(LOCK) --generate-hashes lambdas/$$layer.in -o lambdas/$$layer.lock || exit 1; done
	for list in requirements requirements-dev; do $(LOCK) --generate-hashes $$list.in -o $$list.txt || exit 1; done

clean: ## remove what was built (not what was installed)
	@if test -x $(BIN)/python; then $(ROUTER) down; fi
	rm -rf build cdk.out out .pytest_cache .ruff_cache .hypothesis

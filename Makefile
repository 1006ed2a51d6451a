# TextOps. `make help` lists the verbs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

CONFIGURATION ?= Release
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
export DOTNET_SKIP_FIRST_TIME_EXPERIENCE := 1

.PHONY: help setup build demo test generate bench cluster-up cluster-down clean

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: node_modules/.package-lock.json ## fetch what the build needs (npm, Debian's xgboost library; NuGet comes with the build)
	hack/native/xgboost.sh

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

build: setup ## leave bin/textops, bin/textops-operator and bin/textops-runner
	dotnet build Operator.sln -c $(CONFIGURATION) -v quiet
	dotnet publish src/Runner -c $(CONFIGURATION) --no-build -v quiet -o bin
	dotnet publish src/Local -c $(CONFIGURATION) --no-build -v quiet -o bin
	dotnet publish src/Operator -c $(CONFIGURATION) --no-build -v quiet -o bin

demo: build ## embed the sample tickets, train on the sample reviews, serve what was trained, in local mode; show what came of it
	hack/demo.sh

test: build ## run all tests
	hack/test.sh $(CONFIGURATION)

generate: setup ## write config/crds, config/rbac, docs/reference and the tables of Unicode
	dotnet run --project hack/generate -c $(CONFIGURATION) -v quiet
	node hack/unicode/generate.mjs
	node hack/unicode/accents.mjs

cluster-up: ## start a Kubernetes API for tests and trials (built on first use: minutes)
	hack/cluster/cluster.sh up

cluster-down: ## end what cluster-up started
	hack/cluster/cluster.sh down

bench: build ## measure against peers and the machine's ceiling (minutes)
	bench/run.sh

clean: ## remove build output
	rm -rf bin artifacts
	find src tests hack bench -name node_modules -prune -o -type d \( -name bin -o -name obj \) -print0 | xargs -0 rm -rf

# Two commands do everything on a fresh Debian machine with Go and Node: make run, make test.
SHELL   := /bin/bash
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
PKGS    ?= ./...

# Nothing needs a C compiler but the race detector, which asks for it itself.
export CGO_ENABLED := 0
# Said once for build, vet, linters and tests: two ways of building are two whole compilations.
export GOFLAGS := $(GOFLAGS) -trimpath

.PHONY: help run demo test container fresh bench faults build assets lint check openapi-lint screens clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: needs-run build ## install what is missing, start everything, do the main job before your eyes, then serve
	@./bin/juzhen demo --serve

demo: needs-run build ## the same, and exit after the table: 0 only if every post is out exactly once
	@./bin/juzhen demo

test: needs-test assets build check ## everything: types, vet, unit, database and browser tests with the race detector
# go vet has read all of it in check. In another zone than the readers': what takes the machine's for Asia/Shanghai or UTC fails.
	TZ=America/New_York CGO_ENABLED=1 ./bin/juzhen localpg -- go test -race -vet=off -timeout 40m $(PKGS)

container: needs-test assets ## as root: the image's file tree and every service of docker-compose.yml, without an engine
	go test -count=1 -v -run 'TestTheComposeFileStarts|TestSecretsOfAnotherUserAreTold' ./internal/app

fresh: needs-fresh ## before a release, as root: both commands on a bare Debian, as root and as another; see CONTRIBUTING.md
	.ci/fresh

faults: needs-run build ## harm to real processes, judged by the imitation Weibo; see docs/faults.md
	./bin/juzhen bench faults

bench: needs-bench build ## figures beside their baselines; see docs/performance.md
	./bin/juzhen bench figures

build: assets ## bin/juzhen and bin/weibo-sandbox
	go build -ldflags '$(LDFLAGS)' -o bin/ ./cmd/juzhen ./cmd/weibo-sandbox

assets: static/dist/manifest.json ## bundle styles and scripts into static/dist

static/dist/manifest.json: node_modules/.installed $(shell find static/src cmd/assets -type f 2>/dev/null) tsconfig.json
	go run ./cmd/assets

node_modules/.installed: package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

lint: ## golangci-lint at the version of .ci/lint, which is built if it is missing
	@.ci/lint

check: node_modules/.installed ## formatting, go vet, TypeScript types; the linters where they are installed
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	npx --no-install tsc --noEmit
	@.ci/lint present

openapi-lint: assets bin/openapi-lint/.installed ## two public linters on the description of the interface, both forms and languages
	go run ./internal/api/lint bin/openapi-lint
	cd bin/openapi-lint && npx --no-install redocly lint --config redocly.yaml openapi*.zh.json openapi*.en.json
	cd bin/openapi-lint && npx --no-install spectral lint --ruleset spectral.yaml --fail-severity hint openapi*.zh.json openapi*.en.json

bin/openapi-lint/.installed: $(wildcard internal/api/lint/*.json internal/api/lint/*.yaml internal/api/lint/.npmrc)
	mkdir -p $(@D) && cp $^ $(@D)
	npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund
	@touch $@

screens: assets ## pictures of docs/screens from a console at work
	go run ./internal/e2e/screens docs/screens

clean: ## remove what was built; the demonstration's data stays
	rm -rf bin node_modules static/dist/* coverage.out

.PHONY: needs-run needs-bench needs-test needs-fresh
needs-run:
	@.ci/ensure postgres pdffont
needs-bench: # nginx is the baseline of the public site
	@.ci/ensure postgres pdffont proxies
needs-test:
	@.ci/ensure postgres chromium headless fonts pdffont pdftext gcc proxies iproute
needs-fresh:
	@.ci/ensure debootstrap

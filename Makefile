# SPDX-License-Identifier: Apache-2.0
# cityrelay: `make demo` runs the main job, `make test` passes every test.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

# Debian's packages: libraries to build with, tools that scripts and tests call.
PACKAGES := libssl-dev libnghttp2-dev libuv1-dev libsqlite3-dev libpq-dev libyaml-dev \
	libsecp256k1-dev libcurl4-openssl-dev libwslay-dev pkg-config openssl curl xz-utils sqlite3 \
	nghttp2-client nghttp2-server strace python3 python3-venv python3-grpcio python3-grpc-tools \
	python3-cryptography prometheus chromium chromium-driver fonts-dejavu-core

CONFIGURATION := release
BUILD := swift build -c $(CONFIGURATION)
BIN = $(shell swift build -c $(CONFIGURATION) --show-bin-path)

.PHONY: help packages build demo test live live-short conformance simulate bench format lint clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

packages: ## install what is missing from Debian's archive (nothing, when it is all there)
	@missing=(); for package in $(PACKAGES); do \
		dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' \
			|| missing+=($$package); done; \
	if [ $${#missing[@]} -gt 0 ]; then \
		run=(); [ "$$(id -u)" = 0 ] || run=(sudo); \
		"$${run[@]}" apt-get update -q; \
		"$${run[@]}" env DEBIAN_FRONTEND=noninteractive \
			apt-get install -qy --no-install-recommends "$${missing[@]}"; fi

build: packages ## build everything
	$(BUILD)

demo: build ## three cities, their relays and letters between them (KEEP=1 leaves it running; ACTS=a,b)
	$(BIN)/relay-demo yangtze $(if $(KEEP),--keep) $(if $(ACTS),--acts "$(ACTS)")

test: packages ## pass every test
	swift build -c $(CONFIGURATION) --build-tests --explicit-target-dependency-import-check error
	# One test at a time: on two cores heavy suites would starve those that wait for sockets.
	swift test -c $(CONFIGURATION) --skip-build --no-parallel

live: build ## two real ibc-go chains and two relays between them (needs the ibcgo program)
	$(BIN)/relay-demo live

live-short: build ## the two-minute form of `live`; says so and passes where the program is absent
	$(BIN)/relay-demo live --short --skip-when-absent

conformance: packages ## judge every corpus of vectors and verdicts beside the repository
	swift run -c $(CONFIGURATION) conformance ../shared/vectors ../shared/verdicts

simulate: packages ## run more seeds: make simulate SEEDS=1000-2000
	SEEDS=$(SEEDS) swift test -c $(CONFIGURATION) --filter SimulationTests

bench: packages ## measure, one line a figure, each beside its yardstick
	swift run -c $(CONFIGURATION) relay-bench

format: ## format the sources in place
	swift format --in-place --recursive Package.swift Sources Tests

lint: ## check the format
	swift format lint --strict --recursive Package.swift Sources Tests

clean: ## remove what was built
	rm -rf .build

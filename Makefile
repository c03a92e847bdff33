# SPDX-License-Identifier: Apache-2.0
# Everything a person or a continuous-integration job does with this package. `make` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# SwiftPM locks its build folder and uses every core by itself.
.NOTPARALLEL:

# Only the tests whose names match: make test-quick FILTER=Router
FILTER ?=
export FILTER
filter = $(if $(FILTER),--filter '$(FILTER)')
need-swift = source scripts/common.sh && need_swift

.PHONY: help
help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Install the Debian packages the build needs
	@scripts/setup.sh

.PHONY: setup-test
setup-test: ## Install what the tests need too: other people's CoAP programs
	@scripts/setup.sh --test
	@scripts/peers.sh

.PHONY: build
build: setup ## Build the tools for use (release): .build/release
	@$(need-swift) && swift build --scratch-path "$$scratch" "$${release[@]}"

.PHONY: test
test: setup-test ## Build everything and the examples, run all tests
	@scripts/test.sh

.PHONY: test-quick
test-quick: setup ## Run the tests that need no other programs
	@scripts/test.sh --quick

.PHONY: lint
lint: ## Check format, licence headers, words and scripts
	@scripts/lint.sh

.PHONY: docs
docs: setup ## Build the documentation, warnings are errors
	@scripts/docs.sh

.PHONY: sanitize-thread
sanitize-thread: setup-test ## Run the tests under the thread sanitizer
	@$(need-swift) && scratch=.build-tsan && \
		swift build --scratch-path "$$scratch" --build-tests --sanitize thread && run_tests $(filter)

.PHONY: sanitize-address
sanitize-address: setup-test ## Run the tests under the address sanitizer
	@$(need-swift) && scratch=.build-asan && export ASAN_OPTIONS=detect_leaks=0 && \
		swift build --scratch-path "$$scratch" --build-tests --sanitize address && run_tests $(filter)

.PHONY: attack
attack: setup-test ## Attack the server in every way known, and show what got through
	@scripts/attack.sh

.PHONY: attack-fuzz
attack-fuzz: setup-test ## Send it a million malformed datagrams under the address sanitizer
	@scripts/attack.sh --fuzz

.PHONY: examples
examples: setup ## Build every package in Examples/
	@scripts/examples.sh

.PHONY: demo
demo: ## Watch a simulated device being read and written over DTLS
	@scripts/demo.sh

.PHONY: doctor-demo
doctor-demo: ## Break a connection in eight ways, and see each diagnosed
	@scripts/doctor-demo.sh

.PHONY: bench
bench: setup-test ## Measure requests per second next to another server
	@scripts/bench.sh

.PHONY: clean
clean: ## Remove everything that was built
	@rm -rf .build .build-tsan .build-asan .build-docs .build-logs .build-peers

# The outer commands. Each installs what is missing (Debian 12), builds what it needs and runs it; all real work is in CMake.
SHELL := /bin/bash
JOBS ?= $(shell nproc)
SOAK_SECONDS ?= 60
SOAK_ROUNDS ?= 100
OUR_SOURCES = $(shell git ls-files '*.cpp' '*.h')

.DEFAULT_GOAL := build
.PHONY: build demo test asan soak bench format lint dependencies test_dependencies peer_dependencies

build: dependencies build/build.ninja
	cmake --build build -j $(JOBS)

demo: dependencies build/build.ninja
	cmake --build build -j $(JOBS) --target tidemark
	build/tidemark demo

test: test_dependencies build
	ctest --test-dir build --output-on-failure -j $(JOBS)

# AddressSanitizer and UndefinedBehaviorSanitizer over what needs no server process: the unit tests, the crash tests of the store on
# smaller workloads, the kept fuzz corpora, the SQL files through the embedded API, and InfluxQL.
asan: dependencies
	cmake --preset asan
	cmake --build build-asan -j $(JOBS) --target tidemark_sanitized_tests
	ctest --test-dir build-asan --output-on-failure -j $(JOBS) -R '^(unit\.|crash\.store\.|fuzz\.|sql\.embedded$$|influxql$$)'

# The long runs: kill -9 rounds on real processes, then each fuzzer for a while.
soak: peer_dependencies test_dependencies build
	TIDEMARK_SOAK_ROUNDS=$(SOAK_ROUNDS) ctest --test-dir build --output-on-failure -R '^crash\.process$$'
	cmake --preset fuzz
	cmake --build build-fuzz -j $(JOBS)
	scripts/run_fuzzers.sh build-fuzz $(SOAK_SECONDS)

bench: dependencies build/build.ninja
	cmake --build build -j $(JOBS) --target tidemark
	build/tidemark bench

format: peer_dependencies
	clang-format-19 -i $(OUR_SOURCES)

# clang-tidy takes one source at a time, so its build folder is configured without units; of it, only the parsers are made.
lint: peer_dependencies
	clang-format-19 --dry-run --Werror $(OUR_SOURCES)
	cmake --preset lint
	cmake --build build-lint -j $(JOBS) --target generated/grammar/SqlParser.cpp generated/grammar/InfluxQlParser.cpp
	sed -i 's/ -fvect-cost-model=dynamic//g' build-lint/compile_commands.json  # clang does not know all of GCC's options.
	git ls-files '*.cpp' | xargs -P $(JOBS) -n 8 clang-tidy-19 -p build-lint --quiet --extra-arg=-Wno-unknown-warning-option

dependencies:
	@scripts/install_dependencies.sh packages

test_dependencies:
	@scripts/install_dependencies.sh packages test_packages

peer_dependencies:
	@scripts/install_dependencies.sh packages peer_packages

build/build.ninja: | dependencies
	cmake --preset release

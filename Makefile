# Two commands do everything on a machine that has python3 and make: `make serve` and `make test`.

PORT ?= 8000
GAZETTES ?=
# Browsers and databases take most of a test run, and two processes are what a small machine bears.
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
LOCALES := $(wildcard src/gongbao/locale/*/LC_MESSAGES/*.po)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# The parts of `make test` share the processor and the database: one after the other, whatever -j says.
.NOTPARALLEL:

.PHONY: help install serve test lint types imports test-sqlite test-postgres bench pictures lock clean

help:
	@echo 'make serve    install, then serve http://127.0.0.1:$(PORT)   (PORT=8001, GAZETTES="a.txt b.txt")'
	@echo 'make test     everything: style, types, imports, PostgreSQL, SQLite, browser'
	@echo 'make install  make .venv with gongbao in it'
	@echo 'make lint | types | imports | test-sqlite | test-postgres   one part of make test'
	@echo 'make bench    the benchmarks'
	@echo 'make pictures the pictures in docs/pictures again'
	@echo 'make lock     choose the versions of the dependencies again (UPGRADE=1: the newest)'

install: $(BIN)/.installed $(LOCALES:.po=.mo)

$(BIN)/.installed: pyproject.toml requirements/dev.txt
	@bash .ci/machine venv $(VENV)
	@echo 'installing the dependencies into $(VENV)'
	@$(PIP) --require-hashes -r requirements/dev.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

%.mo: %.po $(BIN)/.installed
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

serve: install
	@$(BIN)/gongbao serve --port $(PORT) --sample $(GAZETTES)

# What is quick to fail comes first.
test: lint types imports test-postgres test-sqlite

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# The key is only there so that reading the settings draws none.
types: install
	GONGBAO_SECRET_KEY=types GONGBAO_HOME=.mypy_cache/home DATABASE_URL= $(BIN)/mypy

imports: install
	$(BIN)/lint-imports --no-logo

test-postgres: install
	@bash .ci/machine postgresql
	GONGBAO_TEST_ON=postgres $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-sqlite: install
	@bash .ci/machine browser
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

bench: install
	$(BIN)/python -m benchmarks

pictures: install
	@bash .ci/machine browser
	$(BIN)/python -m docs.pictures.make

# No address in any file: the registry is whichever the machine is set to.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)

lock:
	@test -x $(BIN)/uv || $(MAKE) install
	$(COMPILE) pyproject.toml --output-file requirements/run.txt
	$(COMPILE) pyproject.toml --extra fast --constraint requirements/run.txt --output-file requirements/fast.txt
	$(COMPILE) pyproject.toml --extra fast --group dev --constraint requirements/fast.txt --output-file requirements/dev.txt
	$(COMPILE) --group pyproject.toml:bench --constraint requirements/run.txt --output-file requirements/bench.txt

clean:
	rm -rf $(VENV) .venv-bench .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build

# Two commands do everything on a machine that has python3 and make: `make serve` and `make test`.

PORT ?= 8000
GAZETTES ?=

VENV := .venv
BIN := $(VENV)/bin
LOCALES := $(wildcard src/gongbao/locale/*/LC_MESSAGES/*.po)

.PHONY: help install serve test lint types imports test-sqlite test-postgres bench lock clean

help:
	@echo 'make serve    install, then serve http://127.0.0.1:$(PORT)   (PORT=8001, GAZETTES="a.txt b.txt")'
	@echo 'make test     everything: style, types, imports, PostgreSQL, SQLite, browser'
	@echo 'make install  make .venv with gongbao in it'
	@echo 'make lint | types | imports | test-sqlite | test-postgres   one part of make test'
	@echo 'make bench    the benchmarks'
	@echo 'make lock     choose the versions of the dependencies again (UPGRADE=1: the newest)'

install: $(BIN)/.installed $(LOCALES:.po=.mo)

$(BIN)/.installed: pyproject.toml requirements/dev.txt
	@bash .ci/machine venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

%.mo: %.po $(BIN)/.installed
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

# Everything that is done with this project. `make test` and `make demo` need Python, make and nothing else: they make a
# virtual environment in .venv and install into it what they need. What is installed already isn't installed again.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 6543
ONLY ?=
BENCH ?= .bench
FUZZ ?= .fuzz
SECONDS ?= 60

python = $(VENV)/bin/python
sources = goldilocks tests examples benchmarks
pot-options = -d handbook -k plural:1,2 --sort-by-file --no-linenumbers --width 100 --package-name handbook

.DEFAULT_GOAL := help
.PHONY: help demo test lint types tests api-report format messages bench fuzz soak build clean

help: ## say what can be made
	@awk -F ': .*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/installed-for-demo ## run the handbook, a wiki for a team, on http://localhost:6543
	PYTHONPATH=examples/handbook $(python) -m handbook --port $(PORT)

test: lint types tests ## all that CI does: lint, types, tests, layers, doctests, coverage

lint: $(VENV)/installed-for-test ## look for what is odd, and for what is formatted otherwise
	$(python) -m ruff check $(sources)
	$(python) -m ruff format --check $(sources)

types: $(VENV)/installed-for-test ## check all types
	$(python) -m mypy

tests: $(VENV)/installed-for-test ## run all tests, docstrings among them; they must run every branch
	$(python) -m pytest -n auto -rs --cov --cov-report=term

api-report: $(VENV)/installed-for-test ## write into docs/api-coverage.md which test exercises which name
	$(python) -m pytest -q -p no:xdist -p tests.api_report --api-report=docs/api-coverage.md tests

format: $(VENV)/installed-for-test ## bring all sources into shape
	$(python) -m ruff check --fix $(sources)
	$(python) -m ruff format $(sources)

messages: $(VENV)/installed-for-test ## bring the handbook's translations up to what its sources say
	cd examples/handbook && $(abspath $(VENV))/bin/pot-create $(pot-options) -o handbook/locale/handbook.pot handbook
	cd examples/handbook && $(abspath $(VENV))/bin/pybabel update -D handbook -i handbook/locale/handbook.pot \
		-d handbook/locale --no-fuzzy-matching --ignore-pot-creation-date --width 100
	cd examples/handbook && $(abspath $(VENV))/bin/pybabel compile -D handbook -d handbook/locale --statistics

bench: $(BENCH)/installed ## measure, beside other frameworks; ONLY=hello,json for a part of it
	$(BENCH)/bin/python -m benchmarks --only '$(ONLY)'

fuzz: $(FUZZ)/installed ## look for requests that break something; SECONDS=60 in all, ONLY=request,forms for a part of it
	$(FUZZ)/bin/python -m tests.fuzz --seconds $(SECONDS) --only '$(ONLY)'

soak: $(VENV)/installed-for-test ## load and break real servers for some minutes; make test does so for seconds
	SOAK=1 $(python) -m pytest -rs -p no:xdist -v tests/robustness

build: $(VENV)/installed-for-test ## make wheel and source archive in dist/
	$(python) -m build

clean: ## remove all that was made
	rm -rf $(VENV) $(BENCH) $(FUZZ) build dist *.egg-info .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/installed-for-demo: pyproject.toml setup.cfg | $(python)
	$(python) -m pip install --quiet --editable '.[handbook]'
	@touch $@

$(VENV)/installed-for-test: pyproject.toml setup.cfg | $(python)
	$(python) -m pip install --quiet --editable '.[dev]'
	@touch $@

# Peers of the benchmark live in an environment of their own; Falcon is in it once more, from the wheel that isn't compiled.
$(BENCH)/installed: benchmarks/peers.txt pyproject.toml setup.cfg | $(BENCH)/bin/python
	$(BENCH)/bin/python -m pip install --quiet --requirement benchmarks/peers.txt --editable .
	$(BENCH)/bin/python -m pip install --quiet --upgrade --no-deps --target $(BENCH)/falcon-pure --platform any \
		--only-binary :all: "$$(grep ^falcon benchmarks/peers.txt)"
	-$(BENCH)/bin/python -m pip install --quiet granian
	@touch $@

# Atheris comes as a wheel or not at all: to be built it needs a clang of its own. Without it a driver of ours is used, which says so.
$(FUZZ)/installed: tests/fuzz/requirements.txt pyproject.toml setup.cfg | $(FUZZ)/bin/python
	$(FUZZ)/bin/python -m pip install --quiet --editable .
	-$(FUZZ)/bin/python -m pip install --quiet --only-binary :all: --requirement tests/fuzz/requirements.txt
	@touch $@

$(python) $(BENCH)/bin/python $(FUZZ)/bin/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("goldilocks needs Python 3.11 or newer, this is " \
		+ sys.version.split()[0] + "; name another one: make PYTHON=python3.13 ...")'
	$(PYTHON) -m venv $(patsubst %/bin/python,%,$@)

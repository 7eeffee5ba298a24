# Everything that is done with this repository. It needs Python 3.11 or newer and make, nothing else: the first run
# makes .venv and fills it from the pinned, hashed files in requirements/. Stamps in .venv make later runs quick.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
DEMO := $(VENV)/.installed-demo
DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help demo test thorough check format rules lock upgrade audit sbom build screenshots clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: $(DEMO) ## Show the dashboard on real LangGraph traffic; ARGS="--port 9000" passes options on
	$(BIN)/inspector demo $(ARGS)

TESTS := $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile
test: $(DEV) ## Run the tests; ARGS="tests/unit -k config" picks some
	$(TESTS) $(ARGS)

thorough: $(DEV) ## Run every case of every test; `make test` samples those that have many
	THOROUGH=1 $(TESTS) $(ARGS)

# Some checks start Django. They must neither see nor touch the index of whoever runs them.
APART := INSPECTOR_DATABASE_URL=sqlite:///:memory: INSPECTOR_SECRET_KEY=only-for-checks
# As it is where others reach it.
DEPLOYED := INSPECTOR_PUBLIC_URL=https://inspector.example.com INSPECTOR_ALLOWED_HOSTS=inspector.example.com \
	INSPECTOR_SECRET_KEY=for-checks-alone-and-as-long-as-the-one-that-is-generated

check: $(DEV) ## Format, lint, types, import floors, templates, Django's own checks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(APART) $(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 --check {} +
	$(APART) $(BIN)/python manage.py check --fail-level WARNING
	$(APART) $(DEPLOYED) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(APART) $(BIN)/python manage.py makemigrations --check --dry-run

format: $(DEV) ## Put code and templates into the project's form
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .
	-find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 {} +

rules: $(DEV) ## Write docs/rules/README.md, the list of the diagnosis' rules, anew
	$(APART) $(BIN)/python -m inspector.demo.rule_index

# Pins that still fit are kept. The development set is the largest; the others start from a copy of it, so that all
# of them agree on every version. No addresses are written: hashes alone say which files are meant.
UV ?= $(BIN)/uv
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock" --constraints requirements/constraints.txt
lock: $(DEV) ## Write requirements/*.txt anew after a change in pyproject.toml
	$(COMPILE) $(LOCK) --all-extras --group dev pyproject.toml --output-file requirements/dev.txt
	cp requirements/dev.txt requirements/demo.txt
	$(COMPILE) --extra demo pyproject.toml --output-file requirements/demo.txt
	cp requirements/dev.txt requirements/dashboard.txt
	$(COMPILE) --extra dashboard --extra oidc pyproject.toml --output-file requirements/dashboard.txt
	for group in build workers sbom; do \
		cp requirements/dev.txt requirements/$$group.txt \
		&& $(COMPILE) --group $$group --output-file requirements/$$group.txt || exit; \
	done

upgrade: ## Like lock, with the newest release of everything
	$(MAKE) lock LOCK=--upgrade

audit: $(DEV) ## Ask the advisory service about what the dashboard is made of; fails where a vulnerability is known
	$(BIN)/python .ci/audit.py requirements/dashboard.txt

# The Dockerfile writes the same into the image.
sbom: $(DEV) ## Write dist/sbom.cdx.json, what the dashboard is made of, as CycloneDX
	mkdir -p dist
	$(BIN)/cyclonedx-py requirements requirements/dashboard.txt --pyproject pyproject.toml --mc-type application \
		--output-reproducible --output-format JSON --output-file dist/sbom.cdx.json

build: $(DEV) ## Build the sdist and the wheel into dist/
	$(BIN)/python -m hatchling build

screenshots: $(DEV) ## Take the pictures for the README from the running demo
	$(BIN)/python -m tests.browser.screenshots $(ARGS)

clean: ## Remove what was built or cached; .venv stays
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# pip checks every file against its hash. The project itself goes in without dependencies and without an isolated
# build, whose tools would not be pinned.
$(DEMO): requirements/build.txt requirements/demo.txt pyproject.toml | $(BIN)/python
	@echo "Installing what the demo needs into $(VENV) (once, a minute or so) ..."
	$(PIP) install --quiet --require-hashes -r requirements/build.txt -r requirements/demo.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements/dev.txt pyproject.toml | $(BIN)/python
	@echo "Installing what development needs into $(VENV) (once, a minute or so) ..."
	$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

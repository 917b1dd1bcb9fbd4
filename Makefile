# Every target sets itself up in .venv with nothing but python3 and a package index.
PYTHON ?= python3
BIN := .venv/bin
# Without compiled modules, each program that a test starts compiles azure-native anew.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SOURCES := $(shell find components/kubewitness examples -type f -not -name '*.pyc') pyproject.toml README.md \
	hatch_build.py

.PHONY: demo test test-oldest smoke-oldest test-newest check docs site site-links wheel fuzz mutation benchmark benchmark-check \
	benchmark-hunt benchmark-logs type-tokens lock

# Checks two built-in programs: one that passes and one that is stopped.
demo: .venv/installed
	$(BIN)/kubewitness demo

# The tests, against the installed wheel.
test: .venv/tested
	$(BIN)/python -m pytest -n auto --dist loadfile

# The tests with the oldest version of each dependency that pyproject.toml allows.
test-oldest: .venv-oldest/tested
	.venv-oldest/bin/python -m pytest -n auto

# What CI runs on the oldest dependencies: the import, the help, and the tests of what is installed.
FAST := tests/test_installation.py tests/test_packaging.py tests/test_optional_imports.py \
	tests/cli/test_options.py tests/documents tests/reports tests/provision/test_arguments.py
smoke-oldest: .venv-oldest/tested
	.venv-oldest/bin/python -c 'import kubewitness; kubewitness.SecureAksCluster'
	.venv-oldest/bin/kubewitness --help
	.venv-oldest/bin/python -m pytest -n auto $(FAST)

# The tests with the newest version of everything, resolved now and without a lock file.
test-newest:
	rm -rf .venv-newest
	$(PYTHON) -m venv .venv-newest
	.venv-newest/bin/python -m pip --quiet install -r requirements/run.in -r requirements/dev.in .
	.venv-newest/bin/python -m pytest -n auto

# Lint, types, the direction of imports, wording, and whether generated files are up to date.
check: .venv/tested
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/python docs/prose.py
	$(BIN)/python docs/generate.py --check

# The pages in docs that are generated from the policies and from the agreement with other tools; and
# what the models of the components' arguments generate. The schema is made from the TypedDicts, so
# those are written first, and read from the source folder and not from the installed wheel.
docs: .venv/tested
	PYTHONPATH=components $(BIN)/python docs/generate_arguments.py
	PYTHONPATH=components $(BIN)/python docs/generate.py

# The docs site, in build/site. Warnings are errors: a link within the site, or to a file of the
# repository, that leads nowhere, and a page that no section lists.
SPHINX := $(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet docs
site: .venv/site
	$(SPHINX) build/site

# Whether the links to other sites lead somewhere; needs the internet.
site-links: .venv/site
	$(SPHINX) --builder linkcheck build/links

# The wheel, in dist.
wheel: .venv/dependencies
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

# A hundred thousand cases against the oracle, ten thousand stacks through every source, two thousand
# stacks one after the other, ten thousand edits of sealed logs, ten thousand damaged lines and
# ten thousand truncated attacks.
fuzz: .venv/tested
	$(BIN)/python -m pytest -n auto tests/policies/test_oracle.py \
		tests/policies/test_oracle_registrations.py tests/policies/test_stack_after_stack.py \
		tests/agreement/test_sources_agree.py tests/seal/test_edits.py \
		tests/logs/reading/test_conservation.py tests/logs/reading/test_resumption.py \
		tests/logs/reading/test_unwrapping.py tests/detections/test_library.py \
		tests/investigate/access/test_rules_cover.py --cases 10000
	$(BIN)/python -m pytest -n auto tests/detections/unjudged tests/detections/test_fetched.py \
		--cases 40000

# Breaks rules and graph piece by piece; some test must fail each time.
mutation: .venv/mutated
	$(BIN)/python tests/mutation/run.py

# What the policy pack costs, as a ratio to an empty one; takes minutes.
benchmark: .venv/installed
	PYTHONPATH=tests $(BIN)/python benchmarks/policy_pack.py

# What `kubewitness check` of a program with 1,000 networks costs, as a ratio to the SDK's bare
# mocks; takes minutes.
benchmark-check: .venv/installed
	$(BIN)/python benchmarks/checking_programs.py

# What detections find on an ordinary day and among attacks, how many can alert, and how fast they
# are beside jq and SQL by hand; takes some ten minutes.
benchmark-hunt: .venv/installed
	PYTHONPATH=tests $(BIN)/python benchmarks/hunting.py

# What reading logs costs, as a ratio to bare DuckDB; takes minutes and 15 GB of disk.
benchmark-logs: .venv/installed
	PYTHONPATH=tests $(BIN)/python benchmarks/reading_logs.py --large-megabytes 10400

# pip refuses hashes and a local folder in one call, so: dependencies, the wheel, its installation.
.venv/installed: .venv/dependencies $(SOURCES)
	rm -rf .venv/wheel
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir .venv/wheel .
	$(PIP) install --no-deps --no-compile --force-reinstall .venv/wheel/*.whl
	touch $@

.venv/dependencies: requirements/run.txt
	$(PYTHON) -m venv .venv
	$(PIP) install --no-compile --require-hashes -r requirements/run.txt
	touch $@

.venv/tested: .venv/installed requirements/dev.txt
	$(PIP) install --no-compile --require-hashes -r requirements/dev.txt
	touch $@

.venv/site: .venv/dependencies requirements/site.txt docs/package-lock.json
	$(PIP) install --no-compile --require-hashes -r requirements/site.txt
	npm ci --prefix docs --ignore-scripts --no-audit --no-fund
	touch $@

.venv/mutated: .venv/tested requirements/mutation.txt
	$(PIP) install --no-compile --require-hashes -r requirements/mutation.txt
	touch $@

.venv-oldest/tested: requirements/oldest.txt $(SOURCES)
	$(PYTHON) -m venv --clear .venv-oldest
	.venv-oldest/bin/python -m pip --quiet install --require-hashes -r requirements/oldest.txt
	.venv-oldest/bin/python -m pip --quiet wheel --no-deps --no-build-isolation \
		--wheel-dir .venv-oldest/wheel .
	.venv-oldest/bin/python -m pip --quiet install --no-deps .venv-oldest/wheel/*.whl
	touch $@

# Records every type token of the newest Pulumi SDKs, from their wheels: about 140 MB to download.
type-tokens: .venv/installed
	$(BIN)/python tests/support/type_tokens.py

# Resolves the requirement files anew; needs uv. The oldest dependencies are resolved first, and
# with them, as constraints, the newest tools that test them.
COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --quiet
lock:
	$(COMPILE) --output-file requirements/run.txt pyproject.toml requirements/run.in
	$(COMPILE) --output-file requirements/dev.txt pyproject.toml requirements/run.in requirements/dev.in
	$(COMPILE) --output-file requirements/extras.txt --constraint requirements/dev.txt --all-extras \
		pyproject.toml requirements/run.in
	$(COMPILE) --output-file requirements/site.txt --constraint requirements/dev.txt \
		requirements/site.in
	$(COMPILE) --output-file requirements/mutation.txt --constraint requirements/dev.txt \
		requirements/mutation.in
	$(COMPILE) --output-file requirements/oldest.txt --resolution lowest-direct --upgrade \
		--all-extras pyproject.toml requirements/oldest.in
	$(COMPILE) --output-file requirements/oldest.txt --constraint requirements/oldest.txt \
		--all-extras pyproject.toml requirements/run.in requirements/dev.in

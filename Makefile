# On a fresh machine: git, make and Python 3.11 or newer are enough for `make demo` and `make test`.

VENV := .venv
BIN := $(VENV)/bin
# Building without isolation, as the tests do, takes what pyproject.toml asks for.
BUILDING := 'build>=1.2' 'hatchling>=1.26' 'hatch-vcs>=0.4'

ifndef PYTHON
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; break; }; done)
endif

# The tests start hundreds of processes: each would compile the library anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test soak lint docs dist mutation fuzz coverage release bench clean
.DELETE_ON_ERROR:

help:
	@echo "make demo    run the guided tour (DEMO_ARGS='--mail letters.mbox' brings mail of your own)"
	@echo "make test    run the tests, against real servers where they can be installed (PYTEST_ARGS='-k smtp')"
	@echo "make soak    run the long tests with their full counts"
	@echo "make lint    check style and types"
	@echo "make docs    build the documentation into site/; a warning ends it"
	@echo "make dist    build the wheel and the archive of the sources into dist/"
	@echo "make mutation change the deciders and see whether a test notices (MUTATION_ARGS='msgcore.spooler.order')"
	@echo "make fuzz    search for octets that harm a parser (FUZZ_ARGS='--seconds 60 --seed 7 mime')"
	@echo "make coverage run the tests and say which lines none of them runs; fails below what it was"
	@echo "make release build what is published and try it on each Python (RELEASE_ARGS='--rehearse tests/props')"
	@echo "make bench   run the benchmarks beside their peers (ARGS='--quick route' a few of them, briefly)"
	@echo "make clean   remove what the other targets made"

demo: $(VENV)/.installed
	$(BIN)/python -m msgcore demo $(DEMO_ARGS)

# Pytest rewrites each module once and keeps that; the workers begin at the same time, and each would do it for all.
test: $(VENV)/.installed-test
	tools/install_servers.sh
	@$(BIN)/pytest --collect-only -qqq tests/[a-o]* >/dev/null 2>&1 & \
		$(BIN)/pytest --collect-only -qqq tests/[p-z]* >/dev/null 2>&1; wait
	$(BIN)/pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

soak: $(VENV)/.installed-test
	tools/install_servers.sh
	MSGCORE_SOAK=1 $(BIN)/pytest -m soak $(PYTEST_ARGS)

lint: $(VENV)/.installed-lint
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	cd examples/msgcore-sms && ../../$(BIN)/mypy
	$(BIN)/pyright --project pyproject.toml --pythonpath $(BIN)/python

docs: $(VENV)/.installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

dist: $(VENV)/.installed-test
	$(BIN)/python -m build --no-isolation

mutation: $(VENV)/.installed-test
	$(BIN)/python tools/mutate.py $(MUTATION_ARGS)

fuzz: $(VENV)/.installed-test
	$(BIN)/python -m tests.fuzz $(FUZZ_ARGS)

# The measure itself loads SQLite and threads, of which two tests say that they are not loaded; it writes to the disks
# that others say are full, and takes memory.
UNMEASURED := --deselect tests/runtime/test_blocking.py::test_blocking_callers_load_neither_asyncio_nor_openssl_nor_sqlite \
	--deselect tests/floors/test_floors.py::test_importing_the_package_loads_nothing_heavy \
	--deselect tests/flow/test_pop3_killed.py::test_what_a_full_disk_does_not_take_stays_at_the_server \
	--deselect tests/flow/test_pop3_killed.py::test_a_full_disk_is_told_as_such \
	--deselect tests/mta/test_queue_disk.py::test_a_fault_at_a_write_of_the_queue_loses_nothing \
	--deselect tests/mta/test_soak_intake.py

coverage: $(VENV)/.installed-release
	tools/install_servers.sh
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder $(UNMEASURED) $(PYTEST_ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# What is only prepared or rehearsed takes no whole run of the tests before it.
release: $(if $(RELEASE_ARGS),$(VENV)/.installed-release,lint coverage)
	$(BIN)/python tools/release.py $(RELEASE_ARGS)

# Makes an environment of its own, .venv-bench; the venv here is only for starting.
bench: $(VENV)/.created
	$(BIN)/python -m benchmarks $(ARGS)

clean:
	rm -rf $(VENV) .venv-bench .coverage* build dist site .hypothesis .mypy_cache .pytest_cache .ruff_cache
	rm -rf examples/*/.mypy_cache examples/*/.pytest_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.created:
	@test -n "$(PYTHON)" || { echo "msgcore needs Python 3.11 or newer: put it on the PATH or give PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) does not run or has no venv module. On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: pyproject.toml | $(VENV)/.created
	$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(VENV)/.created
	$(BIN)/pip install --quiet --editable '.[examples,html,interop,speed,test]' $(BUILDING) 'pytest-xdist>=3.6'
	@touch $(VENV)/.installed $@

$(VENV)/.installed-lint: pyproject.toml | $(VENV)/.created
	$(BIN)/pip install --quiet --editable '.[html,lint,speed]' $(BUILDING) 'pytest-xdist>=3.6'
	@touch $(VENV)/.installed $(VENV)/.installed-docs $(VENV)/.installed-test $@

$(VENV)/.installed-release: $(VENV)/.installed-test
	$(BIN)/pip install --quiet 'coverage>=7.10' 'twine>=6' 'uv>=0.5'
	@touch $@

$(VENV)/.installed-docs: pyproject.toml | $(VENV)/.created
	$(BIN)/pip install --quiet --editable '.[docs]'
	@touch $(VENV)/.installed $@

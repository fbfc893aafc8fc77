# Two commands do everything on a machine with only Python and make: `make demo`, `make test`.
.PHONY: help extension demo test test-slow test-ray bench lint format exemplars groups meshes clean
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# bpy wheels exist for 3.11 (4.5 LTS) and 3.13 (5.2 LTS); the first that starts is taken.
FIND_PYTHON = for p in $(PYTHON) python3.11 python3.13 python3; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 13)))' 2>/dev/null \
	&& { echo "$$p"; exit 0; }; done; \
	echo "Orbitex needs Python 3.11 or 3.13 (with venv): install one, or say make PYTHON=/path/to/python3.11" >&2; exit 1

help:
	@echo "make demo    set up, then paint a sphere from headless Blender into out/demo"
	@echo "make test    set up, then run the tests"
	@echo "make lint    ruff and mypy"
	@echo "make test-slow   the tests that take minutes"
	@echo "make test-ray   the tests on a Ray cluster of this machine (installs orbitex[ray])"
	@echo "make bench   time steps of painting, folds, previews and views (docs/benchmarks.md)"
	@echo "make extension  build the add-on's zip into dist/"
	@echo "make format  let ruff rewrite the code"
	@echo "make exemplars   paint the style exemplars anew"
	@echo "make meshes  write example meshes to paint into out/meshes"
	@echo "make groups  write docs/groups.md and its pictures anew"

# A second run skips the set-up: the stamp is newer than pyproject.toml.
$(READY): pyproject.toml
	@python=$$($(FIND_PYTHON)) && echo "Setting up $(VENV) with $$python ..." && "$$python" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[blender,dev]'
	@touch $@

demo: $(READY)
	$(BIN)/python -m recipes.demo

test: $(READY)
	$(BIN)/python -m pytest

test-slow: $(READY)
	$(BIN)/python -m pytest -m slow

test-ray: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[ray]'
	$(BIN)/python -m pytest -m slow -k ray tests/service/serving tests/service/test_batch.py

bench: $(READY)
	$(BIN)/python -m tests.benchmarks.steps
	$(BIN)/python -m tests.benchmarks.folding
	$(BIN)/python -m tests.benchmarks.views

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Blender's builder leaves links out without a word, so it gets a copy with wire.py in the flesh.
extension: $(READY)
	rm -rf out/extension && mkdir -p out dist && cp -rL blender_addon out/extension
	find out/extension -name __pycache__ -exec rm -r {} +
	$(BIN)/python $$(ls $(VENV)/lib/python3*/site-packages/bpy/*/scripts/addons_core/bl_pkg/cli/blender_ext.py) \
		build --source-dir out/extension --output-dir dist

exemplars: $(READY)
	$(BIN)/python -m recipes.make_exemplars

groups: $(READY)
	$(BIN)/python -m service.cli.groups_page docs

meshes: $(READY)
	$(BIN)/python -m recipes.make_meshes

clean:
	rm -rf $(VENV) out dist

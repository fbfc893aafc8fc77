# Two commands do everything on a machine with only Python and make: `make demo`, `make test`.
.PHONY: help experiments extension demo test test-blender52 test-gui test-browser test-slow test-ray same-pictures bench lint format exemplars groups dreams meshes clean catalogue gpu-report site finishing-examples
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
	@echo "make lint    ruff, mypy, and the add-on against the stubs of Blender 5.2"
	@echo "make test-slow   the tests that take minutes"
	@echo "make test-ray   the tests on a Ray cluster of this machine (installs orbitex[ray])"
	@echo "make same-pictures BASE=main   whether pictures are those of another commit, to the bit"
	@echo "make bench   time steps of painting, folds, previews, views, the service and Blender (docs/benchmarks.md)"
	@echo "make gpu-report   tests and benchmarks on this machine's GPU (docs/benchmarks-gpu.md)"
	@echo "make experiments  paint and measure spaces x styles x seeds, hours (docs/experiments.md)"
	@echo "make extension  build the add-on's zips and their repository into dist/"
	@echo "make test-blender52   the add-on's tests in Blender 5.2 (needs a Python 3.13)"
	@echo "make test-gui   the add-on in a Blender with a window: Debian's, on a screen in memory"
	@echo "make test-browser   the pages in a headless Chromium (Debian's, or PATH's)"
	@echo "make site    build the documentation as a web site into out/site"
	@echo "make format  let ruff rewrite the code"
	@echo "make exemplars   paint the style exemplars anew"
	@echo "make meshes  write example meshes to paint into out/meshes"
	@echo "make groups  write docs/groups.md and its pictures anew"
	@echo "make catalogue   paint the pictures of docs/catalogue.md and write the page"
	@echo "make finishing-examples   all that is made of finished paintings, into out/finishing-examples"
	@echo "make dreams  paint the pictures of docs/dreams.md anew and write the page"

# A second run skips the set-up: the stamp is newer than pyproject.toml. Without the weights all
# but one network works: that they cannot be downloaded is one line, and stops nothing.
$(READY): pyproject.toml
	@python=$$($(FIND_PYTHON)) && echo "Setting up $(VENV) with $$python ..." && "$$python" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[blender,dev]'
	@$(BIN)/python -m service weights get vgg16-hed || true
	@touch $@

demo: $(READY)
	$(BIN)/python -m recipes.demo

test: $(READY)
	$(BIN)/python -m pytest -n 3 --dist worksteal

test-slow: $(READY)
	$(BIN)/python -m pytest -m slow

test-ray: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[ray]'
	$(BIN)/python -m pytest -m "slow or not slow" tests/service/serving/test_ray_engine.py tests/service/serving/test_batch.py tests/service/test_scaling.py

# Blender 5.2 is built for Python 3.13. A small venv, as Blender's own Python has no torch either;
# the service that its tests start is that of .venv. SELECT="-m slow" chooses other tests.
VENV52 := .venv52
test-blender52: $(READY) $(VENV52)/.ready
	ORBITEX_SERVICE_PYTHON=$(abspath $(BIN)/python) $(VENV52)/bin/python -m pytest tests/blender_addon $(SELECT)

$(VENV52)/.ready: Makefile
	@for p in $(PYTHON52) python3.13; do PYENV_VERSION=3.13 "$$p" -c 'import sys, venv, ensurepip; \
	sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null && { PYENV_VERSION=3.13 "$$p" -m venv $(VENV52); exit; }; done; \
	echo "Blender 5.2 needs Python 3.13, and there is none: nothing was tested." \
	"Install it, or say make test-blender52 PYTHON52=/path/to/python3.13" >&2; exit 1
	$(VENV52)/bin/python -m pip install --quiet --disable-pip-version-check \
	'bpy>=5.2,<5.3' pyzmq pydantic pillow markdown-it-py hatchling pytest pytest-timeout
	@touch $@

test-gui: $(READY)
	$(BIN)/python tests/blender_addon/gui/debian.py
	$(BIN)/python -m pytest -m gui

test-browser: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	$(BIN)/python -m pytest -m browser

# For changes that must change no picture: some forty small paintings, with this tree and with BASE.
BASE := main
same-pictures: $(READY)
	$(BIN)/python tests/same_pictures.py $(BASE)

experiments: $(READY)
	$(BIN)/python -m tests.benchmarks.pictures

bench: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[bench]"
	$(BIN)/python -m service bench
	$(BIN)/python -m tests.benchmarks.folding
	$(BIN)/python -m tests.benchmarks.views
	$(BIN)/python -m tests.benchmarks.serving
	$(BIN)/python -m tests.benchmarks.blender_updates

gpu-report: $(READY)
	$(BIN)/python -m tests.benchmarks.gpu_report

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tests.addon_api

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

extension: $(READY)
	$(BIN)/python -m release.extension

site: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	$(BIN)/python -m mkdocs build --strict

exemplars: $(READY)
	$(BIN)/python -m recipes.make_exemplars

groups: $(READY)
	$(BIN)/python -m service.cli.pages.groups docs

catalogue: $(READY)
	$(BIN)/python -m recipes.make_catalogue

dreams: $(READY)
	$(BIN)/python -m recipes.make_dreams

finishing-examples: $(READY)
	$(BIN)/python -m recipes.make_finishing_examples

meshes: $(READY)
	$(BIN)/python -m recipes.make_meshes

clean:
	rm -rf $(VENV) $(VENV52) out dist

import os
import shutil
import signal
import sys
import tempfile

import pytest

# Small pictures gain nothing from more threads, which on a busy machine wait for each other
# (measured, 45 times as long): neither here nor in the processes that tests start. torch and NumPy
# read it when they are imported.
os.environ["OMP_NUM_THREADS"] = "1"

# Blender reads and writes user files: tests must neither see nor touch those of the person.
os.environ["BLENDER_USER_RESOURCES"] = tempfile.mkdtemp(prefix="orbitex-blender-")

# Under nohup, or in the background of a script, signals are ignored, and so they would be by the
# processes whose end the tests look at.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_sessionfinish(session, exitstatus):
    session.config._bpy_exit = int(exitstatus)


# bpy 4.5 hangs at interpreter exit if anything still references it: leave without its destructors.
@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    shutil.rmtree(os.environ["BLENDER_USER_RESOURCES"], ignore_errors=True)
    if "bpy" in sys.modules and getattr(config, "_bpy_exit", None) is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config._bpy_exit)


@pytest.fixture
def empty_blender():
    """bpy with an empty file; skips the test where bpy is not installed."""
    bpy = pytest.importorskip("bpy")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return bpy


@pytest.fixture(scope="module")
def chromium():
    """Debian's Chromium or PATH's, headless, drawing by software; skips where there is none."""
    playwright = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("there is no Chromium")
    software = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", *software])
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def own_view_cache(tmp_path_factory):
    """Views and jobs are kept in folders of the test run, also by the processes that it starts:
    tests must neither see nor touch those of the person."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ORBITEX_CACHE", str(folder))
        patch.setenv("ORBITEX_DATA", str(tmp_path_factory.mktemp("data")))
        yield folder

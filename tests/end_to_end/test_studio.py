"""The studio in a real browser, on a real private service: headless Chromium."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE, limited
from PIL import Image

from service.recipe.recipe import MAX_SIZE

playwright = pytest.importorskip("playwright.sync_api")

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
ROOT = Path(__file__).parents[2]
WAIT = 1000 * PATIENCE  # milliseconds


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Of a studio; that it ends well is a test, too."""
    folder, log_file = tmp_path_factory.mktemp("studio"), tmp_path_factory.mktemp("log") / "log.txt"
    command = [
        sys.executable,
        "-m",
        "service",
        "studio",
        "--no-browser",
        "--data",
        str(folder / "j"),
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with log_file.open("w") as log:
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
    with limited(process):
        line = process.stdout.readline().strip()
    entrance = r"http://127\.0\.0\.1:\d+/enter#[\w-]{43}"
    assert re.fullmatch(entrance, line), log_file.read_text()
    yield line
    process.send_signal(signal.SIGTERM)
    with limited(process):
        assert process.wait() == 0
    process.stdout.close()
    assert log_file.read_text() == ""


@pytest.fixture
def page(chromium, address):
    """The studio's page. At the end nothing may have gone wrong in it, and nothing been asked of
    others."""
    context = chromium.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.set_default_timeout(WAIT)
    wrong, asked = [], []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else 0)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_selector("#picture:not([hidden])")
    yield page
    page.goto("about:blank")
    context.close()
    origin = address.partition("/enter")[0]
    assert [url for url in asked if not url.startswith((origin, "data:", "blob:", "about:"))] == []
    refusals = "status of 422"  # what was given is wrong: the page says so beside the field
    assert [text for text in wrong if refusals not in text] == []


def choose(page, size=64, steps=12):
    page.fill("#f-size", str(size))
    page.locator("summary", has_text="Method").click()
    page.fill("#f-steps", str(steps))


def job_of(page):
    return re.search(r"#([\w-]+)$", page.url)[1]


def test_a_tile_is_painted_and_grows(page, tmp_path):
    page.check("input[name=group][value=p4]")
    choose(page, steps=40)
    page.click("#paint")
    page.wait_for_selector("#leave:not([hidden])")
    page.wait_for_selector("#picture[alt*='after step']")
    first = page.get_attribute("#picture", "alt")
    assert page.is_disabled("#f-size") and page.is_enabled("#f-objective\\.style")
    later = re.compile(rf"^(?!{re.escape(first)}$)")
    playwright.expect(page.locator("#picture")).to_have_attribute("alt", later, timeout=WAIT)
    job = job_of(page)
    page.reload()  # finds its job again
    page.wait_for_selector("#status:has-text('Finished')")
    assert job_of(page) == job and page.input_value("#f-size") == "64"
    with page.expect_download() as got:
        page.click("#get-picture")
    got.value.save_as(tmp_path / "tile.png")
    assert Image.open(tmp_path / "tile.png").size == (64, 64)
    assert page.is_enabled("#f-size")  # for a variation
    page.check("input[name=group][value=p6]")
    page.wait_for_selector("#status:has-text('Preview')")
    assert "#" not in page.url


def test_it_is_paused_adjusted_and_finished(page):
    choose(page, size=96, steps=2000)
    page.click("#paint")
    page.wait_for_selector("#picture[alt*='after step']")
    page.click("[data-action=pause]")
    page.wait_for_selector("[data-action=resume]:not([hidden])")
    page.locator("summary", has_text="Balance").click()
    page.fill("#f-objective\\.smoothness", "0.5")
    sheet = f"fetch('/api/jobs/{job_of(page)}').then(answer => answer.json())"
    for _ in range(int(5 * PATIENCE)):
        if page.evaluate(sheet)["recipe"]["objective"]["smoothness"] == 0.5:
            break
        page.wait_for_timeout(200)
    else:
        pytest.fail("The change has not come to the job.")
    page.click("[data-action=resume]")
    page.click("[data-action=finish]")
    page.wait_for_selector("#status:has-text('Finished')")
    page.fill("#enlarge-size", "90")  # is smaller
    page.click("#enlarge")
    page.wait_for_selector("[data-field=enlarge] .error:not([hidden])")


def test_what_is_wrong_is_said_beside_its_field(page):
    page.fill("#f-size", str(MAX_SIZE + 1))
    page.wait_for_selector("[data-field=size] .error:not([hidden])")
    assert str(MAX_SIZE) in page.inner_text("[data-field=size] .error")
    assert page.get_attribute("#f-size", "aria-invalid") == "true"
    page.fill("#f-size", "64")
    page.wait_for_selector("[data-field=size] .error", state="hidden")
    page.fill("#group-name", "<img src=x onerror=alert(1)>")
    page.wait_for_selector("[data-field=group] .error:not([hidden])")
    assert "<img src=x" in page.inner_text("[data-field=group] .error")


def test_a_picture_is_dropped(page, tmp_path):
    Image.new("RGB", (48, 32), (200, 30, 60)).save(tmp_path / "my rose.png")
    page.set_input_files("#file", tmp_path / "my rose.png")
    page.wait_for_selector("#weights li")
    assert "rose" in page.inner_text("#weights li")
    (tmp_path / "none.png").write_bytes(b"none")
    page.set_input_files("#file", tmp_path / "none.png")
    page.wait_for_selector("[data-field=styles] .error:not([hidden])")


def test_by_keyboard_and_on_a_narrow_screen(page):
    page.set_viewport_size({"width": 400, "height": 800})
    for summary in page.query_selector_all("summary"):
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.focus("input[name=target]:checked")
    page.keyboard.press("ArrowRight")
    assert page.input_value("input[name=target]:checked") == "sphere"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "group"
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#status:has-text('Preview')")
    page.focus("#f-size")
    page.keyboard.press("Control+A")
    page.keyboard.type("64")
    page.focus("#f-steps")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.wait_for_selector("#leave:not([hidden])")
    page.wait_for_selector("#status:has-text('Finished')")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400

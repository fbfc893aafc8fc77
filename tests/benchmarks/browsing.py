"""What browsers need of pages, and what the studio's page costs a painting; see
:mod:`tests.benchmarks.pages`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.serving import family, processor_seconds

# as a browser does where there is no GPU: WebGL by SwiftShader, pages put together without it
SOFTWARE = ["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader"]
LOADS = 7
WATCHED = ("draft", "standard")
WAIT = 1_800_000  # milliseconds
# When the page's first answer to a key is there, seen by the page itself.
ANSWERS = """
addEventListener("keydown", () => {
  if (document.readyState !== "loading") window.answered ??= performance.now();
});"""
TIMES = """() => {
  const [page] = performance.getEntriesByType("navigation");
  return [page.domInteractive, page.loadEventEnd, window.answered];
}"""


@contextmanager
def browser() -> Iterator[Any]:
    """Headless Chromium without a GPU."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=SOFTWARE
        )
        yield chromium
        chromium.close()


def opened_row(page_file: Path) -> str:
    """How soon a page can be used: the best of some times, each in a browser that has not seen
    it."""
    times = []
    with browser() as chromium:
        for _ in range(LOADS):
            context = chromium.new_context(viewport={"width": 1280, "height": 860})
            page = context.new_page()
            page.add_init_script(ANSWERS)
            page.goto(page_file.as_uri(), wait_until="commit")
            while page.evaluate("window.answered") is None:
                page.keyboard.press("Shift")
            page.wait_for_load_state("load")
            times.append(page.evaluate(TIMES))
            context.close()
    interactive, loaded, answered = (min(row) / 1000 for row in zip(*times, strict=True))
    words = f"{answered:.2f} s (interactive {interactive:.2f}, with its pictures {loaded:.2f})"
    return f"| its first page answers a key after | {words} | ≤ 1 s |"


def studio_table(folder: Path) -> list[str]:
    """What the studio's live page costs a painting: a real one, watched in a real browser."""
    serve = ["serve", "--bind", "tcp://127.0.0.1:0", "--data", str(folder / "jobs")]
    with _started(serve) as (service, said), browser() as chromium:
        show = ["studio", "--no-browser", "--address", said.split()[1]]
        with _started([*show, "--runs", str(folder / "runs")]) as (studio, address):
            page = chromium.new_page(viewport={"width": 1280, "height": 860})
            page.set_default_timeout(WAIT)
            page.goto(address.strip())
            page.wait_for_selector("#picture:not([hidden])")
            rows = [_watched(page, studio, service, name) for name in WATCHED]
            page.goto("about:blank")
    head = "| watched in the studio, 384² | frames | the studio | the service | bar |"
    return [head, "|---|---|---|---|---|", *rows]


@contextmanager
def _started(arguments: list[str]) -> Iterator[tuple[int, str]]:
    """The command line's process, and the first line that it says."""
    command = [sys.executable, "-m", "service", *arguments]
    environment = dict(os.environ, PYTHONUNBUFFERED="1")
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.pid, process.stdout.readline()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def _watched(page: Any, studio: int, service: int, quality: str) -> str:
    """A row of one painting: what the studio's process used of processors meanwhile, and the
    service's, which paint."""
    page.check("input[name=group][value=p4]")
    page.fill("#f-size", "384")
    page.select_option("#f-quality", quality)
    page.wait_for_selector("#status:has-text('Preview')")
    drawing = True
    while drawing:  # of the preview and swatches nothing is counted
        used = processor_seconds([studio])
        page.wait_for_timeout(3000)
        drawing = processor_seconds([studio]) > used + 0.02
    page.evaluate(
        """() => {
          window.frames_seen = 0;
          window.watching ??= new MutationObserver(() => (window.frames_seen += 1));
          window.watching.observe(document.getElementById("picture"), { attributeFilter: ["src"] });
        }"""
    )
    page.click("#paint")
    page.wait_for_selector("#picture[alt*='after step']")  # what an order costs, any client pays
    before = processor_seconds([studio]), processor_seconds(family(service))
    page.wait_for_selector("#status:has-text('Finished')")
    own = processor_seconds([studio]) - before[0]
    others = processor_seconds(family(service)) - before[1]
    frames = page.evaluate("window.frames_seen")
    share = f"{own:.2f} s, {100 * own / others:.1f} %"
    return f"| {quality} | {frames} | {share} | {others:.1f} s | ≤ 3 % |"

"""Benchmarks of the pages: ``python -m tests.benchmarks.pages`` prints Markdown tables for
docs/benchmarks.md; gallery, report, studio or viewers after it: only that.

How long the gallery of 60 runs takes to build, what its first page weighs, and how soon it answers;
what a report and the studio's page cost the painting; how long viewers draw a frame without a GPU,
in headless Chromium, while they are moved. Times of building, reports and the studio are the
processor's, so that other programs count little; of loads the best one, of frames the tenth part
that other programs held up least is counted.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

sys.path += [str(Path(__file__).parents[1] / part) for part in ("", "service")]
from paintings import write_painting
from recorded_runs import run_record, write_run

from service.cli import main as cli
from service.gallery.report import report_page
from service.inputs.styles import load_styles
from service.painting.paint import paint
from service.preview import plasma_paper
from service.recipe.parsing import parse_recipe
from service.runs.diary import Diary
from service.runs.folders import writer
from service.runs.record import SHOTS, Shot, new_record
from service.scene import read_scene
from service.viewers.page import viewer_page
from service.viewers.reading import read_painting
from tests.benchmarks.browsing import browser, opened_row, studio_table

RUNS, SIDE, STEPS = 60, 512, 32
PAINTED = {"target": "tile", "group": "p4", "size": 384}
CANVAS = 1024
SECONDS = 6.0  # of moving
VIEWED: dict[str, dict[str, Any]] = {
    "tile p4g": {"target": "tile", "group": "p4g", "size": 1024},
    "sphere 432": {"target": "sphere", "group": "432", "size": 1024},
    "hyperbolic [4,6]+": {"target": "hyperbolic", "group": "[4,6]+", "size": 1024},
    "hyperbolic [7,3]": {"target": "hyperbolic", "group": "[7,3]", "size": 1024},
    "spiral spiral3": {"target": "spiral", "group": "spiral3", "size": 1024},
    "rosette D8": {"target": "rosette", "group": "D8", "size": 1024},
}
# Presses a key at every frame; milliseconds of each until it was drawn, and between frames, and how
# many pixels across they had.
MOVING = """(seconds) => new Promise((resolve) => {
  const canvas = document.getElementById("picture"), key = { key: "ArrowLeft" };
  const gl = WebGL2RenderingContext.prototype, drawn = [], apart = [], pixel = new Uint8Array(4);
  for (const name of ["drawArrays", "drawElements"]) {
    const draw = gl[name];
    gl[name] = function (...all) {
      const begin = performance.now();
      draw.apply(this, all);
      this.readPixels(0, 0, 1, 1, this.RGBA, this.UNSIGNED_BYTE, pixel);
      drawn.push([performance.now() - begin, canvas.width]);
    };
  }
  const begin = performance.now();
  let before = begin;
  (function again() {
    const now = performance.now();
    apart.push(now - before);
    before = now;
    if (now - begin > 1000 * seconds) return resolve([drawn, apart]);
    canvas.dispatchEvent(new KeyboardEvent("keydown", key));
    requestAnimationFrame(again);
  })();
})"""


def gallery_table(folder: Path) -> list[str]:
    """60 runs of 512 pixels, each with 32 pictures of its growth; all recipes are others."""
    picture = np.array(Image.fromarray(_pattern()).resize((SIDE, SIDE)))
    shots = [
        Shot(file=f"{SHOTS}/{step:06d}.webp", step=step, stage=0, width=320, height=320)
        for step in range(1, STEPS + 1)
    ]
    for number in range(RUNS):
        run = folder / "runs" / str(number)
        record = run_record(number, name=f"glass{number}", shots=[], planned=STEPS, step=STEPS)
        write_run(run, record)
        turned = Image.fromarray(np.roll(picture, 7 * number, axis=(0, 1)))
        turned.save(run / str(record.picture))
        for shot in shots:
            turned.resize((320, 320)).save(run / shot.file, quality=78, method=0)
        (run / "run.json").write_bytes(record.model_copy(update={"shots": shots}).to_bytes())
    site = folder / "site"
    begin = time.process_time()
    assert cli(["gallery", str(folder / "runs"), "-o", str(site)]) == 0
    seconds = time.process_time() - begin
    first = sum(f.stat().st_size for f in [site / "index.html", site / "style.css"])
    first += (site / "gallery.js").stat().st_size
    first += sum(f.stat().st_size for f in site.rglob("small.webp"))
    return [
        "| | | bar |",
        "|---|---|---|",
        f"| a gallery of {RUNS} runs is built in | {seconds:.1f} s | ≤ 20 s |",
        f"| its first page, with all its pictures | {first / 1e6:.2f} MB | ≤ 1 MB |",
        opened_row(site / "index.html"),
    ]


def _pattern() -> np.ndarray:
    recipe = parse_recipe({"target": "tile", "group": "p4g", "size": SIDE})
    return read_scene(recipe).design(SIDE).shown(plasma_paper(3))


class Timed(Diary):
    """A diary that knows what it costs: seconds of a processor, of the loop's and of its own
    thread."""

    loop = thread = 0.0

    def note(self, now: Any) -> None:
        begin = time.thread_time()
        super().note(now)
        self.loop += time.thread_time() - begin

    def _main(self) -> None:
        super()._main()
        self.thread = time.thread_time()


def report_table(folder: Path) -> list[str]:
    """What the report of a painting costs it."""
    recipe = parse_recipe(PAINTED)
    scene, styles = read_scene(recipe), load_styles(recipe)
    record = new_record("p4", recipe.model_dump(mode="json"))
    steps = paint(recipe, scene, styles)
    last = next(steps)  # what is made ready once is not of the report
    begin = time.process_time()
    with Timed(record, recipe, writer(folder), report_page) as diary:
        diary.note(last)
        for last in steps:
            diary.note(last)
        spent = time.process_time() - begin
        diary.end("finished")
    share = (diary.loop + diary.thread) / spent
    seconds = f"{1000 * diary.loop:.0f} and {1000 * diary.thread:.0f} ms of {spent:.1f} s"
    return [f"| a report takes of its painting | {100 * share:.1f} % ({seconds}) | ≤ 3 % |"]


def viewers_table(folder: Path) -> list[str]:
    """How long frames of 1024² take, moved: those of the resolution that the page settles for."""
    rows = [
        "| moved at 1024², no GPU | of pixels across | drawn in | frame to frame |",
        "|---|---|---|---|",
    ]
    with browser() as chromium:
        for name, receipt in _receipts(folder):
            file = folder / "page.html"
            file.write_text(viewer_page(read_painting(receipt)), "utf-8")
            page = chromium.new_page(
                viewport={"width": CANVAS + 16, "height": CANVAS + 160}, reduced_motion="reduce"
            )
            page.set_default_timeout(120_000)
            page.goto(file.as_uri())
            page.wait_for_selector("canvas[data-ready]")
            drawn, apart = page.evaluate(MOVING, SECONDS)
            width = statistics.mode(across for _, across in drawn)
            took = np.quantile([ms for ms, across in drawn if across == width], 0.1)
            between = np.quantile(apart[1:], 0.1)
            rows.append(f"| {name} | {width} | {took:.1f} ms | {between:.0f} ms |")
            page.close()
    return rows


def _receipts(folder: Path) -> list[tuple[str, Path]]:
    found = []
    for number, (name, recipe) in enumerate(VIEWED.items()):
        place = folder / str(number)
        place.mkdir()
        found.append((name, write_painting(place, recipe)))
    return [*found, ("mesh, 16 000 triangles", _mesh(folder))]


def _mesh(folder: Path) -> Path:
    """A ball as ``service mesh`` writes one, with a texture of 1024²."""
    import trimesh

    ball = trimesh.creation.uv_sphere(count=(90, 90))
    texture = Image.fromarray(_pattern()).resize((1024, 1024))
    ball.visual = trimesh.visual.TextureVisuals(
        uv=np.mod(ball.vertices[:, :2] + 0.5, 1), image=texture
    )
    (folder / "mesh").mkdir()
    (folder / "mesh" / "painting.glb").write_bytes(ball.export(file_type="glb"))
    recipe = {"target": "sphere", "group": "432", "size": 64}
    size = {"width": 64, "height": 64}
    return write_painting(
        folder / "mesh", recipe, np.zeros((64, 64, 3), np.uint8), projection="uv", picture=size
    )


TABLES: dict[str, Callable[[Path], list[str]]] = {
    "gallery": gallery_table,
    "report": report_table,
    "studio": studio_table,
    "viewers": viewers_table,
}


def main() -> None:
    """Print the tables that are asked for, or all."""
    for name in sys.argv[1:] or TABLES:
        with tempfile.TemporaryDirectory() as folder:
            print("\n".join(TABLES[name](Path(folder))), flush=True)


if __name__ == "__main__":
    main()

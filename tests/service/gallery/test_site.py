"""The site of many runs: what is on it, and what is not."""

import io
import json
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from PIL import Image
from recorded_runs import HOSTILE, RECIPE, encoded, picture, run_record, write_run

from service.cli import main
from service.gallery import thumbnails
from service.gallery.found import find_runs
from service.gallery.report import report_page
from service.gallery.thumbnails import made_ready
from service.recipe.parsing import parse_recipe
from service.reporting.receipt import SCHEMA
from service.runs.record import RECORD, Shot

HOSTILE_RECIPE = {
    "target": HOSTILE,
    "group": HOSTILE,
    "colouring": {HOSTILE: [HOSTILE]},
    "styles": [{"source": f"/home/alice/{HOSTILE}"}, HOSTILE, None],
    "dreams": HOSTILE,
    "seed": [1, {"a": None}],
    "size": HOSTILE,
    HOSTILE: HOSTILE,
    "items": 1,
}


class Page(HTMLParser):
    """A page as a browser reads it."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.links, self.text, self.ids = [], [], "", set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append((tag, values))
        self.ids.add(values.get("id"))
        links = [values[key] for key in ("href", "src") if key in values]
        self.links += [link for link in links if not link.startswith(("#", "data:"))]

    def handle_data(self, data):
        self.text += data


def gallery(runs, site, *more):
    return main(["gallery", str(runs), "-o", str(site), *more])


def pages_of(site):
    return {path.relative_to(site).as_posix(): Page(path) for path in site.rglob("*.html")}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Of three runs of one recipe, one that was killed, a hostile one, and a picture with only a
    receipt."""
    runs = tmp_path_factory.mktemp("runs")
    for number in range(3):
        record = run_record(number, title="Glass", about="Four turns.")
        write_run(runs / "glass" / f"{number}", record)
    killed = {"state": "running", "picture": None, "receipt": None, "files": [], "step": 6}
    write_run(runs / "killed" / "1", run_record(5, name="killed", **killed))
    hostile = run_record(7, name=HOSTILE, title=HOSTILE, about=HOSTILE, recipe=HOSTILE_RECIPE)
    hostile = hostile.model_copy(
        update={"environment": {HOSTILE: HOSTILE}, "problem": HOSTILE, "command": HOSTILE}
    )
    hostile = hostile.model_copy(
        update={"points": hostile.points.model_copy(update={"terms": {HOSTILE: [1.0, 2.0]}})}
    )
    write_run(runs / "hostile" / "1", hostile)
    (runs / "broken").mkdir()
    (runs / "broken" / RECORD).write_text("{")
    receipt = {
        "schema": SCHEMA,
        "recipe": RECIPE | {"mesh": "/home/alice/cow.obj"},
        "versions": {"python": "3.11"},
        "device": {"name": "cpu", "title": "x86"},
        "seconds": 3.0,
        "steps": 8,
        "steps_planned": 8,
        "megapixel_iterations": 1.5,
    }
    (runs / "plain.json").write_text(json.dumps(receipt))
    (runs / "plain.webp").write_bytes(encoded(picture(1), "WEBP"))
    (runs / "recipe.json").write_text(json.dumps(RECIPE))  # no receipt, no picture
    place = tmp_path_factory.mktemp("site") / "site"
    assert gallery(runs, place, "--title", f"Mine {HOSTILE}") in (0, None)
    return place


def test_there_are_pages_for_all_of_them(site):
    pages = pages_of(site)
    data = json.loads((site / "gallery.json").read_text())
    assert len(data["runs"]) == 6
    assert {run["page"] for run in data["runs"]} == {p for p in pages if p.startswith("run/")}
    assert len([p for p in pages if p.startswith("recipe/")]) == 4
    assert {"index.html", "runs.html", "sheet.html", "compare.html"} <= pages.keys()
    assert "3 runs" in pages["recipe/glass.html"].text
    newest = max(run["slug"] for run in data["runs"] if run["title"] == "Glass")
    shown = [v["src"] for tag, v in pages["index.html"].tags if tag == "img"]
    assert f"files/{newest}/small.webp" in shown


def test_links_lead_to_files_of_the_site(site):
    for name, page in pages_of(site).items():
        for link in page.links:
            parts = urlsplit(link)
            assert not parts.scheme and not parts.netloc, (name, link)
            target = (site / name).parent / unquote(parts.path)
            assert target.is_file() and target.resolve().is_relative_to(site), (name, link)


def test_nothing_that_a_recipe_says_becomes_a_tag(site):
    for name, page in pages_of(site).items():
        scripts = [v for tag, v in page.tags if tag == "script"]
        assert all("src" in v or v.get("type") == "application/json" for v in scripts), name
        for tag, values in page.tags:
            assert not any(key.startswith("on") for key in values), (name, tag)
            assert values.get("src") != "x", (name, tag)
        assert "49" not in page.text or "7*7" in page.text, name
    texts = [page.text for page in pages_of(site).values()]
    assert any(HOSTILE in text for text in texts)


def test_every_picture_is_described_and_every_control_named(site):
    for name, page in pages_of(site).items():
        assert page.text.strip() and [tag for tag, _ in page.tags].count("h1") == 1, name
        for tag, values in page.tags:
            if tag == "img" and values["src"] != "data:,":
                assert values["alt"].strip(), (name, values)
            if tag == "input" and values["type"] != "checkbox":
                assert values["aria-label"].strip(), (name, values)


def test_folders_of_the_machine_stay_private(site):
    for path in site.rglob("*"):
        if path.suffix in (".html", ".json"):
            assert "/home/alice" not in path.read_text("utf-8"), path


def test_recipes_can_be_run_and_pictures_are_as_delivered(site):
    data = json.loads((site / "gallery.json").read_text())
    glass = [run for run in data["runs"] if run["title"] == "Glass"]
    for run in glass:
        parse_recipe(json.loads((site / run["recipe"]).read_text()))
        with Image.open(site / run["picture"]) as shown:
            assert shown.size == (96, 96) and shown.format == "PNG"
    assert len({(site / run["picture"]).read_bytes() for run in glass}) == 3


def test_a_run_that_was_killed_is_shown_as_it_was(site):
    page = pages_of(site)[next(p for p in pages_of(site) if p.startswith("run/killed"))]
    assert "Stopped after 6 of 8 steps" in page.text
    assert "Download the recipe" in page.text and "Download the picture" not in page.text


def test_what_is_broken_is_said(tmp_path, capfd):
    write_run(tmp_path / "runs" / "1", run_record())
    (tmp_path / "runs" / "2").mkdir()
    (tmp_path / "runs" / "2" / RECORD).write_text("{}")
    assert not gallery(tmp_path / "runs", tmp_path / "site")
    said = "".join(capfd.readouterr())
    assert "skipped:" in said and RECORD in said and "1 run" in said


def test_files_outside_of_a_run_are_not_taken(tmp_path):
    """Not by links either, and only what is a picture."""
    (tmp_path / "secret.png").write_bytes(encoded(picture(1), "PNG"))
    folder = write_run(tmp_path / "runs" / "1", run_record())
    (folder / "glass.png").unlink()
    (folder / "glass.png").symlink_to(tmp_path / "secret.png")
    (folder / "pictures" / "000008.webp").write_bytes(b"<script>")
    (found,), _ = find_runs(tmp_path / "runs")
    assert found.picture is None and found.shown == folder / "pictures" / "000008.webp"
    assert not gallery(tmp_path / "runs", tmp_path / "site")
    (run,) = json.loads((tmp_path / "site" / "gallery.json").read_text())["runs"]
    assert run["picture"] is None and run["view"] is None
    names = {path.name for path in (tmp_path / "site").rglob("*.webp")}
    assert names == {"000001.webp", "000004.webp", "000006.webp"}


@pytest.mark.parametrize("there", ["a folder of files", "a file", "the runs"])
def test_no_folder_is_lost(there, tmp_path, capfd):
    runs, place = tmp_path / "runs", tmp_path / "site"
    write_run(runs / "1", run_record())
    if there == "a folder of files":
        place.mkdir()
        (place / "letter.txt").write_text("dear")
    elif there == "a file":
        place.write_text("dear")
    else:
        place = tmp_path  # above them
    before = sorted(tmp_path.rglob("*"))
    assert gallery(runs, place) == 2
    assert "output" in capfd.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


def test_an_older_site_is_replaced_whole(tmp_path):
    write_run(tmp_path / "runs" / "1", run_record())
    assert not gallery(tmp_path / "runs", tmp_path / "site")
    (tmp_path / "site" / "stale.html").write_text("old")
    write_run(tmp_path / "runs" / "2", run_record(2, name="other"))
    assert not gallery(tmp_path / "runs", tmp_path / "site")
    assert not (tmp_path / "site" / "stale.html").exists()
    assert "Other" in (tmp_path / "site" / "index.html").read_text()
    assert {path.name for path in tmp_path.iterdir()} == {"runs", "site"}


@pytest.mark.parametrize("place", ["nowhere", "."])
def test_where_nothing_is_painted_there_is_no_site(place, tmp_path, capfd):
    assert gallery(tmp_path / place, tmp_path / "site") == 2
    assert "error: runs:" in capfd.readouterr().err
    assert not (tmp_path / "site").exists()


def test_the_first_page_of_sixty_recipes_is_light(tmp_path):
    """With pictures that are noise: there are none that need more bytes."""
    for number in range(60):
        name = f"recipe {number}"
        write_run(tmp_path / "runs" / f"{number}", run_record(number, name=name, shots=[]), 256)
    assert not gallery(tmp_path / "runs", tmp_path / "site")
    page = Page(tmp_path / "site" / "index.html")
    files = {"index.html", *(link for link in page.links if not link.endswith(".html"))}
    assert len(files) == 60 + 3
    assert sum((tmp_path / "site" / name).stat().st_size for name in files) <= 1_000_000


def test_clear_and_odd_pictures_are_shown(tmp_path):
    clear = Image.new("RGBA", (400, 50), (200, 0, 0, 0))
    clear.save(tmp_path / "clear.png")
    shown = made_ready(tmp_path / "clear.png", 10_000)
    assert (shown.width, shown.height) == (400, 50)
    (tmp_path / "none.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert made_ready(tmp_path / "none.png", 10_000) is None


def test_a_large_picture_is_averaged_before_anything_is_copied(tmp_path, monkeypatch):
    monkeypatch.setattr(thumbnails, "VIEW_SIDE", 16)
    monkeypatch.setattr(thumbnails, "_ENOUGH", 32)
    pixels = np.random.default_rng(1).integers(256, size=(160, 200, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "large.png")
    shown = made_ready(tmp_path / "large.png", 10_000)
    assert (shown.width, shown.height) == (16, 13)
    means = np.asarray(Image.open(io.BytesIO(shown.view))).mean((0, 1))
    assert np.abs(means - pixels.mean((0, 1))).max() < 5


def test_all_of_a_border_is_on_its_thumbnail(tmp_path):
    Image.fromarray(np.repeat(np.arange(256, dtype=np.uint8)[None], 64, 0)).save(
        tmp_path / "strip.png"
    )
    small = Image.open(io.BytesIO(made_ready(tmp_path / "strip.png", 20_000).thumbnail))
    assert small.width == small.height and small.getpixel((0, 0))[3] == 0
    row = np.asarray(small.convert("RGB"))[small.height // 2, :, 0]
    assert row[0] < 12 and row[-1] > 243  # both of its ends


def test_a_report_says_how_far_it_is_and_how_it_ended(tmp_path):
    def words(**changes):
        path = tmp_path / "report.html"
        path.write_bytes(report_page(run_record(**changes)))
        page = Page(path)
        assert all(link.startswith(("pictures/", "glass.")) for link in page.links)
        return page.text, [v for _, v in page.tags if "data-live" in v]

    unfinished = {"picture": None, "files": [], "step": 3}
    text, live = words(state="running", seconds_left=75.0, **unfinished)
    assert "step 3 of 8, 1 min 15 s left" in text and live
    text, live = words()
    assert "Finished in 6.0 s" in text and "service run recipe.json" in text and not live
    assert "early, after 5 of 8" in words(step=5)[0]
    assert "It is full." in words(state="failed", problem="It is full.", **unfinished)[0]
    assert "Stopped after 3 of 8" in words(state="stopped", **unfinished)[0]


def test_curves_and_stages_are_in_the_report(tmp_path):
    (tmp_path / "report.html").write_bytes(report_page(run_record()))
    page = Page(tmp_path / "report.html")
    labels = [values["aria-label"] for tag, values in page.tags if tag == "svg"]
    assert [label.partition(":")[0] for label in labels] == [
        "Loss, all terms",
        "Contrast of the picture",
    ]
    assert "8 at step 1, 1 at step 8" in labels[0]
    assert "Stage 1" in page.text and "Stage 2" in page.text
    sliders = [values for tag, values in page.tags if tag == "input"]
    assert [values["max"] for values in sliders] == ["3", "1", "1"]


def test_a_run_with_next_to_nothing_has_a_report(tmp_path):
    record = run_record(
        shots=[Shot(file="pictures/1.webp", step=1, stage=0, width=1, height=1)],
        **{"stages": [], "picture": None, "files": [], "recipe": {}, "environment": {}},
    )
    empty = record.model_copy(update={"shots": [], "planned": 0, "step": 0, "command": ""})
    for one in (record, empty):
        assert b"<h1>glass</h1>" in report_page(one)
    assert not Path("report.html").exists()

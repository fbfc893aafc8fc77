"""A site of many runs: pages and pictures in a folder that any static host can show.

index.html                 recipes, each with the newest picture of it
runs.html, recipe/R.html   all runs, and those of one recipe
run/S.html                 a run: picture, how it grew, recipe
compare.html, sheet.html   two runs side by side; a contact sheet to choose from
files/S/                   pictures and recipe of a run
gallery.json               what there is, for programs
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geometry.errors import InputError
from service.gallery import words
from service.gallery.found import FoundRun
from service.gallery.pages import SCRIPT, STYLE, asset, render
from service.gallery.sheet import sheets
from service.gallery.thumbnails import made_ready, thumbnail_bytes
from service.runs.record import Record
from service.whole_files import reason, temporary_name

SCHEMA = "orbitex/gallery"
INDEX = "gallery.json"
_SHOT_BYTES = 1 << 20  # of a picture made on the way, at most
_FIELDS = 400  # of a recipe, that are compared


@dataclass(frozen=True)
class Entry:
    """A run on the site. slug: its name there; view, thumbnail, picture, recipe: files, as seen
    from the site's folder, view with its size; shots: those of the record that are on the site;
    fields: of its recipe, as text."""

    slug: str
    recipe_slug: str
    record: Record
    title: str
    view: str | None
    view_size: tuple[int, int]
    thumbnail: str | None
    picture: str | None
    recipe: str

    @property
    def summary(self) -> str:
        """Its recipe in one line."""
        return words.summary(self.record.recipe)

    @property
    def alt(self) -> str:
        """Its picture described."""
        return words.alt(self.record.recipe)

    @property
    def seed(self) -> str:
        """Its seed in words, empty where it says none."""
        seed = words.text(self.record.recipe.get("seed"))
        return seed and f"seed {seed}"

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What one wants to know of it."""
        return words.facts(self.record.recipe)

    @property
    def command(self) -> str:
        """What paints it again, where its recipe was downloaded to."""
        return f"service run {Path(self.recipe).name}"


@dataclass(frozen=True)
class Group:
    """The runs of one recipe, newest first. example: the newest that has a picture."""

    slug: str
    title: str
    about: str
    example: Entry
    runs: Sequence[Entry]


def build_site(runs: Sequence[FoundRun], output: Path, title: str, *, studio: bool = False) -> None:
    """Write the site of runs, newest first, to a folder: a new one, or in place of an older site,
    which stays until this one is whole. studio: the studio serves it, and pages lead there. Raises
    InputError("bad-output")."""
    _check_output(output, runs)
    growing = temporary_name(Path(os.path.realpath(output)))
    try:
        growing.mkdir(parents=True)
        growing.chmod(0o755)
        entries = _entries(runs, growing)
        _write_pages(entries, growing, title, studio)
        _put_in_place(growing, Path(os.path.realpath(output)))
    except OSError as error:
        raise InputError(
            "bad-output",
            "output",
            f"The site cannot be written to {output}: {reason(error)}.",
            "Choose another folder.",
        ) from None
    finally:
        shutil.rmtree(growing, ignore_errors=True)


def _check_output(output: Path, runs: Sequence[FoundRun]) -> None:
    place = Path(os.path.realpath(output))
    if any(Path(os.path.realpath(run.folder)).is_relative_to(place) for run in runs):
        raise InputError(
            "bad-output",
            "output",
            f"{output} holds runs, and the site would take its place.",
            "Choose a folder of its own, as in -o site.",
        )
    if place.exists() and (not place.is_dir() or (any(place.iterdir()) and not _is_site(place))):
        raise InputError(
            "bad-output",
            "output",
            f"{output} is there already and is no site of 'service gallery'.",
            "Choose another folder.",
        )


def _is_site(folder: Path) -> bool:
    try:
        return json.loads((folder / INDEX).read_bytes()).get("schema") == SCHEMA
    except (OSError, ValueError, AttributeError):
        return False


def _put_in_place(new: Path, place: Path) -> None:
    old = temporary_name(place)
    if place.exists():
        place.rename(old)
    new.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def _entries(runs: Sequence[FoundRun], site: Path) -> list[Entry]:
    slugs = _unique(f"{run.record.name}-{_when(run)}" for run in runs)
    names = list(dict.fromkeys(run.record.name for run in runs))
    recipes = dict(zip(names, _unique(names), strict=True))
    most = thumbnail_bytes(len(names))

    def make(pair: tuple[FoundRun, str]) -> Entry:
        run, slug = pair
        return _entry(run, slug, recipes[run.record.name], site, most)

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as threads:  # Pillow works beside Python
        return list(threads.map(make, zip(runs, slugs, strict=True)))


def _when(run: FoundRun) -> str:
    return f"{run.record.started:%Y%m%d-%H%M%S}"


def _entry(run: FoundRun, slug: str, recipe_slug: str, site: Path, most: int) -> Entry:
    folder = Path("files") / slug
    (site / folder).mkdir(parents=True)
    shown = None if run.shown is None else made_ready(run.shown, most)
    view = thumbnail = picture = None
    if shown is not None:
        view, thumbnail = str(folder / "view.webp"), str(folder / "small.webp")
        (site / view).write_bytes(shown.view)
        (site / thumbnail).write_bytes(shown.thumbnail)
        if run.picture is not None:
            picture = (folder / f"{slug}{run.picture.suffix.lower()}").as_posix()
            shutil.copyfile(run.picture, site / picture)
    shots = [shot for shot in run.record.shots if _copied(run.folder, site / folder, shot.file)]
    recipe = folder / f"{recipe_slug}.json"
    data = words.published({k: v for k, v in run.record.recipe.items() if v is not None})
    (site / recipe).write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    record = run.record.model_copy(update={"shots": shots, "recipe": data})
    return Entry(
        slug=slug,
        recipe_slug=recipe_slug,
        record=record,
        title=words.title(record.name, record.title),
        view=view and Path(view).as_posix(),
        view_size=(0, 0) if shown is None else (shown.width, shown.height),
        thumbnail=thumbnail and Path(thumbnail).as_posix(),
        picture=picture,
        recipe=recipe.as_posix(),
    )


def _copied(source: Path, target: Path, name: str) -> bool:
    """A picture made on the way, if it is one."""
    path = source / name
    try:
        if path.stat().st_size > _SHOT_BYTES or not path.resolve().is_relative_to(source.resolve()):
            return False
        data = path.read_bytes()
    except OSError:
        return False
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return False
    (target / name).parent.mkdir(exist_ok=True)
    (target / name).write_bytes(data)
    return True


def _write_pages(entries: Sequence[Entry], site: Path, title: str, studio: bool) -> None:
    groups = _groups(entries)

    def write(path: str, template: str, **values: Any) -> None:
        file = site / path
        file.parent.mkdir(exist_ok=True)
        root = "../" * path.count("/")
        values |= {"site": title, "root": root, "here": path, "studio": studio}
        file.write_bytes(render(template, **values))

    (site / STYLE).write_text(asset(STYLE), "utf-8")
    (site / SCRIPT).write_text(asset(SCRIPT), "utf-8")
    write("index.html", "index.html", groups=groups, count=len(entries))
    write("runs.html", "runs.html", entries=entries)
    write("compare.html", "compare.html", entries=entries, data=[_compared(e) for e in entries])
    write("sheet.html", "sheet.html", sheets=sheets(entries))
    for group in groups:
        write(f"recipe/{group.slug}.html", "recipe.html", group=group)
        for entry in group.runs:
            others = [other for other in group.runs if other is not entry][:8]
            write(f"run/{entry.slug}.html", "run.html", entry=entry, others=others)
    index = {"schema": SCHEMA, "schema_version": 1, "title": title}
    index["runs"] = [_compared(entry) for entry in entries]
    (site / INDEX).write_text(json.dumps(index, indent=1) + "\n", "utf-8")


def _groups(entries: Sequence[Entry]) -> list[Group]:
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        by_name.setdefault(entry.record.name, []).append(entry)
    return [_group(runs) for runs in by_name.values()]


def _group(runs: Sequence[Entry]) -> Group:
    done = [run for run in runs if run.thumbnail is not None and run.record.state == "finished"]
    example = (done or [run for run in runs if run.thumbnail is not None] or runs)[0]
    about = next((run.record.about for run in runs if run.record.about), "")
    return Group(example.recipe_slug, example.title, about, example, runs)


def _compared(entry: Entry) -> Mapping[str, Any]:
    """What the page of two runs and programs need of one."""
    fields = words.flat(entry.record.recipe)
    return {
        "slug": entry.slug,
        "title": entry.title,
        "summary": entry.summary,
        "alt": entry.alt,
        "when": f"{entry.record.started:%Y-%m-%d %H:%M}",
        "state": entry.record.state,
        "page": f"run/{entry.slug}.html",
        "view": entry.view,
        "thumbnail": entry.thumbnail,
        "picture": entry.picture,
        "recipe": entry.recipe,
        "fields": dict(list(fields.items())[:_FIELDS]),
    }


def _unique(names: Iterable[str]) -> list[str]:
    """Names for files and addresses, all different."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80] or "run"
        slug, number = plain, 2
        while slug in taken:
            slug, number = f"{plain}-{number}", number + 1
        taken.add(slug)
        found.append(slug)
    return found

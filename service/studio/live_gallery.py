"""The gallery under the studio's roof: made anew when runs below some folders have changed."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from geometry.errors import InputError
from service.gallery.found import FoundRun, find_runs
from service.gallery.site import build_site

_REST = 3.0  # seconds at least between two looks at the runs
_SHARE = 10  # at most one part in so many of the time goes into that


class LiveGallery:
    """A site of the runs below ``places`` in a folder of its own. A page is never older than a few
    seconds when it is asked for."""

    def __init__(self, places: Sequence[Path], title: str, folder: Path) -> None:
        self._places, self._title, self._site = places, title, folder / "site"
        self._shown: object = None
        self._next = 0.0

    def file(self, path: str) -> Path | None:
        """The file that a path of the site means; None if there is none. Raises InputError as
        :func:`service.gallery.site.build_site`."""
        path = path or "index.html"
        if path.endswith(".html"):
            self._refresh()
        found = (self._site / path).resolve()
        return found if found.is_file() and found.is_relative_to(self._site.resolve()) else None

    def _refresh(self) -> None:
        begin = time.monotonic()
        if begin < self._next:
            return
        runs = self._found()
        seen = [(run.folder, run.shown, run.record) for run in runs]
        if seen != self._shown:
            build_site(runs, self._site, self._title, studio=True)
            self._shown = seen
        now = time.monotonic()
        self._next = now + max(_REST, _SHARE * (now - begin))

    def _found(self) -> list[FoundRun]:
        runs: dict[tuple[Path, str], FoundRun] = {}
        for place in self._places:
            with contextlib.suppress(InputError):  # nothing is painted there yet
                for run in find_runs(place)[0]:
                    runs[run.folder.resolve(), run.record.name] = run
        return sorted(runs.values(), key=lambda run: run.record.started, reverse=True)


@contextlib.contextmanager
def live_gallery(places: Sequence[Path], title: str) -> Iterator[LiveGallery]:
    """A live gallery in a folder that goes away with it."""
    with tempfile.TemporaryDirectory(prefix="orbitex-gallery-") as folder:
        yield LiveGallery(places, title, Path(folder))

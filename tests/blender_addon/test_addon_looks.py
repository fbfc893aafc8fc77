"""A style picture of one's own in the swatches of colour rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_layout import drawn
from fake_service import FAKE_LOOK, FakeService
from painting import pump_until

from blender_addon import panels
from blender_addon.jobs import looks
from blender_addon.link import lookups
from blender_addon.offer import catalogue
from blender_addon.picture import icons
from blender_addon.settings import preferences
from blender_addon.settings.table import BY_NAME

NOTE = "Its mirrors invert colours, so each shows as a line."


def test_the_service_says_what_a_style_of_ones_own_is_like(
    sphere: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image = pytest.importorskip("PIL.Image")
    file = tmp_path / "cat.png"
    Image.fromarray(np.full((40, 1200, 3), 90, np.uint8)).save(file)
    rules = (
        catalogue.MenuEntry("2a", "2a", "", ((1, 2, -3),), NOTE),
        catalogue.MenuEntry("2b", "2b", "", ((1, 2, -3),)),
        catalogue.MenuEntry("2c", "2c", "", ((-1, -2, -3),)),
    )
    with FakeService() as service:
        known = preferences.ServicePreferences(service.address, autostart=False)
        monkeypatch.setattr(preferences, "read", lambda context: known)
        offer = catalogue.Catalogue(
            groups=(catalogue.MenuEntry("*432"),),
            colourings={"*432": (catalogue.NO_COLOURING, *rules)},
            service="fake",
        )
        catalogue.remember(offer)
        settings = sphere.orbitex
        settings.group, settings.colouring = "*432", "2a"
        settings.styles.add().source = str(file)
        assert icons.style_of(settings) is None
        assert NOTE.split()[1] in " ".join(drawn(panels.CLASSES))
        pump_until(lambda: lookups.look(str(file)) is not None)
        look, frame = icons.style_of(settings)
        assert (look == FAKE_LOOK).all() and frame.shape == (3, 4)
        (sent,) = service.pictures
        assert sent.shape[1] <= 512 and (sent == 90).all()  # every third pixel
        assert not looks.want(str(file))  # it is known
        settings.colours = "RGB"
        assert icons.style_of(settings)[1] is None
        offered = [entry.name for entry in BY_NAME["colouring"].menu.offers(settings)]
        assert offered == ["none", "2c", "2b", "2a"]  # what can be seen; mirrors last


def test_a_style_that_is_no_picture_is_read_once(
    sphere: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cat.png"
    file.write_bytes(b"no picture")
    assert looks.want(str(file)) and looks.pending()
    looks.send()
    assert not looks.want(str(file)) and not looks.pending()
    assert not looks.want("stained_glass") and not looks.want("//absent.png")

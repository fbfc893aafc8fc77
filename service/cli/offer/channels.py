"""``service channels`` and ``--dream-like``: which channels describe a picture, and sheets of small
pictures of channels."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from geometry.errors import InputError, excerpt
from service.cli.painting.picture import check_weights
from service.cli.progress import LINE_SECONDS
from service.cli.stopping import finish_on_interrupt
from service.inputs.styles import read_style_file
from service.networks import AUTO, check_network
from service.reporting.delivery import Destination, deliver, destination
from service.reporting.overwriting import FilesRead
from service.survey.sheet import contact_sheet, thumbnail
from service.tables.dreams import find_layer
from service.tables.network_info import HEAD

if TYPE_CHECKING:
    from service.perception.network import Network

MIN_SIDE, MAX_SIDE = 32, 256  # of a channel's picture
MAX_COUNT = 256  # of channels that are listed

Channel = tuple[str, int]  # layer, number
Show = Callable[[int, int], None]


@dataclass(frozen=True)
class Look:
    """How the channels' pictures are painted. side: pixels; group: of the plane; seed."""

    side: int
    group: str
    seed: int


def list_described(
    picture: Path,
    network: str,
    weights: Path | None,
    layer: str | None,
    count: int,
    as_json: bool,
    output: Path | None,
    look: Look,
    console: Console,
) -> None:
    """Print the channels that describe a picture, strongest first; with an ``output``, paint a
    sheet of them, too. Raises InputError."""
    _check_number("count", count, 1, MAX_COUNT)
    place = _place(output, look, [picture])
    pixels = _read(picture)
    loaded = _loaded(network, weights)
    from service.survey.surveying import survey  # with torch

    found = survey(pixels, loaded, () if layer is None else (layer,))[:count]
    if as_json:
        rows = [
            {"layer": d.layer, "channel": d.channel, "strength": d.strength, "dream": d.target}
            for d in found
        ]
        print(json.dumps(rows, indent=1))
    else:
        width = max(len(d.target) for d in found)
        for d in found:
            console.out(f"--dream {d.target:{width}}  # {d.strength:.1f}", highlight=False)
    if place is not None:
        wanted = [(d.layer, d.channel) for d in found]
        painted = _painted(loaded, wanted, look, console, quiet=as_json)
        shown = [d for d in found if (d.layer, d.channel) in painted]
        pictures = [painted[d.layer, d.channel] for d in shown]
        labels = [f"{d.target}  {d.strength:.1f}" for d in shown]
        sheet = contact_sheet([thumbnail(pixels, look.side), *pictures], [picture.stem, *labels])
        deliver(place, sheet)
        if not as_json:
            console.out(f"{place.picture}", highlight=False)


def paint_sheet(
    layer: str,
    which: str | None,
    network: str,
    weights: Path | None,
    output: Path,
    look: Look,
    console: Console,
) -> None:
    """Paint the channels of a layer, or a range of them such as '0-63', as a contact sheet. Raises
    InputError."""
    place = _place(output, look, [])
    assert place is not None
    loaded = _loaded(network, weights)
    if layer.partition(":")[0].lower() in (HEAD, "class"):
        raise InputError(
            "unknown-layer",
            "--sheet",
            "The head has no channels but classes, which have no sheet.",
            f"Choose a layer: {', '.join(loaded.info.layers)}; or see 'service classes'.",
        )
    find_layer(layer, loaded.info, "--sheet")
    from service.survey.dreaming import check_channels

    last = check_channels(loaded, layer, ()) - 1
    first, last = (0, last) if which is None else _range(which)
    check_channels(loaded, layer, (last,))
    channels = [(layer, k) for k in range(first, last + 1)]
    painted = _painted(loaded, channels, look, console)
    deliver(place, contact_sheet(list(painted.values()), [f"{a}:{k}" for a, k in painted]))
    console.out(f"{place.picture}  {len(painted)} channels", highlight=False)


def dreams_like(
    pictures: Sequence[str], data: Mapping[str, Any], weights: Path | None
) -> dict[str, Any]:
    """What a recipe's ``data`` gets from 'PICTURE[=WEIGHT]' each: dreams of the channels that
    describe the pictures, beside its own, and the network whose channels they are. Raises
    InputError."""
    dreams = list(data.get("dreams", ()))
    given = [(text, *_weighed(text)) for text in pictures]
    read = [(_read(Path(name), "--dream-like"), weight) for _, name, weight in given]
    network = data.get("network", AUTO)
    loaded = _loaded(network, weights, [dream["target"] for dream in dreams])
    from service.survey.likeness import likeness
    from service.survey.surveying import survey

    dreams += [
        {"target": target, "weight": weight}
        for pixels, weight in read
        for target in likeness(
            survey(pixels, loaded, field="--dream-like"), list(loaded.info.layers)
        )
    ]
    return {"network": loaded.info.name, "dreams": dreams}


def _weighed(text: str) -> tuple[str, float]:
    """Only a number after the last = is a weight, so that paths need no quoting."""
    name, equals, weight = text.rpartition("=")
    with contextlib.suppress(ValueError):
        if equals:
            return name, float(weight)
    return text, 1.0


def _read(picture: Path, field: str = "picture") -> NDArray[np.uint8]:
    try:
        return read_style_file(picture)
    except InputError as error:
        hint = "Check its name." if error.code == "missing-file" else error.hint
        raise InputError(error.code, field, error.message, hint) from None


def _loaded(network: str, weights: Path | None, dreams: Sequence[str] = ()) -> Network:
    """A network, which also knows what is dreamt of beside."""
    check_network(network)
    check_weights(weights, network)
    from service.painting.paint import pick_device
    from service.perception.choice import best_at_hand
    from service.perception.network import load_network

    device = pick_device()
    name = best_at_hand(dreams, str(device)) if network == AUTO else network
    return load_network(name, device, weights)


def _place(output: Path | None, look: Look, read: Sequence[Path]) -> Destination | None:
    """Where the sheet goes; everything about it is checked that can be."""
    from service.recipe.recipe import Recipe
    from service.scene import make_scene

    _check_number("seed", look.seed, 0, 2**31 - 1)
    if output is None:
        return None
    _check_number("size", look.side, MIN_SIDE, MAX_SIDE)
    make_scene(Recipe(target="tile", group=look.group))
    return destination(output, FilesRead(read))


def _check_number(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InputError(
            "bad-value", f"--{name}", f"{value} is out of range.", f"Use {least} to {most}."
        )


def _range(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", text.strip(), re.ASCII)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if first > last:
        raise InputError(
            "bad-value",
            "--range",
            f"'{excerpt(text)}' is no range of channels.",
            "Write its first and last one, such as --range 0-63.",
        )
    return first, last


def _painted(
    network: Network, channels: Sequence[Channel], look: Look, console: Console, quiet: bool = False
) -> dict[Channel, NDArray[np.uint8]]:
    """Pictures of channels, layer by layer. Ctrl-C ends it with those that are there, one batch at
    least."""
    from service.survey.dreaming import BATCH, channel_pictures

    found: dict[Channel, NDArray[np.uint8]] = {}
    by_layer = sorted(channels, key=lambda channel: channel[0])
    with finish_on_interrupt() as stopped, _progress(console, quiet) as show:
        show(0, len(channels))
        for layer, own in itertools.groupby(by_layer, key=lambda channel: channel[0]):
            numbers = [number for _, number in own]
            for start in range(0, len(numbers), BATCH):
                if found and stopped():
                    return found
                some = numbers[start : start + BATCH]
                pictures = channel_pictures(network, layer, some, look.side, look.seed, look.group)
                found |= {(layer, k): x for k, x in zip(some, pictures, strict=True)}
                show(len(found), len(channels))
    return found


@contextlib.contextmanager
def _progress(console: Console, quiet: bool) -> Iterator[Show]:
    """A function to call with how many channels are painted, of how many: it shows a bar in a
    terminal, a line now and then elsewhere."""
    if quiet:
        yield lambda done, total: None
    elif console.is_terminal:
        columns = (TextColumn("channels"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
        with Progress(*columns, console=console, transient=True) as bars:
            task = bars.add_task("")
            yield lambda done, total: bars.update(task, completed=done, total=total)
    else:
        shown_at = time.monotonic()

        def show(done: int, total: int) -> None:
            nonlocal shown_at
            if time.monotonic() - shown_at >= LINE_SECONDS:
                shown_at = time.monotonic()
                console.out(f"channel {done}/{total}", highlight=False)

        yield show

"""``service sky``: a sphere's painting as an environment of light."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geometry.errors import InputError
from service.cli import options
from service.cli.terminal import progress_console


def sky(
    what: Annotated[
        Path,
        options.painting(
            "RECEIPT|PICTURE",
            "A painting of the sphere: NAME.json, or the picture beside it; or a picture of a "
            "sphere's shape.",
        ),
    ],
    output: Annotated[
        Path | None,
        options.output("FILE", "The sky, .exr; default: NAME-sky.exr beside the picture."),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            "--size",
            metavar="N",
            min=8,
            max=16384,
            help="Pixels across, of a face with --cube; default: as the painting has.",
        ),
    ] = None,
    exposure: Annotated[
        float, typer.Option("--exposure", metavar="EV", min=-20, max=20, help="Brighter, in stops.")
    ] = 0.0,
    highlights: Annotated[
        float,
        typer.Option(
            "--highlights",
            metavar="X",
            min=1,
            max=10000,
            help="How many times as bright the brightest light shines; what is dark stays.",
        ),
    ] = 1.0,
    cube: Annotated[
        bool,
        typer.Option("--cube/--no-cube", help="Six faces, NAME_px.exr to NAME_nz.exr, instead."),
    ] = False,
) -> None:
    """Make a sky of a sphere's painting: an EXR of linear light, equirectangular or six faces of a
    cube, without seam or pole."""
    from geometry.sphere.pictures import faces
    from service.maps.files import exr_bytes
    from service.maps.sky import sky as sky_of
    from service.printing.subject import files_of, read_sphere
    from service.reporting.delivery import bad_output, check_files, make_folder, write_files
    from service.reporting.overwriting import FilesRead

    picture, receipt = files_of(what)
    file = output or picture.with_name(f"{picture.stem}-sky.exr")
    if file.suffix.lower() != ".exr":
        raise bad_output(
            f"{file} cannot hold the light of a sky.", "End it with .exr, as in -o sky.exr."
        )
    projection, pixels = read_sphere(what, "picture")
    if projection is None:
        raise InputError(
            "bad-value",
            "picture",
            f"{what} is not a painting of the sphere.",
            "Paint one: service sphere.",
        )
    ends = [f"_{face}" for face in faces(pixels)] if cube else [""]
    places = [file.with_name(f"{file.stem}{end}{file.suffix}") for end in ends]
    make_folder(file.parent)
    check_files(places, FilesRead([picture] if receipt is None else [picture, receipt]))
    light = sky_of(projection, pixels, size, cube, exposure, highlights)
    parts = list(faces(light).values()) if cube else [light]
    write_files({place: exr_bytes(part) for place, part in zip(places, parts, strict=True)})
    rows, columns = parts[0].shape[:2]
    console = progress_console()
    console.out(
        f"{', '.join(map(str, places))}  {columns} × {rows} pixels, up to {light.max():.3g}",
        highlight=False,
    )

"""``service maps``: a painting as a material."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

from geometry.errors import InputError
from service.cli import options
from service.cli.terminal import progress_console

_DEPTH, _REACH = 0.02, 0.05  # of the size, where nothing is said


def maps(
    what: Annotated[
        Path,
        options.painting(
            "RECEIPT|PICTURE|MESH",
            "A painting: NAME.json, or the picture beside it; a mesh file with its textures; "
            "or any picture, which is taken for one period.",
        ),
    ],
    output: Annotated[
        Path | None, options.output("DIR", "Default: NAME-maps beside the picture.")
    ] = None,
    mm: Annotated[
        float,
        options.length(
            "--mm",
            "Millimetres: of the picture's width, a ball's diameter, a mesh's longest side.",
            (0.1, 1e6),
            "X",
        ),
    ] = 100.0,
    depth: Annotated[
        float | None,
        options.length(
            "--depth", "From the lowest to the highest place; default: 2 % of --mm.", (1e-6, 1e6)
        ),
    ] = None,
    invert: Annotated[
        bool, typer.Option("--invert/--no-invert", help="What is dark is high.")
    ] = False,
    smooth: Annotated[
        float | None,
        options.length(
            "--smooth",
            "Blur the heights by a Gaussian of this σ; default: 1.5 pixels.",
            (1e-9, 1e6),
        ),
    ] = None,
    occlusion: Annotated[
        float,
        typer.Option(
            "--occlusion", metavar="X", min=0, max=1, help="Strength of the ambient occlusion."
        ),
    ] = 1.0,
    reach: Annotated[
        float | None,
        options.length(
            "--reach", "How far away what rises takes light; default: 5 % of --mm.", (1e-6, 1e6)
        ),
    ] = None,
    roughness: Annotated[
        str,
        typer.Option(
            "--roughness", metavar="X,Y", help="At the highest and at the lowest places, 0 to 1."
        ),
    ] = "0.4,0.8",
    metal: Annotated[
        list[str] | None,
        typer.Option(
            "--metal", metavar="'#RRGGBB'", help="What has about this colour is metal; repeatable."
        ),
    ] = None,
    convention: Annotated[
        str,
        typer.Option(
            "--convention",
            metavar="opengl|directx",
            help="Of the normal map: green grows upward (Blender, glTF, Unity) or downward "
            "(Unreal).",
        ),
    ] = "opengl",
    format_: Annotated[
        str, typer.Option("--format", metavar="png|exr|webp|jpg", help="Of the maps.")
    ] = "png",
    bits: Annotated[
        int | None,
        typer.Option(
            "--bits",
            metavar="N",
            help="Per channel: 8 or 16 of PNG; 16 (half) or 32 (float) of EXR; 8 of the others.",
        ),
    ] = None,
) -> None:
    """Make a material of a painting: height, normal, roughness, occlusion and metallic maps, and a
    GLB that shows them. They are worked out on the surface, so they have no seam, and the
    painting's symmetry."""
    from service.maps.delivery import Written, contents, make
    from service.maps.files import MapFormat
    from service.maps.relief import Convention, Finish
    from service.maps.subject import read_subject
    from service.reporting.delivery import check_files, make_folder, write_files
    from service.reporting.overwriting import FilesRead

    kind = MapFormat.of(format_, bits)
    if convention not in ("opengl", "directx"):
        raise InputError(
            "bad-value",
            "convention",
            f"'{convention[:20]}' is not known.",
            "Write --convention opengl or --convention directx.",
        )
    finish = Finish(
        _DEPTH * mm if depth is None else depth,
        _REACH * mm if reach is None else reach,
        smooth,
        occlusion,
        _pair(roughness),
        tuple(metal or ()),
        invert,
    )
    subject = read_subject(what, mm)
    name = subject.files[0].stem
    folder = output or what.with_name(f"{name}-maps")
    place = Written(folder, name, kind, cast(Convention, convention))
    make_folder(folder)
    check_files(place.files(subject.body.names), FilesRead(subject.files))
    made = make(subject, finish)
    write_files(contents(made, place, finish))
    console = progress_console()
    count = len(place.files(subject.body.names))
    rows, columns = made.maps.height.shape
    console.out(f"{folder}/  {count} files, {columns} × {rows} pixels", highlight=False)
    if made.light.flat:
        console.out(
            "No light is left that the colour rule keeps or turns over: the heights are flat.",
            highlight=False,
        )
    if made.errors:
        worst = max(made.errors.values())
        console.out(f"The normals turn with the group to {round(worst, 2):g}°.", highlight=False)


def _pair(text: str) -> tuple[float, float]:
    try:
        high, low = (float(part) for part in text.split(","))
        if 0 <= high <= 1 and 0 <= low <= 1:
            return high, low
    except ValueError:
        pass
    raise InputError(
        "bad-value",
        "roughness",
        f"'{text[:20]}' is not two numbers from 0 to 1.",
        "Write --roughness 0.4,0.8: at the highest and at the lowest places.",
    )

"""The files of maps: a picture each, a GLB with all of them, and what is to be known of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geometry.spaces import Array
from geometry.symmetry.colour_frame import rounded
from service.maps.files import MapFormat, map_bytes
from service.maps.light import Light, light_of
from service.maps.relief import Convention, Finish, Maps, make_maps, stored
from service.maps.subject import Subject
from service.maps.symmetry import Turn, normal_errors
from service.reporting.formats import picture_bytes
from service.reporting.glb import SurfaceMaps, glb_bytes

SCHEMA = "orbitex/maps"
NAMES = ("height", "normal", "roughness", "occlusion", "metallic")


@dataclass(frozen=True, eq=False)
class Made:
    """Maps of a subject; errors: by generator, in degrees, see
    :func:`service.maps.symmetry.normal_errors`."""

    subject: Subject
    maps: Maps
    light: Light
    errors: Mapping[str, float]


@dataclass(frozen=True)
class Written:
    """How maps are written: folder, the name that all files begin with, format, convention of the
    normal map."""

    folder: Path
    name: str
    kind: MapFormat
    convention: Convention

    @property
    def about(self) -> Path:
        """What is known of the maps, as JSON."""
        return self.folder / f"{self.name}_maps.json"

    @property
    def glb(self) -> Path:
        """The material as glTF."""
        return self.folder / f"{self.name}_material.glb"

    def pictures(self, textures: tuple[str, ...]) -> dict[str, tuple[Path, ...]]:
        """The pictures' files by map, one for each of a mesh's textures; base_color is a PNG."""
        plain = [re.sub(r"[^\w-]+", "_", name)[:60] or "texture" for name in textures]
        if len({name.lower() for name in plain}) < len(plain):  # "a b" and "a_b" are the same file
            plain = [f"{name}_{number}" for number, name in enumerate(plain, 1)]
        parts = [f"_{name}" for name in plain] if len(plain) > 1 else [""]
        ends = {"base_color": "png"} | dict.fromkeys(NAMES, self.kind.suffix)
        return {
            name: tuple(self.folder / f"{self.name}{part}_{name}.{end}" for part in parts)
            for name, end in ends.items()
        }

    def files(self, textures: tuple[str, ...]) -> tuple[Path, ...]:
        """All that is written."""
        pictures = [path for paths in self.pictures(textures).values() for path in paths]
        return (*pictures, self.glb, self.about)


def make(subject: Subject, finish: Finish) -> Made:
    """The maps of a subject. Raises InputError as :func:`service.maps.relief.make_maps`."""
    pixels, ground = subject.opaque, subject.ground
    light = light_of(pixels, subject.colours, subject.frame, ground.seen)
    maps = make_maps(ground, light.heights, pixels, finish)
    turns = [Turn(g.name, np.array(g.matrix), light.signs[g.colour]) for g in subject.generators]
    return Made(subject, maps, light, normal_errors(ground, maps.normal, turns))


def contents(made: Made, place: Written, finish: Finish) -> dict[Path, bytes]:
    """All files with their contents; the one that tells of the others is the last."""
    maps, subject = made.maps, made.subject
    count = len(subject.body.names)
    pictures = place.pictures(subject.body.names)
    values: dict[str, Array] = {
        "height": maps.height,
        "normal": stored(maps.normal, place.convention),
        "roughness": maps.roughness,
        "occlusion": maps.occlusion,
        "metallic": maps.metallic,
    }
    base = np.split(subject.pixels, count)
    files = {path: picture_bytes(x) for path, x in zip(pictures["base_color"], base, strict=True)}
    for name, value in values.items():
        for path, part in zip(pictures[name], np.split(value, count), strict=True):
            files[path] = map_bytes(part, place.kind)
    normals = np.split(rounded(stored(maps.normal, "opengl")), count)
    packed = np.split(rounded(maps.packed), count)
    surfaces = [SurfaceMaps(n, p) for n, p in zip(normals, packed, strict=True)]
    files[place.glb] = glb_bytes(subject.body, base, surfaces)
    files[place.about] = (
        json.dumps(_about(made, place, finish, pictures), indent=1) + "\n"
    ).encode()
    return files


def _about(
    made: Made, place: Written, finish: Finish, pictures: Mapping[str, tuple[Path, ...]]
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "of": made.subject.files[0].name,
        "files": {name: [path.name for path in paths] for name, paths in pictures.items()},
        "material": place.glb.name,
        "bits": place.kind.bits,
        "convention": place.convention,
        "depth_mm": made.maps.depth,
        "finish": asdict(finish),
        "heights": {
            "turned_over_by": [
                g.name for g in made.subject.generators if made.light.signs[g.colour] < 0
            ],
        },
        "normal_errors_degrees": {k: round(v, 4) for k, v in made.errors.items() if v == v},
    }

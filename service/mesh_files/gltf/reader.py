"""A glTF file as parts of a mesh."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from service.mesh_files.gltf.document import Document, open_document
from service.mesh_files.gltf.errors import GltfError
from service.mesh_files.gltf.materials import BaseColour, Pictures, base_colour
from service.mesh_files.gltf.placing import Scene, mirrored, moved, skinned, turned
from service.mesh_files.gltf.surfaces import Surface, read_surface
from service.mesh_files.lookups import Layout, flipped, lay_out, redrawn
from service.mesh_files.parts import Part, expect_paintable
from service.pictures.look import Look


def read_gltf(path: Path) -> list[Part]:
    """Every surface of a glTF file's scene, where it stands, in its pose and shape of rest: what
    the file shows without animation. Raises InputError("bad-mesh-file"), OSError, MemoryError."""
    try:
        with np.errstate(all="ignore"):  # make_mesh tells of numbers that are not finite
            document = open_document(path)
            surfaces = _surfaces(document)
            pictures = Pictures(document)
            return [
                part
                for material, own in surfaces.items()
                for part in _parts(base_colour(document, material), own, pictures, path)
            ]
    except InputError:
        raise
    except GltfError as error:
        reason, fix = error.reason, error.fix
    except KeyError as error:
        reason, fix = f"its header lacks {str(error)[:40]}", "Export it again."
    except (TypeError, AttributeError, IndexError, ValueError, OverflowError):
        reason, fix = "its header is not as glTF has it", "Export it again."
    raise InputError("bad-mesh-file", "mesh", f"{str(path)[:200]} cannot be read: {reason}.", fix)


def _surfaces(document: Document) -> dict[int | None, list[Surface]]:
    """The surfaces of a scene in its frame, by the materials' numbers, in order of appearance."""
    scene = Scene(document)
    colours: dict[int | None, BaseColour] = {}
    found: dict[int | None, list[Surface]] = {}
    count = 0
    for node, number in scene.meshes():
        mesh = document.entry("meshes", number)
        morphs = node.get("weights", mesh.get("weights", ()))
        joints = scene.joints(node["skin"]) if "skin" in node else None
        for primitive in mesh["primitives"]:
            material = primitive.get("material")
            if material not in colours:
                colours[material] = base_colour(document, material)
            surface = read_surface(document, primitive, colours[material].uv_map, morphs)
            if surface is None:
                continue
            hung = None if surface.joints is None else joints
            count += len(surface.triangles) * (scene.count(node) if hung is None else 1)
            expect_paintable(document.path, count)  # instances could fill all memory
            places = scene.matrices(node) if hung is None else [skinned(surface, hung)]
            found.setdefault(material, []).extend(_placed(surface, place) for place in places)
    return found


def _placed(surface: Surface, matrices: NDArray[np.float64]) -> Surface:
    """A surface moved by one matrix (4, 4), or every vertex by its own (V, 4, 4). What is mirrored
    is turned right side out again."""
    inside_out = float(np.mean(mirrored(matrices))) > 0.5
    normals = surface.normals
    if normals is not None:
        normals = turned(normals, matrices)
        lengths = np.linalg.norm(normals, axis=1, keepdims=True)
        normals = normals / lengths if lengths.min() > 0 else None
    return dataclasses.replace(
        surface,
        points=moved(surface.points, matrices),
        triangles=surface.triangles[:, ::-1] if inside_out else surface.triangles,
        normals=normals,
    )


def _parts(
    colour: BaseColour, surfaces: Sequence[Surface], pictures: Pictures, path: Path
) -> list[Part]:
    """The parts of one material. ``path``: names what has no name."""
    tint = _one_colour(surfaces)
    if tint is not None:
        colour = colour.tinted(tint)
    uvs = [surface.uvs for surface in surfaces if surface.uvs is not None]
    layout = lay_out(colour.lookup, np.concatenate(uvs) if uvs else np.zeros((0, 2)))
    look = _look(colour, layout, pictures, path)
    parts = []
    for surface in surfaces:
        uvs_up, colours = None, None
        if surface.uvs is not None:
            uvs_up = flipped(colour.lookup.moved(surface.uvs) if layout.moves else surface.uvs)
        if surface.colours is not None and tint is None:
            colours = colour.lit(surface.colours, tinted=look.image is None)
        parts.append(
            Part(surface.points, surface.triangles, uvs_up, surface.normals, look, colours)
        )
    return parts


def _look(colour: BaseColour, layout: Layout, pictures: Pictures, path: Path) -> Look:
    look = Look(colour.name or path.stem)
    if colour.texture is None:
        if colour.factor is None:
            return look
        return dataclasses.replace(look, colour=colour.lit(np.ones((1, 4)))[0])
    try:
        picture = pictures.of_texture(colour.texture)
    except GltfError as error:
        unread = f"{path.name} has a base colour that cannot be read: {error.reason}."
        return dataclasses.replace(look, unread=unread)
    if layout.lookup is not None:
        picture = redrawn(picture, layout.lookup, layout.window)
    return dataclasses.replace(look, image=colour.shaded(picture))


def _one_colour(surfaces: Sequence[Surface]) -> NDArray[np.float64] | None:
    """The vertex colour (4,) that all surfaces have everywhere: no more than a factor. None if
    there is none, or more than one."""
    if any(surface.colours is None for surface in surfaces):
        return None
    colours = np.concatenate([s.colours for s in surfaces if s.colours is not None])
    return colours[0] if (colours == colours[0]).all() else None

"""The base colours of a glTF file's materials."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from geometry.errors import InputError
from service.mesh_files.gltf.document import Document
from service.mesh_files.gltf.errors import GltfError
from service.mesh_files.gltf.extensions import PICTURES, SPECULAR, TRANSFORM, extension
from service.mesh_files.lookups import REPEAT, Lookup, transform
from service.pictures.files import read_picture
from service.pictures.look import to_linear, to_srgb

_WHITE = (1.0, 1.0, 1.0, 1.0)
_KTX = b"\xabKTX "
_KINDS = "PNG, JPEG and WebP"


@dataclass(frozen=True)
class BaseColour:
    """What a material says of its base colour. name: may be empty; factor: (r, g, b, alpha) linear
    light, None if there is no material; texture: its number, or None; uv_map and lookup: where the
    texture is sampled. alpha_mode, cutoff: as glTF has them."""

    name: str
    factor: tuple[float, ...] | None
    texture: int | None = None
    uv_map: int = 0
    lookup: Lookup = Lookup()  # noqa: RUF009  (frozen)
    alpha_mode: str = "OPAQUE"
    cutoff: float = 0.5

    def tinted(self, tint: NDArray[np.float64]) -> BaseColour:
        """The same with another factor (4,) on top."""
        factor = np.array(self.factor or _WHITE) * tint
        return dataclasses.replace(self, factor=tuple(factor.tolist()))

    def shaded(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A picture (H, W, 4) uint8 sRGB tinted by the factor, its alpha as the mode has it."""
        shown = picture.copy()
        factor = self.factor or _WHITE
        if min(factor) < 1:
            levels = to_linear(np.arange(256) / 255)[:, None] * factor[:3]
            table = np.rint(255 * to_srgb(levels)).astype(np.uint8)
            for channel in range(3):
                shown[..., channel] = table[picture[..., channel], channel]
            shown[..., 3] = np.rint(picture[..., 3] * factor[3]).astype(np.uint8)
        shown[..., 3] = self._alpha(shown[..., 3] / 255)
        return shown

    def lit(self, light: NDArray[np.float64], tinted: bool = True) -> NDArray[np.uint8]:
        """Colours (N, 4), linear light and alpha, as uint8 sRGB; ``tinted``: by the factor."""
        whole = light * (self.factor or _WHITE) if tinted else light
        alpha = self._alpha(whole[:, 3])
        return np.column_stack([np.rint(255 * to_srgb(whole[:, :3])).astype(np.uint8), alpha])

    def _alpha(self, alpha: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Alpha from 0 to 1 as uint8, as the material's mode shows it."""
        if self.alpha_mode == "OPAQUE":
            alpha = np.ones_like(alpha)
        elif self.alpha_mode == "MASK":
            alpha = np.where(alpha >= self.cutoff, 1.0, 0.0)
        return np.rint(255 * alpha).astype(np.uint8)


def base_colour(document: Document, material: int | None) -> BaseColour:
    """The base colour of a material. Raises GltfError."""
    if material is None:
        return BaseColour("", None)
    entry = document.entry("materials", material)
    surface = entry.get("pbrMetallicRoughness", {})
    factor, texture = surface.get("baseColorFactor"), surface.get("baseColorTexture")
    glossy = extension(entry, SPECULAR)
    if glossy is not None:
        factor, texture = glossy.get("diffuseFactor"), glossy.get("diffuseTexture")
    name, mode = str(entry.get("name", "")), str(entry.get("alphaMode", "OPAQUE"))
    tint = np.array(factor or _WHITE, np.float64).clip(0, 1)
    if tint.shape != (4,):
        raise GltfError(f"materials[{material}] has a colour that is not of four numbers")
    cutoff = float(entry.get("alphaCutoff", 0.5))
    flat = BaseColour(name, tuple(tint.tolist()), alpha_mode=mode, cutoff=cutoff)
    if texture is None:
        return flat
    uv_map, matrix = texture.get("texCoord", 0), Lookup().matrix
    moved = extension(texture, TRANSFORM)
    if moved is not None:
        uv_map = moved.get("texCoord", uv_map)
        offset, scale = moved.get("offset", (0.0, 0.0)), moved.get("scale", (1.0, 1.0))
        matrix = transform(tuple(offset), float(moved.get("rotation", 0.0)), tuple(scale))
    number = texture["index"]
    lookup = Lookup(matrix, _wraps(document, number))
    return dataclasses.replace(flat, texture=number, uv_map=uv_map, lookup=lookup)


class Pictures:
    """The pictures of a file's textures, each read once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[int, NDArray[np.uint8]] = {}

    def of_texture(self, texture: int) -> NDArray[np.uint8]:
        """A texture's picture (H, W, 4) uint8 sRGB, top row first. Raises GltfError if none of
        those that the file offers can be read."""
        entry = self._document.entry("textures", texture)
        offered = [entry, *(extension(entry, name) or {} for name in PICTURES)]
        sources = [each["source"] for each in offered if "source" in each]
        trouble = GltfError(f"textures[{texture}] has no picture")
        for source in sources:
            try:
                if source not in self._known:
                    self._known[source] = self._read(source)
                return self._known[source]
            except GltfError as error:
                trouble = error
        raise trouble

    def _read(self, number: int) -> NDArray[np.uint8]:
        image = self._document.entry("images", number)
        if "uri" in image:
            data = self._document.fetch(str(image["uri"]))
        else:
            data = bytes(self._document.view(image["bufferView"]))
        uri = str(image.get("uri", "data:"))
        inside = uri[:5].lower() == "data:"
        name = str(image.get("name", f"images[{number}]")) if inside else unquote(uri)
        if data[: len(_KTX)] == _KTX:
            raise GltfError(f"{name[:80]} is a KTX picture, and only {_KINDS} are read")
        try:
            return read_picture(data, "mesh", name[:80], turn=False, convert=False)
        except InputError as error:
            raise GltfError(error.message.rstrip(".")) from None


def _wraps(document: Document, texture: Any) -> tuple[int, int]:
    entry = document.entry("textures", texture)
    sampler = document.entry("samplers", entry["sampler"]) if "sampler" in entry else {}
    return sampler.get("wrapS", REPEAT), sampler.get("wrapT", REPEAT)

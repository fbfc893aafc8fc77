"""Which glTF extensions are understood: the one list."""

from __future__ import annotations

from typing import Any

from service.mesh_files.gltf.errors import GltfError

DRACO = "KHR_draco_mesh_compression"
INSTANCING = "EXT_mesh_gpu_instancing"
SPECULAR = "KHR_materials_pbrSpecularGlossiness"
TRANSFORM = "KHR_texture_transform"
VISIBILITY = "KHR_node_visibility"
# Where textures keep pictures that are not PNG or JPEG. Pictures that cannot be read do not stop
# a file: its base colour is then unknown.
PICTURES = (
    "EXT_texture_webp",
    "EXT_texture_avif",
    "MSFT_texture_dds",
    "KHR_texture_basisu",
)
_APPLIED = {DRACO, INSTANCING, SPECULAR, TRANSFORM, VISIBILITY, "KHR_mesh_quantization", *PICTURES}
# They change neither the shape nor the base colour: light, gloss, animation, notes.
_HARMLESS = {
    "EXT_lights_ies",
    "EXT_lights_image_based",
    "KHR_animation_pointer",
    "KHR_interactivity",
    "KHR_lights_punctual",
    "KHR_node_hoverability",
    "KHR_node_selectability",
    "KHR_xmp",
    "KHR_xmp_json_ld",
    "MSFT_packing_normalRoughnessMetallic",
    "MSFT_packing_occlusionRoughnessMetallic",
}
_HARMLESS_KIND = "KHR_materials_"  # gloss, coats, glow, unlit, variants: the base colour stays
_FIXES = {
    "EXT_meshopt_compression": "Export it without compression.",
    "KHR_meshopt_compression": "Export it without compression.",
}


def understood(name: str) -> bool:
    """Whether a file that needs this extension can be read."""
    return name in _APPLIED | _HARMLESS or name.startswith(_HARMLESS_KIND)


def check_required(header: dict[str, Any]) -> None:
    """Raise GltfError if the file requires an extension that is not understood, with its name."""
    for name in map(str, header.get("extensionsRequired", ())):
        if not understood(name):
            raise missing(name)


def missing(name: str) -> GltfError:
    """The error for a file that needs the extension ``name``."""
    fix = _FIXES.get(name, "Export it without this extension.")
    return GltfError(f"it needs the extension {name[:60]}, which Orbitex does not know", fix)


def extension(entry: dict[str, Any], name: str) -> dict[str, Any] | None:
    """What an object of the header says under an extension's name."""
    found = entry.get("extensions", {}).get(name)
    return found if isinstance(found, dict) else None

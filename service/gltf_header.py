"""The JSON of a glTF file, changed so that trimesh reads what it would pass over.

trimesh 5.2 drops the UVs of primitives without a material, reads only the first UV map, and takes
quantised coordinates for whole numbers.
"""

from __future__ import annotations

import json
import struct
from typing import Any

_GLB_MAGIC, _JSON_CHUNK = b"glTF", 0x4E4F534A
_FLOAT = 5126  # componentType of float32
_COMPRESSED = {"KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_mesh_quantization"}
NO_MATERIAL = "no material"  # the name given to what has none


def readable_gltf(data: bytes, binary: bool) -> bytes:
    """The file with a material for every primitive and the base colour's UV map in first place.

    Raises ValueError with a sentence's rest for files that cannot be read so.
    """
    if not binary:
        header = json.loads(data)
        _mend(header)
        return json.dumps(header).encode()
    magic, version, _ = struct.unpack_from("<4sII", data)
    if magic != _GLB_MAGIC or version != 2:
        raise ValueError("is not a GLB file of version 2")
    length, kind = struct.unpack_from("<II", data, 12)
    if kind != _JSON_CHUNK:
        raise ValueError("does not begin with a header")
    header = json.loads(data[20 : 20 + length])
    _mend(header)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 4)
    rest = data[20 + length :]
    start = struct.pack("<4sIIII", magic, version, 20 + len(text) + len(rest), len(text), kind)
    return start + text + rest


def _mend(header: dict[str, Any]) -> None:
    if _COMPRESSED & set(header.get("extensionsRequired", ())):
        raise ValueError("is compressed: export it without compression")
    materials = header.setdefault("materials", [])
    spare = len(materials)
    materials.append({"name": NO_MATERIAL})
    for mesh in header.get("meshes", []):
        for primitive in mesh["primitives"]:
            attributes = primitive["attributes"]
            material = materials[primitive.setdefault("material", spare)]
            colour = material.get("pbrMetallicRoughness", {}).get("baseColorTexture", {})
            wanted = f"TEXCOORD_{colour.get('texCoord', 0)}"
            if wanted in attributes:
                attributes["TEXCOORD_0"] = attributes[wanted]
            for name in ("POSITION", "TEXCOORD_0"):
                if name in attributes:
                    accessor = header["accessors"][attributes[name]]
                    if accessor["componentType"] != _FLOAT:
                        raise ValueError("is quantised: export it without compression")

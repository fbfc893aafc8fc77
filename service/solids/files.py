"""Solids as files: STL, PLY, OBJ and 3MF. All are in millimetres, z up."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import numpy as np

from geometry.solid.body import Body
from service.solids.filaments import Filaments, corner_colours

_CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = f"""<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>
</Types>
"""
_RELATIONS = f"""<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="model" Target="/3D/3dmodel.model"
 Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/>
</Relationships>
"""
_DATE = (1980, 1, 1, 0, 0, 0)  # the same bytes whenever a file is written


def solid_bytes(body: Body, suffix: str, filaments: Filaments | None) -> bytes:
    """A body as the content of a file with one of
    :data:`service.solids.bounds.SUFFIXES`. filaments: see
    :func:`service.solids.filaments.filaments`; a 3MF has them as the triangles' materials, PLY and
    OBJ as their corners' colours. Without them PLY and OBJ have all colours."""
    if suffix == ".3mf":
        return _three_mf(body, filaments)
    import trimesh.exchange.obj  # slow to import
    import trimesh.exchange.ply
    import trimesh.exchange.stl

    mesh = trimesh.Trimesh(
        body.points,
        body.triangles,
        vertex_colors=None if suffix == ".stl" else corner_colours(body, filaments),
        process=False,
    )
    if suffix == ".obj":
        return trimesh.exchange.obj.export_obj(mesh, include_normals=False, digits=8).encode()
    if suffix == ".ply":
        return trimesh.exchange.ply.export_ply(mesh)
    return trimesh.exchange.stl.export_stl(mesh)


def _three_mf(body: Body, filaments: Filaments | None) -> bytes:
    """3MF core specification 1.3, §§ 2 to 5; a package is a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name, content in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELATIONS),
            ("3D/3dmodel.model", "".join(_model(body, filaments))),
        ):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, content)
    return out.getvalue()


def _model(body: Body, filaments: Filaments | None) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<model unit="millimeter" xmlns="{_CORE}">\n'
    yield '<metadata name="Application">Orbitex</metadata>\n<resources>\n'
    material = ""
    if filaments is not None:
        yield '<basematerials id="1">\n'
        for k, (r, g, b) in enumerate(filaments[0].tolist(), 1):
            yield f'<base name="Filament {k}" displaycolor="#{r:02X}{g:02X}{b:02X}"/>\n'
        yield "</basematerials>\n"
        material = ' pid="1" pindex="0"'
    yield f'<object id="2" type="model"{material}>\n<mesh>\n<vertices>\n'
    for x, y, z in body.points.astype(np.float32).astype(str).tolist():
        yield f'<vertex x="{x}" y="{y}" z="{z}"/>\n'
    yield "</vertices>\n<triangles>\n"
    numbers = [0] * len(body.triangles) if filaments is None else filaments[1].tolist()
    for (a, b, c), number in zip(body.triangles.tolist(), numbers, strict=True):
        paint = f' pid="1" p1="{number}"' if number else ""
        yield f'<triangle v1="{a}" v2="{b}" v3="{c}"{paint}/>\n'
    yield "</triangles>\n</mesh>\n</object>\n</resources>\n"
    yield '<build>\n<item objectid="2"/>\n</build>\n</model>\n'

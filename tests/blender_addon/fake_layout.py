"""A layout that records what a panel draws, and checks names as Blender would."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy

ICONS = frozenset(bpy.types.UILayout.bl_rna.functions["prop"].parameters["icon"].enum_items.keys())


class _Properties:
    """What ``layout.operator`` returns: it takes the operator's own properties alone."""

    def __init__(self, rna: Any) -> None:
        object.__setattr__(self, "rna", rna)

    def __setattr__(self, name: str, value: Any) -> None:
        assert name in self.rna.properties, name


class FakeLayout:
    def __init__(self, texts: list[str] | None = None) -> None:
        self.texts = texts if texts is not None else []
        self.enabled = self.alert = True
        self.use_property_split = self.use_property_decorate = False
        self.scale_y, self.alignment = 1.0, "EXPAND"

    def row(self, align: bool = False, factor: float = 0.0, heading: str = "") -> FakeLayout:
        return FakeLayout(self.texts)

    column = box = split = row

    def _icon(self, icon: str, icon_value: int = 0) -> None:
        assert icon in ICONS, icon
        assert isinstance(icon_value, int)

    def label(self, text: str = "", icon: str = "NONE", icon_value: int = 0) -> None:
        self._icon(icon, icon_value)
        self.texts.append(text)

    def separator(self) -> None:
        pass

    def prop(
        self,
        data: Any,
        name: str,
        text: str = "",
        expand: bool = False,
        slider: bool = False,
        icon: str = "NONE",
        index: int = -1,
    ) -> None:
        self._icon(icon)
        assert name in data.bl_rna.properties, name
        getattr(data, name)  # menus are computed
        self.texts.append(name)

    def prop_search(self, data: Any, name: str, source: Any, items: str, icon: str) -> None:
        self._icon(icon)
        assert hasattr(source, items)
        self.prop(data, name)

    def operator(
        self, idname: str, text: str = "", icon: str = "NONE", icon_value: int = 0
    ) -> _Properties:
        self._icon(icon, icon_value)
        module, name = idname.split(".")
        rna = getattr(getattr(bpy.ops, module), name).get_rna_type()
        self.texts.append(idname)
        return _Properties(rna)

    def menu(self, name: str, text: str = "", icon: str = "NONE") -> None:
        self._icon(icon)
        assert hasattr(bpy.types, name), name
        self.texts.append(name)
        draw_one(getattr(bpy.types, name), self)

    def template_list(
        self, kind: str, key: str, data: Any, name: str, at: Any, index: str, rows: int
    ) -> None:
        drawer = getattr(bpy.types, kind)
        self.prop(at, index)
        for item in getattr(data, name):
            drawer.draw_item(SimpleNamespace(), bpy.context, self, data, item, 0, at, index)

    def template_icon_view(
        self, data: Any, name: str, show_labels: bool, scale: float, scale_popup: float
    ) -> None:
        self.texts.append(f"gallery {name}")
        self.prop(data, name)

    def template_icon(self, icon_value: int, scale: float) -> None:
        self.texts.append("picture")

    def progress(self, factor: float, text: str) -> None:
        assert 0 <= factor <= 1
        self.texts.append(text)


def draw_one(cls: Any, layout: FakeLayout) -> None:
    stand_in = SimpleNamespace(layout=layout)
    if hasattr(cls, "draw_header_preset"):
        cls.draw_header_preset(stand_in, bpy.context)
    cls.draw(stand_in, bpy.context)


def drawn(classes: Any) -> list[str]:
    """All texts, names of properties and operators that the panels among ``classes`` show now."""
    layout = FakeLayout()
    for cls in classes:
        is_panel = issubclass(cls, bpy.types.Panel)
        if is_panel and getattr(cls, "poll", lambda _: True)(bpy.context):
            draw_one(cls, layout)
    return layout.texts

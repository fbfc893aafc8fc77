"""Paint: from the settings of an object and the arguments of a call to a job."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from dataclasses import fields, replace
from typing import Any

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty, StringProperty

from . import dreams, gather, jobs, preferences, recall, viewpoints
from .order import Choices, choices_of, make_order
from .polls import Explained
from .properties import OrbitexSettings, settings_of
from .styles import parse_weighted
from .terms import TERMS
from .waiting import Painting

# Given in a script's call they win over the object's settings. SKIP_SAVE: a value from one call
# must not creep into the next.
# Styles are written as one text there, and so are dreams.
LISTS = {"style": "styles", "dream": "dreams"}
OVERRIDES = (*LISTS, *(f.name for f in fields(Choices) if f.name not in LISTS.values()))
CALL: set[Any] = {"SKIP_SAVE"}


class ORBITEX_OT_paint(Painting, Explained, bpy.types.Operator):
    """Paint a symmetric texture for the active object. In the interface it returns at once and
    the texture grows; in a script it waits for the end"""

    bl_idname = "orbitex.paint"
    bl_label = "Paint"
    bl_description = "Paint a symmetric texture for the active object, live"
    # Not REGISTER: its redo panel would run the blocking path in the interface.
    bl_options: Any = {"UNDO"}

    uv_map: StringProperty(name="UV Map", description="UV map to paint for", options=CALL)
    group: StringProperty(name="Symmetry", description="Symmetry group, by name", options=CALL)
    colouring: StringProperty(name="Colour Rule", description="Colour rule, by name", options=CALL)
    colours: StringProperty(
        name="Colours", description="What the rule acts on: STYLE, RGB or INKS", options=CALL
    )
    inks: StringProperty(
        name="Inks", description="The inks, as in #1b2a5c,#e8b030; empty: found", options=CALL
    )
    axis: StringProperty(
        name="Axis", description="Main axis: X, Y, Z, CURSOR or numbers: 0,1,1", options=CALL
    )
    centre: StringProperty(
        name="Centre",
        description="Kept in place: ORIGIN, CENTROID, CURSOR or numbers: 0,0,1.5",
        options=CALL,
    )
    action: StringProperty(
        name="Acts On", description="What the symmetry moves: SURFACE or DIRECTION", options=CALL
    )
    tolerance: FloatProperty(
        name="Tolerance", description="How far from symmetric the surface may be", options=CALL
    )
    style: StringProperty(
        name="Style",
        description="Name of an exemplar or path of a picture; several: night_strokes=2; //cat.png",
        options=CALL,
    )
    style_size: FloatProperty(
        name="Style Size",
        description="What the style spans on the surface, in metres; 0: as suits the object",
        options=CALL,
    )
    style_scale: FloatProperty(
        name="Stroke Scale", description="2 paints strokes twice as large", options=CALL
    )
    dream: StringProperty(
        name="Dream",
        description="class:NAME, LAYER or LAYER:CHANNEL; several: class:goldfinch=2; fire9:7=-1",
        options=CALL,
    )
    use_styles: BoolProperty(
        name="Use Styles",
        description="Paint dreams in styles; default: if styles are given, or no dreams",
        options=CALL,
    )
    size: IntProperty(name="Texture Size", description="Pixels of a side", options=CALL)
    quality: StringProperty(name="Quality", description="Quality preset, by name", options=CALL)
    steps: IntProperty(
        name="Steps", description="Steps in all; 0: as the quality says", options=CALL
    )
    learning_rate: FloatProperty(
        name="Learning Rate", description="How far one step goes", options=CALL
    )
    network: StringProperty(name="Network", description="The network, by name", options=CALL)
    seed: IntProperty(name="Seed", description="Another seed, another picture", options=CALL)
    view_kind: StringProperty(
        name="Views", description="AROUND, RING, CAMERAS, ACTIVE or VIEWPORT", options=CALL
    )
    views: IntProperty(
        name="Count",
        description="Number of automatic views; 0: the scene's cameras",
        min=0,
        options=CALL,
    )
    occluders: BoolProperty(
        name="Hidden by Others", description="Other objects hide parts of this one", options=CALL
    )
    base: StringProperty(
        name="Colour Before", description="Taken from: MATERIAL or PAINTED", options=CALL
    )
    start: StringProperty(name="Start From", description="NOISE or BASE", options=CALL)
    mask_kind: StringProperty(
        name="Mask", description="NONE, VERTEX_GROUP, IMAGE or MATERIAL", options=CALL
    )
    mask: StringProperty(
        name="Mask Name", description="Name of the group, image or material", options=CALL
    )
    address: StringProperty(
        name="Address", description="Address of the service; default: the preferences", options=CALL
    )
    autostart: BoolProperty(
        name="Start the Service",
        description="Start the service if none answers; default: the preferences",
        options=CALL,
    )

    @classmethod
    def why_not(cls, context: Any) -> str:
        """The object cannot be painted, or is being painted. What a call's arguments may mend
        (see :mod:`.preflight`) does not count here."""
        problem = gather.check(context.active_object)
        return problem.line if problem else jobs.busy_reason(context.active_object)

    def _begin(self, context: Any) -> list[jobs.Session]:
        given = [name for name in OVERRIDES if self.properties.is_property_set(name)]
        overrides = {name: getattr(self, name) for name in given}
        address = self.address or None
        autostart = self.autostart if self.properties.is_property_set("autostart") else None
        return [begin_paint(context, context.active_object, overrides, address, autostart)]


for _term in TERMS:
    ORBITEX_OT_paint.__annotations__[_term.setting] = FloatProperty(
        name=_term.title, description=_term.tip, options=CALL
    )


def begin_paint(
    context: Any,
    obj: Any,
    overrides: dict[str, Any] | None = None,
    address: str | None = None,
    autostart: bool | None = None,
    aside: bool = False,
    before: jobs.Session | None = None,
) -> jobs.Session:
    """Start painting ``obj`` with its settings, changed by ``overrides`` (names in OVERRIDES);
    ``address`` and ``autostart`` default to the preferences; ``aside`` and ``before`` are
    :func:`.jobs.begin`'s. Does not wait.

    Raises ProblemError with the reason when the scene cannot be painted.
    """
    service = preferences.read(context)
    if address:
        service = replace(service, address=address)
    preferences.check_address(service.address)
    overrides = dict(overrides or {})
    if "style" in overrides:
        overrides["styles"] = parse_weighted(overrides.pop("style"))
        overrides.setdefault("use_styles", True)
    if "dream" in overrides:
        overrides["dreams"] = parse_weighted(overrides.pop("dream"), "bad-dream")
        overrides.setdefault("use_styles", False)
    choices = choices_of(settings_of(obj))
    choices = _with_views(choices, _with_following(choices, overrides))
    order = make_order(obj, context, choices, service)
    uv_map = gather.chosen_uv_map(obj, choices.uv_map)
    launch = preferences.launcher(service, autostart)
    begun = jobs.begin(obj, order, uv_map, launch, aside=aside, before=before)
    begun.warning = gather.collapsed_faces(obj.name, uv_map, order.buffers)
    recall.note(begun, choices, order)
    return begun


def _with_following(choices: Choices, overrides: dict[str, Any]) -> dict[str, Any]:
    """With what follows when a call switches styles on or off, as in the panel."""
    use_styles = overrides.get("use_styles", choices.use_styles)
    if use_styles == choices.use_styles:
        return overrides
    known: Any = OrbitexSettings.bl_rna.properties
    defaults = {name: known[name].default for name in dreams.PURE}
    values = {name: getattr(choices, name) for name in dreams.PURE}
    return dreams.following(values, defaults, use_styles) | overrides


def _with_views(choices: Choices, overrides: dict[str, Any]) -> Choices:
    """A number of views alone means automatic ones, and 0 the scene's cameras."""
    kind = overrides.get("view_kind", choices.view_kind)
    if "views" in overrides and "view_kind" not in overrides:
        automatic = kind if kind in viewpoints.AUTOMATIC else "AROUND"
        kind = automatic if overrides["views"] else "CAMERAS"
    return replace(choices, **overrides | {"view_kind": kind})


CLASSES = (ORBITEX_OT_paint,)

"""The operators of the list of dreams, and the list itself."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from typing import Any

import bpy
import numpy as np
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..jobs import pump
from ..link import lookups
from ..link.messages import RUNNING
from ..offer import dreams
from ..picture import icons, live_image
from ..picture.pictures import read_pixels, to_bytes
from ..problems import ProblemError, refuse
from ..scene import styles
from ..settings import preferences
from ..settings.dream import put_target, target_of
from ..settings.properties import settings_of
from .base import OnMesh, Result, attempt
from .chosen import OnChosen, Removes, chosen

SURVEY_SIDE = 512  # longest side of a picture that is looked at, in pixels
SHORTEST = 16  # and the shortest of all
OFFERED = 20  # images in the menu


class ORBITEX_OT_dream_add(OnMesh, bpy.types.Operator):
    """Add a dream"""

    bl_idname = "orbitex.dream_add"
    bl_label = "Add Dream"
    bl_description = "Add something for the network to see everywhere in the picture"
    bl_options: Any = {"REGISTER", "UNDO"}

    target: StringProperty(
        name="Target",
        description="class:NAME, LAYER or LAYER:CHANNEL",
        default="class:goldfinch",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def why_not(cls, context: Any) -> str:
        """No mesh is active, or its list has no room."""
        reason = super().why_not(context)
        if not reason and len(settings_of(context.active_object).dreams) >= dreams.MAX_DREAMS:
            reason = f"The list is full: {dreams.MAX_DREAMS} dreams"
        return reason

    def execute(self, context: Any) -> Result:
        """Add it at the list's end, and choose it."""
        return attempt(self, self._add, settings_of(context.active_object))

    def _add(self, settings: Any) -> Result:
        dreams.read_target(self.target)  # before there is a row
        put_target(settings.dreams.add(), self.target)
        settings.dream_index = len(settings.dreams) - 1
        return {"FINISHED"}


class ORBITEX_OT_dream_remove(Removes, bpy.types.Operator):
    """Take a dream off the list"""

    bl_idname = "orbitex.dream_remove"
    bl_label = "Remove Dream"
    bl_description = "Remove the active dream from the list"
    noun = "dream"


class ORBITEX_OT_dream_class(OnChosen, bpy.types.Operator):
    """Dream of a class by its name"""

    bl_idname = "orbitex.dream_class"
    bl_label = "Use This Class"
    bl_description = "Dream of this class"
    noun = "dream"

    name: StringProperty(name="Class", description="Its name", options={"SKIP_SAVE"})

    def execute(self, context: Any) -> Result:
        """Put the name into the chosen dream."""
        item = chosen(settings_of(context.active_object), self.noun)
        item.kind, item.class_name = dreams.CLASS, self.name
        return {"FINISHED"}


class _Mends(OnMesh):
    """A fix of the dreams that the network does not have."""

    bl_options: Any = {"REGISTER", "UNDO"}

    def execute(self, context: Any) -> Result:
        """Mend them; nothing is known of a network that was never asked for."""
        settings = settings_of(context.active_object)
        contents = lookups.contents(settings.network)
        if contents is not None:
            for number in reversed(range(len(settings.dreams))):
                try:
                    target = target_of(settings.dreams[number])
                    dreams.check_target(target, settings.network, contents)
                except ProblemError as error:
                    self._mend(settings, number, contents, error.problem.code)
            settings.dream_index = min(settings.dream_index, len(settings.dreams) - 1)
            live_image.redraw()
        return {"FINISHED"}

    def _mend(self, settings: Any, number: int, contents: dreams.Contents, code: str) -> None:
        raise NotImplementedError


class ORBITEX_OT_use_nearest_classes(_Mends, bpy.types.Operator):
    """Take the nearest name for a class that is none"""

    bl_idname = "orbitex.use_nearest_classes"
    bl_label = "Use Nearest Class"
    bl_description = "Use the class whose name is closest to the unknown one"

    def _mend(self, settings: Any, number: int, contents: dreams.Contents, code: str) -> None:
        item = settings.dreams[number]
        near = dreams.nearest_classes(item.class_name, contents)
        if code == "unknown-class" and near:
            item.class_name = near[0]


class ORBITEX_OT_remove_unknown_dreams(_Mends, bpy.types.Operator):
    """Take the dreams that the network does not know off the list"""

    bl_idname = "orbitex.remove_unknown_dreams"
    bl_label = "Remove Unknown Dreams"
    bl_description = "Take the layers and channels that the network does not have off the list"

    def _mend(self, settings: Any, number: int, contents: dreams.Contents, code: str) -> None:
        if code in ("unknown-layer", "unknown-channel"):
            settings.dreams.remove(number)


class ORBITEX_OT_dreams_from_picture(OnMesh, bpy.types.Operator):
    """Dream of what describes a picture"""

    bl_idname = "orbitex.dreams_from_picture"
    bl_label = "Open Picture File"
    bl_description = (
        "Let the service look at a picture, and dream of the channels that describe it best; "
        "they replace the list"
    )
    bl_options: Any = {"REGISTER", "UNDO"}

    image: StringProperty(
        name="Image", description="Name of an image of this file", options={"SKIP_SAVE"}
    )
    filepath: StringProperty(
        name="Picture", description="A picture file", subtype="FILE_PATH", options={"SKIP_SAVE"}
    )
    count: IntProperty(
        name="Channels",
        description="Maximum number of channels",
        default=5,
        min=1,
        max=dreams.MAX_DREAMS,
    )
    together: BoolProperty(
        name="Together",
        description="Seek the channels of a few layers together, to paint what is like the "
        "picture; off: a row for each channel",
        default=False,
    )
    filter_image: BoolProperty(
        name="Pictures", description="Show picture files", default=True, options={"HIDDEN"}
    )
    filter_folder: BoolProperty(
        name="Folders", description="Show folders", default=True, options={"HIDDEN"}
    )

    def invoke(self, context: Any, event: Any) -> Result:
        """Ask at once for an image, else let a file be chosen."""
        if self.image:
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Any) -> Result:
        """Ask; the interface goes on meanwhile, scripts and background Blender wait."""
        return attempt(self, self._ask, context)

    def _ask(self, context: Any) -> Result:
        pixels = (
            picture_of(self.image) if self.image else shrunk(styles.read_picture(self.filepath))
        )
        if min(pixels.shape[:2]) < SHORTEST:
            refuse("bad-image", f"The picture has sides under {SHORTEST} pixels.", "Take another.")
        service, obj = preferences.read(context), context.active_object
        preferences.check_address(service.address)
        lookup = lookups.begin_survey(
            service.address,
            service.key_file,
            settings_of(obj).network,
            pixels,
            live_image.uid_of(obj),
            0 if self.together else self.count,
        )
        if not bpy.app.background:
            pump.start_timer()
            return {"FINISHED"}
        while lookup.report().state in RUNNING:
            lookup.wait(pump.TICK_SECONDS)
        pump.pump()
        if (problem := lookups.problem()) is not None:
            raise ProblemError(problem)
        return {"FINISHED"}


def picture_of(name: str) -> np.ndarray:
    """An image of the file as |u1 (H, W, 3) over white, SURVEY_SIDE pixels long at most. Raises
    ProblemError "bad-image"."""
    image = bpy.data.images.get(name)
    rows = read_pixels(image) if image is not None else None
    if rows is None:
        refuse("bad-image", f"The image '{name}' has no pixels.", "Choose another.")
    return shrunk(to_bytes(rows[..., :3] * rows[..., 3:] + (1 - rows[..., 3:])))


def shrunk(pixels: np.ndarray) -> np.ndarray:
    """A picture at most SURVEY_SIDE pixels long: means of whole blocks."""
    times = -(-max(pixels.shape[:2]) // SURVEY_SIDE)
    height, width = (side // times for side in pixels.shape[:2])
    blocks = pixels[: height * times, : width * times].reshape(height, times, width, times, 3)
    return to_bytes(blocks.mean(axis=(1, 3)) / 255)


class ORBITEX_MT_dream_pictures(bpy.types.Menu):
    """The pictures that can be dreamt of."""

    bl_idname = "ORBITEX_MT_dream_pictures"
    bl_label = "From a Picture"
    bl_description = "Dream of the channels that best describe a picture"

    def draw(self, context: Any) -> None:
        """The file's images, and files."""
        layout: Any = self.layout
        for image in [i for i in bpy.data.images if i.type == "IMAGE"][:OFFERED]:
            item = layout.operator(
                "orbitex.dreams_from_picture", text=image.name, icon="IMAGE_DATA"
            )
            item.image = image.name
        layout.separator()
        layout.operator("orbitex.dreams_from_picture", icon="FILEBROWSER")


class ORBITEX_UL_dreams(bpy.types.UIList):
    """The list of dreams: small picture, what it is, weight."""

    bl_idname = "ORBITEX_UL_dreams"

    def draw_item(
        self,
        context: Any,
        layout: Any,
        data: Any,
        item: Any,
        icon: Any,
        active_data: Any,
        active_property: Any,
        index: Any = 0,
        flt_flag: Any = 0,
    ) -> None:
        """One row."""
        picture = icons.of_channel(data.network, item.layer, item.channel)
        shown = picture if item.kind == dreams.CHANNEL else 0
        text = item.class_name if item.kind == dreams.CLASS else target_of(item).spelt()
        split = layout.split(factor=0.65)
        if shown:
            split.label(text=text, icon_value=shown)
        else:
            split.label(text=text or "None", icon="LIGHT")
        split.prop(item, "weight", text="", slider=True)


CLASSES = (
    ORBITEX_OT_dream_add,
    ORBITEX_OT_dream_remove,
    ORBITEX_OT_dream_class,
    ORBITEX_OT_use_nearest_classes,
    ORBITEX_OT_remove_unknown_dreams,
    ORBITEX_OT_dreams_from_picture,
    ORBITEX_MT_dream_pictures,
    ORBITEX_UL_dreams,
)

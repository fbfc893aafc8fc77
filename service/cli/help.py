"""How ``--help`` is laid out: commands and options in sections, what is needed first on top, and
examples at the end."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from service.cli import options
from service.spaces import SPACES

# Every command, in the order of the help.
SECTIONS: dict[str, tuple[str, ...]] = {
    "Paint": (*SPACES, "run", "batch", "variants", "pick", "enlarge", "finish", "studio"),
    "Choose": (
        "recipes",
        "preview",
        "style",
        "groups",
        "colourings",
        "classes",
        "channels",
        "settings",
    ),
    "Show": ("view", "measure", "print", "maps", "sky", "orb", "relief", "gallery", "report"),
    "Painting service": (
        *("serve", "keys", "submit", "jobs", "watch", "adjust", "repaint", "pause", "resume"),
        *("cancel", "forget"),
    ),
    "This machine": ("doctor", "weights", "bench"),
}
EXAMPLES: dict[str, tuple[str, ...]] = {
    "tile": (
        "service tile -g p4 -s photo.jpg -o tile.png",
        "service tile -g p6 -c 3a -s night_strokes --size 2048 -q final",
        "service tile -g p4 --dream class:goldfinch",
    ),
    "sphere": ("service sphere -g 532 -s woodcut_waves --projection cube -o planet.png",),
    "hyperbolic": (
        "service hyperbolic 4 6 -s stained_glass -o disc.png",
        "service hyperbolic 7 3 --model band",
    ),
    "spiral": ("service spiral --arms 3 -s night_strokes --loop zoom.webp",),
    "rosette": ("service rosette -g D8 -s moorish_mosaic -o badge.png",),
    "frieze": ("service frieze -g p2mg -s moorish_mosaic --repeat 4x1 -o border.png",),
    "mesh": (
        "service mesh cup.glb --detect",
        "service mesh cup.glb -g C8 --axis Z -s moorish_mosaic -o cup.png",
    ),
    "preview": (
        "service preview p6 -c 3a --picture photo.jpg",
        "service preview p4g --figure",
    ),
    "run": (
        "service run rainbow_hexagon",
        "service run rainbow_hexagon --edit",
        "service run tile.json --set seed=2 --set objective.detail=2",
    ),
    "batch": ("service batch recipes -q draft -o drafts",),
    "recipes": ("service recipes --page recipes.html --open",),
    "colourings": (
        "service colourings p4 --style night_strokes",
        "service colourings p2 --only 4",
        "service colourings p4 -s photo.jpg --preview rules.png",
    ),
    "variants": ("service variants tile -g p4,p6,p6m -s night_strokes,a.jpg --seeds 2 -o many",),
    "pick": ("service pick many 7 --size 2048",),
    "enlarge": ("service enlarge tile.json --size 2048",),
    "finish": (
        "service finish tile.json --set contrast=1.3 --set sharpen=0.5 -o finished.png",
        "service finish tile.json --set palette=4 --set dither=1 --separations",
    ),
    "style": (
        "service style photo.jpg --set crop=0,0.2,1,0.9 --set white_balance=1 -o style.png",
        "service style photo.jpg --set turn=12 --set denoise=0.4 --preview before_after.png",
    ),
    "gallery": ("service gallery runs -o site --title 'Symmetric things'",),
    "view": ("service view tile.json", "service view disc.png -o disc.html"),
    "measure": (
        "service measure tile.json",
        "service measure photo.jpg --figure",
        "service measure seamless.png --lattice period --group p4m",
    ),
    "print": (
        "service print tile.json --mm 120 --repeat 2x3",
        "service print tile.json --cut domain -o hexagon.svg",
        "service print planet.json --net icosahedron --paper A3",
    ),
    "maps": (
        "service maps tile.json --mm 300 --depth 4",
        "service maps planet.json --metal '#c8a040' --format exr",
    ),
    "sky": ("service sky planet.json --highlights 20 -o sky.exr",),
    "orb": (
        "service orb planet.json --mm 60 --base 1 --colours 4",
        "service orb planet.json --wall 3 --drain 5 -o hollow.stl",
    ),
    "relief": ("service relief vase.json --mm 80 --raised -o vase.3mf",),
    "submit": ("service submit tile.json",),
}


_SENTENCE = 1000  # characters: more than any has


class SectionedCommand(TyperCommand):
    """A command whose options are in the sections that they name (``rich_help_panel``)."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the sections."""
        sections: dict[str, list[tuple[str, str]]] = {
            title: [] for title in ("Arguments", *options.SECTIONS, "Options")
        }
        for param in self.get_params(ctx):
            if (record := param.get_help_record(ctx)) is None:
                continue
            is_argument = param.param_type_name == "argument"
            panel = getattr(param, "rich_help_panel", None) or "Options"
            sections["Arguments" if is_argument else panel].append(record)
        _write(formatter, sections)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples."""
        if examples := EXAMPLES.get(self.name or "", ()):
            with formatter.section("Examples"):
                for example in examples:
                    formatter.write(f"{'':{formatter.current_indent}}{example}\n")


class SectionedGroup(TyperGroup):
    """All commands, by what one wants to do."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the sections."""
        longest = max(map(len, self.commands))
        helps = {  # the first sentence, whole
            name: command.get_short_help_str(_SENTENCE)
            for name, command in self.commands.items()
            if not command.hidden
        }
        _write(
            formatter,
            {
                section: [(name.ljust(longest), helps[name]) for name in names if name in helps]
                for section, names in SECTIONS.items()
            },
        )


def lay_out(app: typer.Typer) -> None:
    """Have all commands of an application laid out so."""
    for command in app.registered_commands:
        command.cls = SectionedCommand


def _write(formatter: Any, sections: dict[str, list[tuple[str, str]]]) -> None:
    for title, rows in sections.items():
        if rows:
            with formatter.section(title):
                formatter.write_dl(rows)

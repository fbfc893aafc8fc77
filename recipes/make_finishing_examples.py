"""Everything that can be made of a finished painting: `make finishing-examples`, or
`python -m recipes.make_finishing_examples [FOLDER]`.

Paints a tile, a ball, a vase, a border, a badge and a pattern of one's own picture, drafts of 384
pixels, and runs the commands below on them, into out/finishing-examples. What is there is not
painted again. Then contact_sheet.jpg shows the pictures side by side. Three minutes on two cores.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from service.cli import main as service

HERE = Path(__file__).parent
# Painted once: the picture, then the command without -o.
PAINTINGS = {
    "tile.png": "tile -g p4 -s stained_glass -q draft --size 384",
    "inks.png": "tile -g p4m --colouring 2a --colours inks -s woodcut_waves -q draft --size 384",
    "ball.png": "sphere -g 532 -s peacock_feathers -q draft --size 768",
    "vase.png": "mesh small_vase.obj -g C12 --axis Y -s moorish_mosaic -q draft --size 512",
    "border.png": "frieze -g p2mg --repeat 4x1 -s woodcut_waves -q draft --size 384",
    "badge.png": "rosette -g D8 -s moorish_mosaic -q draft --size 384",
    "motif.png": "tile -g p4g --motif peacock_feathers -s night_strokes -q draft --size 384",
}
# What is made of them.
COMMANDS = (
    "finish tile.json --set contrast=1.4 --set sharpen=1 -o tile_sharp.png",
    "finish tile.json --set palette=4 -o tile_inks.png",
    "finish tile.json --set palette=4 --set dither=1 --separations -o tile_dithered.png",
    "finish inks.json --set blur=6 -o inks_soft.png",
    "finish ball.json --set match=night_strokes -o ball_night.png",
    "measure tile_sharp.png --figure",
    "maps tile.json --depth 4",
    "maps ball.json --depth 4 --metal #e08a20 --format exr",
    "maps vase.json --convention directx",
    "sky ball.json --highlights 8",
    "print tile.json --mm 90 --repeat 3x2 --bleed 3 --marks -o sheet.png",
    "print tile.json --mm 90 -o tile.svg",
    "print ball.json --net icosahedron -o net.png",
    "print ball.json --net gores -o gores.pdf",
    "orb ball.json --base 1",
    "orb ball.json --wall 3 --drain 5 -o hollow.stl",
    "relief vase.json small_vase.obj --raised",
    "view border.json -o border.html",
)
# Shown on the sheet, from those made.
SHOWN = (
    *("tile.png", "tile_sharp.png", "tile_inks.png", "tile_dithered.png", "inks_soft.png"),
    *("ball_night.png", "tile_sharp_figure.png", "tile-maps/tile_normal.png", "sheet.png"),
    *("net.png", "border.png", "badge.png", "motif.png"),
)
SIDE, COLUMNS = 300, 5


def run(line: str) -> None:
    """Run a command in the folder. Raises SystemExit if it fails."""
    print(f"service {line}", flush=True)
    if code := service(shlex.split(line, comments=False)):
        raise SystemExit(code)


def sheet(pictures: Sequence[Path]) -> Image.Image:
    """Pictures in rows with their names below."""
    rows = -(-len(pictures) // COLUMNS)
    page = Image.new("RGB", (COLUMNS * SIDE, rows * (SIDE + 20)), "white")
    draw = ImageDraw.Draw(page)
    for number, file in enumerate(pictures):
        left, top = number % COLUMNS * SIDE, number // COLUMNS * (SIDE + 20)
        with Image.open(file) as opened:
            picture = opened.convert("RGBA")
        picture.thumbnail((SIDE - 10, SIDE - 10), Image.Resampling.LANCZOS)
        page.paste(picture, (left + 5, top + 5), picture)
        draw.text((left + 8, top + SIDE), file.name, "black")
    return page


def main(arguments: Sequence[str]) -> None:
    """Make all of it."""
    folder = Path(arguments[0] if arguments else "out/finishing-examples")
    folder.mkdir(parents=True, exist_ok=True)
    mesh = folder / "small_vase.obj"
    mesh.write_bytes((HERE / "meshes" / mesh.name).read_bytes())
    os.chdir(folder)
    for picture, line in PAINTINGS.items():
        if not Path(picture).with_suffix(".json").exists():
            run(f"{line} -o {picture}")
    for line in COMMANDS:
        run(line)
    sheet([Path(name) for name in SHOWN]).save("contact_sheet.jpg", quality=88)


if __name__ == "__main__":
    main(sys.argv[1:])

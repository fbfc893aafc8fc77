"""A mesh with a material, and pictures, in the folder where a command is run."""

from pathlib import Path

import numpy as np
from PIL import Image

SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
GREY = np.full((32, 32, 3), 128, np.uint8)
QUICK = ("--size", "64", "--steps", "2", "--views", "1")


def picture(name, colour="teal"):
    Image.new("RGB", (32, 32), colour).save(name)


def write_cow(material="map_Kd cow.png"):
    """An OBJ with a material, whose texture is named as the README names what is painted."""
    Path("cow.obj").write_text(f"mtllib cow.mtl\n{SQUARE}usemtl hide\nf 1/1 2/2 3/3 4/4\n")
    Path("cow.mtl").write_text(f"newmtl hide\n{material}\n")
    picture("cow.png")

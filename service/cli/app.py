"""All commands; what they do is in the folders beside this one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import service
from geometry.errors import InputError
from service import networks
from service.cli import options
from service.cli.finishing.finish_command import finish
from service.cli.finishing.style_command import style
from service.cli.help import SectionedGroup, lay_out
from service.cli.larger.enlarge_command import enlarge
from service.cli.larger.variants_command import pick, variants
from service.cli.offer import listings
from service.cli.offer.channels_command import channels
from service.cli.offer.recipes import recipes
from service.cli.offer.weights import weights_app
from service.cli.painting.preview_command import preview
from service.cli.painting.run_command import run
from service.cli.painting.space_commands import add_space_commands
from service.cli.serving.batch_command import batch
from service.cli.serving.jobs import add_job_commands
from service.cli.serving.keys import keys_app
from service.cli.serving.serve_command import serve
from service.cli.serving.studio_command import studio
from service.cli.showing.gallery_command import gallery
from service.cli.showing.maps_command import maps
from service.cli.showing.measure_command import measure
from service.cli.showing.print_command import print_
from service.cli.showing.report_command import report
from service.cli.showing.sky_command import sky
from service.cli.showing.solid_commands import orb, relief
from service.cli.showing.view_command import view
from service.cli.terminal import console, progress_console
from service.networks import NETWORKS
from service.serving.protocol.wire import DEFAULT_ADDRESS
from service.spaces import with_pictures

app = typer.Typer(
    name="service",
    cls=SectionedGroup,
    help="Paint exactly symmetric textures with a pretrained network.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(keys_app)
app.add_typer(weights_app)
add_job_commands(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"orbitex {service.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print it.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    pass


add_space_commands(app)
app.command()(preview)
app.command()(run)
app.command()(enlarge)
app.command()(finish)
app.command()(style)
app.command()(variants)
app.command()(pick)
app.command()(batch)
app.command()(gallery)
app.command()(report)
app.command()(view)
app.command()(measure)
app.command("print")(print_)
app.command()(maps)
app.command()(sky)
app.command()(orb)
app.command()(relief)


@app.command()
def groups(
    space: Annotated[
        str | None,
        typer.Option("--space", metavar="|".join(with_pictures()), help="Only of this space."),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """List the symmetry groups."""
    listings.list_groups(space, as_json, console())


@app.command()
def colourings(
    group: options.GroupName,
    style: Annotated[
        str | None,
        typer.Option("--style", "-s", help="In the colours of this style: an exemplar or a file."),
    ] = None,
    preview: Annotated[
        Path | None,
        typer.Option(
            "--preview",
            "-p",
            metavar="FILE",
            help="Show the style under each rule, on one sheet, those that suit it first.",
        ),
    ] = None,
    only: Annotated[
        int | None, typer.Option("--only", metavar="N", help="Only rules of so many colours.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All rules, also where there are hundreds.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """List the colour rules of a group."""
    if preview is not None:
        from service.cli.offer.rule_sheet import write_sheet

        if everything:
            raise InputError(
                *("bad-value", "--all", "A sheet has no room for all rules."),
                "Leave it out, or narrow them: --only 4.",
            )
        write_sheet(group, style, preview, console(), only)
        return
    listings.list_colourings(group, style, as_json, console(), only, everything)


@app.command()
def classes(
    part: Annotated[
        str, typer.Argument(metavar="TEXT", help="Only those whose names hold it.")
    ] = "",
    network: Annotated[
        str, typer.Option("--network", metavar="|".join(NETWORKS), help="The vision network.")
    ] = networks.EMBEDDED,
    as_json: options.AsJson = False,
) -> None:
    """List the classes that a network can dream of."""
    listings.list_classes(part, network, as_json, console())


app.command()(channels)
app.command()(recipes)


@app.command()
def doctor(
    data: options.DataFolder = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys", metavar="DIR", help="The folder of keys; default: one in the user's settings."
        ),
    ] = None,
    address: Annotated[
        str, typer.Option("--address", metavar="ADDRESS", help="Where the service is to listen.")
    ] = DEFAULT_ADDRESS,
    as_json: options.AsJson = False,
) -> None:
    """Look at this machine: devices, networks, versions, disk, keys, port. What is not fine ends
    with its fix; the exit code is 1 if painting or serving would not work."""
    from service.cli.doctor.doctor import findings, run_doctor
    from service.serving import keys as client_keys
    from service.serving.jobs import archive

    found = findings(
        data or archive.default_folder(), keys or client_keys.default_folder(), address
    )
    if not run_doctor(found, as_json, console()):
        raise typer.Exit(1)


@app.command()
def bench(
    parts: Annotated[
        list[str] | None,
        typer.Argument(metavar="PART", help="steps, vgg, scaling or quality; default: all."),
    ] = None,
    output: Annotated[Path, options.output("DIR", "Folder for figures and curves.")] = Path(
        "out/bench"
    ),
) -> None:
    """Measure how fast this machine paints: steps and their parts against a plain loop, growth with
    size and symmetry, time to a quality. All takes about 15 minutes on 2 cores."""
    from service.bench import suite

    console = progress_console()
    suite.run(suite.chosen(parts or ()), output, lambda text: console.out(text, highlight=False))


app.command()(serve)
app.command()(studio)


@app.command()
def settings(as_json: options.AsJson = False) -> None:
    """List what '--set KEY=VALUE' can set in a recipe: keys, defaults, bounds."""
    from service.cli.offer.settings import list_settings

    list_settings(as_json, console())


lay_out(app)

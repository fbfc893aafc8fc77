"""Help: every command and option in its section, examples that are understood."""

import json
import shlex

import pytest
import typer
from typer.testing import CliRunner

from service.cli.app import app
from service.cli.help import EXAMPLES, SECTIONS

COMMANDS = typer.main.get_command(app).commands


def test_every_command_is_in_one_section():
    listed = [name for names in SECTIONS.values() for name in names]
    assert sorted(listed) == sorted(COMMANDS)


def test_help_begins_with_painting():
    text = CliRunner().invoke(app, ["--help"]).output
    assert text.index("Paint:") < text.index("  tile") < text.index("Painting service:")
    assert all(f"  {name} " in text for name in COMMANDS)


def test_no_command_is_cut_short():
    text = CliRunner().invoke(app, ["--help"]).output
    commands = text.partition("Paint:")[2]
    assert commands and "..." not in commands and "…" not in commands


def test_options_stand_in_sections():
    text = CliRunner().invoke(app, ["tile", "--help"]).output
    titles = ["Symmetry:", "Style and dreams:", "Objective:", "Quality:", "Output:", "Examples:"]
    places = [text.index(f"\n{title}\n") for title in titles]
    assert places == sorted(places)
    assert places[0] < text.index("--colouring") < places[1] < text.index("--style ") < places[2]
    assert places[2] < text.index("--smoothness") < places[3] < text.index("--quality")
    assert places[4] < text.index("--output") < places[5]


@pytest.mark.parametrize("example", [e for examples in EXAMPLES.values() for e in examples])
def test_examples_are_command_lines(example):
    program, name, *arguments = shlex.split(example)
    assert program == "service" and example in EXAMPLES[name]
    context = COMMANDS[name].make_context(name, arguments)
    assert context.params


def test_settings_lists_what_set_can_set():
    rows = {
        row["key"]: row
        for row in json.loads(CliRunner().invoke(app, ["settings", "--json"]).output)
    }
    assert rows["quality"]["values"] == "draft|standard|final"
    assert rows["size"]["values"].startswith("64 to ")
    assert rows["objective.style"]["default"] == 1.0
    assert {"styles.N.weight", "dreams.N.target"} <= rows.keys()

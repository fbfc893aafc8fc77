"""docs/operations.md and its examples say what the service really takes, does and logs."""

import configparser
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from service.cli.app import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operations.md").read_text()
UNIT = ROOT / "docs/examples/orbitex.service"
CONTAINER = (ROOT / "docs/examples/Containerfile").read_text()


def indented(page):
    return [line.strip() for line in page.splitlines() if line.startswith("    ")]


def arguments(line):
    """What a line hands to ``service``: the words after it, or after the image of a container."""
    words = shlex.split(line.removeprefix("ExecStart="), comments=True)
    if words[:2] == ["docker", "run"]:
        return words[words.index("orbitex", words.index("-v")) + 1 :]
    places = [k for k, word in enumerate(words) if word == "service" or word.endswith("/service")]
    return words[places[0] + 1 :] if places else []


def instruction(name):
    """The list of words of an instruction of the Containerfile."""
    return json.loads(re.findall(rf"^{name} (\[.*\])$", CONTAINER, re.MULTILINE)[-1])


def takes(words):
    """Let the real command line read these words, without running them."""
    command = typer.main.get_command(app)
    while hasattr(command, "commands"):
        name, *words = words
        command = command.commands[name]
    command.make_context(command.name, list(words))
    return command.name


def unit():
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str
    parser.read_string(UNIT.read_text())
    return parser


def test_the_command_line_takes_every_command_of_the_page():
    given = [words for line in indented(PAGE) if (words := arguments(line))]
    assert {takes(words) for words in given} == {
        *("doctor", "jobs", "serve"),
        *("new", "list", "revoke"),
    }


def test_a_command_that_is_not_one_would_be_seen():
    with pytest.raises(KeyError):
        takes(arguments("service served"))
    with pytest.raises(Exception, match="No such option"):
        takes(arguments("sudo -u orbitex /opt/orbitex/bin/service jobs --adress tcp://server:1"))


def test_the_unit_starts_a_command_that_the_command_line_takes():
    section = unit()["Service"]
    assert takes(arguments(section["ExecStart"])) == "serve"
    # What the page says of stopping and starting.
    assert (section["KillMode"], section["KillSignal"]) == ("mixed", "SIGTERM")
    assert (section["Restart"], section["RestartPreventExitStatus"]) == ("on-failure", "2")
    assert float(section["TimeoutStopSec"]) > 5


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path):
    copy = tmp_path / UNIT.name
    program = unit()["Service"]["ExecStart"].split()[0]
    copy.write_text(UNIT.read_text().replace(program, "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", copy], capture_output=True, text=True, timeout=60
    )
    ours = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert done.returncode == 0 and not ours, done.stderr


def test_the_container_starts_and_checks_with_commands_that_the_command_line_takes():
    assert instruction("ENTRYPOINT") == ["service"]
    assert takes(instruction("CMD")) == "serve"
    program, *words = instruction(r"HEALTHCHECK .*\\\n    CMD")
    assert program == "service" and takes(words) == "jobs"
    assert "\nUSER orbitex\n" in CONTAINER


def test_the_container_gets_all_that_the_package_is_made_of():
    copied = re.findall(r"^COPY (.*) \S+$", CONTAINER, re.MULTILINE)
    files = {word for line in copied for word in line.split()}
    project = (ROOT / "pyproject.toml").read_text()
    packages = set(re.findall(r'"(\w+)"', re.search(r"packages = (\[.*\])", project)[1]))
    assert packages <= files and {"pyproject.toml", "README.md", "LICENSE"} <= files
    assert all((ROOT / file).exists() for file in files)


def test_every_message_of_the_page_is_one_that_the_service_logs():
    source = "".join(path.read_text() for path in (ROOT / "service").rglob("*.py"))
    messages = re.findall(r"^\| (?:info|warning|error) \| `([^`]+)`", PAGE, re.MULTILINE)
    assert len(messages) >= 8
    assert [message for message in messages if message not in source] == []


def test_the_page_knows_how_long_a_service_of_blender_waits():
    addon = (ROOT / "blender_addon/link/service_process.py").read_text()
    seconds = re.search(r"^IDLE_EXIT_SECONDS = (\d+)", addon, re.MULTILINE)[1]
    assert f"--idle-exit {seconds}`" in PAGE

"""What comes from files, and from other programs, moves no terminal and is no markup."""

import io
import json

import pytest

from service.cli import main
from service.cli.doctor import serving_findings
from service.cli.doctor.doctor import run_doctor
from service.cli.serving.batch_progress import shown_batch
from service.cli.terminal import _Console, cell
from service.serving.keys import KeyFolder

WILD = "[red]\x1b]0;owned\x07\u202egnp"
SHOWN = "[red]\\x1b]0;owned\\x07\\u202egnp"


@pytest.fixture
def screen():
    """A terminal with colours."""
    return _Console(file=io.StringIO(), force_terminal=True, width=300)


def test_lines_and_cells(screen):
    screen.out(f"{WILD}\nnext", highlight=False)
    assert screen.file.getvalue() == f"{SHOWN}\\nnext\n"
    assert cell(f"{WILD}\nnext").plain == f"{SHOWN}\nnext"


def test_names_of_recipes_in_the_bars_of_a_batch(screen):
    with shown_batch(screen, 2) as shown:
        row = {"state": "running", "step": 1, "steps": 2}
        shown.update(0, [(WILD, row)])
        shown._bars.refresh()
        shown.say(f"{WILD} failed", 1)
    said = screen.file.getvalue()
    assert SHOWN in said and f"1/2  {SHOWN} failed" in said
    assert "\x1b]0" not in said and "\u202e" not in said


def run(capsys, *words):
    code = main(list(words))
    said = capsys.readouterr()
    assert all(line.isprintable() for line in (said.out + said.err).split("\n"))
    return code, said.out + said.err


def test_names_of_files_in_errors_and_results(tmp_path, capsys):
    code, said = run(capsys, "tile", "-g", "p4", "-s", str(tmp_path / f"{WILD}.png"))
    assert code == 2 and SHOWN in said
    code, said = run(capsys, "run", WILD)
    assert code == 2 and SHOWN in said
    code, said = run(capsys, "preview", "p4", "--size", "64", "-o", str(tmp_path / f"{WILD}.png"))
    assert code == 0 and SHOWN in said
    code, said = run(capsys, f"--{WILD}")
    assert code == 2 and SHOWN in said


def test_what_is_in_key_files(tmp_path, capsys):
    KeyFolder(tmp_path).new("laptop")
    file = tmp_path / "allowed" / "laptop.pub"
    data = json.loads(file.read_bytes()) | {"made": WILD}
    file.rename(file.with_name(f"{WILD[:9]}.pub")).write_text(json.dumps(data))
    code, said = run(capsys, "keys", "list", "--keys", str(tmp_path))
    assert code == 0 and SHOWN in said and said.startswith("[red]\\x1b]0;")


def test_what_doctor_finds(tmp_path, screen):
    (tmp_path / WILD / "1-000000").mkdir(parents=True)
    run_doctor(serving_findings.jobs(tmp_path / WILD), False, screen)
    assert SHOWN in screen.file.getvalue() and "\x1b]0" not in screen.file.getvalue()

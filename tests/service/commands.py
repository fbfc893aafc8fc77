"""Commands, run within a test or as processes."""

import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from service.cli.app import app

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def run_command(*words) -> Result:
    """A command line; raises what ends it, but for its exit."""
    result = CliRunner().invoke(app, [*map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def call_command(*words, cwd: Path) -> subprocess.CompletedProcess:
    """A command line as a process, in a folder."""
    line = [sys.executable, "-m", "service", *map(str, words)]
    return subprocess.run(line, capture_output=True, text=True, cwd=cwd, env=ENVIRONMENT)

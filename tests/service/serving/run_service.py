"""A service process for tests: ``run_service.py SETTINGS``, as JSON."""

import functools
import json
import sys
from pathlib import Path

from geometry.errors import InputError
from service.serving.logs import LogFormat, log_to_stderr
from service.serving.server import serve
from service.serving.settings import Settings

given = json.loads(sys.argv[1])
given |= {name: Path(given[name]) for name in ("data", "keys") if given.get(name)}
log_to_stderr(LogFormat(given.pop("log_format", "text")))
try:
    serve(Settings(**given), functools.partial(print, file=sys.stdout, flush=True))
except InputError as error:
    sys.exit(f"{error.code}: {error}")
assert "torch" not in sys.modules, "the server must not wait for torch"

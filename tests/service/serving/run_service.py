"""A service process for tests: ``run_service.py BIND IDLE_EXIT PAINTER DATA KEEP [KEYS]``."""

import functools
import os
import sys
from pathlib import Path

from geometry.errors import InputError
from service.serving.logs import LogFormat, log_to_stderr
from service.serving.server import serve

log_to_stderr(LogFormat(os.environ.get("TEST_LOG_FORMAT", "text")))
bind, idle_exit, painter, data, keep, *keys = sys.argv[1:]
announce = functools.partial(print, flush=True)
folder = Path(keys[0]) if keys else None
try:
    serve(bind, float(idle_exit) or None, announce, Path(data), int(keep), painter, folder)
except InputError as error:
    sys.exit(f"{error.code}: {error}")
assert "torch" not in sys.modules, "the server must not wait for torch"

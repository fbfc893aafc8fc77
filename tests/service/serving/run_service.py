"""A service process for tests: ``run_service.py SETTINGS``, as JSON; with "kept" the server is a
child that is started anew, as ``service serve`` has it."""

import functools
import json
import sys

from geometry.errors import InputError
from service.serving.processes.logs import LogFormat, log_to_stderr
from service.serving.serve import serve
from service.serving.server_process import ServerProcess
from service.serving.settings import Settings

given = json.loads(sys.argv[1])
log_format, kept = LogFormat(given.pop("log_format", "text")), given.pop("kept", False)
log_to_stderr(log_format)
announce = functools.partial(print, file=sys.stdout, flush=True)
try:
    settings = Settings.of(given)
    if kept:
        sys.exit(ServerProcess(settings, log_format, announce).run())
    serve(settings, announce)
except InputError as error:
    sys.exit(f"{error.code}: {error}")
assert "torch" not in sys.modules, "the server must not wait for torch"

"""The file with a client's keys, as ``service keys new NAME`` writes it. No bpy in here.

Only what the add-on needs of service/serving/keys.py: CURVE keys, 40 characters of Z85 each.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from ..problems import refuse

KEY_LENGTH = 40
NEW_KEY = "Make one with 'service keys new NAME' where the service runs."


@dataclass(frozen=True)
class ClientKey:
    """The public key of the service that is trusted, and the client's own pair."""

    server: bytes
    public: bytes
    secret: bytes = field(repr=False)


def read_key(path: str) -> ClientKey:
    """The keys in the file ``path``. Raises ProblemError "no-key", "bad-key", "exposed-key"."""
    file = Path(path).expanduser()
    try:
        text = file.read_text("ascii")
        exposed = os.name == "posix" and file.stat().st_mode & 0o077
    except OSError as error:
        refuse("no-key", f"The key file '{path}' cannot be read: {error.strerror}.", NEW_KEY)
    except ValueError:
        text, exposed = "", 0
    if exposed:
        refuse("exposed-key", f"Others can read the key file '{path}'.", f"chmod 600 {path}")
    try:
        data = json.loads(text)
        key = ClientKey(*(data[name].encode("ascii") for name in ("server", "public", "secret")))
        whole = all(len(part) == KEY_LENGTH for part in (key.server, key.public, key.secret))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        whole = False
    return key if whole else refuse("bad-key", f"'{path}' is not a key file.", NEW_KEY)

"""Keys on disk: who the service is, and whose requests it takes.

One folder holds ``server.key`` (the service's own pair), ``allowed/NAME.pub`` (the allow-list:
public keys) and ``clients/NAME.key`` (what the client NAME needs: its pair and the service's public
key). All are JSON. Files are made with mode 0600 and folders with 0700; a secret that others can
read is refused. CURVE keys are Curve25519, 40 characters of Z85 (ZeroMQ RFC 26 and 32).
"""

from __future__ import annotations

import json
import logging
import os
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs
import zmq

from geometry.errors import InputError, unknown_name
from service.serving.jobs.folder_rights import check_own, check_way
from service.whole_files import write_atomically

_KEY_LENGTH = 40  # of a key in Z85

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ServerKey:
    """The pair that a service proves itself with, in Z85."""

    public: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class ClientKey:
    """What a client needs: its own pair, and the public key of the service it trusts, in Z85."""

    name: str
    server: str
    public: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class AllowedKey:
    """One line of the allow-list. ``made``: when, ISO 8601, UTC."""

    name: str
    public: str
    made: str


def default_folder() -> Path:
    """Where keys lie when no folder is given."""
    return Path(platformdirs.user_config_dir("orbitex")) / "keys"


class KeyFolder:
    """The keys in ``folder``; it need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server = folder / "server.key"
        self._allowed = folder / "allowed"
        self._clients = folder / "clients"
        self._told: dict[Path, tuple[str, int]] = {}  # what was said of files that are no keys

    def new(self, name: str) -> Path:
        """Make a key for the client ``name`` and allow it; the file to give to that client.

        The first call makes the service's own key, too.
        Raises InputError: "bad-value" for a name that is no file name, "key-exists",
        "bad-output" if the folder cannot be written, and as :meth:`server`.
        """
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", name):
            raise InputError(
                "bad-value",
                "name",
                f"{name[:70]!r} is not a key's name.",
                "Use letters and digits.",
            )
        public_path, path = self._allowed / f"{name}.pub", self._clients / f"{name}.key"
        if public_path.exists():
            raise InputError(
                "key-exists",
                "name",
                f"There is a key {name!r} already.",
                f"Choose another name, or 'service keys revoke {name}' first.",
            )
        try:
            for folder in (self.folder, self._allowed, self._clients):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._server.exists():
                _write(self._server, asdict(ServerKey(*_new_pair())))
            # The secret first: what is allowed is always at hand.
            client = ClientKey(name, self.server().public, *_new_pair())
            _write(path, asdict(client))
            made = datetime.now(UTC).isoformat(timespec="seconds")
            _write(public_path, asdict(AllowedKey(name, client.public, made)))
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise InputError(
                "bad-output", "keys", f"{self.folder} cannot be written: {reason}.", "Give --keys."
            ) from None
        return path

    def revoke(self, name: str) -> None:
        """Take a client's key off the allow-list. Raises InputError("unknown-key")."""
        if name not in (key.name for key in self.allowed()):
            known = [key.name for key in self.allowed()]
            raise unknown_name("unknown-key", "name", name, known or ["none"])
        (self._allowed / f"{name}.pub").unlink(missing_ok=True)
        (self._clients / f"{name}.key").unlink(missing_ok=True)

    def allowed(self) -> list[AllowedKey]:
        """The allow-list as it is now, by name. What cannot be read lets nobody in; it is logged
        once, and again when it has changed."""
        keys: list[AllowedKey] = []
        faults: dict[Path, str] = {}
        try:
            paths = sorted(path for path in self._allowed.iterdir() if path.suffix == ".pub")
        except FileNotFoundError:
            paths = []
        except OSError as error:
            paths = []
            faults[self._allowed] = f"{self._allowed} cannot be read: {error.strerror}"
        for path in paths:
            try:
                data = _read(path, ("name", "public", "made"))
            except InputError as error:
                faults[path] = str(error)
                continue
            keys.append(AllowedKey(path.stem, data["public"], data["made"]))
        self._log(faults)
        return keys

    def check_rights(self) -> None:
        """Raise InputError("exposed-key") if other users may add keys. Raises OSError."""
        check_way(self.folder, "exposed-key", "keys")
        for folder in (self.folder, self._allowed):
            check_own(folder, "exposed-key", "keys")

    def _log(self, faults: dict[Path, str]) -> None:
        told = {path: (text, _changed_at(path)) for path, text in faults.items()}
        for path, news in told.items():
            if self._told.get(path) != news:
                log.warning("%s", faults[path])
        self._told = told

    def server(self) -> ServerKey:
        """The service's key. Raises InputError: "missing-file", "bad-key", "exposed-key"."""
        data = _read_secret(self._server, ("public", "secret"))
        return ServerKey(data["public"], data["secret"])


def load_client_key(path: Path) -> ClientKey:
    """A file that :meth:`KeyFolder.new` made. Raises InputError as :meth:`KeyFolder.server`."""
    try:
        data = _read_secret(path, ("name", "server", "public", "secret"))
    except InputError as error:
        hint = "Give the file that 'service keys new NAME' printed."
        if error.code == "exposed-key":
            hint = error.hint
        raise InputError(error.code, "key", error.message, hint) from None
    return ClientKey(**{name: data[name] for name in ("name", "server", "public", "secret")})


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _new_pair() -> tuple[str, str]:
    public, secret = zmq.curve_keypair()
    return public.decode(), secret.decode()


def _write(path: Path, data: dict[str, str]) -> None:
    write_atomically(path, (json.dumps(data, indent=1) + "\n").encode(), mode=0o600)


def _read_secret(path: Path, names: tuple[str, ...]) -> dict[str, str]:
    data = _read(path, names)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise InputError(
            "exposed-key", "keys", f"{path} can be read by others.", f"chmod 600 {path}"
        )
    if zmq.curve_public(data["secret"].encode()).decode() != data["public"]:
        raise _bad_key(path)
    return data


def _read(path: Path, names: tuple[str, ...]) -> dict[str, str]:
    """A key file's fields. Raises InputError: "missing-file", "bad-key"."""
    try:
        data: Any = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(
            "missing-file",
            "keys",
            f"{path} cannot be read: {os.strerror(error.errno or 0)}.",
            "Make a key with 'service keys new NAME'.",
        ) from None
    except (ValueError, RecursionError):
        raise _bad_key(path) from None
    if not isinstance(data, dict) or not all(isinstance(data.get(name), str) for name in names):
        raise _bad_key(path)
    if not all(_is_key(data[name]) for name in names if name not in ("name", "made")):
        raise _bad_key(path)
    return data


def _is_key(text: str) -> bool:
    return (
        re.fullmatch(rf"[0-9a-zA-Z.:+=^!/*?&<>()\[\]{{}}@%$#-]{{{_KEY_LENGTH}}}", text) is not None
    )


def _bad_key(path: Path) -> InputError:
    return InputError(
        "bad-key", "keys", f"{path} is damaged or no key.", "Remove it and make a new one."
    )

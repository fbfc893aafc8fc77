"""What ``service serve`` needs: disk, the jobs on it, keys, a port. Each function is one line, or a
few, of ``service doctor``."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import service
from geometry.errors import InputError
from service.cli.doctor.finding import Finding, bad, good, note

_DATA_MIB = 500  # inputs, checkpoints and results of some jobs
_TEMPORARY_MIB = 10
_ANSWER_SECONDS = 2.0
_ANOTHER = "/another/folder"
_ANOTHER_PORT = "service serve --bind tcp://127.0.0.1:0"
_RESTART = "stop it, then: service serve"


def data_folder(folder: Path) -> Iterator[Finding]:
    """Where jobs are kept: whether more can be, and whether others keep out."""
    from service.serving.jobs.folder_rights import check_own, check_way

    try:
        check_way(folder, "exposed-data", "data")
        if folder.exists():
            check_own(folder, "exposed-data", "data")
    except InputError as error:
        yield bad("data", error.message, error.hint)
    except OSError:
        pass  # what is below tells
    yield _room("data", folder, _DATA_MIB, f"service serve --data {_ANOTHER}")


def temporary_folder() -> Iterator[Finding]:
    """Where the service and its workers meet."""
    try:
        folder = Path(tempfile.gettempdir())
    except FileNotFoundError:  # none of the usual ones can be written
        yield bad("temporary files", "no temporary folder can be written", f"TMPDIR={_ANOTHER}")
        return
    yield _room("temporary files", folder, _TEMPORARY_MIB, f"TMPDIR={_ANOTHER} service serve")


def jobs(folder: Path) -> Iterator[Finding]:
    """The jobs that are kept, and folders that are no job any more."""
    from service.serving.jobs.archive import job_folders

    states: Counter[str] = Counter()
    size = 0
    try:
        found = list(job_folders(folder))
    except OSError:
        return  # data_folder tells
    for job in found:
        try:
            job.read_submission()
            states[job.read_standing().state] += 1
        except InputError as error:
            yield note("jobs", error.message, f"rm -r {shlex.quote(str(job.path))}")
        size += job.size()
    each = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    yield good("jobs", f"jobs kept: {each}; {_mib(size)}" if each else "no jobs are kept")


def keys(folder: Path) -> Iterator[Finding]:
    """Who has a key, and whether secrets are secret."""
    from service.serving.keys import KeyFolder

    if not folder.exists():
        yield good("keys", f"no keys in {folder}: the service is for this machine only")
        return
    yield from _exposed(folder)
    key_folder = KeyFolder(folder)
    try:
        key_folder.server()
    except InputError as error:
        if error.code == "missing-file":
            yield note("keys", error.message, error.hint)
        elif error.code != "exposed-key":  # that is told already
            yield bad("keys", error.message, error.hint)
    allowed = [key.name for key in key_folder.allowed()]
    for path in sorted((folder / "allowed").glob("*.pub")):
        if path.stem not in allowed:
            yield note("keys", f"{path} is damaged: lets nobody in", f"rm {shlex.quote(str(path))}")
    who = f"{len(allowed)}: {', '.join(allowed)}" if allowed else "nobody"
    yield good("keys", f"the keys in {folder} let in {who}")


def port(address: str, keys: Path) -> Iterator[Finding]:
    """Whether a service could listen at ``address``, with the keys that it takes there, or does
    already."""
    import zmq

    from service.serving.addresses import is_loopback, open_socket
    from service.serving.admission import admission_to

    with contextlib.ExitStack() as closing:
        context = closing.enter_context(zmq.Context())
        try:
            admission = None if is_loopback(address) else admission_to(address, keys, context)
            if admission is not None:
                closing.callback(admission.close)
            open_socket(address, context, admission.guard if admission else None)[0].close()
            yield good("port", f"{address} is free for 'service serve'")
        except InputError as error:
            if error.code == "address-in-use":
                yield _who_listens(address)
            else:
                yield bad("port", error.message, error.hint or _ANOTHER_PORT)


def _who_listens(address: str) -> Finding:
    from service.serving.client import Client

    try:
        with Client(address.replace("*", "127.0.0.1"), timeout=_ANSWER_SECONDS) as client:
            release = client.hello()["service"]
    except InputError as error:
        if error.code == "service-unreachable":
            who = "by a program that does not answer, or by a service that demands a key"
            return note("port", f"{address} is taken {who}", _ANOTHER_PORT)
        return note("port", f"{address}: {error.message}", _RESTART)
    if release != service.__version__:
        return note("port", f"a service {release} answers at {address}", _RESTART)
    return good("port", f"a service {release} answers at {address}")


def _room(topic: str, folder: Path, needed: int, elsewhere: str) -> Finding:
    # Tried, not asked: root may write everywhere, and a full disk or a quota has no mode.
    place = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    try:
        with tempfile.TemporaryFile(dir=place) as probe:
            probe.write(bytes(4096))
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        return bad(topic, f"{folder} cannot be written: {reason}", elsewhere)
    free = shutil.disk_usage(place).free
    if free < needed << 20:
        fix = f"free {needed} MiB there, or {elsewhere}"
        return bad(topic, f"{topic} in {folder}: only {_mib(free)} free", fix)
    return good(topic, f"{topic} in {folder}: {_mib(free)} free")


def _exposed(folder: Path) -> Iterator[Finding]:
    """Modes that let others of this machine in; Windows has none."""
    if os.name != "posix":
        return
    found = [folder, *folder.rglob("*")]
    for mode, what, paths in (
        (0o700, "folders", [path for path in found if path.is_dir()]),
        (0o600, "files", [path for path in found if path.is_file()]),
    ):
        open_ones = [path for path in paths if path.stat().st_mode & 0o077]
        if open_ones:
            level = bad if folder / "server.key" in open_ones else note
            names = shlex.join(map(str, open_ones))
            text = f"{len(open_ones)} {what} of keys can be read by others"
            yield level("keys", text, f"chmod {mode:o} {names}")


def _mib(size: int) -> str:
    return f"{size / 2**30:.0f} GiB" if size >= 10 << 30 else f"{size / 2**20:.0f} MiB"

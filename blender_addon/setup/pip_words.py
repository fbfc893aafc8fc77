"""What pip says, in words for an artist."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..printable import printable
from ..problems import Problem

AGAIN = ("orbitex.install_service", "Try Again")
_FILE = re.compile(r"([A-Za-z0-9._]+?)-\d[^/ ]*\.(?:whl|tar\.gz|zip)(?![.\w])")
_SIZE = re.compile(r"\(([\d.]+ [kMG]?B)\)")
# Of pip, of its HTTP library, and of the systems below.
_NETWORK = re.compile(
    "NewConnectionError|ConnectTimeout|ReadTimeout|Max retries exceeded|IncompleteRead"
    "|Connection (?:broken|aborted)|ConnectionResetError|RemoteDisconnected|ProxyError|SSLError"
    "|NameResolutionError|name resolution|getaddrinfo|Network is unreachable|timed out",
    re.IGNORECASE,
)
_FULL = re.compile(r"No space left|Errno 28\b|WinError 112\b|Disk quota exceeded|Errno 122\b")
_NOTHING_FITS = re.compile(r"No matching distribution found for (\S+)")


def progress_of(line: str) -> str | None:
    """A line of pip's as progress; None if it says nothing new."""
    words = line.strip()
    if words.startswith("Collecting "):
        return f"Looking for {re.split('[^A-Za-z0-9._-]', words[11:], maxsplit=1)[0]}"
    if words.startswith("Installing collected packages:"):
        return f"Installing {words.count(',') + 1} packages"
    if "Retrying (" in words:
        return "The network does not answer: trying again"
    if (file := _FILE.search(words)) and words.startswith(("Downloading ", "Using cached ")):
        name, size = file[1].replace("_", "-"), _SIZE.search(words)
        return f"Downloading {name}" + (f" ({size[1]})" if size else "")
    return None


def problem_of(lines: Sequence[str], log: str) -> Problem:
    """Why pip failed, from what it printed, all of which is in the file ``log``."""
    text = "\n".join(lines)
    if _FULL.search(text):
        return disk_full("The disk is full.")
    if _NETWORK.search(text):
        return Problem(
            "no-network",
            "The packages cannot be downloaded: the network does not answer.",
            "Check the network and pip's proxy, then try again.",
            *AGAIN,
        )
    if nothing := _NOTHING_FITS.search(text):
        return Problem(
            "no-package",
            f"pip finds no package {printable(nothing[1])} for this machine.",
            "Try again; if it says so again, pip's settings name an index without it.",
            *AGAIN,
        )
    said = [line.strip() for line in lines if line.strip()]
    errors = (
        [line for line in said if line.startswith("ERROR:")] or said[-1:] or ["It said nothing."]
    )
    return failed(errors[-1].removeprefix("ERROR: "), log)


def failed(words: str, log: str) -> Problem:
    """The installation ended with these words; all others are in the file ``log``."""
    message, hint = f"The installation failed: {printable(words)}", f"Try again. Log: {log}"
    return Problem("install-failed", message, hint, *AGAIN)


def disk_full(message: str) -> Problem:
    """There is no room."""
    return Problem("disk-full", message, "Make room there, then try again.", *AGAIN)

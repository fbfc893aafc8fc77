"""The installation of the moment: begun by a button, collected by the timer. Main thread only."""

from __future__ import annotations

from collections.abc import Sequence

from . import finding
from .installer import RUNNING, Installer, Report
from .place import Place

_installer: Installer | None = None
_last: Report | None = None


def begin(place: Place, starters: Sequence[Sequence[str]] | None = None) -> None:
    """Install into ``place``, unless something is being installed."""
    global _installer, _last
    if _installer is None:
        _installer = Installer(place, starters)
        _last = _installer.report()
        _installer.start()


def pending() -> Installer | None:
    """What is being installed."""
    return _installer


def report() -> Report | None:
    """Of the installation that runs, or of the last one."""
    return _last


def forget() -> None:
    """What became of the last one is no news any more."""
    global _last
    if _installer is None:
        _last = None


def collect() -> Report | None:
    """Take the news; the last report, once, when it has ended."""
    global _installer, _last
    if _installer is None:
        return None
    _last = _installer.report()
    if _last.state == RUNNING:
        return None
    _installer = None
    finding.look_again()
    return _last


def stop() -> None:
    """Cancel, and wait for the end."""
    global _installer
    if _installer is not None:
        _installer.cancel()
        _installer.join(10.0)
    _installer = None
    forget()
    finding.look_again()

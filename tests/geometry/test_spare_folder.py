"""Caches without a home that can be written."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from geometry.errors import InputError
from geometry.spare_folder import can_write, spare_folder

ROOT = Path(__file__).parents[2]
posix = pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners and modes of POSIX")
linux = pytest.mark.skipif(
    sys.platform != "linux", reason="/proc takes no files, from root neither"
)


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    spare_folder.cache_clear()
    yield tmp_path
    spare_folder.cache_clear()


@linux
def test_whether_a_folder_can_be_written_is_tried(tmp_path):
    assert can_write(tmp_path / "new" / "one") and (tmp_path / "new" / "one").is_dir()
    (tmp_path / "file").touch()
    assert not can_write(tmp_path / "file") and not can_write(Path("/proc/nowhere"))


@posix
def test_the_spare_folder_is_the_user_s_own_and_the_same_again(temporary):
    made = spare_folder()
    assert made == temporary / f"orbitex_cache_{os.getuid()}"
    assert made.stat().st_mode & 0o777 == 0o700
    spare_folder.cache_clear()
    assert spare_folder() == made


@posix
@pytest.mark.parametrize("trap", ["open to others", "link", "file"])
def test_a_folder_that_others_prepared_is_not_taken(temporary, trap):
    place = temporary / f"orbitex_cache_{os.getuid()}"
    if trap == "open to others":
        place.mkdir()
        place.chmod(0o777)
    elif trap == "link":
        (temporary / "elsewhere").mkdir(mode=0o700)
        place.symlink_to(temporary / "elsewhere")
    else:
        place.touch()
    made = spare_folder()
    assert made != place and made.parent == temporary and made.stat().st_mode & 0o777 == 0o700


@linux
def test_no_temporary_folder_at_all_is_said_in_a_line(temporary, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/proc/nowhere")
    with pytest.raises(InputError, match="TMPDIR"):
        spare_folder()


@linux
@pytest.mark.parametrize("home", ["/proc/nowhere", "read-only"])
def test_kernels_find_a_cache_without_a_home(tmp_path, home):
    """Warp would raise where it cannot make its folder, and again where it cannot write there."""
    seen = "from geometry import kernels; "
    if home == "read-only":  # a test that runs as root can write everywhere
        home = str(tmp_path)
        seen += "kernels.can_write = lambda _: False; "
    rest = {name: value for name, value in os.environ.items() if name != "XDG_CACHE_HOME"}
    spare = tmp_path / "spare"
    spare.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", f"{seen}print(kernels.cache_folder())"],
        env=rest | {"HOME": home, "TMPDIR": str(spare), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = Path(done.stdout.strip())
    assert found.is_relative_to(spare) and found.is_dir()

import numpy as np
import pytest
from PIL import Image

from geometry.errors import InputError
from service.reporting.loop import loop_destination, write_loop


def turning(count=6, size=40):
    """Smooth pictures that differ, (size, size, 3) uint8: a slope of colours that turns."""
    y, x = np.mgrid[:size, :size] / size - 0.5
    for k in range(count):
        angle = 2 * np.pi * (k / count + np.arange(3) / 3)
        slope = x[..., None] * np.cos(angle) + y[..., None] * np.sin(angle)
        yield np.rint((slope * 0.6 + 0.5) * 255).astype(np.uint8)


def played(place):
    """The frames of an animated file (n, H, W, 3) as floats, and their durations in ms."""
    frames, durations = [], []
    with Image.open(place) as loop:
        for k in range(loop.n_frames):
            loop.seek(k)
            loop.load()
            frames.append(np.asarray(loop.convert("RGB"), float))
            durations.append(loop.info["duration"])
    return np.stack(frames), durations


@pytest.mark.parametrize(("suffix", "duration"), [(".gif", 40), (".webp", 42)])
def test_animations_play_every_frame_for_ever(tmp_path, suffix, duration):
    place = tmp_path / "deep" / f"loop{suffix}"
    write_loop(turning(), place, fps=24)
    frames, durations = played(place)
    assert durations == [duration] * 6
    assert Image.open(place).info["loop"] == 0
    gap = frames - np.stack(list(turning())).astype(float)
    assert np.sqrt((gap**2).mean()) < 12
    assert np.abs(gap.mean(axis=(1, 2))).max() < 2  # no frame has a cast
    assert [p.name for p in place.parent.iterdir()] == [place.name]


def test_a_gif_does_not_flicker(tmp_path):
    """What stands still in the frames stands still in the file: one palette, one dither."""
    still = next(turning())
    frames = []
    for k, frame in enumerate(turning()):
        frames.append(still.copy())
        frames[k][:8] = frame[:8]
    write_loop(frames, tmp_path / "loop.gif", fps=10)
    seen, _ = played(tmp_path / "loop.gif")
    assert len(seen) == 6
    assert np.ptp(seen[:, 8:], axis=0).max() == 0


def test_a_folder_gets_numbered_lossless_frames(tmp_path):
    place = tmp_path / "frames"
    place.mkdir()
    write_loop(turning(), place, fps=24)
    names = sorted(p.name for p in place.iterdir())
    assert names == [f"000{k}.png" for k in range(1, 7)]
    for name, frame in zip(names, turning(), strict=True):
        assert np.array_equal(np.asarray(Image.open(place / name)), frame)
    assert [p.name for p in tmp_path.iterdir()] == ["frames"]


@pytest.mark.parametrize("name", ["loop.gif", "loop.webp", "frames"])
def test_a_loop_that_breaks_off_leaves_nothing(tmp_path, name):
    def breaking():
        yield from turning(2)
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        write_loop(breaking(), tmp_path / name, fps=24)
    with pytest.raises(InputError) as refused:
        write_loop([], tmp_path / name, fps=24)
    assert refused.value.code == "no-frames"
    assert list(tmp_path.iterdir()) == []


def test_bad_places_and_speeds_are_refused_in_one_line(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    (tmp_path / "file").touch()
    (tmp_path / "folder.gif").mkdir()
    for name in ("loop.mp4", "full", "file", "folder.gif", "file/loop.gif"):
        with pytest.raises(InputError) as refused:
            loop_destination(tmp_path / name)
        assert (refused.value.code, refused.value.field) == ("bad-output", "loop")
        assert refused.value.hint
        assert "\n" not in str(refused.value)
    for fps in (0, 51, float("nan")):
        with pytest.raises(InputError) as refused:
            write_loop(turning(), tmp_path / "loop.gif", fps)
        assert (refused.value.code, refused.value.field) == ("bad-fps", "fps")

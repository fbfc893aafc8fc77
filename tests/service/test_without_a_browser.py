"""Opening a page where there is no browser: one line, whatever the programs that open pages say."""

import os
import subprocess
import sys

import pytest

OPENS = (
    "from pathlib import Path; from service.browser import open_page; open_page(Path('a b.html'))"
)


@pytest.mark.skipif(os.name != "posix", reason="its browser is a script")
@pytest.mark.parametrize(("code", "said"), [(0, 0), (3, 1)])
def test_only_its_own_line_is_said(tmp_path, code, said):
    browser = tmp_path / "browser"
    browser.write_text(
        f'#!/bin/sh\necho "$1" >> {tmp_path}/opened\necho no luck >&2\nexit {code}\n'
    )
    browser.chmod(0o755)
    env = {**os.environ, "BROWSER": f"{browser} %s"}
    done = subprocess.run(
        [sys.executable, "-c", OPENS], env=env, capture_output=True, text=True, check=True
    )
    opened = (tmp_path / "opened").read_text()
    assert opened.startswith("file:///") and "a%20b.html" in opened
    assert done.stderr.count("\n") == said and "no luck" not in done.stderr
    assert bool(said) == ("no browser" in done.stderr)

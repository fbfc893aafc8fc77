"""Keys on disk: what is written, who may read it, what is refused."""

import json
import os
import stat

import pytest
import zmq

from geometry.errors import InputError
from service.serving.keys import KeyFolder, default_folder, load_client_key

posix = pytest.mark.skipif(os.name != "posix", reason="permissions")


@pytest.fixture
def folder(tmp_path):
    return KeyFolder(tmp_path / "settings" / "keys")


def refused(code, action, *given):
    with pytest.raises(InputError) as caught:
        action(*given)
    assert caught.value.code == code and caught.value.hint
    return caught.value


def test_a_new_key_is_a_pair_and_trusts_the_service(folder):
    key = load_client_key(folder.new("laptop"))
    assert key.name == "laptop" and key.server == folder.server().public
    assert zmq.curve_public(key.secret.encode()) == key.public.encode()
    assert [(k.name, k.public) for k in folder.allowed()] == [("laptop", key.public)]


def test_keys_differ_and_the_service_stays_the_same(folder):
    keys = [load_client_key(folder.new(name)) for name in ("b", "a")]
    assert keys[0].server == keys[1].server
    assert len({key.secret for key in keys} | {folder.server().secret}) == 3
    assert [key.name for key in folder.allowed()] == ["a", "b"]
    refused("key-exists", folder.new, "a")
    assert load_client_key(folder.folder / "clients" / "a.key") == keys[1]


def test_a_revoked_name_is_free_for_another_key(folder):
    old = load_client_key(folder.new("laptop"))
    folder.revoke("laptop")
    assert folder.allowed() == [] and not list(folder.folder.glob("clients/*"))
    refused("unknown-key", folder.revoke, "laptop")
    assert load_client_key(folder.new("laptop")).public != old.public


@posix
def test_no_one_else_can_read_anything(folder):
    before = os.umask(0)  # the most careless user
    try:
        folder.new("laptop")
    finally:
        os.umask(before)
    for path in (folder.folder, *folder.folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


@posix
def test_a_secret_that_others_can_read_is_refused(folder):
    path = folder.new("laptop")
    for secret, load in ((path, lambda: load_client_key(path)), (_server(folder), folder.server)):
        secret.chmod(0o640)
        assert "chmod 600" in refused("exposed-key", load).hint


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "a\\b", ".hidden", "x" * 65, "a\n", "é"])
def test_a_name_leads_nowhere_else(folder, name):
    refused("bad-value", folder.new, name)
    refused("unknown-key", folder.revoke, name)
    assert not folder.folder.exists()


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"[]", b"{}", b'{"public": 1}', b"[" * 100_000, None]
)
def test_damaged_keys_are_refused_and_let_nobody_in(folder, content):
    path = folder.new("laptop")
    if content is None:  # well formed, but the halves are of two pairs
        data = json.loads(path.read_text())
        content = json.dumps(data | {"public": folder.server().public}).encode()
    else:
        _server(folder).write_bytes(content)
        refused("bad-key", folder.server)
        (folder.folder / "allowed" / "laptop.pub").write_bytes(content)
        assert folder.allowed() == []
    path.write_bytes(content)
    refused("bad-key", load_client_key, path)


def test_a_missing_file_is_told_with_the_way_out(folder):
    assert "keys new" in refused("missing-file", load_client_key, folder.folder / "x").hint
    assert "keys new" in refused("missing-file", folder.server).hint
    assert folder.allowed() == []


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    refused("bad-output", KeyFolder(tmp_path / "file" / "keys").new, "laptop")


def test_secrets_are_not_printed(folder):
    key = load_client_key(folder.new("laptop"))
    assert key.secret not in repr(key) and folder.server().secret not in repr(folder.server())


def test_the_default_folder_is_the_users():
    assert default_folder().is_absolute() and "orbitex" in default_folder().parts


def _server(folder):
    return folder.folder / "server.key"

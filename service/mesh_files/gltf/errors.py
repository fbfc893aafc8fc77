"""What is wrong with a glTF file."""

from __future__ import annotations


class GltfError(ValueError):
    """``reason`` ends the sentence "FILE cannot be read: …"; ``fix`` is a sentence of its own."""

    def __init__(self, reason: str, fix: str = "Export it again.") -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix

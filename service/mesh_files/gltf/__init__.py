"""glTF 2.0 files, text or binary: their scene as triangles in place, with their base colours."""

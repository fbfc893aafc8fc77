"""Paint of tiles and textures too large to hold several times over: read, moved and delivered part
by part."""

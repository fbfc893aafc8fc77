// The pattern of a symmetry baked into a texture: of the plane a cell, of the hyperbolic plane Poincaré's
// disc, of the sphere a cube. A machine without a GPU reads it while things move: folding every pixel would
// take it too long. It is drawn in bands of rows, between which the page can do other things.

// How a space is laid out in the texture. bake: of `vec2 st`, 0..1, the point `p` and the `footprint` of a
// texel; read: the colour at `vec3 p`, seen in pixels as wide as `footprint`; density: texels along a unit.
export const LAYOUTS = {
  plane: {
    sampler: "sampler2D",
    bake: "p = texels * vec3(st, 1.); footprint = 1. / density;",
    read: "textureLod(baked, (points * p).xy, log2(footprint * density) - .5)",
  },
  hyperbolic: {
    sampler: "sampler2D",
    bake: `vec2 z = 2. * st - 1.;
      z *= min(1., .9999 / max(length(z), 1e-6));
      float s = dot(z, z);
      p = vec3(2. * z, 1. + s) / (1. - s);
      footprint = 2. / (1. - s) / density;`,
    read: "textureLod(baked, .5 + .5 * p.xy / (1. + p.z), log2(footprint * density / (1. + p.z)) - .5)",
  },
  sphere: {
    sampler: "samplerCube",
    bake: "p = normalize(texels * vec3(2. * st - 1., 1.)); footprint = 1. / density;",
    read: "textureLod(baked, p, log2(footprint * density * max(abs(p.x), max(abs(p.y), abs(p.z)))) - .5)",
  },
};
const FACES = [ // of a cube, as WebGL has them: of s, t and 1 to a point, row by row
  [0, 0, 1, 0, -1, 0, -1, 0, 0], [0, 0, -1, 0, -1, 0, 1, 0, 0], [1, 0, 0, 0, 0, 1, 0, 1, 0],
  [1, 0, 0, 0, 0, -1, 0, -1, 0], [1, 0, 0, 0, -1, 0, 0, 0, 1], [-1, 0, 0, 0, -1, 0, 0, 0, -1],
];
const LARGEST = 2048, FINER = 1.5; // texels along a side; than the screen, as the middle of a disc moves
const SPENT = 12; // milliseconds that a band may take

export class Baked {
  // scale: pixels of the screen for a unit
  constructor(gl, space, symmetry, scale) {
    Object.assign(this, { gl, space, symmetry });
    const limited = (side) => Math.max(1, Math.min(Math.round(side), LARGEST));
    if (space === "plane") {
      const { corner, sides: [a, b] } = symmetry.cell;
      const lengths = [a, b].map((side) => Math.hypot(...side));
      this.size = lengths.map((length) => limited(length * scale));
      this.density = Math.max(...this.size.map((texels, k) => texels / lengths[k]));
      this.faces = [[a[0], b[0], corner[0], a[1], b[1], corner[1], 0, 0, 1]];
    } else {
      this.size = Array(2).fill(limited(2 * FINER * scale));
      this.density = this.size[0] / 2;
      this.faces = space === "sphere" ? FACES : [[1, 0, 0, 0, 1, 0, 0, 0, 1]];
    }
    this.kind = space === "sphere" ? gl.TEXTURE_CUBE_MAP : gl.TEXTURE_2D;
    this.texture = gl.createTexture();
    this.frame = gl.createFramebuffer();
    this.done = 0; // rows of all faces
    this.band = 16;
    this.#bind(() => {
      gl.texStorage2D(this.kind, 1 + Math.floor(Math.log2(Math.max(...this.size))), gl.RGBA8, ...this.size);
      gl.texParameteri(this.kind, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_NEAREST);
    });
  }

  get ready() { return this.done === this.faces.length * this.size[1]; }

  // One band more: draw(face) draws all of a face, of which the band alone is kept.
  add(draw) {
    const { gl } = this, [width, height] = this.size;
    const number = Math.floor(this.done / height), from = this.done % height;
    const rows = Math.min(this.band, height - from);
    const begin = performance.now();
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.frame);
    const target = this.space === "sphere" ? gl.TEXTURE_CUBE_MAP_POSITIVE_X + number : this.kind;
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, target, this.texture, 0);
    gl.viewport(0, 0, width, height);
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(0, from, width, rows);
    draw(this.faces[number]);
    gl.readPixels(0, from, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)); // waits until it is there
    gl.disable(gl.SCISSOR_TEST);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    this.done += rows;
    this.band = Math.max(4, performance.now() - begin < SPENT ? 2 * this.band : this.band >> 1);
    if (this.ready) this.#bind(() => gl.generateMipmap(this.kind));
  }

  // The texture stays bound to the second unit; the first one has the picture.
  #bind(then) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(this.kind, this.texture);
    then();
    gl.activeTexture(gl.TEXTURE0);
  }

  remove() {
    this.gl.deleteTexture(this.texture);
    this.gl.deleteFramebuffer(this.frame);
  }
}

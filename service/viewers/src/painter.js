// WebGL: the picture as a texture, a program for each kind of view, their numbers.
import { Baked } from "./baked.js";
import * as colours from "./colours.js";
import { MODELS } from "./models.js";
import { fragment, VERTEX } from "./shader.js";
import { image, inverse, product } from "./vectors.js";

const MATH = { product, inverse, image };
const columns = (m) => [0, 3, 6, 1, 4, 7, 2, 5, 8].map((k) => m[k]); // as GLSL has them

export class Painter {
  constructor(canvas, data, picture) {
    const gl = canvas.getContext("webgl2", { antialias: false, alpha: false });
    if (!gl) throw new Error("This browser has no WebGL 2.");
    Object.assign(this, { canvas, gl, data, programs: new Map() });
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, picture);
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    this.size = [picture.width, picture.height];
  }

  // scene: model, symmetry, motion, base, scale and middle in pixels of the canvas, overlay [mirrors, centres,
  // domain], change, tint; fine: slower and sharper. What is baked is used, if it is there, unless finely.
  draw(scene, fine) {
    const { gl, canvas, data } = this;
    const spare = scene.overlay.some(Boolean);
    const baked = !fine && !spare && this.baked?.ready && this.baked.symmetry === scene.symmetry;
    const set = this.#used(scene, { fine, spare, way: baked ? "baked" : "folded" });
    gl.viewport(0, 0, canvas.width, canvas.height);
    if (baked) set.num("density", [this.baked.density]);
    if (baked && this.baked.space === "plane") set.mat3("points", [inverse(this.baked.faces[0])]);
    set.mat3("motion", [scene.motion]);
    set.num("screen", [scene.scale, ...scene.middle]);
    set.num("height", [canvas.height]);
    set.int("base", [scene.base]);
    set.int("overlay", [...scene.overlay, 0]);
    set.num("change", [scene.change]);
    set.num("paper", paper());
    const tint = colours.action(scene.tint, data.frame, MATH);
    set.mat3("tint", [tint.matrix]);
    set.num("tint_shift", tint.shift);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  // A little more is baked of a symmetry, scale being the screen's pixels for a unit; says whether more is left;
  // null: there was nothing to do.
  bake({ model, symmetry }, scale) {
    const { gl } = this;
    if (this.baked?.symmetry !== symmetry) {
      this.baked?.remove();
      this.baked = new Baked(gl, MODELS[model].space, symmetry, scale);
    }
    if (this.baked.ready) return null;
    this.baked.add((face) => {
      const set = this.#used({ model, symmetry }, { fine: false, spare: false, way: "baking" });
      set.num("density", [this.baked.density]);
      set.num("screen", [1, ...this.baked.size]);
      set.mat3("texels", [face]);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    });
    return !this.baked.ready;
  }

  // Waits until what was drawn is there: by reading a pixel of it.
  finish() {
    const { gl } = this;
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  }

  // Makes the program for this the one in use; setters of its numbers.
  #used({ model, symmetry }, how) {
    const key = [model, symmetry.name, ...Object.values(how)].join();
    if (!this.programs.has(key)) this.programs.set(key, this.#made(model, symmetry, how));
    const { program, set } = this.programs.get(key);
    this.gl.useProgram(program);
    return set;
  }

  #made(model, symmetry, how) {
    const { gl, data } = this;
    const { sides, lines, centres, palette } = symmetry;
    const program = gl.createProgram();
    const text = fragment({
      model, ...how, source: data.source.name, direct: symmetry.direct, logits: Boolean(data.frame),
      sides: sides.length, lines: lines.length, centres: centres.length, colours: palette.length,
    });
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, text]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
    gl.useProgram(program);
    const set = setters(gl, program);
    const actions = palette.map((element) => colours.action(element, data.frame, MATH));
    gl.uniform1i(gl.getUniformLocation(program, "baked"), 1);
    set.vec3("side", sides.map((side) => side.covector));
    set.mat3("pairing", sides.map((side) => side.matrix));
    set.int("next", sides.flatMap((side) => side.next));
    set.mat3("colour", actions.map((one) => one.matrix));
    set.vec3("shift", actions.map((one) => one.shift));
    set.vec3("line", lines.map((line) => line.covector));
    set.int("kind", lines.map((line) => Number(line.glide)));
    set.vec3("centre", centres.map((centre) => centre.place));
    set.int("order", centres.map((centre) => centre.order));
    set.num("soft", [symmetry.soft]);
    set.num("area", [symmetry.area]);
    set.num("mean", symmetry.mean);
    set.num("paint_offset", data.texture.offset);
    set.num("paint_size", this.size);
    set.num("texture_scale", [data.texture.scale]);
    for (const [name, values] of Object.entries(data.source.numbers)) set.num(name, values);
    return { program, set };
  }
}

// The colour behind the picture, 0..1. A canvas that lets the page through takes a browser without a GPU
// a third longer.
function paper() {
  const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g);
  return [red, green, blue].map((x) => x / 255);
}

// Uniforms by name; what the compiler has left out is no error.
function setters(gl, program) {
  const at = (name) => gl.getUniformLocation(program, name);
  return {
    num: (name, values) => gl[`uniform${values.length}fv`](at(name), values),
    vec3: (name, rows) => rows.length && gl.uniform3fv(at(name), rows.flat()),
    mat3: (name, list) => list.length && gl.uniformMatrix3fv(at(name), false, list.flatMap(columns)),
    int: (name, values) => {
      if (name === "overlay") gl.uniform4iv(at(name), values);
      else if (values.length) gl.uniform1iv(at(name), values);
    },
  };
}


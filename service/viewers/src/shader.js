// The fragment shader: from a pixel of the screen to a point of the space, into the fundamental
// domain, to the picture, and back with the colours of the elements on the way. Or from a texel of what is
// baked instead of a pixel; or to that instead of the picture.
import { LAYOUTS } from "./baked.js";
import { MODELS } from "./models.js";
import { EDGED, SOURCES } from "./sources.js";

export const VERTEX = `#version 300 es
void main() { gl_Position = vec4(gl_VertexID == 1 ? 3. : -1., gl_VertexID == 2 ? 3. : -1., 0., 1.); }`;

const ON_SPACE = {
  plane: "p",
  sphere: "normalize(p)",
  hyperbolic: "vec3(p.xy, sqrt(1. + dot(p.xy, p.xy)))",
};
const FORM = { plane: "vec3(1., 1., 0.)", sphere: "vec3(1.)", hyperbolic: "vec3(1., 1., -1.)" };

// The arrays of a symmetry have at least one entry, as GLSL knows no empty ones.
// way: "folded", "baking" or "baked".
export function fragment({ model, source, sides, lines, centres, colours, logits, direct, fine, spare, way }) {
  const { space, glsl, units } = MODELS[model];
  const { sampler, bake, read } = LAYOUTS[space], baking = way === "baking";
  const n = (count) => Math.max(count, 1);
  return `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp samplerCube;
uniform sampler2D paint;
uniform ${sampler} baked;
uniform mat3 motion, tint, texels, points; // of what is baked: texels to points and back
uniform float density;
uniform vec3 tint_shift, mean, paper, screen; // screen: pixels per unit, the place of w = 0
uniform vec2 paint_offset, paint_size;
uniform float texture_scale, height, area, soft, change;
uniform vec3 side[${n(sides)}], line[${n(lines)}], centre[${n(centres)}];
uniform mat3 pairing[${n(sides)}], colour[${colours}];
uniform vec3 shift[${colours}];
uniform int next[${n(sides) * colours}], order[${n(centres)}], kind[${n(lines)}];
uniform int base;
uniform ivec4 overlay; // mirrors, centres, domain
out vec4 result;
${glsl}
vec2 units(vec2 w) { float s = dot(w, w); return ${units}; }
${SOURCES[source]}

vec3 logit(vec3 v) { v = clamp(v, 1e-4, 1. - 1e-4); return log(v / (1. - v)); }
vec3 act(mat3 m, vec3 t, vec3 v) {
  ${logits ? "return 1. / (1. + exp(-(m * logit(v) + t)));" : "return m * v + t;"}
}

vec3 read(vec2 at, float lod) {
  at = (at + paint_offset) * texture_scale;
  ${fine ? `if (lod <= 0.) { // Catmull and Rom's spline, in nine bilinear reads
    vec2 f = fract(at - .5), c = at - f;
    vec2 w0 = f * (-.5 + f * (1. - .5 * f)), w1 = 1. + f * f * (1.5 * f - 2.5);
    vec2 w2 = f * (.5 + f * (2. - 1.5 * f)), w3 = f * f * (.5 * f - .5);
    vec2 w12 = w1 + w2, c12 = c + w2 / w12, c0 = c - 1., c3 = c + 2.;
    vec3 sum = vec3(0.);
    #define ADD(x, y, w) sum += (w) * textureLod(paint, vec2(x, y) / paint_size, 0.).rgb
    ADD(c0.x, c0.y, w0.x * w0.y); ADD(c12.x, c0.y, w12.x * w0.y); ADD(c3.x, c0.y, w3.x * w0.y);
    ADD(c0.x, c12.y, w0.x * w12.y); ADD(c12.x, c12.y, w12.x * w12.y); ADD(c3.x, c12.y, w3.x * w12.y);
    ADD(c0.x, c3.y, w0.x * w3.y); ADD(c12.x, c3.y, w12.x * w3.y); ADD(c3.x, c3.y, w3.x * w3.y);
    return clamp(sum, 0., 1.);
  }` : ""}
  return textureLod(paint, at / paint_size, lod).rgb;
}

vec3 painted(vec3 p, float footprint) {
  float finely;
  vec2 at = shown(p, finely);
  // half a level finer than a whole pixel's mean, which would be blurred twice
  return read(at, log2(max(footprint * finely * texture_scale, 1e-3)) - .5);
}

vec3 on_space(vec3 p) { return ${ON_SPACE[space]}; }
float metric(vec3 d) { return sqrt(max(dot(d * d, ${FORM[space]}), 0.)); }

void main() {
${baking ? `
  vec2 st = gl_FragCoord.xy / screen.yz;
  vec3 p;
  float footprint, cover = 1.;
  ${bake}` : `
  vec2 w = (vec2(gl_FragCoord.x, height - gl_FragCoord.y) - screen.yz) / screen.x * vec2(1., -1.);
  float inside;
  vec3 near = seen(w, inside);
  vec2 across_pixel = units(w) / screen.x;
  float footprint = max(across_pixel.x, across_pixel.y);
  float cover = clamp(inside * screen.x + .5, 0., 1.);
  vec3 p = on_space(motion * near);`}
  // A machine without a GPU draws some pixels at once and leaves a loop, but no branch, when none
  // of them needs it: outside, and where domains are too small to be seen, no step is made.
  bool seen_well = ${space === "hyperbolic" ? "cover > 0. && sqrt(area) > .75 * footprint" : "cover > 0."};
  vec3 y = p;
  ${EDGED.includes(source) && !baking ? "cover *= clamp(within(p) / footprint + .5, 0., 1.);" : ""}
  int code = base, passed = 0;
  ${way !== "baked" && sides && (!direct || spare) ? `
  for (int i = 0; i < 256 && seen_well; i++) {
    int worst = -1;
    float least = -2e-6 * (1. + abs(y.z)) - ${space === "plane" ? "2e-6 * (abs(y.x) + abs(y.y))" : "0."};
    for (int s = 0; s < ${sides}; s++) {
      float depth = dot(side[s], y);
      if (depth < least) { least = depth; worst = s; }
    }
    if (worst < 0) break;
    y = on_space(pairing[worst] * y);
    code = next[worst * ${colours} + code];
    passed++;
  }` : ""}
  ${way === "baked" ? `
  vec3 c = ${read}.rgb;
  if (base != 0) c = act(colour[base], shift[base], c);` : direct ? "vec3 c = painted(p, footprint);" : `
  vec3 c = painted(y, footprint);
  if (soft > 0.) { // a little of the neighbour across the nearest side: no cut where they meet
    float a = 1e9, b = 1e9;
    int across = 0;
    for (int s = 0; s < ${sides}; s++) {
      float depth = max(dot(side[s], y), 0.);
      if (depth < a) { b = a; a = depth; across = s; } else if (depth < b) b = depth;
    }
    float x = max(1. - a / max(b, 1e-9) - a / soft, 0.) * .5;
    float share = x * x * (3. - 2. * x);
    for (int i = 0; i < 1 && seen_well && share > 0.; i++) {
      vec3 other = painted(on_space(pairing[across] * y), footprint);
      int through = next[across * ${colours}];
      c = mix(c, act(colour[through], shift[through], other), share);
    }
  }
  c = act(colour[code], shift[code], c);`}
  ${space === "hyperbolic" ? "c = mix(mean, c, smoothstep(.75, 2.5, sqrt(area) / footprint));" : ""}
  if (change > 0.) c = mix(c, act(tint, tint_shift, c), change);
  ${spare ? `
  if (overlay.z == 1 && passed > 0) c = mix(c, vec3(1.), .55);
  float strength = ${space === "hyperbolic" ? "smoothstep(3., 12., sqrt(area) / footprint)" : "1."};
  vec3 ink = vec3(.07, .07, .1);
  float pen = 1.3 * min(across_pixel.x, across_pixel.y);
  if (overlay.z == 1)
    for (int s = 0; s < ${n(sides)}; s++) {
      float d = abs(dot(side[s], y));
      c = mix(c, vec3(1., .69, 0.), strength * .8 * (1. - smoothstep(.6 * pen, 1.2 * pen, d)));
    }
  if (overlay.x == 1)
    for (int s = 0; s < ${lines}; s++) {
      float d = abs(dot(line[s], y));
      c = mix(c, vec3(1.), strength * (1. - smoothstep(1.6 * pen, 2.4 * pen, d)));
      vec3 shade = kind[s] == 1 ? vec3(.1, .25, .75) : ink;
      c = mix(c, shade, strength * (1. - smoothstep(.6 * pen, 1.3 * pen, d)));
    }
  if (overlay.y == 1)
    for (int s = 0; s < ${centres}; s++) {
      vec3 apart = y - centre[s];
      float d = metric(apart), r = pen * 4.5, up_to = r * (order[s] == 2 ? .8 : order[s] == 3 ? .95 : 1.1);
      vec3 shade = order[s] == 2 ? vec3(.75, 0., .16) : order[s] == 3 ? vec3(0., .45, .25)
        : order[s] == 4 ? vec3(.1, .25, .75) : order[s] == 6 ? vec3(.5, .1, .55) : ink;
      c = mix(c, vec3(1.), strength * (1. - smoothstep(up_to + pen * .8, up_to + pen * 1.6, d)));
      c = mix(c, shade, strength * (1. - smoothstep(up_to - pen * .5, up_to + pen * .3, d)));
    }` : ""}
  result = vec4(cover > 0. ? mix(paper, c, cover) : paper, 1.);
}`;
}

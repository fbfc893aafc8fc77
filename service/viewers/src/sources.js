// Where the picture of a receipt shows a point: `vec2 shown(vec3 p, out float density)`, pixels
// (x right, y down) and how many pixels there are along a unit of length. See docs/receipts.md. Of
// those with an edge `float within(vec3 p)`, how far inside a point is.
export const EDGED = ["strip", "disc"];

const DISC = `
uniform vec3 disc; // radius, centre
vec2 product(vec2 a, vec2 b) { return vec2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x); }
vec2 quotient(vec2 a, vec2 b) { return product(a, vec2(b.x, -b.y)) / dot(b, b); }
vec2 pixel(vec2 w) { return disc.yz + disc.x * vec2(w.x, -w.y); }
`;

// of a model: disc coordinate z → w, and the stretch |dw/dz|
const hyperbolic = (body) => `${DISC}
vec2 shown(vec3 p, out float density) {
  vec2 z = p.xy / (1. + p.z), w;
  float stretch = 1.;
  ${body}
  density = disc.x * stretch / (1. + p.z); // (1 − |z|²)/2 = 1/(1 + t)
  return pixel(w);
}`;

const sphere = (body) => `
uniform vec2 size;
vec2 shown(vec3 p, out float density) { ${body} }`;

const polar = (radius, density) => `${DISC}
vec2 shown(vec3 p, out float density) {
  float r = ${radius};
  density = disc.x * ${density};
  return pixel(r * vec2(cos(p.y), sin(p.y)));
}`;

export const SOURCES = {
  tiling: `
uniform vec4 period; // width, height of the picture's period; its skew; 1: a cell, 2: a domain
uniform vec4 cell; // a, b
uniform vec2 origin;
vec2 shown(vec3 p, out float density) {
  density = 1.;
  vec2 q = p.xy; // from the group's origin
  if (period.w == 0.) {
    q += origin;
    float n = floor(q.y / period.y);
    q -= n * vec2(period.z, period.y);
    return vec2(q.x - period.x * floor(q.x / period.x), q.y);
  }
  float size = cell.x * cell.w - cell.y * cell.z;
  vec2 k = vec2(q.x * cell.w - q.y * cell.z, q.y * cell.x - q.x * cell.y) / size;
  k = floor(k);
  q -= k.x * cell.xy + k.y * cell.zw;
  if (period.w == 2.) {
    vec2 best = q;
    for (int i = 0; i < 4; i++) {
      vec2 other = q - float(i & 1) * cell.xy - float(i >> 1) * cell.zw;
      if (dot(other, other) < dot(best, best)) best = other;
    }
    q = best;
  }
  return q + origin;
}`,
  strip: `
uniform vec3 strip; // width and height of the picture; the middle line, from above
vec2 shown(vec3 p, out float density) {
  density = 1.;
  return vec2(p.x - strip.x * floor(p.x / strip.x), p.y + strip.z);
}
float within(vec3 p) { // how far from the strip's edges
  float y = p.y + strip.z;
  return min(y, strip.y - y);
}`,
  disc: `
uniform vec3 disc; // radius, centre
vec2 shown(vec3 p, out float density) {
  density = 1.;
  return p.xy + disc.yz;
}
float within(vec3 p) { return disc.x - length(p.xy); }`,
  spiral: polar("exp(p.x)", "r"),
  tunnel: polar("p.x", "1."),
  equirectangular: sphere(`
    density = size.y / 3.14159265;
    return size * vec2(.5 + atan(p.y, p.x) / 6.2831853, .5 - asin(clamp(p.z, -1., 1.)) / 3.14159265);`),
  cube: sphere(`
    vec3 a = abs(p);
    float face = size.y / 2.;
    float half_ = .5 / (face * texture_scale);
    vec2 st, at;
    if (a.x >= a.y && a.x >= a.z) {
      st = vec2(p.x > 0. ? -p.z : p.z, -p.y) / a.x;
      at = vec2(p.x > 0. ? 0. : 1., 0.);
    } else if (a.y >= a.z) {
      st = vec2(p.x, p.y > 0. ? p.z : -p.z) / a.y;
      at = p.y > 0. ? vec2(2., 0.) : vec2(0., 1.);
    } else {
      st = vec2(p.z > 0. ? p.x : -p.x, -p.y) / a.z;
      at = vec2(p.z > 0. ? 1. : 2., 1.);
    }
    density = face / 2. * max(a.x, max(a.y, a.z));
    return face * (at + clamp(.5 + .5 * st, half_, 1. - half_));`),
  octahedral: sphere(`
    vec3 q = p / (abs(p.x) + abs(p.y) + abs(p.z));
    if (q.z < 0.) q.xy = (1. - abs(q.yx)) * vec2(q.x < 0. ? -1. : 1., q.y < 0. ? -1. : 1.);
    density = size.y / 2.;
    return size * vec2(.5 + .5 * q.x, .5 - .5 * q.y);`),
  poincare: hyperbolic("w = z;"),
  klein: hyperbolic("w = 2. * z / (1. + dot(z, z)); stretch = 2. / (1. + dot(z, z));"),
  halfplane: hyperbolic(`
    vec2 v = vec2(1., 0.) - z;
    w = quotient(product(vec2(0., 1.), vec2(1., 0.) + z), v);
    stretch = 2. / dot(v, v);`),
  band: hyperbolic(`
    w = vec2(asinh(p.x / sqrt(1. + p.y * p.y)), atan(p.y)) / 1.5707963;
    stretch = 1.2732395 / length(vec2(1., 0.) - product(z, z));`),
  square: hyperbolic("w = z * length(z) / max(max(abs(z.x), abs(z.y)), 1e-9); stretch = 1.2;"),
  // 2/K z ₂F₁(¼, ½; 5/4; −z⁴), K = 1.8540747
  conformal: hyperbolic(`
    vec2 s = product(product(z, z), product(z, z)), power = vec2(1., 0.), sum = power;
    float a = 1.;
    for (int n = 1; n < 40; n++) {
      a *= -(float(n) - .5) / float(n);
      power = product(power, s);
      sum += a / float(4 * n + 1) * power;
    }
    w = 1.0787052 * product(z, sum);
    stretch = 1.0787052;`),
};

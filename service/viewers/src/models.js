// Where on the screen a space is seen. w: coordinates of the picture, x to the right, y up.
// extent: what is shown at first, [left, right, bottom, top]; point: w → a point of the space or
// null; glsl: the same in `vec3 seen(vec2 w, out float inside)`, inside: how far inside, in w;
// units: how long, in the space, a step of length 1 in w is at least and at most; s = |w|².

const lift = (x, y) => {
  const square = x * x + y * y;
  return square < 1 ? [2 * x, 2 * y, 1 + square].map((v) => v / (1 - square)) : null;
};

const LIFT = "vec3 lift(vec2 z) { float s = dot(z, z); return vec3(2. * z, 1. + s) / (1. - s); }\n";

// on the axis some machines disagree about the sign of π, or have none
const ANGLE = "float angle(vec2 w) { return atan(abs(w.y) < 1e-7 ? 1e-7 : w.y, w.x); }\n";

export const MODELS = {
  plane: {
    title: "Plane",
    space: "plane",
    units: "vec2(1.)",
    extent: [-1, 1, -1, 1],
    point: (x, y) => [x, -y, 1],
    glsl: "vec3 seen(vec2 w, out float inside) { inside = 1e9; return vec3(w.x, -w.y, 1.); }",
  },
  disc: {
    title: "Disc",
    space: "plane",
    units: "vec2(1.)",
    extent: [-1.05, 1.05, -1.05, 1.05],
    point: (x, y) => [x, -y, 1],
    glsl: "vec3 seen(vec2 w, out float inside) { inside = 1e9; return vec3(w.x, -w.y, 1.); }",
  },
  spiral: {
    title: "Spiral",
    space: "plane",
    units: "vec2(inversesqrt(max(s, 1e-12)))",
    extent: [-1, 1, -1, 1],
    point: (x, y) => [Math.log(Math.max(Math.hypot(x, y), 1e-9)), Math.atan2(y, x), 1],
    glsl: `${ANGLE}vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      return vec3(log(max(length(w), 1e-9)), angle(w), 1.);
    }`,
  },
  tunnel: {
    title: "Tunnel",
    space: "plane",
    units: "vec2(1.)",
    extent: [-1, 1, -1, 1],
    point: (x, y) => [Math.hypot(x, y), Math.atan2(y, x), 1],
    glsl: `${ANGLE}vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      return vec3(length(w), angle(w), 1.);
    }`,
  },
  globe: {
    title: "Globe",
    space: "sphere",
    units: "vec2(inversesqrt(max(1. - s, 1e-4)), 1.)",
    extent: [-1.05, 1.05, -1.05, 1.05],
    point: (x, y) => (x * x + y * y < 1 ? [Math.sqrt(1 - x * x - y * y), x, y] : null),
    glsl: `vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return vec3(sqrt(max(1. - dot(w, w), 0.)), w);
    }`,
  },
  stereographic: {
    title: "Stereographic",
    space: "sphere",
    units: "vec2(2. / (1. + s))",
    extent: [-2, 2, -2, 2],
    point: (x, y) => {
      const s = x * x + y * y;
      return [1 - s, 2 * x, 2 * y].map((v) => v / (1 + s));
    },
    glsl: `vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      float s = dot(w, w);
      return vec3(1. - s, 2. * w) / (1. + s);
    }`,
  },
  poincare: {
    title: "Poincaré disc",
    space: "hyperbolic",
    units: "vec2(2. / max(1. - s, 1e-6))",
    extent: [-1, 1, -1, 1],
    point: lift,
    glsl: `${LIFT}vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return lift(w * min(1., .9999 / max(length(w), 1e-6)));
    }`,
  },
  klein: {
    title: "Klein disc",
    space: "hyperbolic",
    units: "vec2(1., sqrt(max(1. - s, 1e-6))) / max(1. - s, 1e-6)",
    extent: [-1, 1, -1, 1],
    point: (x, y) => {
      const s = x * x + y * y;
      return s < 1 ? [x, y, 1].map((v) => v / Math.sqrt(1 - s)) : null;
    },
    glsl: `vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return vec3(w, 1.) / sqrt(max(1. - dot(w, w), 1e-6));
    }`,
  },
  halfplane: {
    title: "Half-plane",
    space: "hyperbolic",
    units: "vec2(1. / max(w.y, 1e-6))",
    extent: [-2, 2, 0, 4],
    point: (x, y) => {
      if (y <= 0) return null;
      const n = x * x + (y + 1) ** 2; // z = (w − i)/(w + i)
      return lift((x * x + y * y - 1) / n, (-2 * x) / n);
    },
    glsl: `${LIFT}vec3 seen(vec2 w, out float inside) {
      inside = w.y;
      w.y = max(w.y, 1e-4);
      vec2 z = vec2(dot(w, w) - 1., -2. * w.x) / (w.x * w.x + (w.y + 1.) * (w.y + 1.));
      return lift(z * min(1., .99999 / max(length(z), 1e-6)));
    }`,
  },
  band: {
    title: "Band",
    space: "hyperbolic",
    units: "vec2(1.5707963 / cos(1.5707963 * clamp(w.y, -.999, .999)))",
    extent: [-2, 2, -1, 1],
    point: (x, y) => {
      if (Math.abs(y) >= 1) return null; // z = tanh(πw/4)
      const a = (Math.PI / 2) * x, b = (Math.PI / 2) * y, n = Math.cosh(a) + Math.cos(b);
      return lift(Math.sinh(a) / n, Math.sin(b) / n);
    },
    // (x, y, t) at once: the disc would run out of digits where the band goes on
    glsl: `vec3 seen(vec2 w, out float inside) {
      inside = 1. - abs(w.y);
      vec2 a = 1.5707963 * vec2(clamp(w.x, -9., 9.), clamp(w.y, -.999, .999));
      return vec3(sinh(a.x), sin(a.y), cosh(a.x)) / cos(a.y);
    }`,
  },
};

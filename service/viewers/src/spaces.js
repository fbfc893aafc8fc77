// The plane (x, y, 1), the sphere and the hyperboloid x² + y² − t² = −1: their isometries.
import { dot, image } from "./vectors.js";

const FORMS = { plane: null, sphere: [1, 1, 1], hyperbolic: [1, 1, -1] };

const inner = (form, a, b) => dot(a, b.map((x, k) => form[k] * x));

// The half turn about a point: v ↦ 2⟨v, c⟩/⟨c, c⟩ c − v, in the plane v ↦ 2c − v.
function halfTurn(space, c) {
  if (space === "plane") return [-1, 0, 2 * c[0], 0, -1, 2 * c[1], 0, 0, 1];
  const form = FORMS[space], scale = 2 / inner(form, c, c);
  return [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => scale * c[i] * c[j] * form[j] - (i === j)));
}

function middle(space, a, b) {
  const sum = a.map((x, k) => x + b[k]);
  if (space === "plane") return sum.map((x) => x / 2);
  const length = Math.sqrt(Math.abs(inner(FORMS[space], sum, sum)));
  return sum.map((x) => x / length);
}

// The translation along the line from a to b, which takes a to b: two half turns.
export function translation(space, a, b, product) {
  return product(halfTurn(space, middle(space, a, b)), halfTurn(space, a));
}

// The turn by an angle about (0, 0, 1).
export function turn(angle) {
  const c = Math.cos(angle), s = Math.sin(angle);
  return [c, -s, 0, s, c, 0, 0, 0, 1];
}

// An isometry again, without what rounding adds up to: Gram and Schmidt by the space's form.
export function settled(space, m) {
  if (space === "plane") return m;
  const form = FORMS[space];
  const columns = [2, 0, 1].map((k) => [m[k], m[k + 3], m[k + 6]]);
  const done = [];
  for (let column of columns) {
    for (const other of done) {
      const share = inner(form, column, other) / inner(form, other, other);
      column = column.map((x, k) => x - share * other[k]);
    }
    const length = Math.sqrt(Math.abs(inner(form, column, column)));
    done.push(column.map((x) => x / length));
  }
  const [z, x, y] = done;
  return [0, 1, 2].flatMap((k) => [x[k], y[k], z[k]]);
}

// A point brought into a fundamental domain: the element that does so, and its sides' numbers.
export function reducing(sides, point, product) {
  let element = null, p = point;
  const passed = [];
  for (let k = 0; k < 500; k++) {
    const heights = sides.map((side) => dot(side.covector, p));
    const least = Math.min(...heights);
    if (!(least < -1e-9 * (1 + Math.max(...p.map(Math.abs))))) break;
    const side = heights.indexOf(least);
    p = image(sides[side].matrix, p);
    element = element ? product(sides[side].matrix, element) : sides[side].matrix;
    passed.push(side);
  }
  return { element, passed };
}

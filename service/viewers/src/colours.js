// Signed permutations of three channels, [2, 3, 1]: new red = old green, …; −: inverted. What
// they do to colours is affine on logits or, in red, green and blue, on values.

export const compose = (a, b) => a.map((i) => (i > 0 ? b[i - 1] : -b[-i - 1]));

export function undo(a) {
  const out = [0, 0, 0];
  a.forEach((old, k) => (out[Math.abs(old) - 1] = old > 0 ? k + 1 : -(k + 1)));
  return out;
}

// All products of elements, the identity first, and after[a][b]: the number of a after b.
export function palette(elements) {
  const found = [[1, 2, 3]];
  for (const one of found)
    for (const other of elements) {
      const next = compose(other, one);
      if (!found.some((known) => `${known}` === `${next}`)) found.push(next);
    }
  return found;
}

export const place = (colours, element) => colours.findIndex((one) => `${one}` === `${element}`);

const signed = (element) =>
  element.flatMap((old) => [1, 2, 3].map((k) => (k === Math.abs(old) ? Math.sign(old) : 0)));

// Matrix and shift of what an element does: x ↦ m + A P A⁻¹ (x − m) in a frame, v ↦ P v else.
export function action(element, frame, { product, inverse, image }) {
  const p = signed(element);
  if (!frame) return { matrix: p, shift: element.map((old) => (old < 0 ? 1 : 0)) };
  const axes = frame.axes.flat();
  const matrix = product(product(axes, p), inverse(axes));
  const moved = image(matrix, frame.mean);
  return { matrix, shift: frame.mean.map((x, k) => x - moved[k]) };
}

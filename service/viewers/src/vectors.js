// 3 × 3 matrices as nine numbers, row by row, and vectors of three.

export const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];

export const product = (a, b) =>
  a.map((_, k) => {
    const row = 3 * Math.floor(k / 3), column = k % 3;
    return a[row] * b[column] + a[row + 1] * b[column + 3] + a[row + 2] * b[column + 6];
  });

export const image = (m, v) => [0, 3, 6].map((r) => m[r] * v[0] + m[r + 1] * v[1] + m[r + 2] * v[2]);

export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export function inverse([a, b, c, d, e, f, g, h, i]) {
  const out = [
    e * i - f * h, c * h - b * i, b * f - c * e,
    f * g - d * i, a * i - c * g, c * d - a * f,
    d * h - e * g, b * g - a * h, a * e - b * d,
  ];
  const determinant = a * out[0] + b * out[3] + c * out[6];
  return out.map((x) => x / determinant);
}

// The exponential of a matrix: its series for a small part of it, squared again and again.
export function exponential(m) {
  const halvings = 8;
  const small = m.map((x) => x / 2 ** halvings);
  let term = IDENTITY, sum = IDENTITY;
  for (let k = 1; k < 12; k++) {
    term = product(term, small).map((x) => x / k);
    sum = sum.map((x, n) => x + term[n]);
  }
  for (let k = 0; k < halvings; k++) sum = product(sum, sum);
  return sum;
}

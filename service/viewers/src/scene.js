// What is seen: model, symmetry, motion, zoom; changed by gestures, told to the painter.
import * as colours from "./colours.js";
import { MODELS } from "./models.js";
import { reducing, settled, translation, turn } from "./spaces.js";
import { exponential, IDENTITY, image, product } from "./vectors.js";

const FAR = { hyperbolic: 30, spiral: 12 }; // from the origin: beyond, an image of it is taken
const NEAR = { hyperbolic: 1, spiral: 12 }; // unless the domain is drawn, which would jump

export class Scene {
  constructor(data) {
    this.data = data;
    this.model = data.models[0];
    this.overlay = [0, 0, 0];
    this.change = 0;
    this.tint = [1, 2, 3];
    this.moved = IDENTITY; // of what is moved to show a generator
    for (const symmetry of data.symmetries) {
      symmetry.palette = colours.palette(symmetry.sides.map((side) => side.colour));
      for (const side of symmetry.sides) {
        const back = colours.undo(side.colour);
        side.next = symmetry.palette.map((one) => colours.place(symmetry.palette, colours.compose(one, back)));
      }
    }
    this.symmetry = data.symmetries[0];
    this.reset();
  }

  get space() { return MODELS[this.model].space; }
  get #wheels() { return this.model === "disc" && this.zoomed <= 1; } // about its centre; zoomed in it is moved
  get polar() { return this.model === "spiral" || this.model === "tunnel"; }

  reset() {
    this.view = this.data.start;
    this.zoomed = 1;
    this.base = 0;
  }

  #extent() {
    return MODELS[this.model].extent.map((x) => x * this.data.unit);
  }

  // pixels of a screen of this size for a unit of the model, at the start
  unzoomed(width, height) {
    const [left, right, bottom, top] = this.#extent();
    return Math.min(width / (right - left), height / (top - bottom));
  }

  // the same now, and where its w = 0 is
  placed(width, height) {
    const [left, right, bottom, top] = this.#extent();
    const scale = this.zoomed * this.unzoomed(width, height);
    const aside = (left + right) / 2, up = (bottom + top) / 2;
    return { scale, middle: [width / 2 - scale * aside, height / 2 + scale * up] };
  }

  #point([x, y], [width, height]) {
    const { scale, middle } = this.placed(width, height);
    return MODELS[this.model].point((x - middle[0]) / scale, (middle[1] - y) / scale);
  }

  // What was seen at one place of the screen is then seen at another.
  drag(from, to, size) {
    if (this.#wheels) {
      const [a, b] = [from, to].map(([x, y]) => Math.atan2(y - size[1] / 2, x - size[0] / 2));
      return this.turn(a - b);
    }
    const a = this.#point(from, size), b = this.#point(to, size);
    if (!a || !b) return;
    if (this.polar && Math.abs(b[1] - a[1]) > Math.PI) b[1] += a[1] > b[1] ? 2 * Math.PI : -2 * Math.PI;
    this.#move(translation(this.space, b, a, product));
  }

  zoom(factor, at, size) {
    if (this.polar) return this.#move([1, 0, -Math.log(factor), 0, 1, 0, 0, 0, 1]);
    const before = this.space === "plane" && this.#point(at, size);
    this.zoomed = Math.min(Math.max(this.zoomed * factor, 0.1), 40);
    if (this.#wheels) this.view = this.view.map((x, k) => (k === 2 || k === 5 ? 0 : x));
    else if (before) this.#move(translation("plane", this.#point(at, size), before, product));
  }

  turn(angle) {
    if (this.polar) return this.#move([1, 0, 0, 0, 1, -angle, 0, 0, 1]);
    if (this.space === "sphere") {
      const c = Math.cos(angle), s = Math.sin(angle); // about the axis that points to the eye
      return this.#move([1, 0, 0, 0, c, s, 0, -s, c]);
    }
    this.#move(turn(this.space === "plane" ? angle : -angle));
  }

  nudge(x, y, size) {
    if (this.polar) return this.#move([1, 0, -0.1 * y, 0, 1, -0.1 * x, 0, 0, 1]);
    if (this.#wheels) return this.turn(0.1 * (x + y));
    const middle = size.map((side) => side / 2), step = 0.12 * Math.min(...size);
    this.drag(middle, [middle[0] - step * x, middle[1] + step * y], size);
  }

  choose(name) {
    this.symmetry = this.data.symmetries.find((one) => one.name === name);
    this.base = 0;
  }

  // A generator on its way, t from 0 to 1, and its colours, from 0 to 1.
  show(move, t, change) {
    // half of a mirror is the picture pressed flat upon it
    const upright = (1 + Math.cos(Math.PI * t)) / 2;
    const flipped = IDENTITY.map((x, k) => upright * x + (1 - upright) * move.mirror[k]);
    this.moved = product(flipped, exponential(move.log.map((x) => -t * x)));
    const { palette } = this.symmetry, base = palette[this.base];
    this.tint = colours.compose(colours.compose(base, move.colour), colours.undo(base));
    this.change = change;
  }

  get motion() { return product(this.moved, this.view); }

  #move(motion) {
    this.view = settled(this.space, product(this.view, motion));
    const here = image(this.view, [0, 0, 1]);
    if (this.data.periods) {
      const [a, b] = this.data.periods, size = a[0] * b[1] - a[1] * b[0];
      const m = Math.round((here[0] * b[1] - here[1] * b[0]) / size);
      const n = Math.round((here[1] * a[0] - here[0] * a[1]) / size);
      if (Math.abs(m) + Math.abs(n) < 4) return;
      this.view = product([1, 0, -m * a[0] - n * b[0], 0, 1, -m * a[1] - n * b[1], 0, 0, 1], this.view);
    } else if (Math.max(here[2], Math.abs(here[0])) > (this.overlay[2] ? FAR : NEAR)[this.polar ? "spiral" : this.space]) {
      const { element, passed } = reducing(this.symmetry.sides, here, product);
      if (!element) return;
      this.view = settled(this.space, product(element, this.view));
      for (const side of passed) this.base = this.symmetry.sides[side].next[this.base];
    }
  }
}

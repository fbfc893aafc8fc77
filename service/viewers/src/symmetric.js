// The page of a picture: a canvas, and controls that say what is drawn on it.
import { listen } from "./gestures.js";
import { MODELS } from "./models.js";
import { pace } from "./pace.js";
import { Painter } from "./painter.js";
import { Scene } from "./scene.js";

const find = (id) => document.getElementById(id);
const data = JSON.parse(find("data").textContent);
const canvas = find("picture");

function loaded(source) {
  return new Promise((resolve, reject) => {
    const picture = new Image();
    picture.onload = () => resolve(picture);
    picture.onerror = () => reject(new Error("The picture cannot be read."));
    picture.src = source;
  });
}

async function start() {
  const painter = new Painter(canvas, data, await loaded(data.texture.data));
  const scene = new Scene(data);
  let playing = null;

  const size = () => [canvas.clientWidth, canvas.clientHeight];
  const pixels = (share) => size().map((side) => Math.max(1, Math.round(side * share * window.devicePixelRatio)));
  function draw(share, fine) {
    const [width, height] = pixels(share);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const { model, symmetry, motion, base, overlay, change, tint } = scene;
    painter.draw({ model, symmetry, motion, base, overlay, change, tint, ...scene.placed(width, height) }, fine);
    painter.finish();
  }
  const again = pace(canvas, draw, {
    held: () => held(),
    moves: (now) => {
      playing?.(now);
      return playing !== null;
    },
    prepare: () => painter.bake(scene, scene.unzoomed(...pixels(1))),
  });
  const changed = (change) => (...values) => {
    change(...values);
    again();
  };

  const held = listen(canvas, {
    drag: changed((from, to) => scene.drag(from, to, size())),
    zoom: changed((factor, at = size().map((side) => side / 2)) => scene.zoom(factor, at, size())),
    turn: changed((angle) => scene.turn(angle)),
    nudge: changed((x, y) => scene.nudge(x, y, size())),
    reset: changed(() => scene.reset()),
    release: again,
  });
  window.addEventListener("resize", again);

  choices("model", data.models.map((name) => [name, MODELS[name].title]), changed((name) => (scene.model = name)));
  const boxes = ["mirrors", "centres", "domain"].map(find);
  boxes.forEach((box, k) => box.addEventListener("change", changed(() => (scene.overlay[k] = Number(box.checked)))));
  function choose(name) {
    scene.choose(name);
    [scene.symmetry.lines, scene.symmetry.centres].forEach((some, k) => (boxes[k].disabled = !some.length));
  }
  choices("symmetry", data.symmetries.map((one) => [one.name, one.title]), changed(choose));
  choose(scene.symmetry.name);
  find("reset").addEventListener("click", changed(() => scene.reset()));

  // A generator moves the picture; then its colours change, and it is the same as before.
  function play(move) {
    const begin = performance.now();
    playing = (now) => {
      const t = (now - begin) / 1000;
      const smooth = (x) => (x < 0 ? 0 : x > 1 ? 1 : x * x * (3 - 2 * x));
      scene.show(move, t < 3.4 ? smooth(t / 1.6) : 0, t < 3.4 ? smooth((t - 2) / 1) : 0);
      if (t >= 3.4) playing = null;
    };
    again();
  }
  for (const move of data.moves) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = move.name;
    button.title = move.title;
    button.setAttribute("aria-label", `Show ${move.name}: ${move.title}`);
    button.addEventListener("click", () => play(move));
    find("moves").append(button);
  }
  find("moves").hidden = !data.moves.length;

  const zooming = find("zoom");
  zooming.parentElement.hidden = !scene.polar;
  function fly() {
    let before = performance.now();
    playing = zooming.checked
      ? (now) => {
          scene.zoom(Math.exp((now - before) / 4000));
          before = now;
        }
      : null;
    again();
  }
  zooming.addEventListener("change", fly);
  zooming.checked = scene.polar && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (zooming.checked) fly();
  again();
}

function choices(id, entries, chosen) {
  const list = find(id);
  for (const [value, title] of entries) list.append(new Option(title, value));
  list.addEventListener("change", () => chosen(list.value));
  list.parentElement.hidden = entries.length < 2;
}

start().catch((error) => {
  const words = find("problem");
  words.textContent = `${error.message} Here is the picture as it is.`;
  words.hidden = false;
  const plain = Object.assign(new Image(), { src: data.texture.data, alt: canvas.getAttribute("aria-label") });
  canvas.replaceWith(plain);
});

// Mouse, pen, touch, wheel and keys, told as a few verbs: drag(from, to), zoom(factor, at),
// turn(angle), nudge(x, y), reset(), release(). Places are in pixels of the page, from the element's corner.
// What is returned says whether a button or a finger is down.

const KEYS = {
  ArrowLeft: (on) => on.nudge(-1, 0),
  ArrowRight: (on) => on.nudge(1, 0),
  ArrowUp: (on) => on.nudge(0, 1),
  ArrowDown: (on) => on.nudge(0, -1),
  "+": (on) => on.zoom(1.15),
  "=": (on) => on.zoom(1.15),
  "-": (on) => on.zoom(1 / 1.15),
  q: (on) => on.turn(Math.PI / 24),
  e: (on) => on.turn(-Math.PI / 24),
  0: (on) => on.reset(),
  Home: (on) => on.reset(),
};

export function listen(element, on) {
  const fingers = new Map();
  const place = (event) => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, place(event));
  });
  element.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = place(event);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const [x, y] = [0, 1].map((k) => before[k] - other[k]), [u, v] = [0, 1].map((k) => now[k] - other[k]);
      on.zoom(Math.hypot(u, v) / Math.max(Math.hypot(x, y), 1), other);
      on.turn(Math.atan2(y, x) - Math.atan2(v, u));
    } else on.drag(before, now);
    fingers.set(event.pointerId, now);
  });
  for (const name of ["pointerup", "pointercancel"])
    element.addEventListener(name, (event) => {
      fingers.delete(event.pointerId);
      on.release();
    });
  element.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      on.zoom(Math.exp(-Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY), 100) / 600), place(event));
    },
    { passive: false },
  );
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return;
    event.preventDefault();
    KEYS[event.key](on);
  });
  return () => fingers.size > 0;
}

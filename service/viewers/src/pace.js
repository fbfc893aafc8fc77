// When and how finely frames are drawn: while things move as finely as the machine can in time, at
// rest finely. A browser without a GPU takes its own time for every frame, however few pixels it has.
const SLOWEST = 20, QUICKEST = 10; // milliseconds a frame takes, between which nothing changes
const LEVELS = [1, 0.71, 0.5, 0.35, 0.25, 0.18]; // of the resolution while things move
const PREPARED = 2; // the level at first, when frames are quicker than before
const TOGETHER = 5, COUNTS = 1; // of so many frames the second quickest counts, as other programs hold up some
const REST = 160, HELD = 1000; // milliseconds without a movement after which all is drawn finely; while it is held

// draw(share, fine): draws all at a share of the resolution, and waits until it is there. held():
// whether a button or a finger is down; moves(now): moves things on for the next frame, and says
// whether they go on by themselves; prepare(): on a slow machine, at rest, readies a little of what
// makes frames quicker, and says whether more is left; null: there was nothing to do. What is returned asks for a frame.
export function pace(canvas, draw, { held, moves = () => false, prepare = () => null }) {
  let level = 0, still = 0, waiting = false, slow = false, last = 1, lately = [];
  const timed = (share, fine) => {
    const begin = performance.now();
    draw((last = share), fine);
    return performance.now() - begin;
  };
  function finely() {
    slow = timed(1, true) > 4 * SLOWEST;
    canvas.dataset.drawn = "finely";
    if (slow) still = setTimeout(readied);
    else canvas.dataset.ready = "yes";
  }
  function readied() {
    const more = prepare();
    if (more === null) canvas.dataset.ready = "yes"; // since long
    else if (more) still = setTimeout(readied);
    else {
      [level, lately] = [PREPARED, []];
      draw(LEVELS[level], false); // unseen: browsers compile a program when it first draws, which takes them long
      finely();
    }
  }
  function adapt(took) {
    lately = [...lately, took].slice(-TOGETHER);
    const usual = lately.toSorted((a, b) => a - b)[COUNTS]; // of too few: undefined
    let change = 0;
    if (took > 6 * SLOWEST) change = 2;
    else if (usual > SLOWEST) change = 1;
    else if (usual < QUICKEST) change = -1;
    if (change || lately.length === TOGETHER) lately = [];
    level = Math.min(Math.max(level + change, 0), LEVELS.length - 1);
  }
  function frame(now) {
    waiting = false;
    const resized = last !== LEVELS[level]; // takes its own time, once
    const took = timed(LEVELS[level], false);
    if (!resized) adapt(took);
    clearTimeout(still);
    if (moves(now)) again();
    // a slow machine must not draw finely between two movements
    else still = setTimeout(finely, Math.max(held() ? HELD : REST, 3 * took));
  }
  function again() {
    canvas.dataset.drawn = "moving";
    clearTimeout(still);
    if (!waiting) requestAnimationFrame(frame);
    waiting = true;
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again); // of the paper
  return again;
}

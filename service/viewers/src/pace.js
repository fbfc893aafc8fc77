// When and how finely frames are drawn: while things move as finely as the machine can in time, at
// rest finely. A browser without a GPU takes its own time for every frame, however few pixels it has.
const SLOWEST = 24, QUICKEST = 8; // milliseconds a frame takes, between which nothing changes
const LEVELS = [1, 0.71, 0.5, 0.35, 0.25, 0.18]; // of the resolution while things move
const REST = 160, HELD = 1000; // milliseconds without a movement after which all is drawn finely; while it is held

// draw(share, fine): draws all at a share of the resolution, and waits until it is there; held():
// whether a button or a finger is down; moves(now): moves things on for the next frame, and says
// whether they go on by themselves. What is returned asks for a frame.
export function pace(canvas, draw, held, moves = () => false) {
  let level = 0, still = 0, waiting = false;
  function finely() {
    draw(1, true);
    canvas.dataset.drawn = "finely";
  }
  function frame(now) {
    waiting = false;
    const begin = performance.now();
    draw(LEVELS[level], false);
    const took = performance.now() - begin;
    if (took > SLOWEST) level = Math.min(level + (took > 4 * SLOWEST ? 2 : 1), LEVELS.length - 1);
    else if (took < QUICKEST && level) level -= 1;
    clearTimeout(still);
    if (moves(now)) again();
    // a slow machine must not draw finely between two movements
    else still = setTimeout(finely, Math.max(held() ? HELD : REST, 3 * took));
  }
  function again() {
    canvas.dataset.drawn = "moving";
    if (!waiting) requestAnimationFrame(frame);
    waiting = true;
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again); // of the paper
  return again;
}

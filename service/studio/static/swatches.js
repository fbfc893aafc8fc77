// Small pictures, when they come into sight, two at a time: they must not keep the preview waiting.

const AT_A_TIME = 2;
const waiting = [];
let loading = 0;

const watcher = new IntersectionObserver((entries) => {
  for (const {target, isIntersecting} of entries) {
    if (!isIntersecting) continue;
    watcher.unobserve(target);
    waiting.push(target);
  }
  next();
}, {rootMargin: "100px"});

function next() {
  while (loading < AT_A_TIME && waiting.length) {
    const image = waiting.shift();
    if (!image.isConnected) continue;
    loading += 1;
    image.onload = image.onerror = () => { loading -= 1; next(); };
    image.src = image.dataset.src;
  }
}

// All small pictures in an element, now or when it is scrolled to them.
export function load(root) {
  root.querySelectorAll("img[data-src]:not([src])").forEach((image) => watcher.observe(image));
}

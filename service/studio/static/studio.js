// The stage: previews, jobs as they grow, what one can do with them.

import * as form from "./form.js";
import {load} from "./swatches.js";

const byId = (name) => document.getElementById(name);
const picture = byId("picture"), status = byId("status"), progress = byId("progress");
const ENDED = ["finished", "failed", "cancelled"];
const PREVIEW_AFTER = 200, ADJUST_AFTER = 300, JOBS_EVERY = 2500;  // milliseconds

let job = null;  // {name, state, recipe, target}: the one on the stage; null: a preview
let stream = null;
let sent = {};  // what of the job's recipe may change, as the service has it

// ── talking to the studio ──

class Refusal extends Error {
  constructor(error) { super(error.message); this.error = error; }
}

async function ask(path, body) {
  const options = body === undefined ? {} : {method: "POST", body: body instanceof Blob ? body : JSON.stringify(body)};
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refusal({code: "studio-ended", field: "studio", hint: "",
      message: "The studio has ended. Start it again with 'service studio', and open the address that it prints."});
  }
  if (!answer.ok) throw new Refusal((await answer.json()).error);
  return answer;
}

const jobPath = (name, rest = "") => `/api/jobs/${encodeURIComponent(name)}${rest}`;

// Does something, and says in the page what was wrong with it; field: beside which, if not its own.
async function attempt(action, field) {
  try {
    await action();
    return true;
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    const lost = ["studio-ended", "service-unreachable", "service-stopped", "not-allowed"];
    if (lost.includes(problem.error.code)) trouble(problem.error);
    else form.tell({...problem.error, field: field ?? problem.error.field});
    return false;
  }
}

function trouble(error) {
  const line = byId("trouble");
  line.hidden = !error;
  line.textContent = error ? `${error.message} ${error.hint}`.trim() : "";
}

// ── the picture ──

let shownUrl = null;

function showPicture(url, words) {
  if (shownUrl?.startsWith("blob:")) URL.revokeObjectURL(shownUrl);
  shownUrl = url;
  picture.src = url;
  picture.alt = words;
  picture.hidden = false;
  picture.classList.remove("pending");
  byId("tiles").style.backgroundImage = `url("${url}")`;
}

function easelSide() {
  const box = picture.parentElement.getBoundingClientRect();
  return Math.round(Math.min(box.width, box.height) * (window.devicePixelRatio || 1)) || 512;
}

function fitTiles() {
  const can = (job ? job.recipe.target : form.target()) === "tile";
  byId("tiled-choice").hidden = !can;
  const on = can && byId("tiled").checked;
  byId("tiles").hidden = !on;
  picture.style.visibility = on ? "hidden" : "";
}
byId("tiled").addEventListener("change", fitTiles);

let previewing = false, previewAgain = false, previewTimer = 0;

function schedulePreview() {
  clearTimeout(previewTimer);
  previewTimer = setTimeout(preview, PREVIEW_AFTER);
}

async function preview(recipe = form.recipe(), words = "Preview: the symmetry on the style, not yet painted") {
  if (previewing) { previewAgain = true; return; }
  previewing = true;
  const subject = job?.name;
  await attempt(async () => {
    const width = Math.min(easelSide(), 768);
    const answer = await ask("/api/preview", {recipe, width});
    const blob = await answer.blob();
    if (subject !== job?.name || (job && job.painted)) return;
    if (!job) { form.clearErrors(); status.textContent = words; }
    showPicture(URL.createObjectURL(blob), `${recipe.group}, ${words}`);
    picture.classList.toggle("pending", Boolean(job));
  });
  previewing = false;
  if (previewAgain && !job) { previewAgain = false; schedulePreview(); }
  previewAgain = false;
}

// ── a job on the stage ──

async function openJob(name) {
  closeStream();
  await attempt(async () => {
    const sheet = await (await ask(jobPath(name))).json();
    job = {name, state: sheet.state, recipe: sheet.recipe, painted: false};
    history.replaceState(null, "", `#${name}`);
    form.clearErrors();
    await form.show(sheet.recipe);
    sent = form.adjustable();
    showState(sheet);
    if (!sheet.progress || sheet.state === "paused") preview(sheet.recipe, "waiting to be painted");
    watch();
    await listJobs();
  });
}

function closeJob() {
  closeStream();
  job = null;
  history.replaceState(null, "", location.pathname);
  byId("actions").hidden = true;
  progress.hidden = true;
  byId("leave").hidden = true;
  byId("paint").hidden = false;
  form.lock(false);
  fitTiles();
  schedulePreview();
  listJobs();
}

function closeStream() {
  stream?.close();
  stream = null;
}

function watch() {
  closeStream();
  if (!job || document.hidden) return;
  const mine = job;
  stream = new EventSource(jobPath(job.name, `/watch?side=${easelSide()}`));
  const told = (event, then) => { if (mine === job) then(JSON.parse(event.data)); };
  stream.addEventListener("frame", (event) => told(event, (news) => {
    trouble(null);
    if (news.picture) {
      job.painted = true;
      const step = news.progress ? ` after step ${news.progress.step}` : "";
      showPicture(news.picture, `The painting of ${job.recipe.group}${step}`);
    }
    showState(news);
    if (ENDED.includes(news.state)) { closeStream(); listJobs(); }
  }));
  stream.addEventListener("trouble", (event) => told(event, (news) => trouble(news.error)));
  stream.addEventListener("refused", (event) => told(event, (news) => { closeStream(); form.tell(news.error); }));
  stream.addEventListener("error", () => { if (mine === job) listJobs(); });
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) closeStream();  // a page that nobody looks at asks for no frames
  else { listJobs(); if (job && !ENDED.includes(job.state)) watch(); }
});

function showState({state, progress: at, error}) {
  job.state = state;
  const live = !ENDED.includes(state);
  byId("actions").hidden = false;
  document.querySelectorAll("#actions [data-in]").forEach((element) => {
    element.hidden = !element.dataset.in.split(" ").includes(state);
  });
  progress.hidden = !live;
  if (at) { progress.max = at.steps; progress.value = at.step; } else progress.removeAttribute("value");
  status.textContent = sentence(state, at);
  if (error) status.textContent += ` ${error.message} ${error.hint}`.trimEnd();
  byId("get-picture").href = jobPath(job.name, "/picture.png");
  byId("get-receipt").href = jobPath(job.name, "/receipt.json");
  byId("get-recipe").href = jobPath(job.name, "/recipe.json");
  const size = byId("enlarge-size");
  if (document.activeElement !== size && state === "finished" && !size.value) {
    size.value = Math.min(4096, 2 * job.recipe.size);
  }
  byId("leave").hidden = !live;
  byId("paint").hidden = live;
  form.lock(live);
  fitTiles();
}

function sentence(state, at) {
  if (state === "queued") return "Waiting for its turn.";
  if (state === "running" && !at) return "Preparing.";
  const steps = at ? `step ${at.step} of ${at.steps}` : "";
  if (state === "running") {
    const left = at.seconds_left === null ? "" : `, about ${duration(at.seconds_left)} left`;
    return `Painting: ${steps}${left}.`;
  }
  if (state === "paused") return `Paused${steps && ` at ${steps}`}.`;
  if (state === "finished") return at ? `Finished in ${duration(at.seconds)}.` : "Finished.";
  return state === "failed" ? "Failed." : "Cancelled.";
}

function duration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

byId("actions").addEventListener("click", async (event) => {
  const action = event.target.dataset.action;
  if (!action) return;
  await attempt(async () => {
    await ask(jobPath(job.name, `/${action}`), {});
    const sheet = await (await ask(jobPath(job.name))).json();
    showState(sheet);
    if (!stream && !ENDED.includes(sheet.state)) watch();
  });
});

byId("enlarge").addEventListener("click", async () => {
  form.clearErrors();
  await attempt(async () => {
    const size = Number(byId("enlarge-size").value);
    const begun = await (await ask(jobPath(job.name, "/enlarge"), {size})).json();
    byId("enlarge-size").value = "";
    await openJob(begun.job);
  }, "enlarge");
});

// ── the form ──

let adjustTimer = 0;

form.onChange(() => {
  if (job && !ENDED.includes(job.state)) {
    clearTimeout(adjustTimer);
    adjustTimer = setTimeout(adjust, ADJUST_AFTER);
    return;
  }
  if (job) closeJob();  // a variation of what has been painted
  else { fitTiles(); schedulePreview(); }
});

async function adjust() {
  const now = form.adjustable();
  const changes = Object.fromEntries(Object.entries(now).filter(([key, value]) => value !== sent[key]));
  if (!job || !Object.keys(changes).length) return;
  form.clearErrors();
  if (await attempt(() => ask(jobPath(job.name, "/adjust"), {changes}))) sent = now;
}

byId("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (job && !ENDED.includes(job.state)) return;
  form.clearErrors();
  byId("paint").disabled = true;
  await attempt(async () => {
    const begun = await (await ask("/api/jobs", {recipe: form.recipe()})).json();
    await openJob(begun.job);
  });
  byId("paint").disabled = false;
});

byId("leave").addEventListener("click", closeJob);

// ── pictures that are dropped ──

async function addFiles(files) {
  form.clearErrors();
  for (const file of files) {
    await attempt(async () => {
      const path = `/api/pictures?name=${encodeURIComponent(file.name)}`;
      const added = await (await ask(path, file)).json();
      await form.useStyle(added.source);
    });
  }
  if (job) closeJob();
  schedulePreview();
}

const idle = () => !job || ENDED.includes(job.state);
byId("file").addEventListener("change", async (event) => {
  const files = [...event.target.files];
  event.target.value = "";
  await addFiles(files);
});
for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    byId("drop").classList.toggle("over", idle());
  });
}
document.addEventListener("dragleave", () => byId("drop").classList.remove("over"));
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  byId("drop").classList.remove("over");
  if (idle()) await addFiles([...event.dataTransfer.files]);
});

// ── all jobs ──

async function listJobs() {
  await attempt(async () => {
    const {jobs} = await (await ask("/api/jobs")).json();
    trouble(null);
    const section = byId("jobs").parentElement;
    section.hidden = !jobs.length;
    const items = jobs.reverse().map(jobRow), list = byId("jobs");
    // Only if something has changed: what is taken out and put back loses the keyboard's focus.
    if (items.length !== list.children.length || items.some((item, at) => item !== list.children[at])) {
      list.replaceChildren(...items);
    }
  });
}

let rows = new Map();  // by what they show: pictures that stand still are not loaded anew

function jobRow(row) {
  const key = JSON.stringify([row.job, row.state, row.step, row.job === job?.name]);
  const made = rows.get(row.job);
  if (made?.key === key) return made.item;
  const at = row.state === "running" && row.step !== null ? `${Math.round(100 * row.step / row.steps)} %` : row.state;
  const image = row.state === "finished"
    ? form.make("img", {alt: "", src: jobPath(row.job, "/small")})
    : form.make("span", {className: "blank"});
  const button = form.make("button", {type: "button", className: "job"}, image,
    form.make("span", {textContent: `${row.group}, ${row.size}`}),
    form.make("span", {className: "state", textContent: at}));
  button.setAttribute("aria-current", String(row.job === job?.name));
  button.addEventListener("click", () => openJob(row.job));
  const item = form.make("li", {}, button);
  if (ENDED.includes(row.state)) {
    const forget = form.make("button", {type: "button", className: "forget", textContent: "×", title: "Forget this job",
      ariaLabel: `Forget job ${row.job}`});
    forget.addEventListener("click", () => attempt(async () => {
      await ask(jobPath(row.job, "/forget"), {});
      if (job?.name === row.job) closeJob(); else await listJobs();
    }));
    item.append(forget);
  }
  rows.set(row.job, {key, item});
  return item;
}

setInterval(() => { if (!document.hidden) listJobs(); }, JOBS_EVERY);

// ── the beginning ──

await form.show({target: "tile", group: "p6", colouring: "none"});
fitTiles();
const name = location.hash.slice(1);
if (/^[\w-]{1,64}$/.test(name)) await openJob(name);
else if (/^gallery\/files\/[\w-]+\/[\w-]+\.json$/.test(name)) {  // a recipe of a run there
  await attempt(async () => form.show(await (await ask(`/${name}`)).json()));
  history.replaceState(null, "", location.pathname);
  await preview();
}
else await preview();
load(document);
await listJobs();
if (name && !job) closeJob();

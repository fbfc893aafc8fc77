// The form and the recipe that it stands for. What fields there are, their defaults and the spaces
// they are for stand in the page, which the studio makes from the recipe's schema.

import {load} from "./swatches.js";

const form = document.getElementById("form");
const weights = document.getElementById("weights");
const dreams = document.getElementById("dreams");
const groupName = document.getElementById("group-name");
const FIRST_COLOURINGS = 12;

const all = (selector, root = form) => [...root.querySelectorAll(selector)];
const field = (key) => form.querySelector(`[data-field="${CSS.escape(key)}"]`);
const checked = (name) => form.querySelector(`input[name="${name}"]:checked`)?.value;

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export const fileName = (source) => source.replace(/^buffer:[0-9a-f]{12}-/, "");

// ── reading ──

const controls = () => all(".field[data-kind]").map((box) => ({
  box,
  key: box.dataset.field,
  kind: box.dataset.kind,
  adjustable: box.dataset.adjustable === "true",
  default: JSON.parse(box.dataset.default),
  input: box.querySelector("input, select"),
}));

const CONTROLS = controls();

function valueOf(control) {
  if (control.kind === "switch") return control.input.checked;
  const text = control.input.value.trim();
  if (text === "") return control.default;
  // What is no number goes as text: the service says what is wrong with it.
  return control.kind === "number" && Number.isFinite(Number(text)) ? Number(text) : text;
}

export const target = () => checked("target");
export const group = () => groupName.value.trim() || checked("group") || "";
export const styles = () => all("li", weights).map((row) => ({
  source: row.dataset.source, weight: Number(row.querySelector("input").value),
}));
const dreamsAsked = () => all("li", dreams).map((row) => {
  const [what, weight] = all("input", row);
  return {target: what.value.trim(), weight: Number(weight.value)};
}).filter((dream) => dream.target);

export function recipe() {
  const found = {target: target(), group: group(), colouring: checked("colouring") || "none"};
  const wished = dreamsAsked();
  if (styles().length || !wished.length) found.styles = styles();  // else it is a pure dream
  if (wished.length) found.dreams = wished;
  for (const control of CONTROLS) {
    const value = valueOf(control);
    if (control.box.hidden || value === control.default) continue;
    const [root, part] = control.key.split(".");
    if (part) found[root] = {...found[root], [part]: value};
    else found[root] = value;
  }
  return found;
}

// All that may change while a job is painted, by the keys of 'adjust'.
export function adjustable() {
  const found = {colouring: checked("colouring") || "none"};
  for (const control of CONTROLS) {
    if (control.adjustable && !control.box.hidden) found[control.key] = valueOf(control);
  }
  styles().forEach((style, number) => { found[`styles.${number}.weight`] = style.weight; });
  dreamsAsked().forEach((dream, number) => { found[`dreams.${number}.weight`] = dream.weight; });
  return found;
}

// ── writing ──

export async function show(data) {
  const radio = form.querySelector(`input[name="target"][value="${CSS.escape(data.target)}"]`);
  if (radio) radio.checked = true;
  const known = form.querySelector(
    `input[name="group"][data-of="${CSS.escape(data.target)}"][value="${CSS.escape(data.group)}"]`);
  all('input[name="group"]').forEach((input) => { input.checked = input === known; });
  groupName.value = known ? "" : data.group;
  weights.replaceChildren();
  const given = data.styles ?? (data.dreams?.length ? [] : [{source: "stained_glass"}]);
  given.forEach((style) => addStyle(style.source, style.weight ?? 1));
  dreams.replaceChildren();
  (data.dreams ?? []).forEach((dream) => addDream(dream.target, dream.weight ?? 1));
  for (const control of CONTROLS) {
    const [root, part] = control.key.split(".");
    setValue(control, (part ? data[root]?.[part] : data[root]) ?? control.default);
  }
  fit();
  await showColourings(data.colouring ?? "none", true);
}

function setValue({box, input}, value) {
  if (input.type === "checkbox") {
    input.checked = value === true;
    return;
  }
  const text = value === null || value === undefined ? "" : String(value);
  if (input.tagName === "SELECT" && ![...input.options].some((option) => option.value === text)) {
    input.add(new Option(text, text));
  }
  if (input.type === "range" && Number(text) > Number(input.max)) input.max = text;
  if (input.type === "range") {  // what is between its steps stays what it is
    const steps = (Number(text) - Number(input.min)) / Number(box.dataset.step);
    input.step = Math.abs(steps - Math.round(steps)) < 1e-6 ? box.dataset.step : "any";
  }
  input.value = text;
  const output = input.parentElement.querySelector("output");
  if (output) output.value = input.value;
}

export function addStyle(source, weight = 1) {
  if (styles().some((style) => style.source === source)) return;
  const number = make("input", {type: "range", min: "0.05", max: String(Math.max(4, weight)),
    step: "0.05", value: String(weight), ariaLabel: `Weight of ${fileName(source)}`});
  const shown = make("output", {value: number.value});
  const remove = make("button", {type: "button", className: "quiet", textContent: "Remove",
    ariaLabel: `Remove ${fileName(source)}`});
  const row = make("li", {}, make("span", {textContent: fileName(source).replaceAll("_", " ")}),
    number, shown, remove);
  row.dataset.source = source;
  remove.addEventListener("click", () => { removeStyle(source); changed(); });
  weights.append(row);
  markStyles();
}

function removeStyle(source) {
  all("li", weights).filter((row) => row.dataset.source === source).forEach((row) => row.remove());
  markStyles();
}

function markStyles() {
  const chosen = new Set(styles().map((style) => style.source));
  all("#exemplars input").forEach((box) => { box.checked = chosen.has(box.value); });
  const alone = chosen.size === 1;
  all("li", weights).forEach((row) => {  // the weight of a single style means nothing
    row.hidden = alone && !row.dataset.source.startsWith("buffer:");
  });
}

function addDream(what = "", weight = 1) {
  const remove = make("button", {type: "button", className: "quiet", textContent: "Remove"});
  const row = make("li", {},
    make("input", {type: "text", value: what, placeholder: "class:goldfinch", ariaLabel: "Dream",
      spellcheck: false, autocomplete: "off"}),
    make("input", {type: "number", value: String(weight), step: "any", ariaLabel: "Its weight"}),
    remove);
  remove.addEventListener("click", () => { row.remove(); changed(); });
  dreams.append(row);
  return row;
}

// ── what depends on what ──

function fit() {
  all("[data-targets]").forEach((box) => {
    box.hidden = !box.dataset.targets.split(" ").includes(target());
  });
  if (!groupName.value.trim()) {
    const current = form.querySelector('input[name="group"]:checked');
    if (current?.dataset.of !== target()) {
      const rows = all(`input[name="group"][data-of="${target()}"]`);
      const usual = rows.find((row) => row.value === "p6") ?? rows[Math.min(2, rows.length - 1)];
      usual.checked = true;
    }
  }
  const label = form.querySelector('input[name="group"]:checked')?.parentElement;
  document.getElementById("group-title").textContent =
    groupName.value.trim() ? "" : label?.title ?? "";
}

let asked = "";
async function showColourings(wanted = checked("colouring") || "none", keep = false) {
  const box = document.getElementById("colourings");
  const style = styles()[0]?.source ?? "stained_glass";
  const about = {target: target(), group: group()};
  const query = new URLSearchParams(about).toString();
  asked = query + style;
  const mine = asked;
  const answer = await fetch(`/api/colourings?${query}`);
  if (mine !== asked) return;  // another group has been chosen meanwhile
  const rules = answer.ok ? (await answer.json()).colourings : [{name: "none", summary: ""}];
  if (!rules.some((rule) => rule.name === wanted)) {
    // Of another group's rule nothing is left; one that is written out is none of the list.
    if (keep && answer.ok) rules.push({name: wanted, summary: "As the recipe has it."});
    else wanted = "none";
  }
  const more = document.getElementById("more-colourings");
  const chosen = rules.findIndex((rule) => rule.name === wanted);
  const draw = (most) => {
    box.replaceChildren(...rules.slice(0, most).map((rule, number) => {
      const swatch = new URLSearchParams({...about, colouring: rule.name, style});
      const picture = make("img", {alt: "", width: 72, height: 72});
      picture.dataset.src = `/api/swatch/colouring?${swatch}`;
      const input = make("input", {type: "radio", name: "colouring", value: rule.name,
        checked: number === chosen});
      return make("label", {title: rule.summary}, input, picture, make("span", {textContent: rule.name}));
    }));
    load(box);
    more.hidden = most >= rules.length;
    more.textContent = `All ${rules.length} rules`;
    nameColouring();
  };
  more.onclick = () => draw(rules.length);
  draw(chosen < FIRST_COLOURINGS ? FIRST_COLOURINGS : rules.length);
  field("colouring").hidden = rules.length < 2;
}

function nameColouring() {
  document.getElementById("colouring-title").textContent =
    form.querySelector('input[name="colouring"]:checked')?.parentElement.title ?? "";
}

// ── errors ──

export function clearErrors() {
  all(".error", document).forEach((line) => { line.hidden = true; line.textContent = ""; });
  document.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
}

const ALIASES = {style: "styles", recipe: "", request: ""};

export function tell(error) {
  const words = [error.message, error.hint].filter(Boolean).join(" ");
  const name = ALIASES[error.field] ?? error.field;
  const box = name && (document.querySelector(`[data-field="${CSS.escape(name)}"]`)
    ?? document.querySelector(`[data-field="${CSS.escape(name.split(".")[0])}"]`));
  const shown = box && !box.hidden ? box : null;
  const line = shown?.querySelector(".error") ?? document.getElementById("form-error");
  line.textContent = shown ? words : `${error.field}: ${words}`;
  line.hidden = false;
  shown?.querySelector("input, select")?.setAttribute("aria-invalid", "true");
  const folded = shown?.closest("details");
  if (folded) folded.open = true;
  return line;
}

// ── while a job is painted ──

export function lock(live) {
  form.classList.toggle("live", live);
  all("[data-adjustable]").forEach((box) => {
    if (box.dataset.adjustable === "true") return;
    all("input, select, button", box).forEach((input) => { input.disabled = live; });
  });
  all("#weights input, #dreams input[type=number]").forEach((input) => { input.disabled = false; });
  all("#presets button").forEach((button) => { button.disabled = live; });
  all("#weights button").forEach((button) => { button.disabled = live; });
}

// ── events ──

let listener = () => {};
const changed = () => listener();

export function onChange(then) {
  listener = then;
}

form.addEventListener("input", async (event) => {
  const input = event.target;
  if (input.id === "file") return;
  const output = input.parentElement.querySelector("output");
  if (output) output.value = input.value;
  if (input.name === "group") groupName.value = "";
  if (input === groupName && groupName.value.trim()) {
    all('input[name="group"]').forEach((radio) => { radio.checked = false; });
  }
  if (input.name === "colouring") nameColouring();
  if (input.closest("#exemplars")) input.checked ? addStyle(input.value) : removeStyle(input.value);
  if (input.name === "target" || input.name === "group" || input === groupName) {
    if (input.name === "target") groupName.value = "";
    fit();
    await showColourings();
  } else if (input.closest("#exemplars")) {
    await showColourings();
  }
  changed();
});

document.getElementById("add-dream").addEventListener("click", () => {
  addDream().querySelector("input").focus();
});

document.getElementById("presets").addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  await show(JSON.parse(button.dataset.recipe));
  changed();
});

// A picture that was dropped takes the place of the exemplars, and joins others that were dropped.
export async function useStyle(source) {
  styles().filter((style) => !style.source.startsWith("buffer:"))
    .forEach((style) => removeStyle(style.source));
  addStyle(source);
  await showColourings();
}

// What pages do besides being read. Without it all of them can be read, too.
"use strict";

(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  let touched = false; // somebody is looking closely: the page must not be reloaded under them

  // A slider over pictures, in place of a list of links.
  for (const figure of all("[data-scrubber]")) {
    const links = all("a", figure), image = figure.querySelector("img");
    const list = figure.querySelector("ol"), controls = figure.querySelector(".controls");
    const slider = controls.querySelector("input"), output = controls.querySelector("output");
    const button = controls.querySelector("button");
    if (links.length < 2) { list.hidden = true; continue; }
    let timer = null, loaded = false;
    const load = () => {
      if (!loaded) for (const link of links) new Image().src = link.href;
      loaded = true;
    };
    const show = () => {
      const link = links[slider.value];
      image.src = link.href;
      image.alt = link.dataset.alt;
      output.textContent = link.textContent;
      slider.setAttribute("aria-valuetext", link.textContent);
    };
    const stop = () => { clearInterval(timer); timer = null; button.textContent = "Play"; };
    const advance = () => {
      if (+slider.value >= links.length - 1) return stop();
      slider.value = +slider.value + 1;
      show();
    };
    slider.addEventListener("pointerenter", load);
    slider.addEventListener("focus", () => { touched = true; load(); });
    slider.addEventListener("input", () => { touched = true; stop(); show(); });
    button.addEventListener("click", () => {
      touched = true;
      load();
      if (timer) return stop();
      if (+slider.value >= links.length - 1) slider.value = 0;
      show();
      timer = setInterval(advance, 250);
      button.textContent = "Pause";
    });
    slider.value = links.length - 1;
    list.hidden = true;
    controls.hidden = false;
  }

  // A report that grows: it is written anew, and read anew, unless somebody is looking closely.
  for (const state of all("[data-live]")) {
    const silent = (Date.now() - Date.parse(state.dataset.updated)) / 1000;
    const old = silent > +state.dataset.silent; // nobody was left to write that it has stopped
    if (old) {
      state.classList.replace("running", "stopped");
      state.querySelector("[data-words]").textContent = state.dataset.stopped;
      document.title = `${state.dataset.title} was stopped`;
    }
    const again = () => {
      if (touched) return setTimeout(again, 1000);
      location.reload();
    };
    setTimeout(again, 1000 * (old ? 30 : +state.dataset.live));
  }

  // Commands to copy.
  for (const place of all("[data-copy]")) {
    const button = place.querySelector("button");
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(place.querySelector("code").textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  }

  // A list of which only what holds all the words is shown.
  for (const form of all("[data-filter]")) {
    const items = all(".card"), count = form.querySelector("output");
    form.hidden = false;
    form.addEventListener("input", () => {
      const words = form.querySelector("input").value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const item of items) {
        const text = item.textContent.toLowerCase();
        item.hidden = !words.every((word) => text.includes(word));
        shown += !item.hidden;
      }
      count.textContent = words.length ? `${shown} of ${items.length}` : "";
    });
  }

  // Two runs side by side; which, is in the address.
  for (const place of all("[data-compare]")) {
    const runs = JSON.parse(document.getElementById("runs").textContent);
    const sides = ["a", "b"].map((name) => ({
      name, select: place.querySelector(`#${name}`), box: place.querySelector(`.${name}`),
    }));
    const asked = new URLSearchParams(location.search);
    const row = (table, cells) => {
      const line = table.insertRow();
      for (const text of cells) line.insertCell().textContent = text;
    };
    const show = () => {
      const chosen = sides.map(({ select }) => runs.find((run) => run.slug === select.value));
      sides.forEach(({ box }, k) => {
        const run = chosen[k], image = box.querySelector("img"), link = box.querySelector("a");
        image.src = run.view || run.thumbnail || "data:,";
        image.alt = run.alt;
        link.href = run.page;
        link.textContent = run.title;
        box.querySelector("span").textContent = run.when;
      });
      const table = place.querySelector("tbody");
      table.replaceChildren();
      const names = new Set(chosen.flatMap((run) => Object.keys(run.fields)));
      for (const name of [...names].sort()) {
        const values = chosen.map((run) => run.fields[name] ?? "–");
        if (values[0] !== values[1]) row(table, [name, ...values]);
      }
      if (!table.rows.length) row(table, ["nothing", "–", "–"]);
    };
    for (const { name, select } of sides) {
      if (runs.some((run) => run.slug === asked.get(name))) select.value = asked.get(name);
      select.addEventListener("change", () => {
        try {
          const words = new URLSearchParams(sides.map((side) => [side.name, side.select.value]));
          history.replaceState(null, "", `?${words}`);
        } catch { /* from a file, in some browsers */ }
        show();
      });
    }
    place.hidden = false;
    show();
  }

  // The contact sheet: what is chosen, and what can be done with it.
  for (const form of all("[data-choose]")) {
    const bar = form.querySelector(".chosen"), list = bar.querySelector("ul");
    const count = bar.querySelector("output"), compare = bar.querySelector("a");
    const update = () => {
      const boxes = all("input:checked", form);
      bar.hidden = !boxes.length;
      count.textContent = `${boxes.length} chosen.`;
      compare.hidden = boxes.length !== 2;
      if (boxes.length === 2) {
        const words = new URLSearchParams([["a", boxes[0].value], ["b", boxes[1].value]]);
        compare.href = `compare.html?${words}`;
      }
      list.replaceChildren(...boxes.map((box) => {
        const item = document.createElement("li"), code = document.createElement("code");
        const link = document.createElement("a");
        link.href = box.dataset.recipe;
        link.download = "";
        link.textContent = box.dataset.title;
        code.textContent = box.dataset.command;
        item.append(link, " ", code);
        return item;
      }));
    };
    form.addEventListener("change", update);
    update();
  }
})();

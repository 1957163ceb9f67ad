(() => {
"use strict";
const root = document.documentElement;
const $ = (id) => document.getElementById(id);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const cards = all("details.card");
const folds = all("details.clump");
const fields = ["q", "phase", "status", "severity"];

// Theme: lasts as long as the page, nothing is stored.
const theme = document.querySelector(".theme");
theme.hidden = false;
theme.addEventListener("change", (event) => {
  if (event.target.value === "system") root.removeAttribute("data-theme");
  else root.setAttribute("data-theme", event.target.value);
});

// Filter: the state is kept in the fragment so that a view can be sent.
const filter = document.querySelector(".filter");
filter.hidden = false;
const texts = new Map();
const text = (card) => {
  if (!texts.has(card)) texts.set(card, (card.id + " " + card.textContent).toLowerCase());
  return texts.get(card);
};
const apply = () => {
  const words = $("q").value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = ["phase", "status", "severity"].filter((name) => $(name).value);
  const active = words.length + wanted.length > 0;
  let shown = 0;
  for (const card of cards) {
    const fits =
      wanted.every((name) => card.dataset[name] === $(name).value) &&
      words.every((word) => text(card).includes(word));
    card.hidden = !fits;
    if (fits) shown += 1;
  }
  const empty = (box) => active && !all("details.card", box).some((card) => !card.hidden);
  for (const box of all(".clump, .group, .phase")) box.hidden = empty(box);
  for (const fold of folds) if (active && !fold.hidden) fold.open = true;
  $("result").textContent = active
    ? `${shown} of ${cards.length} practices shown`
    : `${cards.length} practices`;
};
const save = () => {
  const state = new URLSearchParams();
  for (const name of fields) if ($(name).value) state.set(name, $(name).value);
  const hash = state.toString();
  try {
    history.replaceState(null, "", hash ? "#?" + hash : "#practices");
  } catch {
    // Some viewers forbid it; filtering works all the same.
  }
};
const load = () => {
  const state = new URLSearchParams(location.hash.slice(2));
  for (const name of fields) $(name).value = state.get(name) || "";
  for (const name of fields.slice(1)) if ($(name).selectedIndex < 0) $(name).value = "";
};
filter.addEventListener("input", () => { apply(); save(); });
const clear = () => { for (const name of fields) $(name).value = ""; apply(); };
$("reset").addEventListener("click", () => { clear(); save(); });
const setAll = (open) => {
  for (const item of [...cards, ...folds]) if (!item.hidden) item.open = open;
};
$("open-all").addEventListener("click", () => setAll(true));
$("close-all").addEventListener("click", () => setAll(false));

// A link to a card or finding opens what is folded around it.
const reveal = () => {
  if (location.hash.startsWith("#?")) {
    load();
    apply();
    $("practices").scrollIntoView();
    return;
  }
  let id = location.hash.slice(1);
  try { id = decodeURIComponent(id); } catch { return; }
  const target = id && $(id);
  if (!target) return;
  if (target.closest("[hidden]")) clear();
  let box = target;
  while ((box = box.closest("details"))) {
    box.open = true;
    box = box.parentElement;
  }
  target.scrollIntoView();
};
window.addEventListener("hashchange", reveal);

// Each finding can be sent as a link; written here, because a report may hold thousands.
for (const row of all(".rows>li[id]")) {
  const link = document.createElement("a");
  link.className = "perma";
  link.href = "#" + row.id;
  link.textContent = "#";
  link.setAttribute("aria-label", "Link to this finding");
  row.insertBefore(link, row.querySelector("pre"));
}

for (const button of all("button.copy")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.clipboard.writeText(button.dataset.copy).then(
      () => { button.textContent = "Copied"; },
      () => { button.textContent = "Not allowed here"; },
    );
  });
}

// Print shows every card.
let closed = [];
window.addEventListener("beforeprint", () => {
  closed = all("details:not([open])");
  for (const item of closed) item.open = true;
});
window.addEventListener("afterprint", () => { for (const item of closed) item.open = false; });

apply();
reveal();
})();

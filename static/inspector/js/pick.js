// Picking one step and comparing another one with it: what the address of a thread's page carries is remembered, so that
// other threads' pages offer it as well, and a step dragged onto another opens their comparison.

const KEY = "picked";
const FAR = 8; // pixels that make a press a drag

const bar = () => document.getElementById("pick");
const address = (link) => new URL(link.href instanceof SVGAnimatedString ? link.href.baseVal : link.href, location.href);

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null; // no storage, or not what we put there
  }
}

function remember(place) {
  try {
    if (place) sessionStorage.setItem(KEY, JSON.stringify(place));
    else sessionStorage.removeItem(KEY);
  } catch {
    // the address carries it on this thread's page
  }
}

// Where a step is that a link leads to. What the address leaves out is the page's own.
function placeOf(query, checkpoint = query.get("checkpoint")) {
  return { store: bar().dataset.store, id: query.get("id") ?? "", ns: query.get("ns") ?? "", checkpoint };
}

// Of two steps of one namespace the older one comes first, whichever was picked: what came since is looked for.
function compareUrl(picked, other) {
  const together = picked.store === other.store && picked.id === other.id && picked.ns === other.ns;
  const [a, b] = together && other.checkpoint < picked.checkpoint ? [other, picked] : [picked, other];
  const query = new URLSearchParams({ store: a.store, id: a.id, ns: a.ns, checkpoint: a.checkpoint });
  if (b.store !== a.store) query.set("with_store", b.store);
  if (b.id !== a.id) query.set("with_id", b.id);
  if (b.ns !== a.ns || b.id !== a.id) query.set("with_ns", b.ns);
  query.set("with_checkpoint", b.checkpoint);
  if (!a.ns) query.delete("ns");
  return `${bar().dataset.comparePath}?${query}`;
}

function shown() {
  const checkpoint = document.getElementById("selected")?.dataset.checkpoint;
  return checkpoint ? placeOf(new URLSearchParams(location.search), checkpoint) : null;
}

function offer() {
  const element = bar();
  if (!element) return;
  const query = new URLSearchParams(location.search);
  if (element.dataset.picked) {
    const store = query.get("pick_store") || element.dataset.store;
    const id = query.get("pick_id") || query.get("id") || "";
    remember({ store, id, ns: query.get("pick_ns") ?? "", checkpoint: query.get("pick"), step: element.dataset.picked });
    return;
  }
  const [pick, here] = [remembered(), shown()];
  const apart = pick && here && (pick.checkpoint !== here.checkpoint || pick.id !== here.id || pick.store !== here.store);
  element.hidden = !apart;
  if (!apart) return;
  const whose = pick.id === here.id ? "" : ` of ${pick.id.slice(0, 60)}`;
  const where = pick.store === here.store ? "" : ` in ${pick.store}`;
  element.querySelector("[data-pick-words]").textContent = `step ${pick.step}${whose}${where} is still picked.`;
  element.querySelector("[data-compare]").setAttribute("href", compareUrl(pick, here));
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-drop-pick], [data-forget-pick]")) {
    remember(null);
    if (event.target.closest("[data-forget-pick]")) offer();
  }
});
document.addEventListener("htmx:afterSwap", offer);
offer();

// A press that moves far enough from a step is a drag; where it ends on another step, the two are compared.
const stepAt = (element) => {
  const link = element?.closest?.("#lanes a[href], #steps a[data-source]");
  const query = link ? address(link).searchParams : null;
  return query?.get("checkpoint") ? { link, place: placeOf(query) } : null;
};

let drag = null;

document.addEventListener("pointerdown", (event) => {
  const from = event.button === 0 && event.pointerType !== "touch" && bar() ? stepAt(event.target) : null;
  drag = from && { ...from, x: event.clientX, y: event.clientY, far: false, over: null };
});
document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  drag.far ||= Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > FAR;
  if (!drag.far) return;
  const over = stepAt(document.elementFromPoint(event.clientX, event.clientY));
  const target = over && over.place.checkpoint !== drag.place.checkpoint ? over : null;
  mark(target);
  getSelection()?.removeAllRanges();
});
document.addEventListener("pointerup", () => {
  if (!drag) return;
  const { far, over, place } = drag;
  mark(null);
  drag = null;
  if (!far) return;
  document.addEventListener("click", ignore, { capture: true, once: true }); // the end of a drag is no click
  setTimeout(() => document.removeEventListener("click", ignore, { capture: true }));
  if (over) location.href = compareUrl(place, over.place);
});
for (const name of ["pointercancel", "blur"]) addEventListener(name, stop);
document.addEventListener("keydown", (event) => event.key === "Escape" && stop());
document.addEventListener("dragstart", (event) => drag && event.preventDefault()); // a link would be dragged as text

function ignore(event) {
  event.preventDefault();
  event.stopPropagation();
}

function stop() {
  mark(null);
  drag = null;
}

function mark(over) {
  if (!drag || drag.over?.link === over?.link) return;
  drag.over?.link.removeAttribute("data-drop");
  over?.link.setAttribute("data-drop", "");
  drag.over = over;
  drag.link.toggleAttribute("data-dragged", Boolean(over));
}

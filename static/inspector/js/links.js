// Links inside [data-links] that lead to the same page load its part only. Others, and those opened elsewhere, are
// followed as ever.

const plain = (event) =>
  event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && !event.defaultPrevented;

let wanted; // where the last link led
let paged = false; // it led to another page of a list

const address = (link) => new URL(link.href instanceof SVGAnimatedString ? link.href.baseVal : link.href, location.href);

function follow(root, url) {
  wanted = url.pathname + url.search;
  htmx.ajax("GET", wanted, { source: root, target: root, push: "true" }).catch(() => {});
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const root = link?.closest("[data-links]");
  if (!root || !plain(event) || link.hasAttribute("download")) return;
  const url = address(link);
  if (url.origin !== location.origin || url.pathname !== location.pathname) return;
  if (url.searchParams.get("format") || url.searchParams.get("id") !== new URLSearchParams(location.search).get("id")) return;
  event.preventDefault();
  paged = Boolean(link.closest(".pager"));
  follow(root, url);
});

// A form of choices is a link as well: choosing is following.
function choose(event) {
  const form = event.target.closest?.("form[data-follow]");
  const root = form?.closest("[data-links]");
  if (!root) return;
  event.preventDefault();
  const url = new URL(form.action);
  for (const [name, value] of new FormData(form)) if (value) url.searchParams.append(name, value);
  paged = false;
  follow(root, url);
}
document.addEventListener("change", choose);
document.addEventListener("submit", choose);

// No answer, or an error: the mark and the choice go back to what is shown.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { elt, path } = detail.requestConfig;
  if (!detail.successful && elt.hasAttribute("data-links") && path === wanted) markShown();
});

function markShown() {
  const shown = document.getElementById("selected")?.dataset.checkpoint;
  const focused = document.activeElement?.closest("#steps a[data-source]");
  for (const link of document.querySelectorAll("#steps a[data-source]")) {
    const current = address(link).searchParams.get("checkpoint") === shown;
    if (current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    if (current && focused) link.focus({ preventScroll: true });
  }
  document.getElementById("against-form")?.reset();
}

// The answer to a link that another one overtook would take the mark back to where one was.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { elt, path } = detail.requestConfig;
  if (elt.hasAttribute("data-links") && path !== wanted) detail.shouldSwap = false;
});

// Going back faster than pages come: the answers may come in any order, and only the last place counts. So does none of
// a link that was followed before, nor of a refresh of the place that was left.
let restoring;
document.addEventListener("htmx:historyCacheMiss", ({ detail }) => {
  restoring?.abort();
  restoring = detail.xhr;
  wanted = undefined;
  for (const asking of document.querySelectorAll(".htmx-request")) htmx.trigger(asking, "htmx:abort");
});

// Going back to what htmx cannot load: the browser shows what there is, if only an error.
document.addEventListener("htmx:historyCacheMissLoadError", () => location.reload());

// Empty controls say nothing: they stay out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  const { parameters } = event.detail;
  for (const [name, value] of [...Object.entries(parameters)]) if (value === "") delete parameters[name];
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const root = document.querySelector("[data-live]");
  if (!root || detail.target?.id !== root.id) return;
  hintAtMore();
  if (root.dataset.title) document.title = root.dataset.title;
  if (detail.requestConfig.headers["X-Refresh"]) return;
  // Somebody did this: tell whoever cannot see it, and show the step that was chosen.
  const told = document.getElementById("selected-title") ?? document.getElementById("count");
  document.getElementById("said").textContent = told?.textContent.trim() || "Nothing matches";
  showCurrent();
  if (paged) showList();
  paged = false;
});

// Another page of a list is read from its top.
function showList() {
  const list = document.getElementById("list");
  list?.focus({ preventScroll: true });
  if (list && list.getBoundingClientRect().top < 0) list.scrollIntoView({ block: "start" });
}

// Which row was opened, so that coming back finds it: an entry of the history remembers.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".list td.id > a");
  if (link) history.replaceState({ ...history.state, opened: link.getAttribute("href") }, "");
});
if (history.state?.opened && performance.getEntriesByType("navigation")[0]?.type === "back_forward") {
  const links = [...document.querySelectorAll(".list td.id > a")];
  links.find((link) => link.getAttribute("href") === history.state.opened)?.focus({ preventScroll: true });
}

// A label of which the names at the edge hide the beginning says something else: "urn 88", "1 min" of 21.
function hideCut(lanes) {
  const edge = lanes.querySelector(".names")?.getBoundingClientRect().right ?? 0;
  const labels = [...lanes.querySelectorAll(".turn, .pause")];
  const cut = labels.map((label) => label.getBoundingClientRect().left < edge - 1);
  for (const [place, label] of labels.entries()) label.classList.toggle("cut", cut[place]);
}

// A picture that goes on beyond its edge says so there.
function hintAtMore() {
  const lanes = document.getElementById("lanes");
  if (!lanes) return;
  lanes.toggleAttribute("data-before", lanes.scrollLeft > 4);
  lanes.toggleAttribute("data-after", lanes.scrollLeft + lanes.clientWidth < lanes.scrollWidth - 4);
  hideCut(lanes);
}
document.addEventListener("scroll", (event) => event.target.id === "lanes" && hintAtMore(), true);
addEventListener("resize", hintAtMore);

export function showCurrent() {
  const steps = document.getElementById("steps");
  const current = steps?.querySelector("[aria-current]");
  if (current) {
    const [box, inside] = [steps.getBoundingClientRect(), current.getBoundingClientRect()];
    if (inside.top < box.top + 48) steps.scrollTop -= box.top + 48 - inside.top;
    if (inside.bottom > box.bottom) steps.scrollTop += inside.bottom - box.bottom;
    if (steps.contains(document.activeElement)) current.focus({ preventScroll: true });
  }
  const lanes = document.getElementById("lanes");
  const dot = lanes?.querySelector(".on");
  if (dot) {
    const [box, inside] = [lanes.getBoundingClientRect(), dot.getBoundingClientRect()];
    if (inside.left < box.left + 150 || inside.right > box.right - 20) {
      const behind = [...lanes.querySelectorAll("g")].at(-1).getBoundingClientRect().right - box.right + 40;
      const wanted = inside.left - box.left - box.width * 0.6;
      lanes.scrollLeft += wanted > 0 ? Math.min(wanted, Math.max(behind, inside.right - box.right + 40)) : wanted;
    }
  }
}

showCurrent();
hintAtMore();

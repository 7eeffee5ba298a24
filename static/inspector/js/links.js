// Links inside [data-links] that lead to the same page load its part only. Others, and those opened elsewhere, are
// followed as ever.

const plain = (event) =>
  event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && !event.defaultPrevented;

let wanted; // where the last link led

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const root = link?.closest("[data-links]");
  if (!root || !plain(event)) return;
  const url = new URL(link.href instanceof SVGAnimatedString ? link.href.baseVal : link.href, location.href);
  if (url.origin !== location.origin || url.pathname !== location.pathname) return;
  if (url.searchParams.get("format") || url.searchParams.get("id") !== new URLSearchParams(location.search).get("id")) return;
  event.preventDefault();
  wanted = url.pathname + url.search;
  htmx.ajax("GET", wanted, { source: root, target: root, push: "true" }).catch(() => {});
});

// The answer to a link that another one overtook would take the mark back to where one was.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { elt, path } = detail.requestConfig;
  if (elt.hasAttribute("data-links") && path !== wanted) detail.shouldSwap = false;
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
  if (root.dataset.title) document.title = root.dataset.title;
  if (detail.requestConfig.headers["X-Refresh"]) return;
  // Somebody did this: tell whoever cannot see it, and show the step that was chosen.
  const told = document.getElementById("selected-title") ?? document.getElementById("count");
  document.getElementById("said").textContent = told?.textContent.trim() || "Nothing matches";
  showCurrent();
});

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
      lanes.scrollLeft += inside.left - box.left - box.width * 0.6;
    }
  }
}

showCurrent();

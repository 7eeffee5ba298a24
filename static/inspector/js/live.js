// Refreshes the page's root every few seconds (data-live) through htmx. Rests while nobody looks and while somebody
// reads with selected text, holds the pointer down or is in the middle of typing.

let held = false;
let waiting = false; // a refresh of ours is under way
let outdated = false; // somebody went elsewhere while it was
let others = 0; // requests that somebody's action started
let back = 0; // places that somebody goes back to, and that are on their way
let slow = 0;
let timer;

const LONGEST = 30_000; // a store that did not answer at all may be back any time

document.addEventListener("pointerdown", () => (held = true));
for (const name of ["pointerup", "pointercancel", "blur"]) addEventListener(name, () => (held = false));

const root = () => document.querySelector("[data-live]");

function busy() {
  if (document.hidden || held || waiting || others > 0 || back > 0) return true;
  const selection = getSelection();
  if (selection && !selection.isCollapsed && selection.toString().trim()) return true;
  if (document.querySelector("dialog[open], details.menu[open]")) return true;
  const active = document.activeElement;
  return active?.localName === "input" && active.value !== active.defaultValue;
}

function plan() {
  clearTimeout(timer);
  const element = root();
  // A store that answers slowly is asked less often.
  if (element) timer = setTimeout(refresh, Math.max(Number(element.dataset.live) * 1000, Math.min(slow * 10, LONGEST)));
}

// The step that is read stays: a thread's address without a checkpoint means its newest, which may be another by now.
function pinned() {
  const shown = document.getElementById("selected")?.dataset.checkpoint;
  const { pathname, search } = location;
  if (!shown || new URLSearchParams(search).get("checkpoint")) return pathname + search;
  return `${pathname}${search}${search ? "&" : "?"}checkpoint=${encodeURIComponent(shown)}`;
}

async function refresh() {
  if (busy()) return plan();
  const element = root();
  waiting = true;
  outdated = false;
  const began = performance.now();
  try {
    // What is shown: as long as it would come out the same, the answer is the bar alone.
    const headers = { "X-Refresh": "1", ...(element.dataset.tag && { "X-Shown": element.dataset.tag }) };
    const source = document.getElementById("said"); // not the root: what people do need not queue behind a refresh
    await htmx.ajax("GET", pinned(), { source, target: element, headers });
  } catch {
    // Told below.
  }
  slow = performance.now() - began;
  waiting = false;
  plan();
}

const ours = (detail) => Boolean(detail.requestConfig?.headers["X-Refresh"]);

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (ours(detail)) return;
  others += 1;
  outdated = true;
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!ours(detail)) others = Math.max(0, others - 1);
  if (detail.successful) document.getElementById("notice").replaceChildren();
});
document.addEventListener("htmx:historyCacheMiss", ({ detail }) => {
  back += 1;
  detail.xhr.addEventListener("loadend", () => (back -= 1));
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (ours(event.detail) && outdated) {
    event.detail.shouldSwap = false; // it would bring back what was left
    return;
  }
  // The same trouble again is no news for a screen reader; how far the index is behind goes on.
  const notice = document.getElementById("notice");
  const said = event.detail.isError ? event.detail.serverResponse.replace(/<div id="lag"[^]*?<\/div>/, "") : "";
  if (said && ours(event.detail) && notice.dataset.said === said && notice.hasChildNodes()) {
    event.detail.swapOverride = "none";
  }
  notice.dataset.said = said;
});
// Once there are newer steps, the address names the one that is shown.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (ours(detail) && document.getElementById("newest")) history.replaceState(history.state, "", pinned());
});
document.addEventListener("htmx:timeout", tellOffline);
document.addEventListener("htmx:sendError", tellOffline);
function tellOffline() {
  document.querySelector("#lag .live")?.setAttribute("data-tone", "bad");
  const notice = document.getElementById("notice");
  if (notice.querySelector("[data-offline]")) return;
  const said = document.getElementById("offline").content.cloneNode(true);
  said.firstElementChild.dataset.offline = "";
  notice.replaceChildren(said);
}
// An address that led nowhere is no place to come back to.
document.addEventListener("htmx:beforeHistoryUpdate", ({ detail }) => {
  if (detail.xhr.status >= 400) Object.assign(detail.history, { type: "replace", path: location.pathname + location.search });
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  clearTimeout(timer);
  timer = setTimeout(refresh, 200);
});

plan();

// Keys for those who would rather not reach for the mouse. Listed in the dialog that `?` opens.

const TABS = { 1: "changes", 2: "state", 3: "writes", 4: "metadata" };
const search = () => document.getElementById("q");
const typing = (element) =>
  ["input", "select", "textarea"].includes(element?.localName) || element?.isContentEditable === true;

// Its only button, at its end, gets the focus: where the dialog is longer than the window, it would open there.
export function open(dialog) {
  dialog?.showModal();
  dialog?.scrollTo(0, 0);
}

// The next step of the list is marked at once, so that keys pressed faster than pages come add up.
function go(where) {
  const links = [...document.querySelectorAll("#steps a[data-source]")];
  const at = links.findIndex((link) => link.hasAttribute("aria-current"));
  const next = at < 0 ? undefined : links[at + (where === "older" ? 1 : -1)];
  const link = next ?? document.querySelector(`[data-go="${where}"]`);
  if (next) {
    const focused = links[at] === document.activeElement;
    links[at].removeAttribute("aria-current");
    next.setAttribute("aria-current", "true");
    if (focused) next.focus();
  }
  link?.click();
  return Boolean(link);
}

function walk(offset) {
  const links = [...document.querySelectorAll(".list tbody td.id > a")];
  if (!links.length) return false;
  const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const next = links[at < 0 ? (offset > 0 ? 0 : links.length - 1) : at + offset];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return true;
}

const older = () => go("older") || (!document.getElementById("thread") && walk(1));
const newer = () => go("newer") || (!document.getElementById("thread") && walk(-1));

function escape(event) {
  const field = search();
  if (field && document.activeElement === field) {
    if (field.value) {
      field.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    } else {
      field.blur();
    }
    event.preventDefault();
    return;
  }
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else {
    getSelection()?.removeAllRanges();
    document.activeElement?.blur?.();
  }
}

// All that a step folds, or nothing of it.
function unfold() {
  const folds = [...document.querySelectorAll("#selected details")];
  const closed = folds.some((fold) => !fold.open);
  for (const fold of folds) fold.open = closed;
}

const actions = {
  j: older,
  k: newer,
  ArrowLeft: () => go("older"),
  ArrowRight: () => go("newer"),
  "?": () => open(document.getElementById("keys")),
  c: () => document.getElementById("copy-thread")?.click(),
  a: () => document.querySelector("[data-pick]")?.click(),
  d: () => document.querySelector("[data-compare][href]")?.click(),
  l: () => document.querySelector("[data-copy-link]")?.click(),
  e: unfold,
  f: () => {
    const field = document.getElementById("find");
    if (field?.checkVisibility()) {
      field.focus();
      field.select();
    } else {
      document.querySelector("[data-find]")?.click();
    }
  },
  "/": () => {
    const field = search();
    if (field) {
      field.focus();
      field.select();
    } else {
      location.href = document.querySelector(".brand").href;
    }
  },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") return escape(event);
  const element = document.activeElement;
  if (typing(element)) return;
  const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
  if (sideways && element?.closest(".scroll, .v, .tabs, .diff, pre")) return; // those scroll sideways
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && element?.closest("#steps a[data-source]")) {
    event.preventDefault();
    go(event.key === "ArrowDown" ? "older" : "newer");
    return;
  }
  if (TABS[event.key]) {
    document.querySelector(`[data-tab="${TABS[event.key]}"]`)?.click();
    return;
  }
  const action = actions[event.key];
  if (!action) return;
  if (["/", "?", "f"].includes(event.key)) event.preventDefault();
  action();
});

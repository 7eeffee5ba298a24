// A swap that changes what differs and leaves the rest alone, so that scroll, focus, caret, selected text and what was
// folded open survive a refresh. Used as hx-swap="morph": the response's root takes the place of the target.

const keyOf = (node) => {
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  if (node.id) return "#" + node.id;
  const { channel, key } = node.dataset;
  if (key || channel) return "=" + (key ?? channel);
  if (node.localName === "tr" || node.localName === "li") {
    const link = node.querySelector("a[href]");
    if (link) return "@" + link.getAttribute("href");
  }
  return null;
};

const alike = (old, fresh) =>
  old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && keyOf(old) === keyOf(fresh);

export function morph(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (old.localName === "select" && old === document.activeElement) return; // its list may be unfolded
  if ("lazy" in fresh.dataset && !("lazy" in old.dataset)) return; // what was fetched into its place stays
  morphAttributes(old, fresh);
  if (old.localName === "input" || old.localName === "select") morphControl(old, fresh);
  if (old.localName !== "input") morphChildren(old, fresh);
}

function morphAttributes(old, fresh) {
  const theirs = old.localName === "details" || old.localName === "dialog"; // whether it is open is the reader's choice
  for (const { name, value } of [...fresh.attributes]) {
    if (theirs && name === "open") continue;
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (fresh.hasAttribute(name) || (theirs && name === "open")) continue;
    if (name === "class" && old.classList.contains("done")) continue;
    old.removeAttribute(name);
  }
}

function morphControl(old, fresh) {
  if (old === document.activeElement) return; // somebody is typing
  if (old.localName === "input" && old.value !== fresh.value) old.value = fresh.value;
  if (old.localName === "select") queueMicrotask(() => (old.value = fresh.value));
}

// A row that is focused keeps its focus when it moves.
function move(parent, node, place) {
  const focused = node.contains(document.activeElement) ? document.activeElement : null;
  if (parent.moveBefore) parent.moveBefore(node, place);
  else parent.insertBefore(node, place);
  if (focused && document.activeElement !== focused) focused.focus({ preventScroll: true });
}

function morphChildren(old, fresh) {
  const byKey = new Map();
  for (const child of old.childNodes) {
    const key = keyOf(child);
    if (key !== null && !byKey.has(key)) byKey.set(key, child);
  }
  const wanted = new Set([...fresh.childNodes].map(keyOf).filter((key) => key !== null));
  let place = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const key = keyOf(next);
    // What is gone steps aside, so that what follows it is recognised where it stands.
    while (place && keyOf(place) !== null && !wanted.has(keyOf(place))) {
      const gone = place;
      place = place.nextSibling;
      gone.remove();
    }
    const known = key === null ? null : byKey.get(key);
    if (known && alike(known, next)) {
      if (known === place) place = place.nextSibling;
      else move(old, known, place);
      byKey.delete(key);
      morph(known, next);
    } else if (key === null && place && alike(place, next)) {
      const same = place;
      place = place.nextSibling;
      morph(same, next);
    } else {
      old.insertBefore(next, place);
    }
  }
  while (place) {
    const gone = place;
    place = place.nextSibling;
    gone.remove();
  }
}

htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph",
  handleSwap(style, target, fragment) {
    if (style !== "morph") return false;
    const root = fragment.firstElementChild;
    if (!root) return false;
    if (root.id !== target.id || root.localName !== target.localName) {
      target.replaceWith(root);
      return [root];
    }
    morph(target, root);
    return [target];
  },
});

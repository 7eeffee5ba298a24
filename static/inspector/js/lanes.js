// A picture is one stop for the keyboard. In it the arrow keys move a mark from dot to dot, Enter follows the dot's link,
// and what the mark or the mouse points at is told in the line below.

const at = new Map(); // by the picture's id, where its mark is: the dot's address

const picture = (element) => element?.closest?.("[data-cursor]");
const links = (box) => [...box.querySelectorAll("a[href]")];
const words = (link) => link.querySelector("title")?.textContent ?? "";
const marked = (box) => links(box).find((link) => link.getAttribute("href") === at.get(box.id));

function tell(box, text) {
  const caption = document.getElementById(box.dataset.cursor);
  if (caption) caption.textContent = text || caption.dataset.own;
}

function mark(box, link) {
  marked(box)?.classList.remove("at");
  if (!link) return at.delete(box.id);
  at.set(box.id, link.getAttribute("href"));
  link.classList.add("at");
  tell(box, words(link));
  reveal(box, link);
}

// Behind the names, which stay at the left edge, nothing can be seen.
function reveal(box, link) {
  if (box.scrollWidth <= box.clientWidth) return;
  const [outer, inner] = [box.getBoundingClientRect(), link.getBoundingClientRect()];
  const names = box.querySelector(".names")?.getBoundingClientRect().width ?? 0;
  if (inner.left < outer.left + names + 24) box.scrollLeft -= outer.left + names + 24 - inner.left;
  if (inner.right > outer.right - 32) box.scrollLeft += inner.right - outer.right + 32;
}

const centre = (link) => {
  const { left, top, width, height } = (link.querySelector("circle:not(.halo, .ring), path, rect") ?? link).getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
};

// The nearest dot of the next row above or below.
function beside(box, from, direction) {
  const here = centre(from);
  let best;
  for (const link of links(box)) {
    const there = centre(link);
    const away = (there.y - here.y) * direction;
    if (away < 4) continue;
    const cost = away * 1000 + Math.abs(there.x - here.x);
    if (!best || cost < best.cost) best = { link, cost };
  }
  return best?.link;
}

function start(box) {
  const all = links(box);
  return marked(box) ?? all.find((link) => link.querySelector(".on")) ?? all.at(-1);
}

const steps = {
  ArrowLeft: (all, place) => all[Math.max(0, place - 1)],
  ArrowRight: (all, place) => all[Math.min(all.length - 1, place + 1)],
  Home: (all) => all[0],
  End: (all) => all.at(-1),
  ArrowUp: (all, place, box) => beside(box, all[place], -1),
  ArrowDown: (all, place, box) => beside(box, all[place], 1),
};

// Before the keys of the page, which mean other things by the same ones.
document.addEventListener(
  "keydown",
  (event) => {
    const box = event.target;
    if (box !== picture(box) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const from = start(box);
    if (!from) return;
    if (event.key === "Enter") from.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    else if (steps[event.key]) {
      const all = links(box);
      const next = steps[event.key](all, all.indexOf(from), box);
      if (next) {
        mark(box, next);
        document.getElementById("said").textContent = words(next);
      }
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

document.addEventListener("focusin", ({ target }) => {
  const box = picture(target);
  const from = box === target && box.matches(":focus-visible") ? start(box) : undefined;
  if (from) mark(box, from);
});

document.addEventListener("focusout", ({ target }) => {
  const box = picture(target);
  if (box !== target) return;
  mark(box);
  tell(box, "");
});

document.addEventListener("pointerover", ({ target }) => {
  const link = target.closest?.("[data-cursor] a[href]");
  if (link) tell(picture(link), words(link));
});
document.addEventListener("pointerout", ({ target, relatedTarget }) => {
  const link = target.closest?.("[data-cursor] a[href]");
  if (!link || link.contains(relatedTarget)) return;
  const box = picture(link);
  const own = document.activeElement === box ? marked(box) : undefined;
  tell(box, own ? words(own) : "");
});

// A refresh draws the picture anew: the mark stays where it was, else it goes to the selected dot.
document.addEventListener("htmx:afterSwap", () => {
  const box = picture(document.activeElement);
  if (!box || box !== document.activeElement || !at.has(box.id)) return;
  if (marked(box)) mark(box, marked(box));
  else {
    at.delete(box.id);
    mark(box, start(box));
  }
});

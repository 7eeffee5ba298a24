// What arrives above pushes what is below it away. Whoever works by keyboard would lose sight of where they are, so what
// has the focus and was in sight is brought back into it.

let seen = null;

function inSight(element) {
  const box = element.getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight;
}

document.addEventListener("htmx:beforeSwap", () => {
  const element = document.activeElement;
  seen = element && element !== document.body && inSight(element) ? element : null;
});
document.addEventListener("htmx:afterSwap", () => {
  if (seen && seen === document.activeElement && !inSight(seen)) seen.scrollIntoView({ block: "nearest" });
  seen = null;
});

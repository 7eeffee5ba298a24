// The line of the graph that is looked at is brought into sight once, within its own list: whoever scrolls there stays.
let shown = "";

function reveal() {
  const line = document.querySelector(".nest li[data-current]");
  const place = line?.dataset.ns ?? "";
  if (line && place !== shown) {
    const list = line.parentElement;
    list.scrollTop += line.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientHeight / 3;
  }
  shown = place;
}

reveal();
document.addEventListener("htmx:afterSettle", reveal);

// Everything here is comfort: each page works without it. One module a concern.
import "./morph.js";
import "./links.js";
import "./lanes.js";
import "./nest.js";
import "./live.js";
import "./steady.js";
import "./copy.js";
import { open } from "./keys.js";
import "./preview.js";
import "./pick.js";
import "./times.js";

document.documentElement.classList.add("js");

// A menu closes when one looks elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const opener = event.target.closest?.("[data-opens]");
  if (opener) open(document.getElementById(opener.dataset.opens));
});

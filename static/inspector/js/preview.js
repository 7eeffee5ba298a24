// A picture is fetched when somebody asks to see it, and shown in its place. Without this the link opens it by itself.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-preview]");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const place = link.parentElement;
  const image = new Image();
  image.alt = "Picture stored in this value";
  const told = () => Object.assign(document.createElement("span"), { role: "status" });
  image.addEventListener("load", () => {
    const said = told();
    said.textContent = ` ${image.naturalWidth} × ${image.naturalHeight} pixels`;
    place.append(said);
  });
  image.addEventListener("error", () => {
    const said = told();
    said.textContent = " This picture cannot be shown.";
    image.replaceWith(said);
  });
  image.src = link.href;
  delete place.dataset.lazy; // a refresh leaves what was fetched here alone
  link.textContent = "Open the picture by itself";
  link.removeAttribute("data-preview");
  place.append(image);
});

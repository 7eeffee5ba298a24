// Copy buttons: the link before the button (data-copy-link), what is found there (data-copy-from), the code before it
// (data-copy-code), what data-copy holds, else the thread_id of the link before the button, else that of the page. Ids come from addresses: an attribute would lose a carriage return.

async function copy(button) {
  const before = button.previousElementSibling;
  const id = () => new URL(before?.href ?? location.href).searchParams.get("id") ?? "";
  const { copy: given, copyLink: isLink, copyCode: isCode, copyFrom: isFrom } = button.dataset;
  let text = isLink !== undefined ? before.href : isCode !== undefined ? before.textContent : (given ?? id());
  if (isFrom !== undefined) {
    const answer = await fetch(before.href).catch(() => undefined);
    if (!answer?.ok) {
      document.getElementById("said").textContent = "Not copied: the dashboard did not answer";
      return;
    }
    text = await answer.text();
  }
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyByHand(text); // without https there is no clipboard to write to
  }
  button.classList.add("done");
  document.getElementById("said").textContent = "Copied";
  setTimeout(() => button.classList.remove("done"), 1500);
}

function copyByHand(text) {
  const area = document.createElement("textarea");
  const active = document.activeElement;
  area.value = text;
  area.className = "vh";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  active?.focus?.();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button.cp, button[data-copy]");
  if (button) copy(button);
});

// Times are UTC, as in the workers' logs. Whoever points at one also learns what the clock on the wall said.

const LOCAL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

document.addEventListener("pointerover", ({ target }) => {
  const time = target.closest?.("time[datetime]");
  const at = time ? new Date(time.dateTime) : null;
  if (!at || Number.isNaN(at.getTime()) || !at.getTimezoneOffset() || time.title.includes("\n")) return;
  time.title = `${time.title ? `${time.title}\n` : ""}${LOCAL.format(at)} here`;
});

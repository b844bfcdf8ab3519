// Menus and definitions are <details>: they close on Escape and when one clicks or goes elsewhere.
const kinds = "details.menu[open], details.definition[open]";

export function menus(): void {
  document.addEventListener("click", (e) => closeOthers(e.target));
  document.addEventListener("focusin", (e) => closeOthers(e.target));
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    for (const d of document.querySelectorAll<HTMLDetailsElement>(kinds)) {
      if (d.contains(document.activeElement)) d.querySelector("summary")?.focus();
      d.open = false;
    }
  });
}

function closeOthers(target: EventTarget | null): void {
  for (const d of document.querySelectorAll<HTMLDetailsElement>(kinds)) {
    if (!(target instanceof Node) || !d.contains(target)) d.open = false;
  }
}

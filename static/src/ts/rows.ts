// A click anywhere on a row opens it, as its link does; controls in the row keep their own meaning.
// A checkbox marked data-check-all ticks those of its table.
export function rows(): void {
  document.addEventListener("click", (e) => {
    if (!(e.target instanceof Element) || e.defaultPrevented) return;
    if (e.target.closest("a, button, input, label, select, textarea, summary, dialog")) return;
    if (String(getSelection()) !== "") return;
    const link = e.target.closest("table.rows > tbody > tr")?.querySelector<HTMLAnchorElement>('th[scope="row"] a');
    if (!link) return;
    if (e.ctrlKey || e.metaKey) window.open(link.href, "_blank", "noopener");
    else link.click();
  });
  document.addEventListener("change", (e) => {
    if (!(e.target instanceof HTMLInputElement) || !e.target.matches("[data-check-all]")) return;
    for (const box of e.target.closest("table")?.querySelectorAll<HTMLInputElement>("tbody .check input") ?? []) {
      box.checked = e.target.checked;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
}

// A choice between all and some of a table follows its boxes.
export function scopes(): void {
  document.querySelectorAll<HTMLElement>("[data-scope]").forEach(scoped);
}

// scoped picks "only these" when a box is ticked, and counts. data-other are the chosen ones on other pages.
function scoped(table: HTMLElement): void {
  const some = document.getElementById(table.dataset["scope"] ?? "");
  const count = document.querySelector<HTMLElement>("[data-scope-count]");
  table.addEventListener("change", (e) => {
    if (!(e.target instanceof HTMLInputElement) || e.target.type !== "checkbox") return;
    if (some instanceof HTMLInputElement) some.checked = true;
    const here = table.querySelectorAll("input[type=checkbox]:checked").length;
    const other = Number(count?.dataset["here"] ?? 0);
    if (count) count.textContent = (count.dataset["text"] ?? "").replace("{.n}", (other + here).toLocaleString("en-US"));
  });
  const first = table.querySelectorAll("input[type=checkbox]:checked").length;
  if (count) count.dataset["here"] = String(Number(count.dataset["other"] ?? 0) - first);
}

// The tree picker: a filter, a count, and a box on each branch that ticks all below. Without scripts the boxes of the
// leaves alone do the work.
export function pickers(): void {
  for (const p of document.querySelectorAll<HTMLElement>("[data-picker]")) start(p);
}

function start(picker: HTMLElement): void {
  const tools = picker.querySelector<HTMLElement>("[data-picker-tools]");
  const find = picker.querySelector<HTMLInputElement>("[data-picker-find]");
  if (!tools || !find) return;
  tools.hidden = false;
  for (const branch of picker.querySelectorAll<HTMLElement>(".tree details")) addBox(branch, () => tell(picker));
  find.addEventListener("input", () => filter(picker, find.value.trim().toLowerCase()));
  find.addEventListener("keydown", (e) => {
    if (e.key === "Enter") e.preventDefault();
  });
  picker.addEventListener("change", () => tell(picker));
  tell(picker);
}

function leaves(within: Element): HTMLInputElement[] {
  return [...within.querySelectorAll<HTMLInputElement>("label > input[type=checkbox]:not(:disabled)")];
}

// addBox puts a box beside the branch's name. It stands outside of the summary, whose own press opens the branch.
function addBox(branch: HTMLElement, done: () => void): void {
  const name = branch.querySelector(":scope > summary .tree-name")?.textContent ?? "";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.className = "form-check-input tree-all";
  box.setAttribute("aria-label", name);
  box.addEventListener("change", () => {
    for (const leaf of leaves(branch)) {
      if (!leaf.closest("li")?.hidden) leaf.checked = box.checked;
    }
    done();
  });
  branch.before(box);
  branch.parentElement?.classList.add("branch");
}

function tell(picker: HTMLElement): void {
  for (const branch of picker.querySelectorAll<HTMLElement>(".tree details")) {
    const box = branch.parentElement?.querySelector<HTMLInputElement>(":scope > .tree-all");
    const below = leaves(branch);
    const on = below.filter((l) => l.checked).length;
    if (!box) continue;
    box.checked = on > 0 && on === below.length;
    box.indeterminate = on > 0 && on < below.length;
    box.disabled = below.length === 0;
  }
  const count = picker.querySelector<HTMLElement>("[data-picker-count]");
  const n = leaves(picker).filter((l) => l.checked).length;
  if (count) count.textContent = (count.dataset["text"] ?? "").replace("{.n}", String(n));
}

function filter(picker: HTMLElement, words: string): void {
  for (const leaf of picker.querySelectorAll<HTMLElement>(".tree label")) {
    const li = leaf.closest("li");
    if (li) li.hidden = words !== "" && !(leaf.textContent ?? "").toLowerCase().includes(words);
  }
  for (const branch of [...picker.querySelectorAll<HTMLDetailsElement>(".tree details")].reverse()) {
    const li = branch.closest("li");
    const some = [...branch.querySelectorAll<HTMLElement>("li")].some((l) => !l.hidden && l.querySelector(":scope > label"));
    if (li) li.hidden = words !== "" && !some;
    if (words !== "" && some) branch.open = true;
  }
}

// Small helps for work on many things at once: a choice between all and some follows the boxes, a name is completed by what the server
// finds, and a form whose work takes a while says so.
import { ask } from "./ask";

export function batches(): void {
  for (const table of document.querySelectorAll<HTMLElement>("[data-scope]")) scoped(table);
  for (const input of document.querySelectorAll<HTMLInputElement>("input[data-suggest]")) suggested(input);
  document.addEventListener("submit", slow);
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

function suggested(input: HTMLInputElement): void {
  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void complete(input), 250);
  });
}

async function complete(input: HTMLInputElement): Promise<void> {
  const words = input.value.trim();
  const names = input.list;
  if (words === "" || !names) return;
  const answer = await ask(`${input.dataset["suggest"]}?find=${encodeURIComponent(words)}`, { overtakes: input });
  if (!answer.failure && words === input.value.trim()) names.replaceChildren(...answer.all("option"));
}

function slow(e: SubmitEvent): void {
  const form = e.target;
  const button = e.submitter;
  if (!(form instanceof HTMLFormElement) || !form.dataset["slow"] || (button instanceof HTMLButtonElement && button.name === "act")) return;
  if (form.querySelector("[data-slow-note]")) return e.preventDefault();
  const note = document.createElement("p");
  note.className = "note";
  note.dataset["slowNote"] = "";
  note.setAttribute("role", "status");
  const bar = document.createElement("progress");
  bar.setAttribute("aria-hidden", "true");
  note.append(form.dataset["slow"], " ", bar);
  form.append(note);
  addEventListener("pageshow", () => note.remove(), { once: true });
}

// The field for an account's own wording comes when the account is named. Names of chosen accounts are suggested while somebody types.
import { counters } from "./counter";
import { isChosen } from "./picker";

export function ownWordings(): void {
  for (const box of document.querySelectorAll<HTMLElement>("[data-own]")) start(box);
}

function start(box: HTMLElement): void {
  const name = box.querySelector<HTMLInputElement>("[data-own-name]");
  const add = box.querySelector<HTMLButtonElement>("[data-own-add]");
  if (!name || !add) return;
  add.addEventListener("click", (e) => {
    e.preventDefault();
    void ask(box, name);
  });
  name.addEventListener("keydown", (e) => {
    if (e.key !== "Enter") return;
    e.preventDefault();
    void ask(box, name);
  });
  const names = box.querySelector<HTMLDataListElement>("[data-own-names]");
  let timer = 0;
  if (names) {
    name.addEventListener("input", () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => void suggest(box, name, names), 250);
    });
  }
}

function tell(box: HTMLElement, text: string): void {
  const error = box.querySelector<HTMLElement>("[data-own-error]");
  if (!error) return;
  error.hidden = text === "";
  error.textContent = text;
}

async function get(address: string): Promise<{ ok: boolean; doc: Document } | undefined> {
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    return { ok: answer.ok, doc: new DOMParser().parseFromString(await answer.text(), "text/html") };
  } catch {
    return undefined;
  }
}

async function ask(box: HTMLElement, name: HTMLInputElement): Promise<void> {
  tell(box, "");
  const got = await get(`${box.dataset["own"]}&name=${encodeURIComponent(name.value)}`);
  const field = got?.doc.querySelector<HTMLElement>("[data-variant]");
  if (!got?.ok || !field) return tell(box, got?.doc.body.textContent?.trim() || (box.dataset["failed"] ?? ""));
  const id = field.dataset["variant"] ?? "";
  const title = field.querySelector(".tree-name")?.textContent ?? name.value;
  if (!isChosen(id)) return tell(box, (box.dataset["unchosen"] ?? "").replace("{.name}", title));
  name.value = "";
  open(box, id, field);
}

// open shows the account's field: the one there is, or the new one with what was kept for it.
function open(box: HTMLElement, id: string, fresh: HTMLElement): void {
  let at = box.querySelector<HTMLElement>(`.variants [data-variant="${id}"]`);
  if (!at) {
    at = document.adoptNode(fresh);
    const text = at.querySelector("textarea");
    if (text) text.value = unfold(box, id) ?? text.value;
    box.querySelector(".variants")?.append(at);
    counters(at);
  }
  at.hidden = false;
  if (at instanceof HTMLDetailsElement) at.open = true;
  at.querySelector("textarea")?.focus();
}

// unfold takes the account's wording out of those without a field.
function unfold(box: HTMLElement, id: string): string | undefined {
  const rest = box.querySelector<HTMLInputElement>("[data-own-rest]");
  if (!rest) return undefined;
  const words = JSON.parse(rest.value) as Record<string, string>;
  const text = words[id];
  delete words[id];
  rest.value = JSON.stringify(words);
  return text;
}

async function suggest(box: HTMLElement, name: HTMLInputElement, names: HTMLDataListElement): Promise<void> {
  const words = name.value.trim();
  if (words === "") return;
  const got = await get(`${box.dataset["source"]}&find=${encodeURIComponent(words)}`);
  if (!got?.ok || words !== name.value.trim()) return;
  const options: HTMLOptionElement[] = [];
  for (const leaf of got.doc.querySelectorAll<HTMLInputElement>("label > input[name]")) {
    if (!isChosen(leaf.value)) continue;
    const option = document.createElement("option");
    option.value = leaf.parentElement?.querySelector(".tree-name")?.textContent ?? "";
    options.push(option);
  }
  names.replaceChildren(...options);
}

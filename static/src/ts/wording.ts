// The field for an account's own wording opens from the account's line among the chosen ones, or by any part of its name: several that
// match are listed to choose from. Without scripts the same buttons show the form again.
import { ask } from "./ask";
import { counters } from "./counter";
import { isChosen } from "./picker";
import { exchange } from "./place";

const pause = 300; // milliseconds after the last key

export function ownWordings(form: HTMLFormElement): void {
  let timer = 0;
  form.addEventListener("click", (e) => {
    const at = e.target instanceof Element ? e.target.closest<HTMLElement>("[data-own-of], [data-own-add]") : null;
    if (!at) return;
    e.preventDefault();
    clearTimeout(timer); // what was asked for by the button is not overtaken by the list of those that match
    const id = at.dataset["ownOf"];
    if (id) void openOf(form, id);
    else void find(form, "own");
  });
  form.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || e.isComposing || e.ctrlKey || e.metaKey || !isName(e.target)) return;
    e.preventDefault();
    clearTimeout(timer);
    void find(form, "own");
  });
  form.addEventListener("input", (e) => {
    if (isName(e.target)) {
      clearTimeout(timer);
      timer = window.setTimeout(() => void find(form, "look"), pause);
    } else if (e.target instanceof HTMLElement && e.target.closest("[data-variant]")) mark(form);
  });
  form.addEventListener("jz:picked", () => {
    show(form);
    mark(form);
  });
  mark(form);
}

const isName = (e: EventTarget | null): boolean => e instanceof HTMLElement && e.dataset["ownName"] !== undefined;

const boxOf = (form: HTMLFormElement): HTMLElement | null => form.querySelector("[data-own]");

function tell(box: HTMLElement, text: string): void {
  const error = box.querySelector<HTMLElement>("[data-own-error]");
  if (!error) return;
  error.hidden = text === "";
  error.textContent = text;
}

// openOf opens the field of one chosen account.
async function openOf(form: HTMLFormElement, id: string): Promise<void> {
  const box = boxOf(form);
  if (!box) return;
  tell(box, "");
  if (fieldOf(box, id)) return open(form, box, id);
  const answer = await ask(`${box.dataset["own"]}&of=${id}`);
  const field = answer.one("[data-variant]");
  if (field) open(form, box, id, field);
  else tell(box, answer.told || (box.dataset["failed"] ?? ""));
}

// find sends what was typed with the chosen accounts: "own" opens the one that is meant, "look" lists those that match so far.
async function find(form: HTMLFormElement, act: "own" | "look"): Promise<void> {
  const box = boxOf(form);
  const name = box?.querySelector<HTMLInputElement>("[data-own-name]");
  if (!box || !name) return;
  const words = name.value;
  const body = new FormData(form);
  body.delete("file");
  body.set("act", act);
  const answer = await ask(form.action, { body, overtakes: box });
  if (answer.failure === "overtaken" || words !== name.value) return; // somebody typed on
  if (answer.failure === "other") return tell(box, box.dataset["failed"] ?? "");
  const list = answer.one("#own-list");
  const field = answer.one("[data-variant]");
  const told = answer.one("[data-own-told]")?.textContent ?? "";
  if (!list) return tell(box, answer.told || (box.dataset["failed"] ?? ""));
  tell(box, act === "own" ? told : "");
  exchange(box.querySelector("#own-list"), list);
  if (act !== "own") return;
  if (field) open(form, box, field.dataset["variant"] ?? "", field);
  else if (told === "") box.querySelector<HTMLElement>("#own-list button")?.focus();
}

const fieldOf = (box: HTMLElement, id: string): HTMLElement | null => box.querySelector(`.variants [data-variant="${id}"]`);

// open shows the account's field: the one there is, or the new one with what was kept for it.
function open(form: HTMLFormElement, box: HTMLElement, id: string, fresh?: HTMLElement): void {
  let at = fieldOf(box, id);
  if (!at && fresh) {
    at = document.adoptNode(fresh);
    const text = at.querySelector("textarea");
    if (text) text.value = unfold(box, id) ?? text.value;
    box.querySelector(".variants")?.append(at);
    counters(at);
  }
  if (!at) return;
  const name = box.querySelector<HTMLInputElement>("[data-own-name]");
  if (name) name.value = "";
  box.querySelector("#own-list")?.replaceChildren();
  at.hidden = !isChosen(id);
  if (at instanceof HTMLDetailsElement) at.open = true;
  at.querySelector("textarea")?.focus();
  mark(form);
}

const restOf = (box: Element): HTMLInputElement | null => box.querySelector("[data-own-rest]");

// unfold takes the account's wording out of those without a field.
function unfold(box: HTMLElement, id: string): string | undefined {
  const rest = restOf(box);
  if (!rest) return undefined;
  const words = JSON.parse(rest.value) as Record<string, string>;
  const text = words[id];
  delete words[id];
  rest.value = JSON.stringify(words);
  return text;
}

// show hides the fields of accounts that are no longer chosen, and brings them back; what was typed stays in them. The page decides, not
// what a save answers that was sent before a field was opened.
function show(form: HTMLFormElement): void {
  for (const field of boxOf(form)?.querySelectorAll<HTMLElement>("[data-variant]") ?? []) field.hidden = !isChosen(field.dataset["variant"] ?? "");
}

// mark shows at the accounts' lines which of them have a wording of their own.
function mark(form: HTMLFormElement): void {
  const box = boxOf(form);
  const worded = new Set<string>(Object.keys(JSON.parse((box && restOf(box)?.value) || "{}") as object));
  for (const field of box?.querySelectorAll<HTMLElement>("[data-variant]") ?? []) {
    if (field.querySelector("textarea")?.value.trim()) worded.add(field.dataset["variant"] ?? "");
  }
  for (const button of form.querySelectorAll<HTMLElement>(".tree-own")) {
    button.classList.toggle("worded", worded.has(button.dataset["ownOf"] ?? ""));
  }
}

// What somebody did to a form while an answer of the server was under way. The answer puts whole parts of the
// form in place of those there are and knows nothing of it: what was done since the request wins.
import { chosenIDs, pick } from "./picker";

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

export class Since {
  private readonly then: Map<string, string>;
  private readonly chosen = new Set(chosenIDs());
  private readonly done: Map<string, string> = new Map();
  private readonly wordings: HTMLElement[] = []; // of single accounts, written since
  private picked: string[] = [];
  private dropped: string[] = [];
  private at: { name: string; start: number; end: number } | undefined; // where somebody types

  constructor(private readonly form: HTMLFormElement) {
    this.then = stateOf(form);
  }

  // changed tells whether somebody changed a field since.
  changed(name: string): boolean {
    return stateOf(this.form).get(name) !== this.then.get(name);
  }

  // note looks at the form before parts of it are exchanged.
  note(): void {
    for (const [key, value] of stateOf(this.form)) {
      if (this.then.get(key) !== value) this.done.set(key, value);
    }
    for (const own of this.form.querySelectorAll<HTMLElement>("[data-variant]")) {
      const text = own.querySelector("textarea");
      if (text && this.done.has(text.name)) this.wordings.push(own);
    }
    const now = new Set(chosenIDs());
    this.picked = [...now].filter((id) => !this.chosen.has(id));
    this.dropped = [...this.chosen].filter((id) => !now.has(id));
    const field = document.activeElement;
    if (isText(field) && this.form.contains(field)) {
      this.at = { name: field.name, start: field.selectionStart ?? 0, end: field.selectionEnd ?? 0 };
    }
  }

  // again does to the exchanged parts what had been done, and tells whether somebody is typing in the form.
  again(): boolean {
    for (const own of this.wordings) {
      const there = this.form.querySelector(`[data-variant="${own.dataset["variant"]}"]`);
      if (!there) this.form.querySelector(".variants")?.append(own);
    }
    for (const field of fieldsOf(this.form)) {
      const value = this.done.get(keyOf(field));
      if (value === undefined || value === valueOf(field)) continue;
      if (isBox(field)) field.checked = value !== "";
      else field.value = value;
      if (isText(field)) field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    pick(this.picked, true);
    pick(this.dropped, false);
    return this.focus();
  }

  private focus(): boolean {
    const at = this.at;
    if (!at) return false;
    const field = this.form.elements.namedItem(at.name);
    if (!isText(field)) return false;
    if (document.activeElement === field) return true;
    field.focus({ preventScroll: true });
    field.setSelectionRange(at.start, at.end);
    return true;
  }
}

function isBox(field: Field): field is HTMLInputElement {
  return field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio");
}

function isText(field: unknown): field is HTMLInputElement | HTMLTextAreaElement {
  if (field instanceof HTMLTextAreaElement) return true;
  return field instanceof HTMLInputElement && ["text", "search"].includes(field.type);
}

// fieldsOf are the fields that people fill in; the accounts' boxes are the picker's.
function fieldsOf(form: HTMLFormElement): Field[] {
  return [...form.elements].filter((e): e is Field => {
    if (e instanceof HTMLTextAreaElement || e instanceof HTMLSelectElement) return e.name !== "";
    if (!(e instanceof HTMLInputElement) || ["hidden", "file"].includes(e.type)) return false;
    return e.name !== "" && e.name !== "account";
  });
}

const keyOf = (field: Field): string => (isBox(field) ? `${field.name}=${field.value}` : field.name);

function valueOf(field: Field): string {
  if (isBox(field)) return field.checked ? "on" : "";
  return field.value;
}

function stateOf(form: HTMLFormElement): Map<string, string> {
  return new Map(fieldsOf(form).map((f) => [keyOf(f), valueOf(f)]));
}

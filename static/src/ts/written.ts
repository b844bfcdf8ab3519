// A form of numbers whose text is shown while they are typed: the server writes it, here it is only asked for and put in its place. Faults
// stand below their field, so that what somebody types in never moves.
import { ask } from "./ask";
import { place } from "./place";

const pause = 500; // milliseconds after the last key

export function written(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-written]");
  if (form) new Written(form);
}

class Written {
  private timer = 0;

  constructor(private readonly form: HTMLFormElement) {
    form.addEventListener("input", (e) => this.later(e));
    form.addEventListener("change", (e) => this.later(e));
    form.addEventListener("compositionend", (e) => this.later(e));
    void this.look();
  }

  private later(e: Event): void {
    if (e instanceof InputEvent && e.isComposing) return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.look(), e.type === "change" ? 0 : pause);
  }

  private async look(): Promise<void> {
    const body = new FormData(this.form);
    body.set("act", "live");
    const answer = await ask(this.form.dataset["written"] ?? "", { body, passive: true, overtakes: this });
    if (answer.failure || !answer.one("#written")) return; // the buttons ask again, and tell
    for (const read of answer.all("[id$='-read']")) this.take(read);
    const faults = [...this.form.querySelectorAll<HTMLElement>(".field-faults")];
    place(answer.doc, ["written", ...faults.map((f) => f.id)]);
    for (const id of faults.map((f) => f.id)) mark(id);
  }

  // take puts the table of a file into its field, where it can be seen and mended; the file is not sent again.
  private take(read: HTMLElement): void {
    const id = read.id.slice(0, -"-read".length);
    const area = document.getElementById(id);
    const file = document.getElementById(`${id}-file`);
    if (area instanceof HTMLTextAreaElement) area.value = read.textContent ?? "";
    if (file instanceof HTMLInputElement) file.value = "";
  }
}

// mark tells those who look and those who listen that a field holds something wrong.
function mark(id: string): void {
  const control = document.getElementById(id.slice(0, -"-error".length));
  const wrong = document.getElementById(id)?.firstElementChild != null;
  control?.closest(".field")?.classList.toggle("field-wrong", wrong);
  if (wrong) control?.setAttribute("aria-invalid", "true");
  else control?.removeAttribute("aria-invalid");
}

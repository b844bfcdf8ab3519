// The content library beside the text: what matches is listed while somebody types, and one press puts it
// where the caret was. The use of an item is noted by the server, which also says why one may no longer be
// used.
import { type Answer, ask } from "./ask";
import { insert } from "./insert";
import type { Pictures } from "./pictures";

const pause = 250; // milliseconds after the last key

export function library(form: HTMLFormElement, pictures: Pictures): void {
  const box = form.querySelector<HTMLDetailsElement>("[data-library]");
  const field = box?.querySelector<HTMLInputElement>("[data-library-find]");
  if (box && field) new Library(form, pictures, box, field);
}

class Library {
  private timer = 0;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly pictures: Pictures,
    private readonly box: HTMLDetailsElement,
    private readonly field: HTMLInputElement,
  ) {
    box.addEventListener("toggle", () => {
      if (!box.open) return;
      field.focus();
      void this.look();
    });
    field.addEventListener("input", (e) => {
      if (e instanceof InputEvent && e.isComposing) return;
      this.later(pause);
    });
    field.addEventListener("compositionend", () => this.later(pause));
    field.addEventListener("keydown", (e) => {
      if (e.key !== "Enter" || e.isComposing || e.ctrlKey || e.metaKey) return;
      e.preventDefault(); // it would send the form
      this.later(0);
    });
    box.addEventListener("click", (e) => {
      if (!(e.target instanceof Element)) return;
      const button = e.target.closest<HTMLButtonElement>("[data-library-take]");
      if (button) void this.take(button);
    });
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.look(), ms);
  }

  private async look(): Promise<void> {
    const words = new URLSearchParams({ q: this.field.value.trim() });
    const answer = await ask(`${this.box.dataset["library"]}?${words}`, { overtakes: this });
    if (answer.failure === "overtaken") return;
    this.tell(answer);
    if (!answer.failure) this.box.querySelector("[data-library-found]")?.replaceChildren(...answer.nodes());
  }

  private async take(button: HTMLButtonElement): Promise<void> {
    const body = new FormData();
    const unit = this.form.querySelector<HTMLInputElement | HTMLSelectElement>("[name=unit]");
    body.set("unit", unit?.value ?? "");
    body.set("held", String(this.pictures.held));
    const address = `${this.box.dataset["library"]}/${button.dataset["libraryTake"]}`;
    const answer = await ask(address, { body, overtakes: button });
    if (answer.failure === "overtaken") return;
    if (answer.failure) return this.tell(answer);
    const words = this.box.querySelector<HTMLElement>("[data-library-told]")?.dataset;
    const picture = answer.one("[data-picture]");
    if (picture) return this.tell(answer, this.pictures.add(picture) ? words?.["done"] : words?.["full"]);
    insert(this.form, (JSON.parse(answer.body) as { text: string }).text);
    this.tell(answer, words?.["done"]);
  }

  // tell says what came of it: why the library gave nothing, or what it gave.
  private tell(answer: Answer, done = ""): void {
    const line = this.box.querySelector<HTMLElement>("[data-library-told]");
    if (!line) return;
    line.classList.toggle("wrong", answer.failure !== "");
    const refused = answer.failure === "refused" ? answer.told : "";
    line.textContent = answer.failure === "" ? done : refused || (this.box.dataset["failed"] ?? "");
  }
}

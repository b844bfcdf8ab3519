// A #topic or an @name that somebody has begun is completed: what fits is listed below the text, chosen by the arrow keys and Enter or by a
// press. Nothing is chosen until one of these keys was used, so that Enter stays a new line; while an input method composes, nothing is asked.
import { ask, overtake } from "./ask";

const pause = 200; // milliseconds after the last key
const begun = /[#＃@＠][^#＃@＠\s]{0,20}$/;

export function completes(form: HTMLFormElement): void {
  const list = form.querySelector<HTMLElement>("[data-complete]");
  if (list) new Completion(form, list);
}

class Completion {
  private timer = 0;
  private area: HTMLTextAreaElement | undefined;
  private start = 0; // where the word begins, behind its sign
  private sign = "";
  private at = -1; // of the options

  constructor(
    form: HTMLFormElement,
    private readonly list: HTMLElement,
  ) {
    form.addEventListener("input", (e) => {
      if (!(e.target instanceof HTMLTextAreaElement) || e.target.dataset["weiboLength"] === undefined) return;
      this.close();
      if (e instanceof InputEvent && (e.isComposing || !e.inputType.startsWith("insert"))) return;
      this.later(e.target);
    });
    form.addEventListener("compositionend", (e) => e.target instanceof HTMLTextAreaElement && this.later(e.target));
    form.addEventListener("keydown", (e) => this.key(e), true);
    form.addEventListener("focusout", () => this.close());
    list.addEventListener("pointerdown", (e) => {
      e.preventDefault(); // the text keeps the focus
      const option = e.target instanceof Element ? e.target.closest<HTMLElement>("[role=option]") : null;
      if (option) this.take(option.textContent ?? "");
    });
  }

  private later(area: HTMLTextAreaElement): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.look(area), pause);
  }

  private async look(area: HTMLTextAreaElement): Promise<void> {
    const before = area.value.slice(0, area.selectionStart);
    const word = begun.exec(before)?.[0];
    if (!word || area.selectionStart !== area.selectionEnd) return;
    const sign = /[#＃]/.test(word[0] ?? "") ? "#" : "@";
    if (sign === "#" && (before.match(/[#＃]/g) ?? []).length % 2 === 0) return; // it ends a topic
    const query = new URLSearchParams({ sign, find: word.slice(1) });
    const answer = await ask(`${this.list.dataset["complete"]}?${query}`, { passive: true, overtakes: this });
    if (answer.failure || area.value.slice(0, area.selectionStart) !== before || document.activeElement !== area) return;
    const words = (JSON.parse(answer.body) as { words: string[] }).words.filter((w) => w !== word.slice(1));
    if (words.length > 0) this.open(area, sign, before.length - word.length + 1, words);
  }

  private open(area: HTMLTextAreaElement, sign: string, start: number, words: string[]): void {
    Object.assign(this, { area, sign, start, at: -1 });
    this.list.replaceChildren(
      ...words.map((word, i) => {
        const option = document.createElement("li");
        option.id = `complete-${i}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.textContent = word;
        return option;
      }),
    );
    area.after(this.list);
    this.list.style.top = `${area.offsetTop + area.offsetHeight}px`;
    this.list.hidden = false;
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", this.list.id);
  }

  private close(): void {
    clearTimeout(this.timer);
    overtake(this);
    if (this.list.hidden) return;
    this.list.hidden = true;
    for (const name of ["aria-autocomplete", "aria-controls", "aria-activedescendant"]) this.area?.removeAttribute(name);
  }

  private key(e: KeyboardEvent): void {
    if (this.list.hidden || e.isComposing || e.ctrlKey || e.altKey || e.metaKey) return;
    const options = [...this.list.querySelectorAll<HTMLElement>("[role=option]")];
    if (e.key === "Escape") this.close();
    else if (e.key === "ArrowDown" || e.key === "ArrowUp") this.mark(options, e.key === "ArrowDown" ? 1 : -1);
    else if ((e.key === "Enter" || e.key === "Tab") && this.at >= 0) this.take(options[this.at]?.textContent ?? "");
    else return;
    e.preventDefault();
    e.stopPropagation();
  }

  private mark(options: HTMLElement[], step: number): void {
    this.at = (Math.max(this.at, step < 0 ? 0 : -1) + step + options.length) % options.length;
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === this.at)));
    this.area?.setAttribute("aria-activedescendant", options[this.at]?.id ?? "");
    options[this.at]?.scrollIntoView({ block: "nearest" });
  }

  private take(word: string): void {
    const area = this.area;
    if (!area) return;
    const end = area.selectionStart;
    this.close();
    area.focus();
    area.setSelectionRange(this.start, end);
    document.execCommand("insertText", false, word + (this.sign === "#" ? "#" : " "));
    this.close();
  }
}

// The check of the wordings while they are written: what it finds is marked in the text itself, told under it, and mended by a click or a
// key. The server says what is wrong; here it is only asked, drawn and kept in its place while somebody types on.
import { ask, overtake } from "./ask";
import { exchange } from "./place";

const pause = 600; // milliseconds after the last key
const unseen = 3000; // between two questions while a link of the text is not looked at yet
const patience = 5; // of them

interface Mark {
  start: number; // in UTF-16 units of the field
  end: number;
  level: string;
  line: HTMLElement;
}

export function checks(form: HTMLFormElement): void {
  if (document.getElementById("check")) new Checks(form);
}

class Checks {
  private timer = 0;
  private waited = 0;
  private readonly fields = new Map<HTMLTextAreaElement, Field>();

  constructor(private readonly form: HTMLFormElement) {
    form.addEventListener("input", (e) => this.typed(e));
    form.addEventListener("compositionend", () => this.later());
    form.addEventListener("change", () => this.later());
    form.addEventListener("click", (e) => this.pressed(e));
    form.addEventListener("keydown", (e) => this.key(e));
    this.draw();
    this.later(0);
  }

  private typed(e: Event): void {
    if (e.target instanceof HTMLTextAreaElement) this.fields.get(e.target)?.moved();
    if (e instanceof InputEvent && e.isComposing) return;
    if (e.target instanceof HTMLInputElement && e.target.closest("#check")) return; // a reason
    this.waited = 0;
    this.later();
  }

  private later(ms = pause): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.look(), ms);
  }

  // look asks the server about the wordings as they are. While somebody writes a reason, the list stays as it is.
  private async look(): Promise<void> {
    const box = document.getElementById("check");
    if (!box?.dataset["check"]) return;
    const body = new FormData(this.form);
    body.delete("file");
    const answer = await ask(box.dataset["check"], { body, passive: true, overtakes: this });
    const fresh = answer.one("#check");
    if (answer.failure || !fresh) return; // the check holds nobody up: submission asks again
    if (fresh.dataset["unseen"] !== undefined && this.waited++ < patience) this.later(unseen);
    const old = document.getElementById("check");
    if (old?.contains(document.activeElement) && document.activeElement instanceof HTMLInputElement) return this.later(2 * pause);
    if (old?.innerHTML === fresh.innerHTML) return this.draw();
    exchange(old, fresh);
    this.draw();
  }

  // draw marks the findings in their fields.
  private draw(): void {
    const lines = [...document.querySelectorAll<HTMLElement>("#check [data-finding]")];
    const areas = new Set<HTMLTextAreaElement>(this.fields.keys());
    for (const line of lines) {
      const area = document.getElementById(line.dataset["in"] ?? "");
      if (area instanceof HTMLTextAreaElement) areas.add(area);
    }
    for (const area of areas) {
      let field = this.fields.get(area);
      if (!field) this.fields.set(area, (field = new Field(area)));
      field.show(lines.filter((line) => line.dataset["in"] === area.id));
    }
    const stopped = lines.some((line) => line.dataset["stops"] !== undefined);
    for (const send of this.form.querySelectorAll<HTMLElement>("[data-send]")) {
      if (stopped) send.setAttribute("aria-disabled", "true");
      else send.removeAttribute("aria-disabled");
    }
  }

  private pressed(e: Event): void {
    const target = e.target instanceof Element ? e.target : null;
    if (target?.closest("[aria-disabled=true][data-send]")) return this.refuse(e);
    const plea = target?.closest<HTMLElement>("[data-plea]");
    if (plea) return void this.plead(e, plea.dataset["plea"] ?? "");
    const stop = target?.closest<HTMLElement>("[data-stop]");
    const stopped = document.querySelector<HTMLElement>(`#check [data-finding="${stop?.dataset["stop"] ?? ""}"]`);
    if (stop && stopped) {
      e.preventDefault();
      return this.goto(stopped);
    }
    const button = target?.closest<HTMLElement>("[data-goto], [data-take]");
    const line = button?.closest<HTMLElement>("[data-finding]");
    if (!button || !line) return;
    e.preventDefault();
    if (button.dataset["take"] === undefined) this.goto(line);
    else this.take(line);
  }

  // refuse leads to what stops the text instead of submitting it; the server would refuse it too.
  private refuse(e: Event): void {
    const line = document.querySelector<HTMLElement>("#check [data-stops]");
    if (!line) return;
    e.preventDefault();
    this.goto(line);
  }

  // plead asks for an exception for one finding, with the reason beside it.
  private async plead(e: Event, key: string): Promise<void> {
    e.preventDefault();
    const old = document.getElementById("check");
    if (!old?.dataset["check"]) return;
    const body = new FormData(this.form);
    body.delete("file");
    body.set("plea", key);
    const answer = await ask(`${old.dataset["check"]}/exceptions`, { body, overtakes: this });
    const fresh = answer.one("#check");
    if (answer.failure || !fresh) return;
    exchange(document.getElementById("check"), fresh);
    this.draw();
  }

  private key(e: KeyboardEvent): void {
    if (e.isComposing) return;
    if (e.key === "F8") {
      e.preventDefault();
      this.next(e.shiftKey ? -1 : 1);
    } else if (e.key === "Enter" && e.altKey && e.target instanceof HTMLTextAreaElement) {
      const mark = this.fields.get(e.target)?.at(e.target.selectionStart);
      if (!mark) return;
      e.preventDefault();
      this.take(mark.line);
    }
  }

  // next selects the finding behind the one where the writer is, from the last to the first.
  private next(step: number): void {
    const all = [...this.fields.values()].flatMap((field) => field.marks.map((mark) => ({ field, mark })));
    if (all.length === 0) return;
    const here = document.activeElement;
    const now = here instanceof HTMLTextAreaElement ? this.fields.get(here)?.at(here.selectionStart) : undefined;
    let i = all.findIndex(({ mark }) => mark === now);
    if (i < 0 && here instanceof HTMLTextAreaElement) {
      i = all.findIndex(({ field, mark }) => field.area === here && mark.start >= here.selectionStart) - (step > 0 ? 1 : 0);
    }
    const to = all[(i + step + 2 * all.length) % all.length];
    if (to) this.goto(to.mark.line);
  }

  private find(line: HTMLElement): { field: Field; mark: Mark } | undefined {
    for (const field of this.fields.values()) {
      const mark = field.marks.find((m) => m.line === line);
      if (mark) return { field, mark };
    }
    return undefined;
  }

  private goto(line: HTMLElement): void {
    const at = this.find(line);
    if (!at) return;
    at.field.area.closest("details")?.setAttribute("open", "");
    at.field.area.focus();
    at.field.area.setSelectionRange(at.mark.start, at.mark.end);
    const say = document.querySelector("[data-check-say]");
    if (say) say.textContent = line.querySelector(".check-say")?.textContent?.trim() ?? "";
  }

  // take writes the suggestion as if it had been typed, so that it can be undone.
  private take(line: HTMLElement): void {
    const at = this.find(line);
    const want = line.dataset["suggestion"];
    if (!at || !want) return;
    overtake(this);
    this.goto(line);
    if (!document.execCommand("insertText", false, want)) {
      at.field.area.setRangeText(want, at.mark.start, at.mark.end, "end");
      at.field.area.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    line.remove();
    this.draw();
    this.later(0);
  }
}

// Field is a textarea with its marks drawn behind it: the same words in the same place, invisible but for the marks.
class Field {
  marks: Mark[] = [];
  private readonly behind: HTMLElement;
  private text: string;

  constructor(readonly area: HTMLTextAreaElement) {
    const frame = document.createElement("div");
    frame.className = "marked";
    this.behind = document.createElement("div");
    this.behind.className = "marks form-control";
    this.behind.setAttribute("aria-hidden", "true");
    const focused = document.activeElement === area;
    area.replaceWith(frame);
    frame.append(this.behind, area);
    if (focused) area.focus();
    this.text = area.value;
    area.addEventListener("scroll", () => (this.behind.scrollTop = area.scrollTop));
  }

  show(lines: HTMLElement[]): void {
    this.text = this.area.value;
    const places = offsets(this.text);
    this.marks = [];
    for (const line of lines) {
      const start = places[Number(line.dataset["start"])];
      const end = places[Number(line.dataset["end"])];
      if (start !== undefined && end !== undefined && end > start) {
        this.marks.push({ start, end, level: line.dataset["level"] ?? "", line });
      }
    }
    this.marks.sort((a, b) => a.start - b.start);
    this.paint();
  }

  // moved keeps the marks on their words when something was typed before them, and drops those that were typed into.
  moved(): void {
    const now = this.area.value;
    const limit = Math.min(now.length, this.text.length);
    let head = 0;
    while (head < limit && now[head] === this.text[head]) head++;
    let tail = 0;
    while (tail < limit - head && now[now.length - 1 - tail] === this.text[this.text.length - 1 - tail]) tail++;
    const last = this.text.length - tail;
    const by = now.length - this.text.length;
    this.marks = this.marks.flatMap((m) => {
      if (m.end <= head) return [m];
      if (m.start >= last) return [{ ...m, start: m.start + by, end: m.end + by }];
      return [];
    });
    this.text = now;
    this.paint();
  }

  at(place: number): Mark | undefined {
    return this.marks.find((m) => m.start <= place && place <= m.end);
  }

  private paint(): void {
    const parts: Node[] = [];
    let from = 0;
    for (const m of this.marks) {
      if (m.start < from) continue; // inside of another
      const mark = document.createElement("mark");
      mark.className = `mark-${m.level}`;
      mark.textContent = this.text.slice(m.start, m.end);
      parts.push(document.createTextNode(this.text.slice(from, m.start)), mark);
      from = m.end;
    }
    parts.push(document.createTextNode(this.text.slice(from) + "\n"));
    this.behind.replaceChildren(...parts);
    this.behind.scrollTop = this.area.scrollTop;
  }
}

// offsets gives for each code point of a text where it begins in UTF-16 units, and where the text ends.
function offsets(text: string): number[] {
  const places: number[] = [];
  let at = 0;
  for (const sign of text) {
    places.push(at);
    at += sign.length;
  }
  places.push(at);
  return places;
}

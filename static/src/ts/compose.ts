// The form of a post: saves by itself, shows previews as stored, takes pictures one by one and puts them in order.
// Without scripts its buttons do the same with a page load each. Whatever fails, what was typed stays in the page.
import { type Answer, ask } from "./ask";
import { checks } from "./check";
import { completes } from "./complete";
import { counters } from "./counter";
import { shortcuts } from "./due";
import { library } from "./library";
import { inserts } from "./insert";
import { pastes } from "./pasted";
import { Pictures } from "./pictures";
import { ownWordings } from "./wording";
import { exchange, place } from "./place";
import { renew } from "./picker";
import { forget, remember } from "./restore";
import { Sheet } from "./preview";
import { Since } from "./since";

const pause = 2500; // milliseconds after the last key
const again = 15000; // after a failure that a person has to mend
const soon = 2000; // after one that may be gone the next moment; twice as long each time, up to "again"

export function compose(): void {
  const form = document.querySelector<HTMLFormElement>("[data-compose]");
  if (!form) return;
  ownWordings(form);
  new Composer(form);
  shortcuts(form);
  pastes(form);
  inserts(form);
  completes(form);
  checks(form);
  // The keyboard begins at the form, not at the head of the page; a refused form begins at its fault (refused.ts).
  if (document.activeElement === document.body) document.getElementById("main")?.focus({ preventScroll: true });
}

class Composer {
  private timer = 0;
  private dirty = false; // something is in the page that was not taken by the server
  private unit = false; // another unit was chosen, and the page still shows the accounts of the one before
  private running: Promise<void> | undefined;
  private failures = 0; // in a row
  private unsaved = false; // the last save was not taken
  private sending = false;
  private readonly sheet: Sheet | undefined;
  private readonly pictures: Pictures;

  constructor(private readonly form: HTMLFormElement) {
    form.classList.add("scripted");
    form.addEventListener("input", (e) => this.touch(e));
    form.addEventListener("change", (e) => this.changed(e));
    form.addEventListener("focusout", () => this.dirty && this.later(300));
    form.addEventListener("click", (e) => this.pressed(e));
    form.addEventListener("submit", (e) => void this.submit(e));
    form.addEventListener("jz:save", () => {
      this.dirty = true;
      void this.save();
    });
    addEventListener("beforeunload", (e) => {
      if (this.dirty && !this.sending) e.preventDefault();
    });
    addEventListener("pagehide", () => this.dirty && this.unsaved && !this.sending && remember(form));
    addEventListener("pageshow", () => (this.sending = false)); // the form was sent, and somebody came back to it
    addEventListener("online", () => this.dirty && this.later(0));
    this.sheet = Sheet.of(form, () => this.stored(), () => this.dirty);
    this.pictures = new Pictures(form, () => {
      this.dirty = true;
      this.later(400);
    });
    library(form, this.pictures);
  }

  private touch(e: Event): void {
    if (e.target instanceof HTMLInputElement && (e.target.type === "file" || e.target.type === "search")) return;
    this.dirty = true;
    this.later(pause);
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), ms);
  }

  private changed(e: Event): void {
    const at = e.target;
    if (at instanceof HTMLSelectElement && at.dataset["unit"] !== undefined) {
      this.unit = this.dirty = true;
      this.later(0);
    }
    if (!(at instanceof HTMLInputElement)) return;
    if (at.type === "file") {
      const files = [...(at.files ?? [])];
      at.value = "";
      this.pictures.take(files);
    }
    if (at.type === "checkbox" || at.classList.contains("tree-all")) {
      this.dirty = true;
      this.later(400);
    }
    if (at.name === "due" && at.value !== "") {
      const timed = this.form.querySelector<HTMLInputElement>("#f-when-at");
      if (timed) timed.checked = true;
    }
  }

  // save sends the form once; a save asked for meanwhile follows it.
  private async save(): Promise<void> {
    if (this.sending || !this.dirty) return;
    if (this.running) return this.running.then(() => this.save());
    this.running = this.send().finally(() => (this.running = undefined));
    return this.running;
  }

  // stored saves until nothing in the page is newer than what the server has, or until it was not taken.
  private async stored(): Promise<void> {
    clearTimeout(this.timer);
    await this.pictures.running;
    for (let tries = 0; (this.dirty || this.running) && tries < 3; tries++) await (this.running ?? this.save());
  }

  private async send(): Promise<void> {
    while (this.unit) {
      if (!(await this.moveUnit())) return;
    }
    this.dirty = false;
    this.say("saving");
    const body = new FormData(this.form);
    body.delete("file");
    body.set("act", "auto");
    const answer = await ask(this.form.action, { body });
    const why = whyOf(answer);
    if (why !== "") return this.failed(why);
    if (!answer.one("#saved")) return this.failed("failed");
    this.failures = 0;
    this.unsaved = false;
    forget(this.form);
    this.take(answer);
    if (answer.failure) this.dirty = true; // it was refused, and says why: nobody leaves without being asked
  }

  // moveUnit has the form filled for the unit that was chosen: its accounts, with those kept out that it may not use, named, and all that
  // was written.
  private async moveUnit(): Promise<boolean> {
    this.unit = false;
    this.say("saving");
    const body = new FormData(this.form);
    body.delete("file");
    body.set("act", "unit");
    const since = new Since(this.form);
    const answer = await ask(this.form.action, { body });
    if (!answer.failure && answer.one("#unit-aside")) {
      if (!this.unit) this.fill(answer, since);
      return true;
    }
    this.failed(whyOf(answer) || "failed");
    this.unit = true;
    return false;
  }

  // reshape has the server do to the form what a button says, and takes over what that may change.
  private async reshape(button: HTMLButtonElement): Promise<void> {
    const body = new FormData(this.form);
    body.delete("file");
    body.set("act", button.value);
    const since = new Since(this.form);
    const answer = await ask(this.form.action, { body, overtakes: button });
    if (answer.failure === "overtaken") return;
    if (!answer.one("#groups")) return this.say(whyOf(answer) || "failed");
    const due = answer.one("[data-last]")?.dataset["last"];
    if (!this.fill(answer, since)) {
      const again = this.form.querySelector<HTMLElement>(`[data-reshape][value="${button.value}"]`);
      (again ?? this.form.querySelector<HTMLElement>("#groups summary"))?.focus();
    }
    const field = this.form.querySelector<HTMLInputElement>("#f-due");
    if (due && field && !since.changed("due")) {
      field.value = due;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    this.dirty = true;
    this.later(400);
  }

  // fill puts the parts that depend on the unit into the page, with what was done to them since they were asked for. It tells whether
  // somebody is typing.
  private fill(answer: Answer, since: Since): boolean {
    since.note();
    for (const part of ["#unit-aside", "[data-picker]", "#variants-box", "#groups", "#last"]) {
      const old = this.form.querySelector<HTMLElement>(part);
      const fresh = answer.one(part);
      if (!old || !fresh) continue;
      exchange(old, fresh);
      if (part === "[data-picker]") renew(fresh);
      if (part === "#variants-box") counters(fresh);
    }
    const typing = since.again();
    this.form.querySelector("[data-picker]")?.dispatchEvent(new CustomEvent("jz:picked", { bubbles: true }));
    return typing;
  }

  private failed(why: string): void {
    this.dirty = this.unsaved = true;
    remember(this.form);
    this.say(why);
    const mended = why === "signin" || why === "other";
    this.later(mended ? again : Math.min(again, soon * 2 ** this.failures++));
  }

  private say(why: string): void {
    const box = document.getElementById("saved");
    const note = box?.querySelector("[data-saved-note]");
    const text = box?.dataset[why];
    if (note && text) note.textContent = text;
    this.sheet?.follow();
  }

  // take puts what the server answered into the page, but never over a field somebody types in.
  private take(answer: Answer): void {
    place(answer.doc, ["saved", "preview"]);
    const saved = document.getElementById("saved");
    const text = this.form.querySelector<HTMLTextAreaElement>("#f-text");
    if (text && saved?.dataset["limit"]) {
      text.dataset["max"] = saved.dataset["limit"];
      text.dispatchEvent(new CustomEvent("jz:limit"));
    }
    const url = saved?.dataset["url"];
    if (url && location.pathname !== url) history.replaceState(history.state, "", url);
    this.sheet?.follow();
  }

  // submit lets uploads and a running save end first, so that no picture stays behind and the form is not stale by its own doing. What
  // nobody has seen is shown first.
  private async submit(e: SubmitEvent): Promise<void> {
    if (this.sending) return e.preventDefault();
    clearTimeout(this.timer);
    const button = e.submitter;
    if (button instanceof HTMLButtonElement && button.value === "submit" && this.sheet?.unseen()) {
      e.preventDefault();
      return this.sheet.show();
    }
    if (!this.running && !this.pictures.running && !this.unit) {
      this.sending = true;
      return;
    }
    e.preventDefault();
    const kept = this.unit ? await this.keptOut() : false;
    await this.pictures.running;
    await this.running;
    if (kept) return document.getElementById("f-unit")?.focus();
    if (button instanceof HTMLElement && button.isConnected) this.form.requestSubmit(button);
    else this.form.requestSubmit();
  }

  // keptOut reads the accounts of the unit that was just chosen, and tells whether some had to stay out: then that is to be seen first.
  private async keptOut(): Promise<boolean> {
    const before = document.getElementById("unit-aside")?.textContent;
    await this.save();
    const now = document.getElementById("unit-aside")?.textContent;
    return this.unit || (now !== before && now?.trim() !== "");
  }

  private pressed(e: Event): void {
    const shapes = e.target instanceof Element ? e.target.closest<HTMLButtonElement>("[data-reshape]") : null;
    if (shapes) {
      e.preventDefault();
      return void this.reshape(shapes);
    }
    const button = e.target instanceof Element ? e.target.closest<HTMLButtonElement>("[data-copy-text]") : null;
    if (!button) return;
    e.preventDefault();
    this.copyText(button.dataset["copyText"] ?? "");
    this.dirty = true;
    this.later(400);
  }

  private copyText(id: string): void {
    const from = this.form.querySelector<HTMLTextAreaElement>("#f-text");
    const to = document.getElementById(id);
    if (!from || !(to instanceof HTMLTextAreaElement) || to.value.trim() !== "") return;
    to.value = from.value;
    to.dispatchEvent(new Event("input", { bubbles: true }));
    to.focus();
  }
}

// whyOf names what kept the server from looking at what was sent, as the line about saving says it; empty when it looked.
function whyOf(answer: Answer): string {
  return ["offline", "signin", "other"].includes(answer.failure) ? answer.failure : "";
}

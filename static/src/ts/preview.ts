// Where the preview is not beside the form, as on a phone, it is seen before the post is submitted: what goes out, when and from which
// accounts, over the whole window, with the button that submits it. The preview itself moves there and back, so it is the one that every
// save renews.
import { openDialog } from "./dialogs";

const beside = matchMedia("(min-width: 1101px)");

export class Sheet {
  private readonly note: HTMLElement | null;
  private readonly send: HTMLElement | null;
  private saving = false;

  // of finds the sheet of the form; none in a browser without dialogs. store saves what is in the page; dirty tells whether something in
  // it is not stored.
  static of(form: HTMLFormElement, store: () => Promise<void>, dirty: () => boolean): Sheet | undefined {
    const box = form.querySelector<HTMLDialogElement>("[data-sheet]");
    return box && "showModal" in box ? new Sheet(form, box, store, dirty) : undefined;
  }

  private constructor(
    private readonly form: HTMLFormElement,
    private readonly box: HTMLDialogElement,
    private readonly store: () => Promise<void>,
    private readonly dirty: () => boolean,
  ) {
    this.note = box.querySelector("[data-sheet-note]");
    this.send = box.querySelector("[data-sheet-send]");
    form.querySelector("[data-see-preview]")?.addEventListener("click", (e) => {
      e.preventDefault();
      void this.show();
    });
    box.querySelector("[data-sheet-back]")?.addEventListener("click", () => this.back());
    beside.addEventListener("change", () => beside.matches && box.open && box.close());
  }

  // unseen tells whether what would be submitted now is not in sight.
  unseen(): boolean {
    if (this.box.open) return this.saving;
    if (beside.matches) return false;
    const preview = document.getElementById("preview")?.getBoundingClientRect();
    const bar = this.form.querySelector(".compose-end")?.getBoundingClientRect();
    if (!preview || this.dirty() || !document.querySelector("#preview .weibo")) return true;
    return preview.top > (bar?.top ?? innerHeight) - 120 || preview.bottom < 120;
  }

  // show opens the sheet at once and fills it when what was written is stored.
  async show(): Promise<void> {
    const preview = document.getElementById("preview");
    const body = this.box.querySelector("[data-sheet-body]");
    if (!preview || !body || this.box.open) return;
    body.append(preview);
    this.saving = true;
    this.follow();
    openDialog(this.box, { first: this.box.querySelector<HTMLElement>("h2"), closed: () => this.putBack() });
    await this.store();
    this.saving = false;
    for (const names of this.box.querySelectorAll<HTMLDetailsElement>(".weibo-accounts details")) names.open = true;
    this.follow();
    if (this.send && !this.send.hidden && this.box.open) this.send.focus({ preventScroll: true });
  }

  // follow says how far saving is, and offers to submit what was stored and can go out.
  follow(): void {
    if (!this.note || !this.send) return;
    const saved = document.querySelector("#saved [data-saved-note]");
    const stored = !this.saving && !this.dirty() && document.querySelector("#preview .ready") !== null;
    this.note.textContent = this.saving ? (this.box.dataset["saving"] ?? "") : (saved?.textContent?.trim() ?? "");
    this.note.classList.toggle("wrong", !this.saving && this.dirty());
    this.send.hidden = !stored;
  }

  // back leads to the first thing that has to be mended.
  private back(): void {
    const at = this.box.querySelector<HTMLElement>("[data-findings] [data-at]")?.dataset["at"];
    this.box.close();
    const places: Record<string, string> = { accounts: ".picker input:not([type=hidden])", media: "#f-file" };
    if (at) document.querySelector<HTMLElement>(places[at] ?? `[id="f-${at}"]`)?.focus();
  }

  private putBack(): void {
    const preview = document.getElementById("preview");
    if (preview) this.form.querySelector(".compose-side")?.append(preview);
  }
}

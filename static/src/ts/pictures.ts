// The pictures of a post: chosen, dropped or pasted, sent one by one, and put in order by buttons, by dragging or by the arrow keys at the
// handle. Without scripts the form sends them and its buttons order them.
import { ask } from "./ask";

export class Pictures {
  running: Promise<void> | undefined; // what is on its way
  private readonly box: HTMLElement | null;
  private readonly list: HTMLElement | null;
  private readonly status: HTMLElement | null;

  // changed is called after each change that is to be saved.
  constructor(
    private readonly form: HTMLFormElement,
    private readonly changed: () => void,
  ) {
    this.box = form.querySelector("[data-pictures]");
    this.list = form.querySelector("[data-picture-list]");
    this.status = form.querySelector("[data-picture-status]");
    form.addEventListener("click", (e) => this.pressed(e));
    form.addEventListener("keydown", (e) => this.key(e));
    form.addEventListener("pointerdown", (e) => this.grip(e));
    form.addEventListener("paste", (e) => this.pasted(e));
    document.addEventListener("dragover", (e) => this.over(e));
    document.addEventListener("dragleave", (e) => e.relatedTarget === null && this.mark(false));
    document.addEventListener("drop", (e) => this.dropped(e));
    this.trim();
  }

  // take sends files after those that are on their way.
  take(files: File[]): void {
    if (files.length === 0) return;
    const mine = this.send(files, this.running).finally(() => {
      if (this.running === mine) this.running = undefined;
    });
    this.running = mine;
  }

  // held is how many there are.
  get held(): number {
    return this.list?.children.length ?? 0;
  }

  // add puts a picture that the server knows at the end of the list, and tells whether it stands there.
  add(item: HTMLElement): boolean {
    if (!this.list || this.held >= Number(this.box?.dataset["most"])) return false;
    if (this.list.querySelector(`[data-picture="${item.dataset["picture"]}"]`)) return true;
    this.list.append(document.adoptNode(item));
    this.trim();
    this.changed();
    return true;
  }

  private async send(files: File[], before: Promise<void> | undefined): Promise<void> {
    await before;
    if (!this.box || !this.list || !this.status) return;
    const wrong: string[] = [];
    for (const file of files) {
      this.status.textContent = this.said("busy", file.name);
      const why = await this.one(file);
      if (why !== "") wrong.push(why);
    }
    this.status.textContent = wrong.join(" ");
    this.status.classList.toggle("wrong", wrong.length > 0);
  }

  private said(what: string, name: string): string {
    return (this.box?.dataset[what] ?? "").replace("{.name}", name);
  }

  private async one(file: File): Promise<string> {
    if (file.size > Number(this.box?.dataset["bytes"])) return this.said("large", file.name);
    const body = new FormData();
    body.set("unit", this.form.querySelector<HTMLInputElement | HTMLSelectElement>("[name=unit]")?.value ?? "");
    body.set("held", String(this.held));
    body.append("file", file);
    const answer = await ask("/posts/pictures", { body });
    if (answer.failure === "offline") return this.said("failed", file.name);
    const item = answer.one("[data-picture]");
    if (answer.failure || !item) return `${file.name}: ${answer.doc.body.textContent?.trim() ?? ""}`;
    return this.add(item) ? "" : (this.box?.dataset["full"] ?? "");
  }

  // pasted takes pictures from the clipboard, unless there is text as well: Word puts a picture of each text beside it.
  private pasted(e: ClipboardEvent): void {
    const files = pictureFiles(e.clipboardData);
    if (files.length === 0 || e.clipboardData?.getData("text/plain")) return;
    e.preventDefault();
    this.take(files);
  }

  private over(e: DragEvent): void {
    if (!e.dataTransfer?.types.includes("Files")) return;
    e.preventDefault(); // a file that misses the form must not take the place of the page
    e.dataTransfer.dropEffect = "copy";
    this.mark(true);
  }

  private dropped(e: DragEvent): void {
    if (!e.dataTransfer?.types.includes("Files")) return;
    e.preventDefault();
    this.mark(false);
    this.take([...e.dataTransfer.files]);
  }

  private mark(on: boolean): void {
    this.box?.classList.toggle("dropping", on);
  }

  private pressed(e: Event): void {
    const button = e.target instanceof Element ? e.target.closest<HTMLButtonElement>("[data-move]") : null;
    const item = button?.closest("li");
    if (!button || !item) return;
    e.preventDefault();
    if (button.dataset["move"] !== "drop") this.move(item, button.dataset["move"] === "up" ? -1 : 1, button);
    else this.drop(item);
  }

  private drop(item: HTMLElement): void {
    const focus = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    (focus?.querySelector<HTMLElement>("button") ?? this.form.querySelector<HTMLElement>("#f-file"))?.focus();
    this.trim();
    this.changed();
  }

  private move(item: Element, step: 1 | -1, focus: HTMLElement): void {
    const next = step < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!next) return;
    if (step < 0) next.before(item);
    else next.after(item);
    focus.focus();
    this.trim();
    this.tell(item);
    this.changed();
  }

  // tell says to those who listen where a picture stands now.
  private tell(item: Element): void {
    if (!this.list || !this.status) return;
    const all = [...this.list.children];
    this.status.classList.remove("wrong");
    this.status.textContent = (this.box?.dataset["place"] ?? "")
      .replace("{.n}", String(all.indexOf(item) + 1))
      .replace("{.all}", String(all.length));
  }

  private key(e: KeyboardEvent): void {
    const handle = e.target instanceof HTMLElement ? e.target.closest<HTMLElement>("[data-grip]") : null;
    const item = handle?.closest("li");
    const step = ({ ArrowUp: -1, ArrowDown: 1 } as const)[e.key as "ArrowUp" | "ArrowDown"];
    if (!handle || !item || !step || e.isComposing) return;
    e.preventDefault();
    this.move(item, step, handle);
  }

  // grip drags a picture along the list; Escape and a lost pointer leave it where it is by then.
  private grip(e: PointerEvent): void {
    const handle = e.target instanceof Element ? e.target.closest<HTMLElement>("[data-grip]") : null;
    const item = handle?.closest<HTMLElement>("li");
    if (!handle || !item || e.button !== 0) return;
    handle.setPointerCapture(e.pointerId);
    item.classList.add("dragged");
    let moved = false;
    const follow = (at: PointerEvent): void => {
      const before = item.previousElementSibling;
      const after = item.nextElementSibling;
      if (before && at.clientY < middle(before)) before.before(item);
      else if (after && at.clientY > middle(after)) after.after(item);
      else return;
      moved = true;
      handle.setPointerCapture(at.pointerId); // lost when an element is put elsewhere
    };
    const end = (): void => {
      handle.removeEventListener("pointermove", follow);
      handle.removeEventListener("pointerup", end);
      handle.removeEventListener("pointercancel", end);
      item.classList.remove("dragged");
      if (!moved) return;
      this.trim();
      this.tell(item);
      this.changed();
    };
    handle.addEventListener("pointermove", follow);
    handle.addEventListener("pointerup", end);
    handle.addEventListener("pointercancel", end);
  }

  // trim disables what would move the first picture up or the last one down.
  private trim(): void {
    const items = [...(this.list?.children ?? [])];
    items.forEach((item, i) => {
      for (const [way, off] of [["up", i === 0], ["down", i === items.length - 1]] as const) {
        const button = item.querySelector<HTMLButtonElement>(`[data-move="${way}"]`);
        if (button) button.disabled = off;
      }
    });
  }
}

function middle(e: Element): number {
  const box = e.getBoundingClientRect();
  return box.top + box.height / 2;
}

function pictureFiles(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"));
}

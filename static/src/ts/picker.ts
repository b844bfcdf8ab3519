// The tree picker: a search, a count, and a box on each branch that ticks all below. What is chosen is kept here by id, so that a
// long tree needs no box for each account: units and searches are fetched when somebody looks at them, and the form sends the
// chosen as one short field. Without scripts the boxes and a few buttons do the work.
import { type Answer, ask, overtake } from "./ask";

const known = new WeakMap<Element, Picker>();

export function pickers(): void {
  document.querySelectorAll<HTMLElement>("[data-picker]").forEach(renew);
}

// renew takes a picker that came into the page later.
export function renew(p: HTMLElement): void {
  const picker = new Picker(p);
  known.set(p, picker);
  picker.tell();
}

// isChosen tells whether the page's picker has the id.
export function isChosen(id: string): boolean {
  return pagePicker()?.has(id) ?? false;
}

// chosenIDs are those that the page's picker has.
export function chosenIDs(): string[] {
  return [...(pagePicker()?.all() ?? [])];
}

// pick chooses accounts that the page's picker offers, or drops them.
export function pick(ids: string[], on: boolean): void {
  if (ids.length > 0) pagePicker()?.pick(ids, on);
}

function pagePicker(): Picker | undefined {
  const box = document.querySelector("[data-picker]");
  return box ? known.get(box) : undefined;
}

// readIDs reads "1-3,7".
export function readIDs(s: string | undefined): string[] {
  const out: string[] = [];
  for (const part of (s ?? "").split(",")) {
    const [from, to] = part.split("-").map(Number);
    if (!from) continue;
    for (let id = from; id <= (to ?? from); id++) out.push(String(id));
  }
  return out;
}

function writeIDs(ids: Iterable<string>): string {
  const sorted = [...ids].map(Number).sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0, j = 0; i < sorted.length; i = j + 1) {
    for (j = i; sorted[j + 1] === sorted[j]! + 1; j++);
    parts.push(j > i ? `${sorted[i]}-${sorted[j]}` : `${sorted[i]}`);
  }
  return parts.join(",");
}

class Picker {
  private readonly chosen = new Set<string>();
  private readonly below = new Map<HTMLElement, string[]>(); // what may be chosen below each branch
  private readonly found: HTMLElement | null;
  private readonly tree: HTMLElement | null;
  private readonly field: HTMLInputElement | null;
  private timer = 0;

  constructor(private readonly box: HTMLElement) {
    box.classList.add("scripted");
    this.found = box.querySelector("[data-picker-found]");
    this.tree = box.querySelector(".tree[data-picker-tree]");
    this.field = box.querySelector("[data-picked]");
    for (const id of readIDs(this.field?.value)) this.chosen.add(id);
    for (const leaf of this.leaves(box)) if (leaf.checked) this.chosen.add(leaf.value);
    const tools = box.querySelector<HTMLElement>("[data-picker-tools]");
    if (tools) tools.hidden = false;
    this.branches().forEach((b) => this.addBox(b));
    this.listen();
    if (this.box.dataset["source"]) this.fetchable();
  }

  has(id: string): boolean {
    return this.chosen.has(id);
  }

  all(): Iterable<string> {
    return this.chosen;
  }

  pick(ids: string[], on: boolean): void {
    const offered = new Set([...this.below.values()].flat());
    for (const leaf of this.leaves(this.box)) offered.add(leaf.value);
    this.set(ids.filter((id) => !on || offered.has(id)), on);
    this.tell();
  }

  private listen(): void {
    const find = this.box.querySelector<HTMLInputElement>("[data-picker-find]");
    this.box.addEventListener("change", (e) => this.changed(e.target));
    find?.addEventListener("input", () => this.search(find.value.trim()));
    find?.addEventListener("keydown", (e) => {
      if (e.key === "Enter") e.preventDefault();
      if (e.key === "ArrowDown") {
        e.preventDefault();
        this.box.querySelector<HTMLElement>(".tree:not([hidden]) input:not(:disabled)")?.focus();
      }
    });
  }

  // fetchable makes the form send ids instead of boxes, and fills units when they are opened.
  private fetchable(): void {
    this.box.closest("form")?.addEventListener("formdata", (e) => {
      if (!this.box.isConnected) return; // another picker has taken its place
      for (const name of new Set(this.leaves(this.box).map((l) => l.name))) e.formData.delete(name);
      e.formData.set(this.field?.name ?? "picked", writeIDs(this.chosen));
    });
    this.box.addEventListener("toggle", (e) => void this.fill(e.target), true);
    for (const b of this.branches()) void this.fill(b);
  }

  private branches(): HTMLDetailsElement[] {
    return [...(this.tree?.querySelectorAll<HTMLDetailsElement>("details") ?? [])];
  }

  private leaves(within: Element): HTMLInputElement[] {
    return [...within.querySelectorAll<HTMLInputElement>("label > input[type=checkbox][name]:not(:disabled)")];
  }

  // addBox puts a box beside the branch's name. It stands outside of the summary, whose own press opens the branch.
  private addBox(branch: HTMLDetailsElement): void {
    const ids = new Set<string>();
    for (const b of [branch, ...branch.querySelectorAll<HTMLElement>("details")]) readIDs(b.dataset["ids"]).forEach((id) => ids.add(id));
    this.leaves(branch).forEach((l) => ids.add(l.value));
    this.below.set(branch, [...ids]);
    const box = document.createElement("input");
    box.type = "checkbox";
    box.className = "form-check-input tree-all";
    box.setAttribute("aria-label", branch.querySelector(":scope > summary .tree-name")?.textContent ?? "");
    branch.before(box);
    branch.parentElement?.classList.add("branch");
  }

  private changed(at: EventTarget | null): void {
    if (!(at instanceof HTMLInputElement) || at.type !== "checkbox") return;
    const branch = at.nextElementSibling;
    if (at.classList.contains("tree-all") && branch instanceof HTMLDetailsElement) this.set(this.inSight(branch), at.checked);
    else if (at.dataset["foundAll"] !== undefined) this.set(this.foundIDs(), at.checked);
    else this.set([at.value], at.checked);
    this.tell();
  }

  // inSight leaves out what a search in a short tree hides.
  private inSight(branch: HTMLElement): string[] {
    const hidden = new Set(this.leaves(branch).filter((l) => l.closest("li")?.hidden).map((l) => l.value));
    return (this.below.get(branch) ?? []).filter((id) => !hidden.has(id));
  }

  private foundIDs(): string[] {
    return readIDs(this.found?.querySelector<HTMLElement>("[data-found]")?.dataset["ids"]);
  }

  private set(ids: string[], on: boolean): void {
    for (const id of ids) {
      if (on) this.chosen.add(id);
      else this.chosen.delete(id);
    }
  }

  // tell shows what is chosen: boxes, boxes of branches, counts.
  tell(): void {
    for (const leaf of this.leaves(this.box)) leaf.checked = this.chosen.has(leaf.value);
    for (const [branch, ids] of this.below) {
      const on = this.mark(branch.parentElement?.querySelector(":scope > .tree-all"), ids);
      const note = branch.querySelector<HTMLElement>(":scope > summary .tree-note");
      const of = Number(note?.dataset["of"] ?? ids.length).toLocaleString("en-US");
      if (note) note.textContent = on > 0 ? `${on.toLocaleString("en-US")} / ${of}` : of;
    }
    this.mark(this.found?.querySelector("[data-found-all]"), this.foundIDs());
    const count = this.box.querySelector<HTMLElement>("[data-picker-count]");
    const text = (count?.dataset["text"] ?? "").replace("0", this.chosen.size.toLocaleString("en-US"));
    if (count && count.textContent !== text) count.textContent = text;
    for (const own of this.box.querySelectorAll<HTMLElement>("[data-own-of]")) own.hidden = !this.chosen.has(own.dataset["ownOf"] ?? "");
    this.box.dispatchEvent(new CustomEvent("jz:picked", { bubbles: true }));
  }

  private mark(box: HTMLInputElement | null | undefined, ids: string[]): number {
    const on = ids.filter((id) => this.chosen.has(id)).length;
    if (!box) return on;
    box.checked = on > 0 && on === ids.length;
    box.indeterminate = on > 0 && on < ids.length;
    box.disabled = ids.length === 0;
    return on;
  }

  private ask(query: string, overtakes?: object): Promise<Answer> {
    return ask(`${this.box.dataset["source"]}&${query}`, overtakes ? { overtakes } : {});
  }

  // fill gets the accounts of a unit when it is opened. After a failure the next opening tries again.
  private async fill(at: EventTarget | null): Promise<void> {
    if (!(at instanceof HTMLDetailsElement) || !at.open) return;
    const place = at.querySelector<HTMLElement>(":scope > ul > [data-later]");
    if (!place || place.dataset["busy"]) return;
    place.dataset["busy"] = "1";
    place.textContent = "…";
    const answer = await this.ask(`branch=${at.dataset["branch"]}`);
    delete place.dataset["busy"];
    if (answer.failure) {
      place.textContent = this.box.dataset["failed"] ?? "";
      place.className = "note wrong";
      return;
    }
    place.replaceWith(...answer.all("ul > li"));
    this.tell();
  }

  private search(words: string): void {
    if (!this.box.dataset["source"]) return this.filter(words.toLowerCase());
    clearTimeout(this.timer);
    overtake(this);
    if (words === "") return this.show(null);
    this.timer = window.setTimeout(() => void this.look(words), 250);
  }

  private async look(words: string): Promise<void> {
    const answer = await this.ask(`find=${encodeURIComponent(words)}`, this);
    if (answer.failure === "overtaken") return; // somebody typed on
    if (!answer.failure) return this.show(answer.nodes());
    const failed = document.createElement("p");
    failed.className = "note wrong";
    failed.textContent = this.box.dataset["failed"] ?? "";
    this.show([failed]);
  }

  // show puts what was found in the place of the tree, or the tree back.
  private show(nodes: Node[] | null): void {
    this.found?.replaceChildren(...(nodes ?? []));
    if (this.tree) this.tree.hidden = nodes !== null;
    this.tell();
  }

  // filter hides what does not match in a tree that is whole in the page.
  private filter(words: string): void {
    for (const leaf of this.box.querySelectorAll<HTMLElement>(".tree label")) {
      const li = leaf.closest("li");
      if (li) li.hidden = words !== "" && !`${leaf.textContent} ${leaf.dataset["keys"] ?? ""}`.toLowerCase().includes(words);
    }
    for (const branch of this.branches().reverse()) {
      const li = branch.closest("li");
      const some = [...branch.querySelectorAll<HTMLElement>("li")].some((l) => !l.hidden && l.querySelector(":scope > label, :scope > .with-own"));
      if (li) li.hidden = words !== "" && !some;
      if (words !== "" && some) branch.open = true;
    }
  }
}

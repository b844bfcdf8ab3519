// The one way to put a part of an answer (ask.ts) into the page, where somebody may be at work.
import { Idiomorph } from "idiomorph";

// place puts what is new over the parts with these ids, and tells whether all of it could be: the focus, what is open, where one has
// scrolled to and what is being typed stay, and a part that speaks is heard.
export function place(doc: Document, ids: Iterable<string>): boolean {
  let whole = true;
  for (const id of ids) {
    const part = document.getElementById(id);
    const fresh = doc.getElementById(id);
    if (!part || !fresh || part.isEqualNode(fresh)) continue;
    const said = spoken(part);
    const keep = (node: Node): boolean => {
      const kept = inUse(node);
      if (kept) whole = false;
      return !kept;
    };
    Idiomorph.morph(part, fresh, {
      morphStyle: "outerHTML",
      ignoreActiveValue: true,
      callbacks: {
        beforeNodeMorphed: keep,
        beforeNodeRemoved: keep,
        beforeAttributeUpdated: (name, at) => !(name === "open" && at.matches("details, dialog")),
      },
    });
    const now = spoken(document.getElementById(id));
    if (now !== "" && now !== said) say(now);
  }
  changed();
  return whole;
}

// changed lets the other scripts of the page look at what is new.
export function changed(): void {
  (document.getElementById("main") ?? document.body).dispatchEvent(new CustomEvent("jz:changed", { bubbles: true }));
}

// exchange takes an element of an answer in place of one of the page, with nothing of the old one kept.
export function exchange(old: Element | null, fresh: Element | null): void {
  if (old && fresh) old.replaceWith(document.adoptNode(fresh));
}

// inUse tells whether somebody works in a node: it is taken over when they are done.
function inUse(node: Node): boolean {
  if (!(node instanceof Element)) return false;
  return (
    node.matches("dialog[open]") ||
    node.querySelector(":scope > dialog[open]") !== null ||
    (node instanceof HTMLFormElement && typedIn(node)) ||
    (node.matches("[data-load-body]") && node.closest("details[open]") !== null)
  );
}

// typedIn tells whether a field has the focus or holds something that the server did not put there.
function typedIn(form: HTMLFormElement): boolean {
  const at = document.activeElement;
  if (at && form.contains(at) && at.matches("input, textarea, select")) return true;
  return [...form.elements].some((e) => {
    if (e instanceof HTMLInputElement) {
      return e.type === "checkbox" || e.type === "radio" ? e.checked !== e.defaultChecked : e.value !== e.defaultValue;
    }
    if (e instanceof HTMLTextAreaElement) return e.value !== e.defaultValue;
    return e instanceof HTMLSelectElement && [...e.options].some((o) => o.selected !== o.defaultSelected) && e.selectedIndex > 0;
  });
}

// spoken is what a part says to those who listen, when it has something to say.
function spoken(part: HTMLElement | null): string {
  const at = part?.matches("[data-say]") ? part : part?.querySelector("[data-say]");
  return (at?.textContent ?? "").replace(/\s+/g, " ").trim();
}

function say(text: string): void {
  const line = document.getElementById("said");
  if (line) line.textContent = text;
}

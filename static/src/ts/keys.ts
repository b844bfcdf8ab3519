// Keys: "/" goes to the search, Escape leaves it, Ctrl+Enter sends the form one writes in, Ctrl+S saves it. While an input method
// composes, Enter belongs to it: nothing is sent anywhere.
export function keys(): void {
  composing();
  document.addEventListener("keydown", (e) => {
    if (composes(e)) return;
    const at = e.target instanceof HTMLElement ? e.target : document.body;
    const command = e.ctrlKey || e.metaKey;
    if (e.key === "/" && !writes(at) && !command && !e.altKey) toSearch(e);
    if (e.key === "Enter" && command) send(e, at);
    if (e.key.toLowerCase() === "s" && command && !e.altKey && !e.shiftKey) save(e);
    if (e.key === "Escape" && at.matches("[data-search]")) at.blur();
  });
}

// composes tells whether a key is the input method's. Browsers say so in two ways; Safari ends the composition before its Enter.
export function composes(e: KeyboardEvent): boolean {
  return e.isComposing || e.keyCode === 229;
}

// composing stops what a browser would send with the Enter that only ends a composition.
function composing(): void {
  let until = 0;
  addEventListener("compositionstart", () => (until = Infinity), true);
  addEventListener("compositionend", () => (until = performance.now() + 60), true);
  addEventListener(
    "keydown",
    (e) => {
      if (e.key !== "Enter" || !composes(e)) return;
      e.stopImmediatePropagation();
      if (e.target instanceof HTMLInputElement) e.preventDefault(); // in an input Enter would send the form
    },
    true,
  );
  addEventListener(
    "submit",
    (e) => {
      if (performance.now() > until) return;
      e.preventDefault();
      e.stopImmediatePropagation();
    },
    true,
  );
}

function toSearch(e: KeyboardEvent): void {
  const search = document.querySelector<HTMLInputElement>("[data-search]");
  if (!search?.offsetParent) return;
  e.preventDefault();
  search.focus();
  search.select();
}

// send presses the button that sends the form: the marked one, else the first.
function send(e: KeyboardEvent, at: HTMLElement): void {
  const form = at.closest("form");
  const button = form?.querySelector<HTMLButtonElement>("button[data-send]");
  if (!form || (!button && !(at instanceof HTMLTextAreaElement))) return;
  e.preventDefault();
  if (button) form.requestSubmit(button);
  else form.requestSubmit();
}

// save keeps what the page's form holds; elsewhere the key stays the browser's.
function save(e: KeyboardEvent): void {
  const form = document.querySelector<HTMLFormElement>("form[data-compose]");
  if (!form || document.querySelector("dialog[open]")) return;
  e.preventDefault();
  form.dispatchEvent(new CustomEvent("jz:save"));
}

function writes(e: HTMLElement): boolean {
  return e.isContentEditable || e.matches("input, textarea, select");
}

// What a press puts into a wording at the place where one writes: an emoji, a piece of the library. The browser can undo it as it can
// undo typing.

// inserts watches in which wording of the form somebody writes, for the buttons with data-insert.
export function inserts(form: HTMLFormElement): void {
  form.addEventListener("focusin", (e) => {
    if (isWording(e.target)) form.dataset["writing"] = e.target.id;
  });
  form.addEventListener("click", (e) => {
    const button = e.target instanceof Element ? e.target.closest<HTMLElement>("[data-insert]") : null;
    if (!button) return;
    e.preventDefault();
    insert(form, button.dataset["insert"] ?? "");
  });
}

// insert writes words where the caret was last, in the common text when it was nowhere.
export function insert(form: HTMLFormElement, words: string): void {
  const last = document.getElementById(form.dataset["writing"] ?? "");
  const area = isWording(last) && last.isConnected ? last : form.querySelector<HTMLTextAreaElement>("#f-text");
  if (!area) return;
  area.focus();
  document.execCommand("insertText", false, words);
}

function isWording(e: EventTarget | null): e is HTMLTextAreaElement {
  return e instanceof HTMLTextAreaElement && e.dataset["weiboLength"] !== undefined;
}

// Words that a reviewer selects in what goes out are what the next note is about. Without a script they are typed.
export function notes(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-notes]");
  const quoted = form?.elements.namedItem("quoted");
  if (!form || !(quoted instanceof HTMLInputElement)) return;
  for (const hint of form.querySelectorAll<HTMLElement>("[data-quote-hint]")) hint.hidden = false;

  document.addEventListener("selectionchange", () => {
    const words = selected(quoted.maxLength);
    if (words) quoted.value = words;
  });
}

// selected are the words that are selected within one wording; nothing where the selection is longer than may be quoted.
function selected(most: number): string {
  const selection = document.getSelection();
  const from = wordingOf(selection?.anchorNode), to = wordingOf(selection?.focusNode);
  if (!selection || !from || from !== to) return "";
  const words = selection.toString().trim();
  return words.length <= most ? words : "";
}

function wordingOf(node: Node | null | undefined): Element | null {
  const element = node instanceof Element ? node : node?.parentElement;
  return element?.closest(".weibo-text") ?? null;
}

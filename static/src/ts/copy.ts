// Buttons that only work with a script appear only then: copy a text to the clipboard, print the page. Without a script the
// text can be selected by hand, and the browser's own menu prints.
export function copies(): void {
  offer();
  document.addEventListener("jz:changed", offer); // a part of the page was taken over anew
  document.addEventListener("click", (e) => {
    const button = e.target instanceof Element ? e.target.closest<HTMLButtonElement>("[data-copy], [data-print]") : null;
    if (!button) return;
    if ("print" in button.dataset) return window.print();
    const area = areaOf(button);
    if (area) void copy(area).then((done) => done && tell(button));
  });
}

function offer(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy], [data-print]")) {
    button.hidden = "copy" in button.dataset && !areaOf(button);
  }
  const offered = document.querySelector("[data-copy]:not([hidden])") !== null;
  for (const hint of document.querySelectorAll<HTMLElement>("[data-copy-hint]")) hint.hidden = offered;
}

function areaOf(button: HTMLButtonElement): HTMLTextAreaElement | undefined {
  const area = document.getElementById(button.dataset["copy"] ?? "");
  return area instanceof HTMLTextAreaElement ? area : undefined;
}

// copy uses the clipboard where the page may (https or localhost), else the old way. When neither works the text stays selected.
async function copy(area: HTMLTextAreaElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(area.value);
    return true;
  } catch {
    area.focus();
    area.select();
    return document.execCommand("copy");
  }
}

function tell(button: HTMLButtonElement): void {
  const word = button.querySelector("span");
  const done = button.dataset["done"];
  if (!word || !done) return;
  word.setAttribute("role", "status");
  word.textContent = done;
}

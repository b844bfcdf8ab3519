// Buttons that only work with a script appear only then: copy a text to the clipboard, print the page. Without a script the
// text can be selected by hand, and the browser's own menu prints.
export function copies(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) offer(button);
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

function offer(button: HTMLButtonElement): void {
  const area = document.getElementById(button.dataset["copy"] ?? "");
  if (!(area instanceof HTMLTextAreaElement)) return;
  button.hidden = false;
  for (const hint of document.querySelectorAll<HTMLElement>("[data-copy-hint]")) hint.hidden = true;
  button.addEventListener("click", () => {
    void copy(area).then((done) => {
      if (done) tell(button);
    });
  });
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

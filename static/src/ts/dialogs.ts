// What asks before it acts, and what opens out of a row of a table, is a dialog: above the page, closed by Escape, with the focus back
// where it came from. Without scripts, and in browsers without dialogs, it is the <details> that the server put there.
const kinds = "details.confirm, details.story";

export function dialogs(): void {
  if (!("HTMLDialogElement" in window)) return;
  document.addEventListener("click", (e) => {
    const summary = e.target instanceof Element ? e.target.closest("summary") : null;
    const details = summary?.parentElement;
    if (!(details instanceof HTMLDetailsElement) || !details.matches(kinds)) return;
    e.preventDefault();
    show(details);
  });
  name();
  document.addEventListener("jz:changed", name);
  for (const details of document.querySelectorAll<HTMLDetailsElement>(kinds)) {
    if (details.open) show(details); // it was refused and says why
  }
}

// name tells those who listen what a summary opens.
function name(): void {
  for (const summary of document.querySelectorAll(kinds.split(", ").map((k) => `${k} > summary`).join(", "))) {
    summary.setAttribute("aria-haspopup", "dialog");
  }
}

function show(details: HTMLDetailsElement): void {
  const frame = document.querySelector<HTMLTemplateElement>("#dialog-frame");
  const summary = details.querySelector<HTMLElement>(":scope > summary");
  const body = summary?.nextElementSibling;
  const dialog = frame?.content.firstElementChild?.cloneNode(true);
  if (!summary || !body || !(dialog instanceof HTMLDialogElement)) return;
  dialog.setAttribute("aria-label", (body.querySelector("h3") ?? summary).textContent?.trim() ?? "");
  dialog.append(body);
  details.classList.add("as-dialog");
  details.append(dialog);
  details.open = true; // what is in it loads, and only an open one shows its dialog
  const field = dialog.querySelector<HTMLElement>("[aria-invalid=true], textarea, input:not([type=hidden]), select");
  openDialog(dialog, {
    first: field ?? dialog.querySelector<HTMLElement>("[data-dialog-close]"), // what only asks begins where nothing is done
    closed: () => {
      details.append(body);
      dialog.remove();
      details.open = false;
      summary.focus();
    },
  });
}

// openDialog is the one way to show a dialog: above the page, beginning at what comes first, closed by Escape, by a button of its own or by a
// press beside it, unless that would lose words.
export function openDialog(dialog: HTMLDialogElement, how: { first?: HTMLElement | null; closed: () => void }): void {
  dialog.onclick = (e) => {
    if (!(e.target instanceof Element)) return;
    if (e.target === dialog ? !typedIn(dialog) : e.target.closest("[data-dialog-close]")) dialog.close();
  };
  dialog.addEventListener("close", how.closed, { once: true });
  dialog.showModal();
  how.first?.focus();
}

// typedIn tells whether closing by a click beside the dialog would lose words.
function typedIn(dialog: HTMLDialogElement): boolean {
  return [...dialog.querySelectorAll("textarea")].some((e) => e.value !== e.defaultValue);
}

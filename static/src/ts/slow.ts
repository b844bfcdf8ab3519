// A form whose work takes a while says so when it was sent.
export function slowForms(): void {
  document.addEventListener("submit", slow);
}

function slow(e: SubmitEvent): void {
  const form = e.target;
  const button = e.submitter;
  if (!(form instanceof HTMLFormElement) || !form.dataset["slow"] || (button instanceof HTMLButtonElement && button.name === "act")) return;
  if (form.querySelector("[data-slow-note]")) return e.preventDefault();
  const note = document.createElement("p");
  note.className = "note";
  note.dataset["slowNote"] = "";
  note.setAttribute("role", "status");
  const bar = document.createElement("progress");
  bar.setAttribute("aria-hidden", "true");
  note.append(form.dataset["slow"], " ", bar);
  form.append(note);
  addEventListener("pageshow", () => note.remove(), { once: true });
}

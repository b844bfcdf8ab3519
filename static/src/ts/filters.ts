// On a narrow screen a form of filters shows its first field and its button. The button shows the other fields first, and filters
// once something was typed or chosen. Without scripts all fields stand there; so they do in a form that is "whole".
const narrow = matchMedia("(max-width: 800px)");

export function filters(): void {
  document.querySelectorAll<HTMLFormElement>("form.filters:not(.whole)").forEach(foldable);
}

function foldable(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  if (!button || form.querySelectorAll(".field").length < 2 || form.querySelector(".field-error")) return;
  let touched = false;
  const fold = (yes: boolean): void => {
    form.classList.toggle("folded", yes);
    if (yes) button.setAttribute("aria-expanded", "false");
    else button.removeAttribute("aria-expanded");
  };
  const fit = (): void => fold(narrow.matches && !touched);
  form.addEventListener("input", () => (touched = true));
  button.addEventListener("click", (e) => {
    if (touched || !form.classList.contains("folded")) return;
    e.preventDefault();
    touched = true;
    fold(false);
    form.querySelectorAll<HTMLElement>(".field select, .field input")[1]?.focus();
  });
  narrow.addEventListener("change", fit);
  fit();
}

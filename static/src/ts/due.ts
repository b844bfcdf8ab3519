// The times that are chosen most, beside the field of the time: fixed ones, and the next at which
// none of the chosen accounts has anything, any or in an hour that had most response.
import { ask } from "./ask";

export function shortcuts(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLInputElement>("#f-due");
  const told = form.querySelector<HTMLElement>("[data-due-told]");
  if (!field || !told) return;

  const choose = (due: string, why = ""): void => {
    field.value = due;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    told.textContent = [due.slice(5).replace("T", " "), why].filter(Boolean).join(" · ");
  };
  form.addEventListener("click", (e) => {
    const button = e.target instanceof Element ? e.target.closest<HTMLButtonElement>("[data-due], [data-due-free]") : null;
    if (!button) return;
    const due = button.dataset["due"];
    if (due) choose(due);
    else void free(button, form, told).then((found) => found && choose(found.due, found.why));
  });
}

// Found is a free time, and why this one.
type Found = { due: string; why?: string };

// free asks the server, which knows what the accounts have; why there is none is told in its place.
async function free(button: HTMLButtonElement, form: HTMLFormElement, told: HTMLElement): Promise<Found | undefined> {
  const body = new FormData(form);
  body.delete("file");
  const answer = await ask(button.dataset["dueFree"] ?? "", { body, overtakes: button });
  if (answer.failure === "overtaken") return undefined;
  if (answer.failure) {
    told.textContent = answer.failure === "offline" ? (told.dataset["offline"] ?? "") : answer.told;
    return undefined;
  }
  return JSON.parse(answer.body) as Found;
}

// A name is completed by what the server finds.
import { ask } from "./ask";

export function suggestions(): void {
  document.querySelectorAll<HTMLInputElement>("input[data-suggest]").forEach(suggested);
}

function suggested(input: HTMLInputElement): void {
  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void complete(input), 250);
  });
}

async function complete(input: HTMLInputElement): Promise<void> {
  const words = input.value.trim();
  const names = input.list;
  if (words === "" || !names) return;
  const answer = await ask(`${input.dataset["suggest"]}?find=${encodeURIComponent(words)}`, { overtakes: input });
  if (!answer.failure && words === input.value.trim()) names.replaceChildren(...answer.all("option"));
}

// What a press takes into the page without a jump. A link marked data-swap only orders a table anew: the parts it names are taken over, where
// the reader is; without scripts it leads to them by its anchor. A <details data-load> fetches what is in it when it is opened; until then
// a link stands there, which leads to the same.
import { ask, tell } from "./ask";
import { changed, place } from "./place";

export function swaps(): void {
  document.addEventListener("toggle", (e) => void load(e.target), true);
  document.addEventListener("click", (e) => {
    const link = e.target instanceof Element ? e.target.closest<HTMLAnchorElement>("a[data-swap]") : null;
    if (!link || e.ctrlKey || e.metaKey || e.shiftKey || e.button !== 0) return;
    e.preventDefault();
    void take(link);
  });
}

// take asks for the page and takes over the parts the link names: the table, and what leads on from its order.
async function take(link: HTMLAnchorElement): Promise<void> {
  const address = new URL(link.href);
  address.hash = "";
  const answer = await ask(address, { whole: true, overtakes: document.body });
  if (answer.failure === "overtaken") return;
  if (answer.failure) return location.assign(link.href);
  place(answer.doc, (link.dataset["swap"] ?? "").split(" "));
  history.replaceState(history.state, "", address);
}

// load fills what was opened. What was refused is told there, above the link; the next opening tries again.
async function load(at: EventTarget | null): Promise<void> {
  if (!(at instanceof HTMLDetailsElement) || !at.open || !at.dataset["load"]) return;
  const body = at.querySelector<HTMLElement>("[data-load-body]");
  const answer = await ask(at.dataset["load"], { overtakes: at });
  if (!body || answer.failure === "overtaken") return;
  if (!answer.failure) {
    body.replaceChildren(...answer.nodes());
    return changed();
  }
  body.querySelector("[data-told]")?.remove();
  const box = document.createElement("div");
  box.dataset["told"] = "";
  box.setAttribute("role", "alert");
  body.prepend(box);
  tell(answer, box);
}

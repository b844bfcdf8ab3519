// A link that only orders a table anew takes over that part of the page, where the reader is, without a jump. Without scripts it leads to
// the part by its anchor.
import { Idiomorph } from "idiomorph";

export function swaps(): void {
  document.addEventListener("click", (e) => {
    const link = e.target instanceof Element ? e.target.closest<HTMLAnchorElement>("a[data-swap]") : null;
    if (!link || e.ctrlKey || e.metaKey || e.shiftKey || e.button !== 0) return;
    e.preventDefault();
    void take(link);
  });
}

async function take(link: HTMLAnchorElement): Promise<void> {
  const part = document.getElementById(link.dataset["swap"] ?? "");
  const address = new URL(link.href);
  address.hash = "";
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    const doc = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = doc.getElementById(part?.id ?? "");
    if (!answer.ok || !part || !fresh) return location.assign(link.href);
    Idiomorph.morph(part, fresh, { morphStyle: "outerHTML" });
    history.replaceState(history.state, "", address);
  } catch {
    location.assign(link.href);
  }
}

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

// take asks for the page and takes over the parts the link names: the table, and what leads on from its order.
async function take(link: HTMLAnchorElement): Promise<void> {
  const address = new URL(link.href);
  address.hash = "";
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    const doc = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok) return location.assign(link.href);
    for (const id of (link.dataset["swap"] ?? "").split(" ")) {
      const part = document.getElementById(id);
      const fresh = doc.getElementById(id);
      if (part && fresh) Idiomorph.morph(part, fresh, { morphStyle: "outerHTML" });
    }
    history.replaceState(history.state, "", address);
  } catch {
    location.assign(link.href);
  }
}

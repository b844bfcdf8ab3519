// A part of a page that changes by itself is fetched again every few seconds, while the page is looked at and nobody is
// working in that part.
export function polls(): void {
  for (const part of document.querySelectorAll<HTMLElement>("[data-poll]")) later(part);
}

function later(part: HTMLElement): void {
  window.setTimeout(() => void look(part), Number(part.dataset["every"] ?? 3000));
}

async function look(part: HTMLElement): Promise<void> {
  if (!part.isConnected) return;
  if (document.hidden || part.querySelector("details[open]") || part.contains(document.activeElement)) return later(part);
  try {
    const answer = await fetch(part.dataset["poll"] ?? "", { headers: { "HX-Request": "true" } });
    const doc = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = doc.getElementById(part.id);
    if (answer.ok && fresh) {
      const adopted = document.adoptNode(fresh);
      part.replaceWith(adopted);
      adopted.dispatchEvent(new CustomEvent("jz:polled", { bubbles: true }));
      if (adopted.dataset["poll"]) later(adopted);
      return;
    }
  } catch {
    // The network is gone for now: the next look tells.
  }
  later(part);
}

// A part of a page that changes by itself is fetched again every few seconds, while the page is looked at and nobody is
// working in that part. A <details data-load> fetches what is in it when it is opened; until then a link stands there.
export function polls(): void {
  document.addEventListener("toggle", (e) => void load(e.target), true);
  for (const part of document.querySelectorAll<HTMLElement>("[data-poll]")) later(part);
}

function later(part: HTMLElement): void {
  window.setTimeout(() => void look(part), Number(part.dataset["every"] ?? 3000));
}

async function look(part: HTMLElement): Promise<void> {
  if (!part.isConnected) return;
  if (document.hidden || part.querySelector("details[open]") || part.contains(document.activeElement)) return later(part);
  try {
    const answer = await fetch(part.dataset["poll"] ?? "", { headers: { "HX-Request": "true", "Juzhen-Passive": "1" } });
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

async function load(at: EventTarget | null): Promise<void> {
  if (!(at instanceof HTMLDetailsElement) || !at.open || !at.dataset["load"]) return;
  const body = at.querySelector("[data-load-body]");
  try {
    const answer = await fetch(at.dataset["load"], { headers: { "HX-Request": "true" } });
    if (!answer.ok || !body) return;
    const doc = new DOMParser().parseFromString(await answer.text(), "text/html");
    body.replaceChildren(...doc.body.childNodes);
  } catch {
    // The network is gone: the link that stands there leads to the same.
  }
}

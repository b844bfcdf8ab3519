// Accounts by days: a post that may be moved goes to another day with Alt and the arrows to the sides, to another hour with those up and
// down. It is asked and undone as in the calendar; afterwards the table is read again.
import "../css/plan.css";
import { ask, tell } from "./ask";
import { confirmMove } from "./move";
import { place } from "./place";

const steps: Record<string, number> = { ArrowLeft: -24, ArrowRight: 24, ArrowUp: -1, ArrowDown: 1 }; // hours

for (const at of document.querySelectorAll<HTMLElement>("[data-plan]")) {
  at.addEventListener("keydown", (e) => {
    const hours = steps[e.key];
    const link = e.target instanceof Element ? e.target.closest<HTMLElement>("[data-move]") : null;
    if (!e.altKey || hours === undefined || !link) return;
    e.preventDefault();
    const from = link.dataset["due"] ?? "";
    const move = { title: link.title, address: link.dataset["move"] ?? "", from, to: shifted(from, hours) };
    confirmMove(at, move, () => void again(at, link.id), () => link.focus());
  });
}

// The queue of an account: a post goes to the free slot before or behind its own with Alt and the arrows, or is dragged to a free one.
for (const at of document.querySelectorAll<HTMLElement>("[data-queue]")) {
  let dragged: HTMLElement | null = null;
  const target = (e: Event, selector: string): HTMLElement | null =>
    e.target instanceof Element ? e.target.closest<HTMLElement>(selector) : null;
  const move = (link: HTMLElement, to: string): void => {
    const what = { title: link.title, address: link.dataset["move"] ?? "", from: link.dataset["due"] ?? "", to };
    confirmMove(at, what, () => void again(at, link.id, ["queue", "queue-move"]), () => link.focus());
  };

  at.addEventListener("keydown", (e) => {
    const link = target(e, "[data-move]");
    if (!e.altKey || !link || (e.key !== "ArrowUp" && e.key !== "ArrowDown")) return;
    e.preventDefault();
    const due = link.dataset["due"] ?? "";
    const free = [...at.querySelectorAll<HTMLElement>("[data-free]")].map((slot) => slot.dataset["free"] ?? "");
    const to = e.key === "ArrowUp" ? free.filter((slot) => slot < due).pop() : free.find((slot) => slot > due);
    if (to) move(link, to);
  });
  at.addEventListener("dragstart", (e) => (dragged = target(e, "[data-move]")));
  at.addEventListener("dragend", () => (dragged = null));
  at.addEventListener("dragover", (e) => {
    if (dragged && target(e, "[data-free]")) e.preventDefault();
  });
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"] as const) {
    at.addEventListener(kind, (e) => target(e, "[data-free]")?.classList.toggle("queue-over", kind === "dragenter" || kind === "dragover"));
  }
  at.addEventListener("drop", (e) => {
    const slot = target(e, "[data-free]");
    if (!dragged || !slot) return;
    e.preventDefault();
    move(dragged, slot.dataset["free"] ?? "");
  });
}

const shanghaiTime = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });

// shifted gives the local time so many hours later, in Shanghai as it came.
function shifted(local: string, hours: number): string {
  return shanghaiTime.format(new Date(`${local}:00+08:00`).getTime() + hours * 3600_000).replace(" ", "T");
}

// again reads the table anew; who moved a post stands on it again.
async function again(at: HTMLElement, focus: string, parts = ["plan-table"]): Promise<void> {
  const answer = await ask(location.href, { whole: true, overtakes: at });
  if (answer.failure === "overtaken") return;
  if (answer.failure) return tell(answer);
  document.getElementById(focus)?.blur(); // what has the focus keeps its words
  place(answer.doc, parts);
  document.getElementById(focus)?.focus();
}

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

const shanghaiTime = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });

// shifted gives the local time so many hours later, in Shanghai as it came.
function shifted(local: string, hours: number): string {
  return shanghaiTime.format(new Date(`${local}:00+08:00`).getTime() + hours * 3600_000).replace(" ", "T");
}

// again reads the table anew; who moved a post stands on it again.
async function again(at: HTMLElement, focus: string): Promise<void> {
  const answer = await ask(location.href, { whole: true, overtakes: at });
  if (answer.failure === "overtaken") return;
  if (answer.failure) return tell(answer);
  place(answer.doc, ["plan-table"]);
  document.getElementById(focus)?.focus();
}

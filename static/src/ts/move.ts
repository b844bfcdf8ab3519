// A post is given another time: what it would become is asked first, what is refused says why in the same place, and what was done may be
// undone. The calendar's drag and the keys of accounts by days do it alike. The dialog and the line are "move-dialog" of the templates.
import { ask } from "./ask";
import { openDialog } from "./dialogs";

// Move is one post with its new time; times are local in Asia/Shanghai: 2026-11-24T09:00.
export interface Move {
  title: string;
  address: string; // where a new time is posted to
  from: string;
  to: string;
}

// confirmMove says what a move would do, and does it when the person says so. done is called after each change, also after an undo; undone
// when nothing was done. offline is what is said when there is no connection.
export function confirmMove(at: HTMLElement, move: Move, done: () => void, undone: () => void): void {
  const dialog = document.querySelector<HTMLDialogElement>("#move-dialog");
  const title = dialog?.querySelector<HTMLElement>("[data-text]");
  const what = dialog?.querySelector<HTMLElement>("[data-move-what]");
  const wrong = dialog?.querySelector<HTMLElement>("[data-move-wrong]");
  const act = dialog?.querySelector<HTMLButtonElement>("[data-move-do]");
  if (!dialog || !title || !what || !wrong || !act || !move.address) return undone();
  let moved = false;
  title.textContent = (title.dataset["text"] ?? "").replace("{.when}", move.to.replace("T", " "));
  what.textContent = move.title;
  wrong.hidden = true;
  act.hidden = false;
  act.onclick = async () => {
    act.disabled = true;
    const answer = await sendDue(at, move.address, move.from, move.to);
    act.disabled = false;
    if (answer.ok) {
      moved = true;
      dialog.close();
      told(at, answer.text, () => void undo(at, move, done));
      return done();
    }
    wrong.textContent = answer.text;
    wrong.hidden = false;
    act.hidden = true;
  };
  openDialog(dialog, { closed: () => moved || undone() });
}

// undo gives the old time back, which may be refused like any other.
async function undo(at: HTMLElement, move: Move, done: () => void): Promise<void> {
  const answer = await sendDue(at, move.address, move.to, move.from);
  told(at, answer.text);
  if (answer.ok) done();
}

// told shows a sentence above the lower edge of the window, where it is seen whatever the page shows, with a way back while there is one.
function told(at: HTMLElement, text: string, back?: () => void): void {
  const line = document.getElementById("moved");
  const words = line?.querySelector("p");
  const button = line?.querySelector<HTMLButtonElement>("[data-move-undo]");
  const close = line?.querySelector<HTMLButtonElement>("[data-moved-close]");
  if (!line || !words || !button || !close) return;
  line.hidden = false;
  words.textContent = text;
  button.hidden = !back;
  button.onclick = back ?? null;
  close.onclick = () => (line.hidden = true);
  if (back) at.dispatchEvent(new CustomEvent("jz:moved", { bubbles: true }));
}

// sendDue sends a new time in Asia/Shanghai as a form does, with the one that was shown, and gives the server's sentence.
async function sendDue(at: HTMLElement, address: string, was: string, due: string): Promise<{ ok: boolean; text: string }> {
  const answer = await ask(address, { body: new URLSearchParams({ due_at: due, was }) });
  if (answer.failure === "offline") return { ok: false, text: at.dataset["offline"] ?? "" };
  if (answer.failure) return { ok: false, text: answer.told };
  return { ok: true, text: (JSON.parse(answer.body) as { text: string }).text };
}

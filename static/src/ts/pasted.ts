// What Word, WPS and web pages leave in a text that is pasted: unseen characters, blanks of odd widths,
// indents and empty lines. It is taken out in a step of its own, so that one undo brings back what was pasted
// as it was. Typing and input methods are not touched.

// Cleaned is a pasted text set right, and how many of each were taken out.
export interface Cleaned {
  text: string;
  unseen: number;
  blanks: number; // odd blanks made plain, and those at the ends of lines
  lines: number; // empty lines
}

const soft = /\r\n?|[\v\f\u0085\u2028\u2029]/g; // Word's own line ends
const odd = /[\t\u00a0\u1680\u2000-\u200a\u202f\u205f]/g;
const bullet = /[\uf000-\uf0ff][ \t]*/g; // signs of Wingdings and Symbol, which no phone shows
// Joiners hold the parts of one emoji together, and stay between them; so do selectors. Everything else here
// has no shape.
const shapeless =
  "[\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u202a-\\u202e" +
  "\\u2060-\\u2064\\u2066-\\u206f\\ufeff\\ufff9-\\ufffc]";
const looseJoiner = "(?<![\\p{Extended_Pictographic}\\u{1f3fb}-\\u{1f3ff}\\ufe0f])\\u200d";
const unseen = new RegExp(`${shapeless}|${looseJoiner}|\\u200c`, "gu");

// cleaned gives a text without what nobody wrote.
export function cleaned(text: string): Cleaned {
  const out: Cleaned = { text: "", unseen: 0, blanks: 0, lines: 0 };
  const counted = (what: "unseen" | "blanks", as: string) => (): string => {
    out[what]++;
    return as;
  };
  const shown = text.replace(soft, "\n").replace(unseen, counted("unseen", ""));
  const plain = shown.replace(bullet, "• ").replace(odd, counted("blanks", " "));
  const kept: string[] = [];
  const all = plain.split("\n");
  // a piece of a line keeps the blanks around it
  const ends = all.length > 1 ? /^[ \u3000]+|[ \u3000]+$/g : /^\u3000+|\u3000+$/g;
  for (const line of all) {
    const bare = line.replace(ends, counted("blanks", "")).replace(/ {2,}/g, counted("blanks", " "));
    if (bare === "" && all.length > 1 && (kept.length === 0 || kept.at(-1) === "")) out.lines++;
    else kept.push(bare);
  }
  if (kept.length > 1 && kept.at(-1) === "") {
    kept.pop();
    out.lines++;
  }
  return { ...out, text: kept.join("\n") };
}

// Paste is a piece of text that was cleaned in a field.
interface Paste {
  area: HTMLTextAreaElement;
  start: number;
  raw: string;
  text: string;
}

// pastes cleans what is pasted into the wordings of a form and tells of it in a line with a way back.
export function pastes(form: HTMLFormElement): void {
  let last: Paste | undefined;
  let own = false; // the input is this script's
  const line = form.querySelector<HTMLElement>("[data-pasted]");
  const told = line?.querySelector<HTMLElement>("[data-pasted-told]");
  if (!line || !told) return;

  form.addEventListener("paste", (e) => {
    const area = e.target;
    if (!(area instanceof HTMLTextAreaElement)) return;
    const raw = (e.clipboardData?.getData("text/plain") ?? "").replace(/\r\n?/g, "\n");
    const clean = cleaned(raw);
    if (clean.text === raw) return;
    e.preventDefault();
    const start = area.selectionStart;
    put(area, start, area.selectionEnd - start, raw);
    put(area, start, raw.length, clean.text);
    last = { area, start, raw, text: clean.text };
    area.after(line);
    told.textContent = sentence(line, clean);
    line.hidden = false;
  });
  form.addEventListener("input", (e) => {
    if (own || !(e.target instanceof HTMLTextAreaElement)) return;
    line.hidden = true;
    last = undefined;
  });
  line.querySelector("[data-pasted-back]")?.addEventListener("click", () => {
    if (last?.area.value.startsWith(last.text, last.start)) {
      put(last.area, last.start, last.text.length, last.raw);
    }
    line.hidden = true;
    last = undefined;
  });

  // put exchanges a piece of a field as a person would, so that the browser can undo it.
  function put(area: HTMLTextAreaElement, at: number, length: number, to: string): void {
    own = true;
    area.focus();
    area.setSelectionRange(at, at + length);
    document.execCommand(to === "" ? "delete" : "insertText", false, to);
    own = false;
  }
}

function sentence(line: HTMLElement, clean: Cleaned): string {
  const parts = (["unseen", "blanks", "lines"] as const)
    .filter((what) => clean[what] > 0)
    .map((what) => (line.dataset[what] ?? "").replace("{.n}", String(clean[what])));
  const what = parts.join(line.dataset["and"] ?? " ") || (line.dataset["ends"] ?? "");
  return (line.dataset["did"] ?? "").replace("{.what}", what);
}

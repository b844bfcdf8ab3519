// What is typed outlives a request that was not taken, and a connection that is lost: the tab keeps it until it was sent, for the person
// it was typed by and no other, and puts it back on the same page after the next sign-in, or when the page is loaded again. Short forms also travel with the sign-in page itself, without
// scripts.
import { reader, restoredText, unsent } from "./reader";

const key = "juzhen.typed";

interface Typed {
  person: string;
  page: string;
  action: string;
  fields: [string, string][];
  sent: boolean; // until a page says that it was not taken
}

export function restore(): void {
  settle();
  document.addEventListener("submit", (e) => {
    if (!e.defaultPrevented && e.target instanceof HTMLFormElement) keep(e.target);
  });
}

function read(): Typed | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

function write(it: Typed): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(it));
  } catch {
    // No room, or no storage at all: the page of the browser's history is what is left.
  }
}

const action = (form: HTMLFormElement): string => form.getAttribute("action") ?? location.pathname;

// keep remembers a form that is being sent.
function keep(form: HTMLFormElement): void {
  if (action(form) === "/signout") return sessionStorage.removeItem(key);
  if (form.method !== "post" || reader === "" || form.dataset["unkept"] !== undefined || !form.closest("main")) return;
  const known = read();
  if (!form.querySelector("textarea, input[type=text], input:not([type])")) {
    if (known?.action === action(form)) write({ ...known, sent: true });
    return;
  }
  write({ ...typed(form), sent: true });
}

function typed(form: HTMLFormElement): Omit<Typed, "sent"> {
  const fields = [...new FormData(form)].filter(
    (f): f is [string, string] => typeof f[1] === "string" && !f[0].includes("password") && f[0] !== "page-for",
  );
  return { person: reader, page: location.pathname, action: action(form), fields };
}

// remember keeps a form that could not be saved where it is, so that nothing is lost with the page.
export function remember(form: HTMLFormElement): void {
  if (reader !== "") write({ ...typed(form), sent: false });
}

// forget lets go of what was remembered of a form: the server has it.
export function forget(form: HTMLFormElement): void {
  if (read()?.action === action(form)) sessionStorage.removeItem(key);
}

// settle looks at what became of the form that was sent last.
function settle(): void {
  const it = read();
  if (!it) return;
  if (unsent) return write({ ...it, sent: false });
  if (reader === "" || reader !== it.person) return;
  if (it.sent) return sessionStorage.removeItem(key);
  if (it.page !== location.pathname) return;
  const form = [...document.querySelectorAll<HTMLFormElement>('main form[method="post"]')].find((f) => action(f) === it.action);
  if (!form) return;
  sessionStorage.removeItem(key);
  fillIn(form, it.fields);
  tell();
}

function fillIn(form: HTMLFormElement, fields: [string, string][]): void {
  const values = new Map<string, string[]>();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
  for (const at of form.elements) {
    if (!(at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement)) continue;
    const kept = values.get(at.name);
    if (at instanceof HTMLInputElement && (at.type === "checkbox" || at.type === "radio")) {
      at.checked = kept?.includes(at.value) ?? false;
      continue;
    }
    // The revision is the one it was typed over: what somebody else saved since is not overwritten, but shown beside it.
    const fresh = at.type === "hidden" && at.name !== "revision" && at.dataset["picked"] === undefined && at.dataset["ownRest"] === undefined;
    if (!kept || fresh || at.type === "password" || at.type === "file") continue;
    at.value = kept.shift() ?? at.value;
    at.dispatchEvent(new Event("input", { bubbles: true }));
  }
  // What has no control here, such as the wording of an account whose field was opened by hand, is sent along.
  const known = new Set([...form.elements].map((e) => (e as HTMLInputElement).name));
  for (const [name, value] of fields) {
    if (known.has(name)) continue;
    const extra = document.createElement("input");
    extra.type = "hidden";
    extra.name = name;
    extra.value = value;
    form.append(extra);
  }
}

function tell(): void {
  const box = document.createElement("div");
  box.className = "banner banner-info";
  box.setAttribute("role", "status");
  const text = document.createElement("p");
  text.textContent = restoredText;
  box.append(text);
  document.getElementById("alerts")?.append(box);
}

// Help with a new password: the rules that can be judged here are ticked while one types, a generated password is taken over by
// one press, and what is typed can be shown. The server judges all of them again, and the ones that need its lists.

type Rule = "length" | "kinds" | "name";

export function passwords(): void {
  for (const help of document.querySelectorAll<HTMLElement>("[data-password]")) assist(help);
  takeLink();
}

function input(id: string | undefined): HTMLInputElement | null {
  const found = id ? document.getElementById(id) : null;
  return found instanceof HTMLInputElement ? found : null;
}

function assist(help: HTMLElement): void {
  const field = input(help.dataset["password"]);
  if (!field) return;
  const also = input(help.dataset["also"]);
  const name = (): string => help.dataset["username"] ?? input("f-username")?.value ?? "";

  field.setAttribute("aria-describedby", [field.getAttribute("aria-describedby"), `${field.id}-rules`].filter(Boolean).join(" "));
  const look = (): void => tick(help, field.value, name());
  field.addEventListener("input", look);
  if (field.value !== "") look();

  const offer = help.querySelector<HTMLElement>("[data-offer]")?.textContent ?? "";
  const take = help.querySelector<HTMLButtonElement>("[data-take-offer]");
  if (take && offer !== "") {
    take.hidden = false;
    take.addEventListener("click", () => {
      field.value = offer;
      if (also) also.value = offer;
      show(help, [field, also], true);
      look();
      field.focus();
    });
  }

  const button = help.querySelector<HTMLButtonElement>("[data-show-password]");
  if (button && field.type === "password") {
    button.hidden = false;
    button.addEventListener("click", () => show(help, [field, also], field.type === "password"));
  }
}

// judge tells which rules a password fulfils. It counts as the server does.
function judge(password: string, username: string): Record<Rule, boolean> {
  const length = [...password].length;
  const kinds = [/[a-z]/, /[A-Z]/, /\p{Nd}/u, /[^a-zA-Z\p{Nd}]/u].filter((kind) => kind.test(password)).length;
  const name = username.trim().toLowerCase();
  return {
    length: length >= 8 && length <= 128,
    kinds: kinds >= 3,
    name: password !== "" && (name.length < 3 || !password.toLowerCase().includes(name)),
  };
}

function tick(help: HTMLElement, password: string, username: string): void {
  const result = judge(password, username);
  const missing: string[] = [];
  for (const line of help.querySelectorAll<HTMLElement>("[data-rule]")) {
    const good = result[line.dataset["rule"] as Rule];
    line.classList.toggle("met", good);
    if (!good) missing.push(line.textContent?.trim() ?? "");
  }
  const told = help.querySelector<HTMLElement>("[data-rules-told]");
  if (!told) return;
  const text = missing.length === 0 ? told.dataset["good"] : told.dataset["bad"]?.replace("{.rules}", missing.join("、"));
  if (told.textContent !== text) told.textContent = text ?? "";
}

function show(help: HTMLElement, fields: (HTMLInputElement | null)[], plain: boolean): void {
  for (const field of fields) if (field) field.type = plain ? "text" : "password";
  const button = help.querySelector<HTMLButtonElement>("[data-show-password]");
  const word = button?.querySelector<HTMLElement>("[data-hide]");
  if (!button || !word) return;
  word.dataset["show"] ??= word.textContent ?? "";
  button.setAttribute("aria-pressed", String(plain));
  word.textContent = (plain ? word.dataset["hide"] : word.dataset["show"]) ?? "";
}

// takeLink puts what a one-time link carries behind "#" into the form, and takes it out of the address, so that it stays in no
// history. Nothing is sent by that.
function takeLink(): void {
  const form = document.querySelector<HTMLFormElement>("[data-first]");
  const parts = decodeURIComponent(location.hash.slice(1));
  const dot = parts.lastIndexOf(".");
  if (!form || dot < 1) return;
  const username = input("f-username");
  const code = input("f-code");
  if (!username || !code) return;
  username.value = parts.slice(0, dot);
  code.value = parts.slice(dot + 1);
  history.replaceState(null, "", location.pathname);
  input("f-current")?.focus();
}

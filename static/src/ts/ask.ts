// The one way to ask our own server; place.ts is the one way to put its answer into the page. Nothing here throws: an answer says what
// became of the request, and the server's sentence when it was refused.
import { reader } from "./reader";

// Failure is why an answer is not what was asked for; empty when it is. "other": somebody else has signed in since the page was made.
// "overtaken": a later request has taken its place, and there is nothing to do.
export type Failure = "" | "offline" | "overtaken" | "signin" | "other" | "gone" | "refused";

interface How {
  body?: BodyInit; // what is sent, by POST
  passive?: boolean; // the page asks by itself: no use of the session
  whole?: boolean; // a whole page, not the part of one
  overtakes?: object; // of the same thing only the last request counts
}

export class Answer {
  private parsed: Document | undefined;

  constructor(
    readonly failure: Failure,
    readonly body = "",
  ) {}

  get doc(): Document {
    return (this.parsed ??= new DOMParser().parseFromString(this.body, "text/html"));
  }

  // told is the server's sentence about what it refused.
  get told(): string {
    return (this.doc.querySelector(".error-text, p") ?? this.doc.body).textContent?.trim() ?? "";
  }

  // nodes are all that the answer holds, to be put into this page.
  nodes(): Node[] {
    return [...this.doc.body.childNodes].map((n) => document.adoptNode(n));
  }

  all(selector: string): HTMLElement[] {
    return [...this.doc.querySelectorAll<HTMLElement>(selector)].map((e) => document.adoptNode(e));
  }

  // one finds an element of the answer; it stays where it is until it is put into this page.
  one(selector: string): HTMLElement | null {
    return this.doc.querySelector<HTMLElement>(selector);
  }
}

const asked = new WeakMap<object, AbortController>();

export async function ask(address: string | URL, how: How = {}): Promise<Answer> {
  const turn = new AbortController();
  if (how.overtakes) {
    asked.get(how.overtakes)?.abort();
    asked.set(how.overtakes, turn);
  }
  try {
    const answer = await fetch(address, { ...sent(how), signal: turn.signal });
    const body = await answer.text();
    return new Answer(failureOf(answer), body);
  } catch {
    return new Answer(turn.signal.aborted ? "overtaken" : "offline");
  }
}

function sent(how: How): RequestInit {
  const headers: Record<string, string> = how.whole ? { Accept: "text/html" } : { "Juzhen-Part": "1" };
  if (how.passive) headers["Juzhen-Passive"] = "1";
  if (how.body === undefined) return { headers };
  return { method: "POST", body: how.body, headers: { ...headers, "X-Page-For": reader } };
}

function failureOf(answer: Response): Failure {
  if (answer.headers.has("X-Page-Refused")) return "other";
  if (answer.status === 401) return "signin";
  if (answer.status === 403 || answer.status === 404) return "gone";
  return answer.ok && !answer.redirected ? "" : "refused";
}

// overtake gives up what was asked for a thing: it is wanted no more.
export function overtake(thing: object): void {
  asked.get(thing)?.abort();
}

// tell shows what the server refused where notices appear, or in another place. What the page asked by itself moves nobody there.
export function tell(answer: Answer, at: HTMLElement | null = document.getElementById("alerts"), lead = true): void {
  if (!at || answer.body === "") return;
  at.replaceChildren(...answer.nodes());
  if (lead) at.scrollIntoView({ block: "nearest" });
}

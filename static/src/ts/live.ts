// An open page follows what happens. A stream of the server says that something it shows has changed; the page then asks for itself again
// and takes over the parts marked data-live, with the reader's own rights. While there is no stream it asks from time to time. A form
// somebody works in, an open dialog and the focus stay as they are. A page that nobody sees asks nothing and holds no stream: browsers
// allow six connections to a server, and a session that nobody uses must be able to end.
import { Idiomorph } from "idiomorph";
import { reader } from "./reader";

const soon = [100, 400]; // milliseconds after a change, chosen by chance in this span
const muchLater = [2000, 6000]; // after a change of very much: not all readers come at once
const leastGap = 1000; // between two readings

export function live(): void {
  const main = document.querySelector<HTMLElement>("main[data-follow]");
  if (main) new Follower(main);
}

class Follower {
  private stream: EventSource | undefined;
  private timer = 0;
  private polling = 0;
  private last = 0;
  private reading = false;
  private stale = false; // something changed while the page was not looked at or worked in
  private ended = false;

  constructor(private readonly main: HTMLElement) {
    document.addEventListener("visibilitychange", () => this.turned());
    document.addEventListener("focusout", () => this.stale && this.later(soon));
    document.addEventListener("close", () => this.stale && this.later(soon), true);
    document.addEventListener("toggle", () => this.stale && this.later(soon), true);
    addEventListener("pagehide", () => this.shut());
    addEventListener("pageshow", (e) => {
      if (!e.persisted) return;
      this.stale = true;
      this.turned();
    });
    if (!document.hidden) this.open();
  }

  private turned(): void {
    if (document.hidden) return this.shut();
    if (this.ended || this.stream) return;
    this.open();
    this.later(soon); // what happened meanwhile was not heard
  }

  private open(): void {
    this.shut();
    const url = new URL("/follow", location.href);
    for (const of of (this.main.dataset["follow"] ?? "").split(" ")) url.searchParams.append("of", of);
    const stream = new EventSource(url);
    this.stream = stream;
    let heard = false;
    stream.addEventListener("open", () => {
      this.main.dataset["following"] = "stream";
      clearTimeout(this.polling);
      this.polling = 0;
      if (heard) this.later(soon); // the line was away
      heard = true;
    });
    stream.addEventListener("changed", (e) => this.later((e as MessageEvent<string>).data === "much" ? muchLater : soon));
    stream.addEventListener("end", (e) => this.end((e as MessageEvent<string>).data));
    stream.addEventListener("error", () => {
      this.main.dataset["following"] = "polls";
      this.poll();
    });
  }

  private shut(): void {
    this.stream?.close();
    this.stream = undefined;
    clearTimeout(this.timer);
    clearTimeout(this.polling);
    this.timer = this.polling = 0;
  }

  // end: the session is over or the thing may no longer be read. The page says so and asks no more.
  private end(why: string): void {
    this.ended = true;
    this.shut();
    this.main.dataset["following"] = "ended";
    const note = document.getElementById("follow-note");
    const text = this.main.dataset[why === "signin" ? "signin" : "gone"];
    if (!note || !text) return;
    note.className = "banner banner-warn";
    note.hidden = false;
    const words = note.querySelector("p");
    if (words) words.textContent = text;
  }

  // poll asks from time to time, and for a stream again when the browser has given it up.
  private poll(): void {
    if (this.polling || this.ended || document.hidden) return;
    this.polling = window.setTimeout(() => {
      this.polling = 0;
      if (this.stream?.readyState === EventSource.OPEN) return;
      void this.read().then(() => this.poll());
      if (this.stream?.readyState === EventSource.CLOSED && Math.random() < 0.2) this.open();
    }, Number(this.main.dataset["every"] ?? 30) * 1000);
  }

  private later(span: number[]): void {
    const [from = 0, to = 0] = span;
    const wait = from + Math.random() * (to - from);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.read(), Math.max(wait, this.last + leastGap - Date.now()));
  }

  private async read(): Promise<void> {
    if (document.hidden || this.ended) {
      this.stale = true;
      return;
    }
    if (this.reading) return this.later(soon);
    this.last = Date.now();
    if ("light" in this.main.dataset) return this.told();
    this.reading = true;
    try {
      const answer = await fetch(location.href, { headers: { "Juzhen-Passive": "1", Accept: "text/html" } });
      if (answer.status === 401) return this.end("signin");
      if (answer.status === 404 || answer.status === 403) return this.end("gone");
      if (!answer.ok || answer.redirected) return;
      const doc = new DOMParser().parseFromString(await answer.text(), "text/html");
      const maker = doc.querySelector<HTMLMetaElement>('meta[name="page-for"]')?.content ?? "";
      if (maker !== reader) return this.end("signin"); // another person has signed in: this page stays whose it is
      this.stale = false;
      this.take(doc);
    } catch {
      // The network is gone for now: the stream or the next reading tells.
    } finally {
      this.reading = false;
    }
  }

  private take(doc: Document): void {
    for (const part of document.querySelectorAll<HTMLElement>("[data-live]")) {
      const fresh = doc.getElementById(part.id);
      if (!fresh || part.isEqualNode(fresh)) continue;
      const said = spoken(part);
      Idiomorph.morph(part, fresh, {
        morphStyle: "outerHTML",
        ignoreActiveValue: true,
        callbacks: {
          beforeNodeMorphed: (old) => this.keep(old),
          beforeNodeRemoved: (old) => this.keep(old),
          beforeAttributeUpdated: (name, at) => !(name === "open" && at.matches("details, dialog")),
        },
      });
      const now = spoken(document.getElementById(part.id));
      if (now !== "" && now !== said) say(now);
    }
    this.told();
  }

  // told lets other scripts of the page look at what is new.
  private told(): void {
    this.main.dispatchEvent(new CustomEvent("jz:changed", { bubbles: true }));
  }

  // keep tells whether a node may be changed: not what somebody works in. It is taken over when they are done.
  private keep(node: Node): boolean {
    if (!(node instanceof Element)) return true;
    const holds =
      node.matches("dialog[open]") ||
      node.querySelector(":scope > dialog[open]") !== null ||
      (node instanceof HTMLFormElement && typedIn(node)) ||
      (node.matches("[data-load-body]") && node.closest("details[open]") !== null);
    if (holds) this.stale = true;
    return !holds;
  }
}

// typedIn tells whether a field has the focus or holds something that the server did not put there.
function typedIn(form: HTMLFormElement): boolean {
  const at = document.activeElement;
  if (at && form.contains(at) && at.matches("input, textarea, select")) return true;
  return [...form.elements].some((e) => {
    if (e instanceof HTMLInputElement) return e.type === "checkbox" || e.type === "radio" ? e.checked !== e.defaultChecked : e.value !== e.defaultValue;
    if (e instanceof HTMLTextAreaElement) return e.value !== e.defaultValue;
    return e instanceof HTMLSelectElement && [...e.options].some((o) => o.selected !== o.defaultSelected) && e.selectedIndex > 0;
  });
}

// spoken is what a part says to those who listen, when it has something to say.
function spoken(part: HTMLElement | null): string {
  const at = part?.matches("[data-say]") ? part : part?.querySelector("[data-say]");
  return (at?.textContent ?? "").replace(/\s+/g, " ").trim();
}

function say(text: string): void {
  const place = document.getElementById("said");
  if (place) place.textContent = text;
}

// An open page follows what happens, and how many notices its reader has: the bell in the frame and the number before the title. A
// stream of the server says that something it shows has changed; the page then asks for itself again and takes over the parts marked
// data-live, with the reader's own rights. While there is no stream it asks from time to time. A page that nobody sees asks nothing and
// holds no stream: browsers allow six connections to a server, and a session that nobody uses must be able to end. Work that shows how
// far it is, which no stream tells of, is a part with an address of its own: data-poll, asked for every data-every seconds until the
// server says no more of it.
import { ask, tell } from "./ask";
import { changed, place } from "./place";
import { reader } from "./reader";

const soon = [100, 400]; // milliseconds after a change, chosen by chance in this span
const muchLater = [2000, 6000]; // after a change of very much: not all readers come at once
const leastGap = 1000; // between two readings
const unseen = 60_000; // milliseconds between looks at the bell of a page that nobody sees: its title is read in the row of tabs

export function follow(): void {
  const main = document.querySelector<HTMLElement>("main[data-bell]");
  if (main) new Follower(main);
  for (const part of document.querySelectorAll<HTMLElement>("[data-poll]")) again(part);
}

function again(part: HTMLElement): void {
  window.setTimeout(() => void look(part.id), Number(part.dataset["every"] ?? 3) * 1000);
}

// look asks for a part that shows how far work is. One that says nothing more of an address has come to its end.
async function look(id: string): Promise<void> {
  const part = document.getElementById(id);
  const address = part?.dataset["poll"];
  if (!part || !address) return;
  if (document.hidden) return again(part);
  const answer = await ask(address, { passive: true });
  if (answer.failure === "signin" || answer.failure === "gone") return tell(answer, undefined, false);
  if (!answer.failure) place(answer.doc, [id]);
  const now = document.getElementById(id);
  if (now) again(now);
}

// ring asks for the bell and takes it over, with the number before the title.
async function ring(): Promise<void> {
  const answer = await ask("/notices/bell", { passive: true, overtakes: ring });
  const bell = document.getElementById("head-bell");
  const fresh = answer.failure ? null : answer.one("#head-bell");
  if (!bell || !fresh) return;
  const before = bell.dataset["n"] ?? "";
  const now = fresh.dataset["n"] ?? "";
  bell.dataset["n"] = now;
  bell.replaceChildren(...[...fresh.childNodes].map((n) => document.adoptNode(n)));
  if (document.title.startsWith(before)) document.title = now + document.title.slice(before.length);
}

class Follower {
  private stream: EventSource | undefined;
  private timer = 0;
  private polling = 0;
  private last = 0;
  private reading = false;
  private bell = 0;
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
    window.setInterval(() => document.hidden && !this.ended && void ring(), unseen);
    if (!document.hidden) this.open();
  }

  // shows tells whether the page shows anything that changes, beside the bell.
  private get shows(): boolean {
    return this.main.dataset["follow"] !== undefined;
  }

  private ringLater(): void {
    clearTimeout(this.bell);
    const [from = 0, to = 0] = soon;
    this.bell = window.setTimeout(() => void ring(), from + Math.random() * (to - from));
  }

  private turned(): void {
    if (document.hidden) return this.shut();
    if (this.ended || this.stream) return;
    this.open();
    this.later(soon); // what happened meanwhile was not heard
    this.ringLater();
  }

  private open(): void {
    this.shut();
    const url = new URL("/follow", location.href);
    for (const of of this.main.dataset["follow"]?.split(" ") ?? []) url.searchParams.append("of", of);
    url.searchParams.set("ago", String(Math.ceil(performance.now()))); // the page is older than its stream: what changed between
    const stream = new EventSource(url);
    this.stream = stream;
    let heard = false;
    stream.addEventListener("open", () => {
      this.main.dataset["following"] = "stream";
      clearTimeout(this.polling);
      this.polling = 0;
      if (heard) {
        this.later(soon); // the line was away
        this.ringLater();
      }
      heard = true;
    });
    stream.addEventListener("changed", (e) => this.later((e as MessageEvent<string>).data === "much" ? muchLater : soon));
    stream.addEventListener("notices", () => this.ringLater());
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
    clearTimeout(this.bell);
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
      void Promise.all([this.read(), ring()]).then(() => this.poll());
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
    if (!this.shows) return;
    if (document.hidden || this.ended) {
      this.stale = true;
      return;
    }
    if (this.reading) return this.later(soon);
    this.last = Date.now();
    if ("light" in this.main.dataset) return changed();
    this.reading = true;
    const answer = await ask(location.href, { passive: true, whole: true });
    this.reading = false;
    if (answer.failure === "signin" || answer.failure === "gone") return this.end(answer.failure);
    if (answer.failure) return; // the network is gone for now: the stream or the next reading tells
    const maker = answer.doc.querySelector<HTMLMetaElement>('meta[name="page-for"]')?.content ?? "";
    if (maker !== reader) return this.end("signin"); // another person has signed in: this page stays whose it is
    const parts = [...document.querySelectorAll<HTMLElement>("[data-live]")].map((part) => part.id);
    this.stale = !place(answer.doc, parts); // what somebody works in is taken over when they are done
  }
}

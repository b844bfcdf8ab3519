// Draws the calendar of what goes out into [data-calendar]. Without scripts the list that the server put there stays.
// The feed answers with entries; one that may be moved carries the address its new time is posted to. Dragging is never
// the only way: each entry leads to its page with a form.
import "fullcalendar/skeleton.css";
import "fullcalendar/themes/classic/theme.css";
import "fullcalendar/themes/classic/palette.css";
import "../css/calendar.css";
import { Calendar, type EventDropInfo, type EventInput } from "fullcalendar";
import dayGrid from "fullcalendar/daygrid";
import timeGrid from "fullcalendar/timegrid";
import list from "fullcalendar/list";
import interaction from "fullcalendar/interaction";
import classic from "fullcalendar/themes/classic";
import chinese from "fullcalendar/locales/zh-cn";
import { ask, tell } from "./ask";
import { confirmMove } from "./move";

// Entry is one line of the feed: a post, or an hour with its number of posts, which then has an end and leads to their list.
// posts is 1 or that number.
// start and end are RFC 3339; move is empty when the entry stays where it is.
interface Entry {
  id: string;
  title: string;
  start: string;
  end: string;
  posts: number;
  url: string;
  tone: string;
  state: string;
  move: string;
}

// Mark is what is said of a day beside its date: a holiday (off), a Saturday or Sunday that is worked (makes), an observance (kept).
interface Mark {
  text: string;
  kind: string;
}

// A phone shows the list of a day, with the next day a press away; its week is a list too, for columns of 45 px hold no words. A screen lists
// a week.
const narrow = matchMedia("(max-width: 800px)");

function viewsOf(phone: boolean): Record<string, string> {
  return phone ? { month: "dayGridMonth", week: "listWeek", list: "listDay" } : { month: "dayGridMonth", week: "timeGridWeek", list: "listWeek" };
}

// What a day needs somebody for comes first: its tone is that of the day.
const urgency = ["purple", "red", "orange", "blue", "teal", "green", "grey"];
const aWeek = 8 * 24 * 3600_000;

// shanghaiDay writes the day as 2026-11-23, whatever the zone of the browser.
const shanghaiDay = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" });

const wholeDays = { year: "numeric", month: "long", day: "numeric" } as const; // the days from and to which a week goes

const patience = 4000; // milliseconds after which entries that do not come are asked for once more

// What a day of the month takes, in pixels: its number with the line that says how many more there are, and each entry. A day is as high as
// its entries may make it from the first: nothing moves when they come.
const dayHead = 52;
const dayEntry = 24;

let dragging = false; // what is in the hand is not drawn anew

for (const at of document.querySelectorAll<HTMLElement>("[data-calendar]")) draw(at);

function draw(at: HTMLElement): void {
  const phone = narrow.matches;
  const views = viewsOf(phone);
  const address = new URL(location.href);
  const wanted = address.searchParams.get("view") ?? (phone ? "list" : "month");
  const day = address.searchParams.get("date");
  const english = document.documentElement.lang === "en";
  const week = at.dataset["week"];
  const marks = JSON.parse(at.dataset["days"] ?? "{}") as Record<string, Mark>;
  let behind = false; // something changed while entries were on their way
  let asking = 0;
  const most = phone ? 6 : mostADay(at);
  at.replaceChildren();
  const dayHeight = dayHead + most * dayEntry;
  at.style.setProperty("--month-day", `${dayHeight}px`);
  const calendar = new Calendar(at, {
    plugins: [dayGrid, timeGrid, list, interaction, classic],
    locales: [chinese],
    locale: english ? "en-gb" : "zh-cn",
    ...(english ? { todayHint: "Today" } : {}), // the name holds what the button shows
    ...(phone && week ? { buttons: { listWeek: { text: week } } } : {}),
    noEventsText: at.dataset["none"] ?? "",
    timeZone: "Asia/Shanghai",
    firstDay: 1,
    nextDayThreshold: "12:00:00", // an instant late in the evening belongs to its day alone
    initialView: views[wanted] ?? "dayGridMonth",
    ...(day ? { initialDate: day } : {}),
    headerToolbar: { left: "prev,next today", center: "title", right: Object.values(views).join(",") },
    height: "auto",
    dayMaxEvents: most,
    views: {
      ...(phone ? {} : { dayGridMonth: { dayCellClass: "month-day", aspectRatio: at.clientWidth / (6 * dayHeight) } }),
      timeGridWeek: { titleFormat: wholeDays, dayHeaderFormat: { weekday: "short", month: "numeric", day: "numeric", omitCommas: true } },
      listWeek: { titleFormat: wholeDays },
    },
    lazyFetching: false, // a week says more of a day than a month does
    eventMaxStack: 2,
    slotEventOverlap: false,
    nowIndicator: true,
    allDaySlot: false,
    slotDuration: "01:00",
    eventShortHeight: 60, // time and words on one line: two do not fit into an hour
    slotMinHeight: 30, // an entry is an hour high: enough for a finger
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    slotHeaderFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    eventMinHeight: 26, // what goes out at 23:50 has ten minutes to its midnight
    displayEventEnd: false,
    eventDurationEditable: false,
    loading: (busy: boolean) => {
      wait(at, busy);
      clearTimeout(asking);
      if (busy) asking = window.setTimeout(() => calendar.refetchEvents(), patience);
      else if (behind) asking = window.setTimeout(() => calendar.refetchEvents());
      if (!busy) behind = false;
    },
    events: async (range: { startStr: string; endStr: string }) => {
      const entries = await load(at, range.startStr, range.endStr);
      const month = new Date(range.endStr).getTime() - new Date(range.startStr).getTime() > aWeek;
      return phone && month ? counts(entries) : entries.map(drawn);
    },
    eventClass: (info) => classes(info.event.extendedProps, info.view.type, info.event.startStr.slice(11, 16)),
    eventDragStart: () => (dragging = true),
    eventDragStop: () => (dragging = false),
    eventDidMount: (info) => {
      info.el.title = `${info.timeText} ${info.event.title}`.trim();
      if (info.event.extendedProps["count"]) info.el.setAttribute("aria-label", `${info.event.title} · ${info.event.startStr}`);
    },
    // A cell's own content says more than its label, which would hide it from those who listen.
    dayCellDidMount: (info: { el: HTMLElement; date: Date }) => {
      info.el.removeAttribute("aria-label");
      if (info.el.matches(".month-day")) marked(info.el, marks[shanghaiDay.format(info.date)]);
    },
    dayHeaderDidMount: (info: { el: HTMLElement; date: Date; view: { type: string } }) => {
      if (info.view.type === "timeGridWeek") marked(info.el, marks[shanghaiDay.format(info.date)]);
    },
    eventDrop: (info) => confirm(at, info, () => calendar.refetchEvents()),
    dateClick: (info) => !phone && write(at, info.dateStr),
    datesSet: (info) => {
      const view = Object.keys(views).find((k) => views[k] === info.view.type) ?? "month";
      address.searchParams.set("view", view);
      address.searchParams.set("date", shanghaiDay.format(calendar.getDate()));
      history.replaceState(history.state, "", address);
    },
  });
  calendar.render();
  document.addEventListener("jz:changed", () => {
    if (at.getAttribute("aria-busy") === "true") {
      behind = true; // what is on its way is drawn first
      return;
    }
    if (at.isConnected && !dragging && !document.querySelector("dialog[open]")) calendar.refetchEvents();
  });
  const again = (): void => {
    delete at.dataset["ready"];
    calendar.destroy();
    draw(at);
  };
  narrow.addEventListener("change", again, { once: true }); // a phone was turned
}

// wait says that entries are on their way. The first time they have come the calendar is ready.
function wait(at: HTMLElement, busy: boolean): void {
  at.setAttribute("aria-busy", String(busy));
  const note = document.getElementById("calendar-busy");
  if (note) note.hidden = !busy;
  if (busy || at.dataset["ready"]) return;
  at.querySelector(`[data-date="${shanghaiDay.format(Date.now())}"]`)?.scrollIntoView({ block: "nearest" }); // today is in sight
  requestAnimationFrame(() => (at.dataset["ready"] = "1")); // they are told before they are drawn
}

async function load(at: HTMLElement, start: string, end: string): Promise<Entry[]> {
  const url = new URL(at.dataset["feed"] ?? "", location.href);
  for (const [name, v] of new URL(location.href).searchParams) {
    if (name !== "view" && name !== "date") url.searchParams.append(name, v);
  }
  url.searchParams.set("from", start);
  url.searchParams.set("to", end);
  const answer = await ask(url);
  if (!answer.failure) return JSON.parse(answer.body) as Entry[];
  tell(answer);
  return [];
}

// marked writes what is said of a day into its cell or its head.
function marked(el: HTMLElement, mark?: Mark): void {
  if (!mark) return;
  const words = document.createElement("span");
  words.className = `day-mark day-${mark.kind}`;
  words.textContent = mark.text;
  words.title = mark.text;
  el.append(words);
}

function drawn(e: Entry): EventInput {
  return {
    id: e.id,
    title: e.end ? [e.title, e.state].filter(Boolean).join(" · ") : `${e.state} ${e.title}`,
    start: e.start,
    end: e.end || hourBehind(e.start),
    url: e.url,
    startEditable: e.move !== "",
    extendedProps: { tone: e.tone, state: e.state, move: e.move, crowd: e.end !== "" },
  };
}

// counts makes one entry of each day, its number of posts, which leads to the list of the day: a phone's month has no room for words.
function counts(entries: Entry[]): EventInput[] {
  const days = new Map<string, { posts: number; tone: string }>();
  for (const e of entries) {
    const day = e.start.slice(0, 10);
    const d = days.get(day) ?? { posts: 0, tone: "grey" };
    const tone = urgency.indexOf(e.tone) < urgency.indexOf(d.tone) ? e.tone : d.tone;
    days.set(day, { posts: d.posts + e.posts, tone });
  }
  return [...days].map(([day, d]) => {
    const url = new URL(location.href);
    url.searchParams.set("view", "list");
    url.searchParams.set("date", day);
    return { id: day, title: String(d.posts), start: day, allDay: true, url: url.href, startEditable: false, extendedProps: { tone: d.tone, count: true } };
  });
}

// classes names the look of an entry. In a week what starts in the last hour is lifted, to end at midnight and not below it.
function classes(props: Record<string, unknown>, view: string, clock: string): string {
  const names = ["entry", `tone-${String(props["tone"])}`];
  if (props["crowd"]) names.push("entry-crowd");
  if (props["count"]) names.push("entry-count");
  if (view.startsWith("list")) names.push("entry-line");
  if (view === "timeGridWeek" && clock >= "23:12") names.push(`entry-late-${Math.floor(Number(clock.slice(3)) / 12)}`);
  return names.join(" ");
}

// hourBehind ends what is drawn an hour high, at midnight of Shanghai at the latest: an instant late in the evening belongs to its day.
function hourBehind(start: string): string {
  const at = new Date(start).getTime();
  const day = new Date(`${start.slice(0, 10)}T00:00:00+08:00`).getTime() + 24 * 3600_000;
  return new Date(Math.min(at + 3600_000, day)).toISOString();
}

// mostADay is how many entries a day of the month shows, so that the whole month, and so today, stands in the window: the day says how
// many more it has.
function mostADay(at: HTMLElement): number {
  const week = (monthHeight(at) - 90) / 6;
  return Math.max(1, Math.min(6, Math.floor((week - dayHead) / dayEntry)));
}

// monthHeight is what is left of the window below the head of the page.
function monthHeight(at: HTMLElement): number {
  return Math.max(500, innerHeight - (at.getBoundingClientRect().top + scrollY) - 24);
}

// write begins a post for the day or hour that was clicked; what is over cannot be planned.
function write(at: HTMLElement, clicked: string): void {
  const form = at.dataset["write"];
  if (!form) return;
  let due = clicked.length > 10 ? clicked.slice(0, 16) : `${clicked}T09:00`;
  if (instant(due) <= Date.now()) {
    if (due.slice(0, 10) !== shanghaiDay.format(Date.now())) return;
    due = local(new Date(Math.ceil(Date.now() / 3600_000) * 3600_000 + 3600_000));
  }
  location.assign(`${form}?due=${encodeURIComponent(due)}`);
}

function instant(local: string): number {
  return new Date(`${local}:00+08:00`).getTime();
}

const shanghaiTime = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });

// local writes an instant as the clock in Shanghai shows it: 2026-11-24T09:00.
function local(at: Date): string {
  return shanghaiTime.format(at).replace(" ", "T");
}

// confirm asks whether what was dropped is to have its new time; else it goes back.
function confirm(at: HTMLElement, info: EventDropInfo, done: () => void): void {
  const move = {
    title: info.event.title,
    address: String(info.event.extendedProps["move"]),
    from: info.oldEvent.startStr.slice(0, 16),
    to: info.event.startStr.slice(0, 16),
  };
  confirmMove(at, move, done, () => info.revert());
}

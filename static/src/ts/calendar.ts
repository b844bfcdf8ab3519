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

// Entry is one line of the feed: a post, or an hour with its number of posts, which then has an end and leads to their list.
// start and end are RFC 3339; move is empty when the entry stays where it is.
interface Entry {
  id: string;
  title: string;
  start: string;
  end: string;
  url: string;
  tone: string;
  state: string;
  move: string;
}

// A phone shows the list of a day, with the next day a press away; a screen that of a week.
const phone = matchMedia("(max-width: 800px)").matches;
const views: Record<string, string> = { month: "dayGridMonth", week: "timeGridWeek", list: phone ? "listDay" : "listWeek" };

// shanghaiDay writes the day as 2026-11-23, whatever the zone of the browser.
const shanghaiDay = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" });

for (const at of document.querySelectorAll<HTMLElement>("[data-calendar]")) draw(at);

function draw(at: HTMLElement): void {
  const address = new URL(location.href);
  const wanted = address.searchParams.get("view") ?? (phone ? "list" : "month");
  const day = address.searchParams.get("date");
  at.replaceChildren();
  const calendar = new Calendar(at, {
    plugins: [dayGrid, timeGrid, list, interaction, classic],
    locales: [chinese],
    locale: document.documentElement.lang === "en" ? "en-gb" : "zh-cn",
    timeZone: "Asia/Shanghai",
    firstDay: 1,
    nextDayThreshold: "12:00:00", // an instant late in the evening belongs to its day alone
    initialView: views[wanted] ?? "dayGridMonth",
    ...(day ? { initialDate: day } : {}),
    headerToolbar: { left: "prev,next today", center: "title", right: Object.values(views).join(",") },
    height: "auto",
    dayMaxEvents: 6,
    eventMaxStack: 3,
    nowIndicator: true,
    allDaySlot: false,
    slotDuration: "01:00",
    slotMinHeight: 30, // an entry is an hour high: enough for a finger
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    slotHeaderFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    eventMinHeight: 26, // what goes out at 23:50 has ten minutes to its midnight
    displayEventEnd: false,
    eventDurationEditable: false,
    loading: (busy: boolean) => wait(at, busy),
    events: (range: { startStr: string; endStr: string }) => load(at, range.startStr, range.endStr),
    eventClass: (info) => `entry tone-${String(info.event.extendedProps["tone"])}${info.event.extendedProps["crowd"] ? " entry-crowd" : ""}${info.view.type.startsWith("list") ? " entry-line" : ""}`,
    eventDidMount: (info) => {
      info.el.title = `${info.timeText} ${info.event.title}`.trim();
    },
    // A cell's own content says more than its label, which would hide it from those who listen.
    dayCellDidMount: (info: { el: HTMLElement }) => info.el.removeAttribute("aria-label"),
    eventDrop: (info) => void move(at, info, () => calendar.refetchEvents()),
    datesSet: (info) => {
      const view = Object.keys(views).find((k) => views[k] === info.view.type) ?? "month";
      address.searchParams.set("view", view);
      address.searchParams.set("date", shanghaiDay.format(calendar.getDate()));
      history.replaceState(history.state, "", address);
    },
  });
  calendar.render();
}

// wait says that entries are on their way. The first time they have come the calendar is ready.
function wait(at: HTMLElement, busy: boolean): void {
  at.setAttribute("aria-busy", String(busy));
  const note = document.getElementById("calendar-busy");
  if (note) note.hidden = !busy;
  if (!busy) at.dataset["ready"] = "1";
}

async function load(at: HTMLElement, start: string, end: string): Promise<EventInput[]> {
  const url = new URL(at.dataset["feed"] ?? "", location.href);
  for (const [name, v] of new URL(location.href).searchParams) {
    if (name !== "view" && name !== "date") url.searchParams.append(name, v);
  }
  url.searchParams.set("from", start);
  url.searchParams.set("to", end);
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  if (!answer.ok) {
    await notice(answer);
    return [];
  }
  const entries = (await answer.json()) as Entry[];
  return entries.map((e) => ({
    id: e.id,
    title: e.end ? [e.title, e.state].filter(Boolean).join(" · ") : `${e.state} ${e.title}`,
    start: e.start,
    end: e.end || hourBehind(e.start),
    url: e.url,
    startEditable: e.move !== "",
    extendedProps: { tone: e.tone, state: e.state, move: e.move, crowd: e.end !== "" },
  }));
}

// hourBehind ends what is drawn an hour high, at midnight of Shanghai at the latest: an instant late in the evening belongs to its day.
function hourBehind(start: string): string {
  const at = new Date(start).getTime();
  const day = new Date(`${start.slice(0, 10)}T00:00:00+08:00`).getTime() + 24 * 3600_000;
  return new Date(Math.min(at + 3600_000, day)).toISOString();
}

// move posts the new time in Asia/Shanghai as a form does; what is refused goes back to its place and says why.
async function move(at: HTMLElement, info: EventDropInfo, done: () => void): Promise<void> {
  const body = new URLSearchParams({ due_at: info.event.startStr.slice(0, 16) });
  try {
    const answer = await fetch(String(info.event.extendedProps["move"]), { method: "POST", body, headers: { "HX-Request": "true" } });
    if (answer.ok) {
      at.dispatchEvent(new CustomEvent("jz:moved", { bubbles: true }));
      done();
      return;
    }
    await notice(answer);
  } catch {
    // The network is gone: the entry goes back, which says it.
  }
  info.revert();
}

// notice shows the server's sentence where notices appear. It is a fragment of our own server.
async function notice(answer: Response): Promise<void> {
  const place = document.getElementById("notices");
  if (!place) return;
  const doc = new DOMParser().parseFromString(await answer.text(), "text/html");
  place.replaceChildren(...doc.body.childNodes);
  place.scrollIntoView({ block: "nearest" });
}

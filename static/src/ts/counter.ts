// A live count under each text that goes to Weibo. It warns and never forbids: Weibo itself has the last word.
import { weiboLength } from "./length";

const limit = 140;

export function counters(within: ParentNode = document): void {
  for (const area of within.querySelectorAll<HTMLTextAreaElement>("[data-weibo-length]")) watch(area);
}

function watch(area: HTMLTextAreaElement): void {
  const line = document.createElement("p");
  line.className = "length";
  line.setAttribute("aria-live", "off");
  area.after(line);
  const show = (): void => {
    const max = Number(area.dataset["max"] ?? limit);
    const n = weiboLength(area.value);
    line.textContent = `${n} / ${max}`;
    line.classList.toggle("over", n > max);
    area.dispatchEvent(new CustomEvent("jz:length", { bubbles: true, detail: { length: n, over: n > max } }));
  };
  area.addEventListener("input", show);
  area.addEventListener("jz:limit", show); // data-max was changed
  show();
}

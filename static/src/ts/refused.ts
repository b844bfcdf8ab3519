// A form that was refused comes back with its faults marked. Who listens or uses the keyboard starts there and not at the top of
// the page. Without scripts the marks say the same; the faults stand in the order of the page.
const marks = 'main .banner-bad[role="alert"], main .field-wrong, main [aria-invalid="true"]';
const controls = "input:not([type=hidden], [disabled], [tabindex='-1']), textarea:not([disabled]), select:not([disabled]), summary, button:not([disabled])";

export function refused(): void {
  const box = [...document.querySelectorAll<HTMLElement>(marks)].find((e) => !e.hidden);
  if (!box) return;
  for (let d = box.closest("details"); d; d = d.parentElement?.closest("details") ?? null) d.open = true;
  const at = control(box);
  if (at === box && box.tabIndex < 0) box.tabIndex = -1;
  at.focus({ preventScroll: true });
  box.scrollIntoView({ block: box.offsetHeight < innerHeight / 2 ? "center" : "start" });
}

// control is what is wrong in a field: the marked one of several, else the first that is shown. A banner is read as a whole.
function control(box: HTMLElement): HTMLElement {
  if (box.matches(".banner, input, textarea, select")) return box;
  const inside = [...box.querySelectorAll<HTMLElement>('[aria-invalid="true"]'), ...box.querySelectorAll<HTMLElement>(controls)];
  return inside.find((e) => e.getClientRects().length > 0) ?? box;
}

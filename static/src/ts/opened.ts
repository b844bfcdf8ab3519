// A matter that is followed from a list of to-dos was opened: nobody above need be told of it. A link that
// marked it by being read would do so for programs that look ahead; so the press says it, beside the way.
export function opened(): void {
  for (const press of ["click", "auxclick"]) document.addEventListener(press, tell);
}

function tell(e: Event): void {
  const link = e.target instanceof Element ? e.target.closest<HTMLElement>("[data-opens]") : null;
  if (link) navigator.sendBeacon(`/todo/${link.dataset["opens"]}/open`);
}

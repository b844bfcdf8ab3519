// Keys: "/" goes to the search, Escape leaves it, Ctrl+Enter sends the form one writes in.
export function keys(): void {
  document.addEventListener("keydown", (e) => {
    const at = e.target instanceof HTMLElement ? e.target : document.body;
    if (e.key === "/" && !writes(at) && !e.ctrlKey && !e.metaKey && !e.altKey) {
      const search = document.querySelector<HTMLInputElement>("[data-search]");
      if (search?.offsetParent) {
        e.preventDefault();
        search.focus();
        search.select();
      }
    }
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && at instanceof HTMLTextAreaElement) {
      e.preventDefault();
      at.form?.requestSubmit();
    }
    if (e.key === "Escape" && at.matches("[data-search]")) at.blur();
  });
}

function writes(e: HTMLElement): boolean {
  return e.isContentEditable || e.matches("input, textarea, select");
}

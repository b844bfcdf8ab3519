// Who acts is who the page shows: each request of a script that changes something says for whom its page was made.
const mark = document.querySelector<HTMLMetaElement>('meta[name="page-for"]');

export const reader = mark?.content ?? ""; // number of the person; empty when nobody is signed in
export const unsent = mark?.dataset["unsent"] !== undefined; // what was typed on the page before was not taken
export const restoredText = mark?.dataset["restored"] ?? "";

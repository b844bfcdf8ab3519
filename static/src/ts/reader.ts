// Who acts is who the page shows: each request of a script that changes something says for whom its page was made.
const mark = document.querySelector<HTMLMetaElement>('meta[name="page-for"]');

export const reader = mark?.content ?? ""; // number of the person; empty when nobody is signed in
export const unsent = mark?.dataset["unsent"] !== undefined; // what was typed on the page before was not taken
export const restoredText = mark?.dataset["restored"] ?? "";

// post sends a form as htmx does.
export function post(address: string, body: BodyInit): Promise<Response> {
  return fetch(address, { method: "POST", body, headers: { "HX-Request": "true", "X-Page-For": reader } });
}

// refusedHere tells that somebody else has signed in since the page was made.
export function refusedHere(answer: Response): boolean {
  return answer.headers.has("X-Page-Refused");
}

export function markRequests(): void {
  document.addEventListener("htmx:config:request", (e) => {
    const request = (e as CustomEvent).detail?.ctx?.request;
    if (request?.headers) request.headers["X-Page-For"] = reader;
  });
}

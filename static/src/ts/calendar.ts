// Draws the calendar of what goes out.
export {};

// Draws the charts of the reach pages.
export {};

// What TypeScript cannot know by itself: sheets are no modules with exports.
declare module "*.css";

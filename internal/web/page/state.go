package page

// State is how a state is shown: never by colour alone. Tone is grey, blue, teal, green, orange, red or
// purple; Icon is one of static/src/icons.txt.
type State struct{ Code, Word, Tone, Icon string }

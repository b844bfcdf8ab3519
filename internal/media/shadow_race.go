//go:build race

package media

// shadow is how many bytes of data each byte that the program asks for takes: the race detector keeps
// two beside it.
const shadow = 3

// slower is how many times longer the program takes.
const slower = 10

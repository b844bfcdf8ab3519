//go:build race

package media

// shadow is how many bytes of data each byte that the program asks for takes: the race detector keeps
// two beside it.
const shadow = 3

// slower is how many times longer the program takes.
const slower = 10

// childNice is how far behind others the process for pictures stands. It is a test that runs, beside others
// that fill the machine: last of all, ten times as slow, it would never be done.
const childNice = 5

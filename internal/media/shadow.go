//go:build !race

package media

// shadow is how many bytes of data each byte that the program asks for takes.
const shadow = 1

// slower is how many times longer the program takes.
const slower = 1

// childNice is how far behind others the process for pictures stands: last of all.
const childNice = 19

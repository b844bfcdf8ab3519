// Package static carries the built scripts, styles and icons inside the binary.
// It holds the files only; package web serves them.
package static

import "embed"

// Dist is the folder dist as cmd/assets builds it. A fresh clone has only its .gitkeep: then the
// console refuses to start and says "run make assets".
//
//go:embed all:dist
var Dist embed.FS

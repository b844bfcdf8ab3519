// Package templates carries the HTML templates inside the binary. It holds the files only; package web
// runs them.
package templates

import "embed"

// FS has the folders layout, partials and pages/<section>/<page>.html.
//
//go:embed layout partials pages
var FS embed.FS

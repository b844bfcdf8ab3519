// Package templates carries the HTML templates inside the binary. It holds the files only; package web runs them.
package templates

import "embed"

// FS has the folders layout, partials and pages/<section>/<page>.html, and later mail and report.
//
//go:embed layout partials pages
var FS embed.FS

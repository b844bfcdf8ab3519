// Package templates carries the HTML templates inside the binary. It holds the files only; packages web and
// public run them.
package templates

import "embed"

// FS has the folders layout, partials and pages/<section>/<page>.html.
//
//go:embed layout partials pages
var FS embed.FS

// Public has the folder public: the pages of the public site, which share nothing with the console's.
//
//go:embed public
var Public embed.FS

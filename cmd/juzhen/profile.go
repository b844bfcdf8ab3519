//go:build juzhen_profile

package main

import (
	"net/http"
	_ "net/http/pprof" // its init registers the handlers
	"os"
)

// A binary built with the tag juzhen_profile shows profiles of itself at the address in PROFILE: for
// measuring, never for an installation.
func init() {
	if address := os.Getenv("PROFILE"); address != "" {
		go func() { _ = http.ListenAndServe(address, nil) }()
	}
}

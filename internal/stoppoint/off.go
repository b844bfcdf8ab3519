//go:build !juzhen_stoppoints

// Package stoppoint marks the instants of a send at which the fault tests do harm. In every ordinary
// binary it does nothing and costs nothing; only the build tag juzhen_stoppoints gives it a body. It
// decides nothing.
package stoppoint

import "time"

// At says that delivery id has come to this point.
func At(Point, int64) {}

// During says that the call of delivery id is under way, until the returned function is called.
func During(int64) (over func()) { return func() {} }

// Now is the wall clock.
func Now() time.Time { return time.Now() }

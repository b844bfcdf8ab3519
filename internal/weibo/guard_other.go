//go:build !linux

package weibo

import "time"

// setUserTimeout has no equal outside Linux, where the console is only developed, not operated.
func (g *guardConn) setUserTimeout(time.Duration) {}

// alive cannot look here; the short life of idle connections has to do.
func (g *guardConn) alive() bool { return true }

package outward

import (
	"context"
	"net/netip"
	"syscall"
)

// reserved are the networks that are no places of the public internet, beside those that netip knows:
// RFC 6890 and its successors.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // between a provider and its customers
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001::/23"), // tunnels and tests
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), // holds a v4 address
	netip.MustParsePrefix("3fff::/20"),
}

// assigned is the part of IPv6 that public places have.
var assigned = netip.MustParsePrefix("2000::/3")

// Public tells whether an address is a place of the public internet: not this machine, not a private
// network, not a link, nor a form that hides one of them.
func Public(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if !addr.IsValid() || !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return false
	}
	if addr.Is6() && !assigned.Contains(addr) {
		return false
	}

	for _, network := range reserved {
		if network.Contains(addr) {
			return false
		}
	}

	return true
}

// refusePrivate is asked by the dialler with the very address it is about to connect to.
func refusePrivate(_ context.Context, _, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !Public(at.Addr()) {
		return &Failure{Kind: Private, Cause: err}
	}

	return nil
}

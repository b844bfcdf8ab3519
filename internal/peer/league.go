package peer

import (
	"cmp"
	"slices"

	"juzhen/internal/index"
	"juzhen/internal/reach"
)

// place fills a league table: peers among themselves, each of ours among the peers.
func (l *League) place(own []reach.Row, peers []figures) {
	others := make([]*float64, len(peers))

	for i, one := range peers {
		line := Line{
			PeerID:   one.ID,
			Name:     one.Name,
			Of:       one.Bureau,
			Value:    one.value(l.Measure),
			AsOf:     one.asOf(l.Measure),
			FromFile: one.FromFile,
		}
		others[i] = asNumber(line.Value)
		l.Peers = append(l.Peers, line)
	}

	for i, place := range index.Places(others) {
		l.Peers[i].Place = place
	}

	for _, row := range own {
		line := Line{
			AccountID: row.AccountID,
			Name:      row.Handle,
			Of:        row.UnitName,
			Value:     ownValue(row, l.Measure),
		}
		line.Place = index.Among(others, asNumber(line.Value))
		l.Own = append(l.Own, line)
	}
	bestFirst(l.Own)
	bestFirst(l.Peers)
	l.Own = l.Own[:min(len(l.Own), MaxOwn)]
}

func asNumber(value *int64) *float64 {
	if value == nil {
		return nil
	}
	number := float64(*value)

	return &number
}

// bestFirst orders lines: by value, those without one last, equal ones as they were.
func bestFirst(lines []Line) {
	slices.SortStableFunc(lines, func(a, b Line) int {
		switch {
		case a.Value == nil || b.Value == nil:
			return cmp.Compare(missing(a), missing(b))
		default:
			return cmp.Compare(*b.Value, *a.Value)
		}
	})
}

func missing(line Line) int {
	if line.Value == nil {
		return 1
	}

	return 0
}

package parts

import "juzhen/internal/i18n"

// GroupText is the Chinese source text of what a group of accounts did on average, in percent.
func GroupText(change float64) string {
	switch {
	case change <= -0.5:
		return i18n.N("同组平均低 {.n}%")
	case change >= 0.5:
		return i18n.N("同组平均高 {.n}%")
	}

	return i18n.N("同组平均持平")
}

package parts

import (
	"strconv"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/i18n"
	"juzhen/internal/lexicon"
	"juzhen/internal/post"
)

// Stops are the words because of which a version cannot be submitted, approved or sent as it stands now, each
// with the way to an exception.
type Stops struct {
	PostID int64
	Back   string // where a plea leads back to: "review", or "" for the page of the post
	MayAsk bool
	Lines  []Stop

	Missing []string // what of the check did not run, in the reader's language
}

// Stop is one of them.
type Stop struct {
	check.Finding
	Message       string // in the reader's language
	Account       string // whose own wording; "" for the common text
	Before, After string
}

// StopsIn shows what stops a version of a post.
func StopsIn(
	words *i18n.Printer,
	actor access.Actor,
	p post.Post,
	version post.Version,
	found []check.Finding,
) Stops {
	stops := Stops{PostID: p.ID, MayAsk: lexicon.MayPlea(actor, p.UnitPath)}

	for _, f := range check.Stopping(found) {
		shown := FoundIn(words, version, []check.Ignored{{Finding: f}})[0]
		stops.Lines = append(stops.Lines, Stop{f, shown.Message, shown.Account, shown.Before, shown.After})
	}

	for _, f := range check.NotLookedAt(found) {
		stops.Missing = append(stops.Missing, words.T(f.Text, f.Args...))
	}

	return stops
}

// ID names the small form of a line on its page.
func (s Stop) ID() string { return "except-" + s.Key() }

// Pleading is the address of the exception that is asked for; "" for none.
func (s Stop) Pleading() string {
	if s.Exception == nil {
		return ""
	}

	return "/lexicon/exceptions/" + strconv.FormatInt(s.Exception.ID, 10)
}

package parts

import (
	"strconv"

	"juzhen/internal/check"
	"juzhen/internal/i18n"
	"juzhen/internal/lexicon"
	"juzhen/internal/post"
)

// Found is what the check of the wordings found in a version that was submitted all the same, with some of
// the text around it.
type Found struct {
	check.Ignored
	Message       string // in the reader's language
	Account       string // whose own wording; "" for the common text
	Before, After string // what stands beside it
}

// Explained tells whether the writer had to give a reason.
func (f Found) Explained() bool { return f.Level == lexicon.Second }

// Stopped tells whether it would have kept the version from being submitted, had two people not excepted it.
func (f Found) Stopped() bool { return f.Level == lexicon.Block }

// around is how much of a text is shown on each side of a finding, in code points.
const around = 12

// FoundIn are the findings of a version as a page shows them.
func FoundIn(words *i18n.Printer, version post.Version, kept []check.Ignored) (all []Found) {
	for _, ignored := range kept {
		found := Found{Ignored: ignored, Message: words.T(ignored.Text, ignored.Args...)}
		text := []rune(version.Text)
		if target, ok := version.Target(ignored.AccountID); ok {
			text, found.Account = []rune(target.TextOf(version)), target.Account.At()
		} else if ignored.AccountID != 0 {
			found.Account = strconv.FormatInt(ignored.AccountID, 10)
		}
		if ignored.End > 0 && ignored.End <= len(text) {
			found.Before = string(text[max(0, ignored.Start-around):ignored.Start])
			found.After = string(text[ignored.End:min(len(text), ignored.End+around)])
		}
		all = append(all, found)
	}

	return all
}

// Unagreed is how many findings wait for a second person's word.
func Unagreed(all []Found) (n int) {
	for _, found := range all {
		if found.Explained() && found.AgreedAt == nil {
			n++
		}
	}

	return n
}

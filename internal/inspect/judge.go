package inspect

import (
	"slices"
	"strconv"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/internal/lexicon"
	"juzhen/internal/plan"
	"juzhen/internal/rescan"
)

// judgeBy says what a rule finds of an account at an instant. A rule that looks at what is there, and
// foretells nothing, tells only what it finds wrong: false where it finds nothing.
func judgeBy(rule Rule, a Account, at time.Time) (Finding, bool) {
	switch rule.Kind {
	case Wording:
		return judgeWording(rule, a, at)
	case DeadLinks:
		return judgeLinks(rule, a, at)
	case Interactive:
		return judgeInteraction(rule, a, at), true
	}

	return judge(rule, a, at), true
}

// namedWords is how many words, or links, stand in the reasons of a row.
const namedWords = 3

// judgeWording says what a rule of wording finds: one word that the lists take seriously is enough.
func judgeWording(rule Rule, a Account, at time.Time) (Finding, bool) {
	if len(a.Words) == 0 {
		return Finding{}, false
	}

	first := a.Words[0].FoundAt
	for _, word := range a.Words {
		if word.FoundAt.Before(first) {
			first = word.FoundAt
		}
	}

	out := Finding{Account: a, Rule: rule, State: Fail, FailsOn: beijing.Day(first), Remedy: reason(saidMend)}
	out.Left = daysBetween(beijing.Day(at), out.FailsOn)

	out.Because = append(out.Because, reason(saidWords, "n", a.AllWords, "day", beijing.Date(first)))
	for _, word := range a.Words[:min(len(a.Words), namedWords)] {
		out.Because = append(out.Because, wordReason(word))
	}
	out.Breaches = breaches(a.Words)

	return out, true
}

// judgeLinks says what a rule of links finds: one dead link is enough. One that leads elsewhere, or whose
// certificate is not right, is a hint.
func judgeLinks(rule Rule, a Account, at time.Time) (Finding, bool) {
	out := Finding{Account: a, Rule: rule, State: OK, Remedy: reason(saidNoNeed)}
	var hints []Reason

	for _, one := range a.Links {
		day := beijing.Date(one.PostedAt)
		if one.DeadAt == nil {
			hints = append(hints, reason(saidHint,
				"day", day, "address", one.Link.Address, "state", i18n.Text(one.Link.State.Label())))
			continue
		}
		if out.State == OK || one.DeadAt.Before(out.FailsOn) {
			out.FailsOn = beijing.Day(*one.DeadAt)
		}
		out.State, out.Remedy = Fail, reason(saidRelink)
		out.Breaches = append(out.Breaches, Breach{
			Code: string(rule.Kind), Subject: "platform_post/" + strconv.FormatInt(one.PostID, 10),
			Since: *one.DeadAt, Because: reason(saidLink, "day", day, "address", one.Link.Address),
		})
	}

	if out.State == Fail {
		out.Left = daysBetween(beijing.Day(at), out.FailsOn)
		out.Because = append(out.Because, reason(saidDead, "n", len(out.Breaches)))
	}

	for _, breach := range out.Breaches[:min(len(out.Breaches), namedWords)] {
		out.Because = append(out.Because, breach.Because)
	}
	out.Because = append(out.Because, hints[:min(len(hints), namedWords)]...)

	return out, len(a.Links) > 0
}

// breaches are the words by post: those that stop a text are grave.
func breaches(words []rescan.Finding) (out []Breach) {
	for _, word := range words {
		one := Breach{
			Code: "wording", Subject: "platform_post/" + strconv.FormatInt(word.PostID, 10),
			Since: word.FoundAt, Because: wordReason(word),
		}
		if word.Level == lexicon.Block {
			one.Code = "wording_grave"
		}
		i := slices.IndexFunc(
			out,
			func(b Breach) bool { return b.Code == one.Code && b.Subject == one.Subject },
		)
		if i < 0 {
			out = append(out, one)
		} else if out[i].Since.Before(one.Since) { // the register asks whether the latest of them is known
			out[i].Since = one.Since
		}
	}

	return out
}

func wordReason(word rescan.Finding) Reason {
	return reason(
		saidWord, "day", beijing.Date(word.PostedAt), "passage", word.Passage,
		"kind", i18n.Text(word.Rule.Label()), "found", word.Found, "level", i18n.Text(word.Level.Label()),
		"list", beijing.Date(word.ListedAt),
	)
}

// judge says what a rule of silence finds of an account at an instant. What is approved counts as it falls
// due, where nothing keeps it from going out; what is only in review, or written, is named beside it and
// counts for nothing.
func judge(rule Rule, a Account, at time.Time) Finding {
	sendable, kept := a.sendable()
	last := a.Last
	known := last != nil
	if !known {
		last = &a.Since
	}
	last = latest(last, sendable, at)

	ahead := plan.LookAhead(rule.Days, last, sendable, at)

	out := Finding{Account: a, Rule: rule, Days: ahead.Silent, State: OK, FailsOn: ahead.Broken}
	if ahead.Left < 0 {
		out.State, out.FailsOn = Fail, ahead.Deadline.AddDate(0, 0, 1)
	}
	out.Left = daysBetween(beijing.Day(at), out.FailsOn)
	if out.State == OK && out.Left-1 <= rule.Warn {
		out.State = Soon
	}
	since := saidLast
	if !known {
		since = saidNever
	}

	out.Because = append(out.Because, reason(since, "day", beijing.Date(*last), "n", ahead.Silent))
	if a.Elsewhere {
		out.Because = append(out.Because, reason(saidStrange))
	}
	out.Because = append(out.Because, kept...)
	if next, n := first(sendable, at); n > 0 {
		out.Because = append(out.Because, reason(saidWaiting, "n", n, "at", moment(next)))
	}
	if out.State != OK {
		out.Because = append(out.Because, out.ifs(last, sendable, at)...)
	}
	out.Remedy = out.remedy(sendable, at)

	return out
}

// Planned is when the next post of the account goes out, of what is approved and will go out as things are;
// false where there is none.
func (a Account) Planned(now time.Time) (time.Time, bool) {
	due, _ := a.sendable()
	next, n := first(due, now)

	return next, n > 0
}

// sendable is what is approved and will go out as things are, and why the rest will not.
func (a Account) sendable() (due []time.Time, kept []Reason) {
	due = slices.SortedFunc(slices.Values(a.Approved), time.Time.Compare)
	n := len(due)

	switch {
	case n > 0 && a.State == account.Suspended:
		due, kept = nil, append(kept, reason(saidSuspended, "n", n))
	case n > 0 && a.NoToken:
		due, kept = nil, append(kept, reason(saidNoToken, "n", n))
	case a.TokenUntil != nil:
		until := *a.TokenUntil
		due = slices.DeleteFunc(due, func(at time.Time) bool { return !at.Before(until) })
		if late := n - len(due); late > 0 {
			kept = append(kept, reason(saidTokenEnds, "day", beijing.Date(until), "n", late))
		}
	}

	for _, stuck := range []struct {
		n    int
		text string
	}{{a.Held, saidHeld}, {a.ByHand, saidByHand}, {a.Unknown, saidUnknown}} {
		if stuck.n > 0 {
			kept = append(kept, reason(stuck.text, "n", stuck.n))
		}
	}

	return due, kept
}

// ifs name what would help if people did something about it.
func (f Finding) ifs(last *time.Time, sendable []time.Time, at time.Time) (out []Reason) {
	with := slices.Clone(sendable)

	reached := f.FailsOn
	for _, open := range []struct {
		due  []time.Time
		text string
		late string
	}{{f.InReview, saidIfApproved, saidTooLate}, {f.Drafts, saidIfSubmitted, ""}} {
		next, n := first(open.due, at)
		if n == 0 {
			continue
		}
		with = append(with, open.due...)
		then := plan.LookAhead(f.Rule.Days, last, with, at).Broken
		if f.State == Fail { // it comes right with the next one that goes out
			then = beijing.Day(next).AddDate(0, 0, f.Rule.Days+1)
		}

		switch {
		case then.After(reached):
			out = append(
				out,
				reason(open.text, "n", n, "at", moment(next), "day", beijing.Date(then.AddDate(0, 0, -1))),
			)
			reached = then
		case open.late != "":
			out = append(out, reason(open.late, "n", n, "at", moment(next)))
		}
	}

	return out
}

// remedy is what prevents the failure, or ends it.
func (f Finding) remedy(sendable []time.Time, at time.Time) Reason {
	next, n := first(sendable, at)

	switch {
	case f.State != Fail:
		return reason(saidPostBy, "day", beijing.Date(f.FailsOn.AddDate(0, 0, -1)))
	case n > 0:
		return reason(saidRecover, "at", moment(next))
	}

	return reason(saidPostNow)
}

// latest is the last post, or what will have gone out until an instant ahead.
func latest(last *time.Time, sendable []time.Time, at time.Time) *time.Time {
	for _, due := range sendable {
		if due.After(*last) && !due.After(at) {
			last = &due
		}
	}

	return last
}

// first is the earliest instant behind at, and how many there are.
func first(due []time.Time, at time.Time) (next time.Time, n int) {
	for _, one := range due {
		if !one.After(at) {
			continue
		}
		if n == 0 || one.Before(next) {
			next = one
		}
		n++
	}

	return next, n
}

func moment(at time.Time) string { return at.In(beijing.Zone).Format("01-02 15:04") }

func daysBetween(from, to time.Time) int { return int(to.Sub(from) / (24 * time.Hour)) }

// byUrgency puts who fails first in front, and what has no day at the end, mere hints last.
func byUrgency(a, b Finding) int {
	switch {
	case a.FailsOn.IsZero() && b.FailsOn.IsZero():
		return slices.Index(States(), a.State) - slices.Index(States(), b.State)
	case a.FailsOn.IsZero() == b.FailsOn.IsZero():
		return a.FailsOn.Compare(b.FailsOn)
	case a.FailsOn.IsZero():
		return 1
	}

	return -1
}

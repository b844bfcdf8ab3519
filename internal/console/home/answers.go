package home

import (
	"context"
	"math"
	"strconv"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/faultbook"
	"juzhen/internal/inspect"
	"juzhen/internal/reach"
	"juzhen/internal/web/page"
)

// shownAnswers is how many lines each of the four answers has at most.
const shownAnswers = 5

// bestDays is the days, today among them, of which the best posts are shown.
const bestDays = 7

// answers are the four questions of who looks after a matrix, answered at once: who is silent, whose response
// falls, what is wrong, what went best.
type answers struct {
	At     time.Time
	Silent silentAnswer
	Falls  fallsAnswer
	Wrong  wrongAnswer
	Best   []bestLine
}

// silentAnswer is who breaks the rule of silence, or will.
type silentAnswer struct {
	parts.Inspection
	Fail, Soon int
	Lines      []silentLine
	Refused    string // why the accounts were not looked at, in the reader's language; "": they were
}

// Failing is how many accounts break the rule, or soon will.
func (a silentAnswer) Failing() int { return a.Fail + a.Soon }

// silentLine is an account that is silent.
type silentLine struct {
	inspect.Finding
	Next *time.Time // when the next post goes out, of what is approved; nil: nothing is
}

// Over is for how many days it has failed.
func (l silentLine) Over() int { return -l.Left }

// fallsAnswer is whose response falls.
type fallsAnswer struct {
	reach.Standing
	Lines []fallLine
}

// fallLine is an account whose response falls.
type fallLine struct {
	reach.Week
	Fell      string // percent below its own mean
	MeanWhole int64  // of a week, rounded
	Group     string // what its group did, in the reader's language; "" where there is none
}

// wrongAnswer is what people have to look into.
type wrongAnswer struct {
	Unknown int
	Noticed int
	Faults  int // not closed
	Overdue int
	Lines   []wrongLine
}

// All is how many things are wrong.
func (w wrongAnswer) All() int { return w.Unknown + w.Noticed + w.Faults }

// wrongLine is one thing that is wrong.
type wrongLine struct {
	State   badge.Labelled
	Strange bool // a post that was not sent from here, which has no state of its own
	Text    string
	Raw     bool // what people wrote, not to be translated
	Href    string
	At      string // the account
	When    time.Time
}

// bestLine is a post that went well.
type bestLine struct {
	reach.Post
	Why []string // in the reader's language
}

// fillAnswers asks the four questions for who answers for the inspections.
func (h *pages) fillAnswers(ctx context.Context, actor access.Actor, p *homePage) error {
	out := &answers{At: p.Now}
	board, err := h.Inspect.Board(ctx, actor, inspect.Ask{Kind: inspect.Silence, Limit: shownAnswers})

	switch {
	case fault.Is(err, fault.KindInvalid): // more accounts than a board looks at
		refused := fault.Public(err)
		out.Silent.Refused = p.T(refused.Text, refused.Args...)
	case err != nil || board.Accounts == 0:
		return err
	default:
		out.Silent = silentOf(p.Base, board)
	}
	standing, err := h.Reach.Standing(ctx, actor, "")
	if err != nil {
		return err
	}
	out.Falls = fallsOf(p.Base, standing)
	if out.Wrong, err = h.wrong(ctx, actor); err != nil {
		return err
	}
	best, err := h.Reach.Posts(ctx, actor, reach.PostFilter{
		Period: reach.LastDays(bestDays, p.Now), Limit: shownAnswers,
	})
	if err != nil {
		return err
	}
	out.Best = bestOf(p.Base, best, standing)
	p.Answers = out

	return nil
}

func silentOf(base page.Base, board inspect.Board) silentAnswer {
	out := silentAnswer{
		Inspection: parts.InspectionOf(base, board),
		Fail:       board.By[inspect.Fail],
		Soon:       board.By[inspect.Soon],
	}

	for _, found := range board.Rows {
		if found.State == inspect.OK {
			continue
		}
		line := silentLine{Finding: found}
		if at, ok := found.Planned(board.At); ok {
			line.Next = &at
		}
		out.Lines = append(out.Lines, line)
	}

	return out
}

func fallsOf(base page.Base, standing reach.Standing) fallsAnswer {
	out := fallsAnswer{Standing: standing}

	for _, week := range standing.Fallen[:min(len(standing.Fallen), shownAnswers)] {
		line := fallLine{
			Week:      week,
			Fell:      strconv.Itoa(int(math.Round(-week.Change()))),
			MeanWhole: int64(math.Round(week.Mean())),
		}
		if week.Group != nil {
			line.Group = base.T(parts.GroupText(*week.Group), "n", int(math.Round(math.Abs(*week.Group))))
		}
		out.Lines = append(out.Lines, line)
	}

	return out
}

// wrong gathers what is wrong: outcomes that nobody knows first, then posts that are not as they should be,
// then faults, the overdue ones first. Of each kind there is a line before any kind has many.
func (h *pages) wrong(ctx context.Context, actor access.Actor) (out wrongAnswer, err error) {
	var unknown, noticed, faults []wrongLine
	if actor.Can(access.PostView) {
		if unknown, out.Unknown, err = h.unknown(ctx, actor); err != nil {
			return out, err
		}
		posts, all, err := h.Reach.FirstNoticed(ctx, actor, shownAnswers)
		if err != nil {
			return out, err
		}

		for _, post := range posts {
			noticed = append(noticed, noticedLine(post))
		}
		out.Noticed = all
	}
	by, overdue, err := h.Faults.Count(ctx, actor, "")
	if err != nil {
		return out, err
	}

	for state, n := range by {
		if state != faultbook.Closed {
			out.Faults += n
		}
	}
	if out.Overdue = overdue; out.Faults > 0 {
		if faults, err = h.openFaults(ctx, actor, overdue > 0); err != nil {
			return out, err
		}
	}
	out.Lines = share(shownAnswers, unknown, noticed, faults)

	return out, nil
}

func (h *pages) unknown(ctx context.Context, actor access.Actor) (lines []wrongLine, all int, err error) {
	tally, err := h.Deliveries.Counts(ctx, actor)
	if err != nil || tally.By[delivery.Unknown] == 0 {
		return nil, 0, err
	}
	found, err := h.Deliveries.List(ctx, actor, delivery.Filter{
		States: []delivery.State{delivery.Unknown}, Limit: shownAnswers,
	})

	for _, one := range found.Rows {
		line := wrongLine{
			State: one.State, Text: one.AccountName, Raw: true, At: "@" + one.AccountHandle,
			Href: "/deliveries/" + strconv.FormatInt(one.ID, 10), When: one.CreatedAt,
		}
		if one.DueAt != nil {
			line.When = *one.DueAt
		}
		lines = append(lines, line)
	}

	return lines, tally.By[delivery.Unknown], err
}

func noticedLine(post reach.Post) wrongLine {
	line := wrongLine{
		State: post.State, Text: post.Text, Raw: true, At: "@" + post.Handle,
		Href: "/reach/posts/" + strconv.FormatInt(post.ID, 10), When: post.PostedAt,
	}
	if post.State == reach.Shown {
		line.Strange = true
	}

	return line
}

// openFaults are faults that are not closed, the overdue ones first.
func (h *pages) openFaults(
	ctx context.Context,
	actor access.Actor,
	overdue bool,
) (lines []wrongLine, err error) {
	seen := map[int64]bool{}
	add := func(query faultbook.Query) error {
		query.Limit = shownAnswers
		found, err := h.Faults.List(ctx, actor, query)
		if err != nil {
			return err
		}

		for _, one := range found.Rows {
			if seen[one.ID] {
				continue
			}
			seen[one.ID] = true
			lines = append(lines, wrongLine{
				State: one.State, Text: one.Kind().Text, At: one.At(),
				Href: "/faults/" + strconv.FormatInt(one.ID, 10), When: one.OpenedAt,
			})
		}

		return nil
	}
	if overdue {
		if err := add(faultbook.Query{Overdue: true}); err != nil {
			return nil, err
		}
	}

	return lines, add(faultbook.Query{})
}

// share takes n lines of some lists in their order, so that a long list leaves every other one a line.
func share(n int, lists ...[]wrongLine) []wrongLine {
	take := make([]int, len(lists))

	for left := n; left > 0; {
		before := left
		for i, list := range lists {
			if left > 0 && take[i] < len(list) {
				take[i]++
				left--
			}
		}
		if left == before {
			break
		}
	}

	var out []wrongLine
	for i, list := range lists {
		out = append(out, list[:take[i]]...)
	}

	return out
}

func bestOf(base page.Base, posts []reach.Post, standing reach.Standing) (out []bestLine) {
	for _, post := range posts {
		if post.Counts.Interactions() == 0 {
			continue
		}
		usual, _ := standing.Usual(post.AccountID)

		line := bestLine{Post: post}
		for _, why := range reach.WhyOf(post.Counts, usual) {
			line.Why = append(line.Why, base.T(why.Text, why.Args...))
		}
		out = append(out, line)
	}

	return out
}

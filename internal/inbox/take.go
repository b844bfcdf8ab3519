package inbox

import (
	"cmp"
	"context"
	"slices"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/weibo"
)

// again is how long after its end a matter is opened again by what the citizen writes; later it is a new one.
const again = 30 * 24 * time.Hour

// arrival is something that was said, on its way into the books.
type arrival struct {
	weibo.Heard
	source Source
	ours   bool
	thing  string
	form   Form
	matter *standing
}

func (a arrival) key() string { return a.thing + "/" + a.ID }

// standing is a matter as far as what arrives changes it.
type standing struct {
	ID         int64
	Citizen    string
	Thread     string
	ThreadUID  string
	State      State
	Kind       Kind
	OpenedAt   time.Time
	ReopenedAt *time.Time
	ClosedAt   *time.Time

	fresh  bool   // not in the books yet
	said   string // the first that the citizen said, of a fresh one
	dueAt  *time.Time
	asked  *time.Time
	steps  []Step
	before State
}

// person is one citizen under one post.
type person struct{ citizen, thread string }

// take brings what was heard into the books, each once, and moves the matters that it belongs to. What the
// account itself said belongs to the matter that it answers, or is left out. It gives how many were new.
func (s *Service) take(
	ctx context.Context,
	tx pg.Tx,
	a account.Account,
	contract string,
	heard []weibo.Heard,
	since time.Time,
) (fresh int, err error) {
	defer fault.Step(&err, "inbox.take %d", a.ID)

	list := arrivals(a.RemoteUID, heard, since)
	if len(list) == 0 {
		return 0, nil
	}
	if err := lockWatch(ctx, tx, a.ID); err != nil {
		return 0, err
	}

	return s.enter(ctx, tx, a, contract, list)
}

// enter is take of what is an arrival already. One transaction at a time enters what one account hears.
func (s *Service) enter(
	ctx context.Context,
	tx pg.Tx,
	a account.Account,
	contract string,
	list []arrival,
) (fresh int, err error) {
	if list, err = unknownOf(ctx, tx, a.ID, list); err != nil || len(list) == 0 {
		return 0, err
	}
	books, err := openBooks(ctx, tx, a.ID, list, s.now().Add(-again))
	if err != nil {
		return 0, err
	}
	list = books.place(list)
	if err := insertMatters(ctx, tx, a, books.made, s.now()); err != nil {
		return 0, err
	}
	if err := insertItems(ctx, tx, a.ID, contract, list, s.now(), s.now().Add(s.opt.Keep)); err != nil {
		return 0, err
	}

	if err := s.settle(ctx, tx, a.UnitPath, touched(list)); err != nil {
		return 0, err
	}

	return len(list), s.followRules(ctx, tx, a, books.made)
}

// arrivals are what belongs into the books of what was heard, in the order in which it was said.
func arrivals(uid string, heard []weibo.Heard, since time.Time) (list []arrival) {
	for _, h := range heard {
		one := arrival{Heard: h, thing: "comment", source: FromComment, ours: h.UID == uid}

		switch {
		case h.At.Before(since), h.Post && one.ours:
			continue
		case h.Post:
			one.thing, one.source = "post", FromMention
		case one.ours:
			one.source = FromAnswer
		case h.ThreadUID != uid:
			one.source = FromNaming
		}
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b arrival) int {
		return cmp.Or(a.At.Compare(b.At), len(a.ID)-len(b.ID), cmp.Compare(a.ID, b.ID))
	})

	return slices.CompactFunc(list, func(a, b arrival) bool { return a.key() == b.key() })
}

// books are the matters that arrivals may belong to.
type books struct {
	by      map[person]*standing
	replied map[string]*standing // by the number of a comment that is in them
	made    []*standing
}

// place finds each arrival its matter, or makes one. An answer to nothing that is in the books is left out.
func (b *books) place(list []arrival) (placed []arrival) {
	for _, one := range list {
		who := person{one.UID, one.ThreadID}
		if one.ours {
			who.citizen = one.ThreadUID
		}
		matter := b.by[who]
		if replied := b.replied[one.ReplyTo]; replied != nil && one.ours {
			matter = replied
		}
		if one.ours && matter == nil {
			continue
		}
		if matter == nil {
			matter = &standing{
				Citizen: one.UID, Thread: one.ThreadID, ThreadUID: one.ThreadUID, State: Open,
				Kind: KindOf(one.Text), OpenedAt: one.At, fresh: true, said: one.Text,
			}
			b.by[who], b.made = matter, append(b.made, matter)
		}
		if !one.ours {
			at := one.At
			matter.asked = &at
			if one.thing == "comment" {
				b.replied[one.ID] = matter
			}
		}
		one.matter = matter
		placed = append(placed, one)
	}

	return placed
}

// touched are the matters of arrivals, each once.
func touched(list []arrival) (all []*standing) {
	seen := map[*standing]bool{}

	for _, one := range list {
		if !seen[one.matter] {
			seen[one.matter], all = true, append(all, one.matter)
		}
	}

	return all
}

// settle brings matters of the accounts of a unit to where what is in the books puts them: state, clock, what
// was said last.
func (s *Service) settle(ctx context.Context, tx pg.Tx, unitPath string, all []*standing) error {
	if len(all) == 0 {
		return nil
	}
	dial, err := s.dialOf(ctx, tx, unitPath)
	if err != nil {
		return err
	}
	facts, err := factsOf(ctx, tx, all)
	if err != nil {
		return err
	}

	settled := make([]settling, len(all))
	for i, matter := range all {
		known := facts[matter.ID]
		settled[i] = dial.clocked(matter, known, matter.heard(known, s.now()))
	}

	return updateSettled(ctx, tx, settled, s.now())
}

// facts are what is known of the talk of one matter.
type facts struct {
	said   []Fact
	pauses []Span
	last   int64 // the citizen's last
	lastAt time.Time
	ours   *time.Time
}

// all are the facts with the ends and the new beginnings that people gave the matter.
func (f facts) all(m *standing) []Fact {
	all := slices.Clone(f.said)
	if m.ClosedAt != nil {
		all = append(all, Fact{At: *m.ClosedAt, Ours: true})
	}
	if m.ReopenedAt != nil {
		all = append(all, Fact{At: *m.ReopenedAt})
	}

	return all
}

// heard is where what was heard puts the matter: an answer of the account answers, the citizen's word after
// it asks again, what comes late changes nothing.
func (m *standing) heard(known facts, now time.Time) State {
	clocks := Clocks(known.all(m))
	waits := len(clocks) > 0 && clocks[len(clocks)-1].Stopped == nil

	var act Act

	switch {
	case m.asked == nil && waits, m.fresh && waits:
		return m.State
	case waits && (m.State == Answered || m.State == Closed):
		act = Asked
	case !waits && m.State.Waits():
		act = Found
	default:
		return m.State
	}
	to, ok := m.State.After(act)
	if !ok {
		return m.State
	}
	m.steps = append(m.steps, Step{Act: act, From: m.State, To: to, At: now})

	return to
}

package inbox

import (
	"context"
	"slices"
	"strconv"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/reach"
	"juzhen/internal/todo"
	"juzhen/internal/weibo"
)

// How often an inbox is asked for. The public interface gives an account 30 calls a day for it: one for the
// counters each time, one or more for each list that has something.
const (
	everyCommercial = 10 * time.Minute
	everyPublic     = 90 * time.Minute
	everyNight      = 3 * time.Hour // public, from nightFrom to nightUntil
	nightFrom       = 23
	nightUntil      = 7

	countersEvery = time.Hour     // commercial: the counters tell of messages alone
	listsSame     = 3 * time.Hour // a counter stands and is not nil: perhaps what came since is counted in it
	commentsNone  = 4 * time.Hour // nothing is counted: perhaps somebody looked, or answered, on the platform
	mentionsNone  = 12 * time.Hour
	checkEvery    = 24 * time.Hour
	trouble       = 15 * time.Minute

	perPage    = 50
	pagesMost  = 20 // commercial
	pagesFew   = 4  // public
	nearlyFull = 40
)

// nextPoll is when an account's inbox is asked for again.
func nextPoll(mode weibo.Mode, now time.Time) time.Time {
	if mode == weibo.Commercial {
		return now.Add(everyCommercial)
	}
	hour := now.In(beijing.Zone).Hour()
	if hour >= nightFrom || hour < nightUntil {
		return now.Add(everyNight)
	}

	return now.Add(everyPublic)
}

// watch is the regular question for an account's inbox.
type watch struct {
	AccountID int64
	Since     time.Time
	NextAt    time.Time
	AskedAt   *time.Time
	CheckedAt *time.Time
	Reason    string
	Comments  int64
	Mentions  int64
	Naming    int64
	Messages  int64
}

func (w watch) unread(feed weibo.Feed) int64 {
	return map[weibo.Feed]int64{
		weibo.FeedComments: w.Comments, weibo.FeedMentions: w.Mentions, weibo.FeedCommentMentions: w.Naming,
	}[feed]
}

func counted(unread weibo.Unread, feed weibo.Feed) int64 {
	return map[weibo.Feed]int64{
		weibo.FeedComments: unread.Comments, weibo.FeedMentions: unread.Mentions,
		weibo.FeedCommentMentions: unread.CommentMentions,
	}[feed]
}

// listsDue says which lists are read: by the commercial interface all of them each time; by the public one
// those whose counter moved, and the others now and then.
func (w watch) listsDue(
	mode weibo.Mode,
	read map[weibo.Feed]feedState,
	unread weibo.Unread,
	now time.Time,
) []weibo.Feed {
	return slices.DeleteFunc(weibo.Feeds(), func(feed weibo.Feed) bool {
		state, known := read[feed]
		if mode == weibo.Commercial || !known {
			return false
		}
		age, is := now.Sub(state.ReadAt), counted(unread, feed)

		switch {
		case is > 0 && is != w.unread(feed):
			return false
		case is > 0:
			return age < listsSame
		case feed == weibo.FeedComments:
			return age < commentsNone
		}

		return age < mentionsNone
	})
}

// Poll asks for one account's inbox: the counters, the lists that have something, now and then which
// comments are still there. A refusal of the platform or an empty budget puts the account off and is no
// error; anything else is, and the job is tried again.
func (s *Service) Poll(ctx context.Context, accountID int64) (err error) {
	defer fault.Step(&err, "inbox.Poll %d", accountID)

	w, watched, err := findWatch(ctx, s.db.Pool(), accountID)
	if err != nil || !watched || w.NextAt.After(s.now()) {
		return err
	}
	if err := s.days.load(ctx, s.opt.Plan, s.now()); err != nil {
		return err
	}
	lent, err := s.opt.Reading.Lend(ctx, accountID)
	if err != nil {
		return s.putOff(ctx, lent, w, false, err)
	}
	unread, err := s.counters(ctx, lent, &w)
	if err != nil {
		return s.putOff(ctx, lent, w, true, err)
	}
	feeds, err := feedsOf(ctx, s.db.Pool(), lent.ID)
	if err != nil {
		return err
	}
	behind := false
	lists := w.listsDue(lent.Mode, feeds, unread, s.now())
	w.Comments, w.Mentions, w.Naming = unread.Comments, unread.Mentions, unread.CommentMentions

	for _, feed := range lists {
		all, err := s.read(ctx, lent, w, feed, feeds[feed])
		if err != nil {
			return s.putOff(ctx, lent, w, false, err)
		}
		behind = behind || !all
	}
	if err := s.check(ctx, lent, &w); err != nil {
		return s.putOff(ctx, lent, w, true, err)
	}
	now := s.now()
	w.AskedAt, w.NextAt, w.Reason = &now, nextPoll(lent.Mode, now), ""

	return s.asked(ctx, lent, w, behind)
}

// counters asks what is unread. By the commercial interface they are asked for once in a while.
func (s *Service) counters(ctx context.Context, lent reach.Lent, w *watch) (weibo.Unread, error) {
	known := weibo.Unread{
		Comments: w.Comments, Mentions: w.Mentions, CommentMentions: w.Naming, Messages: w.Messages,
	}
	if lent.Mode == weibo.Commercial && w.AskedAt != nil &&
		w.AskedAt.Truncate(countersEvery).Equal(s.now().Truncate(countersEvery)) {
		return known, nil
	}
	if err := lent.Spend(ctx, true); err != nil {
		return known, err
	}
	unread, err := s.opt.Weibo.Unread(ctx, lent.Token, lent.RemoteUID)
	if err != nil {
		return known, err
	}
	w.Messages = unread.Messages

	return unread, nil
}

// read takes in one list back to what is known of it, and tells whether it came to there. It asks again from
// where the time before last had come to, because what was held back comes late and under a lower number.
func (s *Service) read(
	ctx context.Context,
	lent reach.Lent,
	w watch,
	feed weibo.Feed,
	known feedState,
) (all bool, err error) {
	query := weibo.HeardQuery{Count: perPage}
	if known.Below > 0 {
		query.SinceID = strconv.FormatInt(known.Below, 10)
	}
	highest, most := known.Top, pagesFew
	if lent.Mode == weibo.Commercial {
		most = pagesMost
	}

	for range most {
		if err := lent.Spend(ctx, false); err != nil {
			return false, err
		}
		page, err := s.opt.Weibo.Heard(ctx, lent.Mode, lent.Token, feed, query)
		if err != nil {
			return false, err
		}
		if err := s.keep(ctx, lent, w, page.Heard); err != nil {
			return false, err
		}

		oldest := s.now()

		for _, h := range page.Heard {
			if n, err := strconv.ParseInt(h.ID, 10, 64); err == nil {
				highest = max(highest, n)
			}
			oldest = earlier(oldest, h.At)
		}
		if page.Below == "" || oldest.Before(w.Since) ||
			lent.Mode != weibo.Commercial && page.Raw < nearlyFull {
			all = true
			break
		}
		query.MaxID = page.Below
	}

	return all, setFeed(ctx, s.db.Pool(), lent.ID, feedState{
		Feed: feed, Top: highest, Below: known.Top, ReadAt: s.now(),
	})
}

func (s *Service) keep(ctx context.Context, lent reach.Lent, w watch, heard []weibo.Heard) error {
	if len(heard) == 0 {
		return nil
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		_, err := s.take(ctx, tx, lent.Account, string(lent.Mode), heard, w.Since)
		return err
	})
}

// check asks once a day which comments of matters at work are still there, and marks those that are not.
func (s *Service) check(ctx context.Context, lent reach.Lent, w *watch) error {
	if w.CheckedAt != nil && s.now().Sub(*w.CheckedAt) < checkEvery {
		return nil
	}
	ids, err := toCheck(ctx, s.db.Pool(), lent.ID, s.now().Add(-again), weibo.MostStanding)
	if err != nil {
		return err
	}
	if len(ids) > 0 {
		if err := lent.Spend(ctx, true); err != nil {
			return err
		}
		there, err := s.opt.Weibo.Standing(ctx, lent.Token, ids)
		if err != nil {
			return err
		}
		gone := slices.DeleteFunc(ids, func(id string) bool { return there[id] })
		if err := markGone(ctx, s.db.Pool(), lent.ID, gone, s.now()); err != nil {
			return err
		}
	}
	now := s.now()
	w.CheckedAt = &now

	return nil
}

// asked writes down what was learnt, and what people must look at on the platform themselves.
func (s *Service) asked(ctx context.Context, lent reach.Lent, w watch, behind bool) error {
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := setWatch(ctx, tx.Pgx, w); err != nil {
			return err
		}

		for matter, wanted := range map[*todo.Matter]bool{
			&todoMessages: w.Messages > 0, &todoBehind: behind,
		} {
			if err := s.look(ctx, tx, lent, *matter, wanted); err != nil {
				return err
			}
		}

		return nil
	})
}

func (s *Service) look(
	ctx context.Context,
	tx pg.Tx,
	lent reach.Lent,
	matter todo.Matter,
	wanted bool,
) error {
	if !wanted {
		return todo.ResolveTx(ctx, tx, s.now(), accountKey(matter, lent.ID), 0)
	}

	return todo.RaiseTx(ctx, tx, s.now(), accountItem(matter, lent.ID, lent.UnitPath, lent.At()))
}

// putOff writes down why an account cannot be asked now, and when it is again. What the counters tell of and
// the budget does not let us read is a person's to look at.
func (s *Service) putOff(ctx context.Context, lent reach.Lent, w watch, public bool, cause error) error {
	reason, next, err := lent.PutOff(ctx, public, cause)
	if reason == "" {
		return err
	}
	w.Reason, w.NextAt = string(reason), next

	failed := s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := setWatch(ctx, tx.Pgx, w); err != nil || lent.ID == 0 {
			return err
		}
		if reason.Budget() && w.Comments+w.Mentions+w.Naming > 0 {
			return s.look(ctx, tx, lent, todoBehind, true)
		}

		return nil
	})
	if failed != nil {
		return failed
	}

	return err
}

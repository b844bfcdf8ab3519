package reach

import (
	"context"
	"errors"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
	"juzhen/internal/weibo"
)

// batch is how many posts or accounts one counting call takes.
const batch = 100

// maxCalls bounds the counting calls of one job; what is left is due again at once.
const maxCalls = 10

// Read brings one account up to date: its newest posts when their time has come, and the counts of the
// posts that are due. A refusal of the platform or an empty budget puts the account off and is no
// error; anything else is, and the job is tried again.
func (s *Service) Read(ctx context.Context, accountID int64) (err error) {
	defer fault.Step(&err, "reach.Read %d", accountID)

	watch, watched, err := findWatch(ctx, s.db.Pool(), accountID)
	if err != nil || !watched {
		return err
	}
	src, err := s.open(ctx, accountID)
	if err != nil {
		return s.refused(ctx, src, PublicHost, err)
	}
	if !watch.NextAt.After(s.now()) {
		if err := s.look(ctx, src, watch); err != nil {
			return s.refused(ctx, src, src.host(), err)
		}
	}
	if err := s.count(ctx, src, watch); err != nil {
		return s.refused(ctx, src, src.host(), err)
	}

	return nil
}

// count takes the counts of the posts that are due, a hundred a call.
func (s *Service) count(ctx context.Context, src source, w watch) error {
	for range maxCalls {
		due, err := duePosts(ctx, s.db.Pool(), src.ID, s.now(), batch)
		if err != nil || len(due) == 0 {
			return err
		}
		if err := s.countBatch(ctx, src, &w, due); err != nil {
			return err
		}
		if len(due) < batch {
			return nil
		}
	}

	return nil
}

func (s *Service) countBatch(ctx context.Context, src source, w *watch, due []tracked) error {
	got, err := s.ask(ctx, src, w, due)
	if err != nil {
		return err
	}
	var doubtful []tracked // without an answer, or answered for though they were hidden
	var list []counted

	for _, t := range due {
		counts, ok := got[t.RemoteID]
		if ok {
			list = append(list, counted{
				t.ID, t.PostedAt, counts, NextRead(src.Connector, t.PostedAt, s.now()),
			})
		}
		if !ok || t.State == Hidden {
			doubtful = append(doubtful, t)
		}
	}
	seen, err := s.inspect(ctx, src, doubtful)
	if err != nil && !errors.Is(err, errBudget) {
		return err
	}

	return s.keepCounts(ctx, src, list, without(due, got), seen)
}

// without gives the posts that have no answer.
func without(due []tracked, got map[string]Counts) []tracked {
	var out []tracked

	for _, t := range due {
		if _, ok := got[t.RemoteID]; !ok {
			out = append(out, t)
		}
	}

	return out
}

// ask reads the counts of the posts, with reads where the contract returns them. Whether it does is
// asked again once a day.
func (s *Service) ask(ctx context.Context, src source, w *watch, due []tracked) (map[string]Counts, error) {
	got := make(map[string]Counts, len(due))

	ids := make([]string, len(due))
	for i, t := range due {
		ids[i] = t.RemoteID
	}
	if src.mode == weibo.Commercial && w.mayHaveReads(s.now()) {
		list, err := s.call(ctx, src, ids, s.api.Reads)
		if err != nil && !refusedForGood(err) {
			return nil, err
		}
		if err := s.noteReads(ctx, w, len(list) > 0); err != nil {
			return nil, err
		}
		ids = keepCounted(got, list, ids)
	}
	if len(ids) == 0 {
		return got, nil
	}
	list, err := s.call(
		ctx,
		src,
		ids,
		func(ctx context.Context, token weibo.Token, ids []string) ([]weibo.Count, error) {
			return s.api.Counts(ctx, src.mode, token, ids)
		},
	)
	keepCounted(got, list, ids)

	return got, err
}

// mayHaveReads tells whether to ask for reads: they came last time, or nobody asked for a day.
func (w watch) mayHaveReads(now time.Time) bool {
	return w.AskedAt == nil || now.Sub(*w.AskedAt) >= day || w.HasReads != nil && *w.HasReads
}

// refusedForGood tells whether the platform refuses this interface to us, which is an answer about
// reads and no failure.
func refusedForGood(err error) bool {
	class := weibo.ClassOf(err)
	return class == weibo.ClassNever || class == weibo.ClassConfig
}

func (s *Service) noteReads(ctx context.Context, w *watch, has bool) error {
	now := s.now()
	if w.HasReads != nil && *w.HasReads == has && w.AskedAt != nil && now.Sub(*w.AskedAt) < day {
		return nil
	}
	w.HasReads, w.AskedAt = &has, &now

	return askedReads(ctx, s.db.Pool(), w.AccountID, has, now)
}

type countCall func(ctx context.Context, t weibo.Token, ids []string) ([]weibo.Count, error)

func (s *Service) call(ctx context.Context, src source, ids []string, fn countCall) ([]weibo.Count, error) {
	if err := s.spend(ctx, src.host(), src.ID); err != nil {
		return nil, err
	}

	return fn(ctx, src.token, ids)
}

// keepCounted puts an answer's counts in the map and gives the ids that are still missing.
func keepCounted(got map[string]Counts, list []weibo.Count, ids []string) []string {
	for _, count := range list {
		got[count.ID] = Counts{
			Reposts:  count.Reposts,
			Comments: count.Comments,
			Likes:    count.Likes,
			Reads:    count.Reads,
		}
	}
	var rest []string

	for _, id := range ids {
		if _, ok := got[id]; !ok {
			rest = append(rest, id)
		}
	}

	return rest
}

// keepCounts writes readings and the days they belong to. A post without an answer that is not gone is
// asked again an hour later.
func (s *Service) keepCounts(
	ctx context.Context,
	src source,
	list []counted,
	missing []tracked,
	gone []gonePost,
) error {
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := writeCounts(ctx, tx.Pgx, list, s.now()); err != nil {
			return err
		}
		if err := putOff(ctx, tx.Pgx, missing, s.now().Add(hour)); err != nil {
			return err
		}

		for _, g := range gone {
			if err := s.settle(ctx, tx, src.Account, g.post, g.verdict); err != nil {
				return err
			}
		}

		at := make([]time.Time, len(list))
		for i, c := range list {
			at[i] = c.posted
		}

		if err := rollDays(ctx, tx.Pgx, src.ID, daysOf(at)); err != nil {
			return err
		}

		return sumsLater(ctx, tx)
	})
}

// Followers counts followers and posts of all accounts with a token, a hundred a call. An account whose
// figures the platform keeps back is left out: missing, not zero. It returns how many accounts were
// read.
func (s *Service) Followers(ctx context.Context) (_ int, err error) {
	defer fault.Step(&err, "reach.Followers")

	return s.followers(ctx, 0)
}

// followers is Followers, of one account when only is not 0.
func (s *Service) followers(ctx context.Context, only int64) (int, error) {
	all, err := readable(ctx, s.db.Pool(), only)
	if err != nil {
		return 0, err
	}
	read := 0

	for len(all) > 0 {
		n := min(len(all), batch)
		got, err := s.followersOf(ctx, all[:n])
		if err != nil {
			return read, err
		}
		all, read = all[n:], read+got
	}

	return read, nil
}

// followersOf reads one batch with the first token that works.
func (s *Service) followersOf(ctx context.Context, some []reader) (int, error) {
	uids := make([]string, len(some))

	ids := make(map[string]int64, len(some))
	for i, r := range some {
		uids[i], ids[r.UID] = r.UID, r.ID
	}
	list, err := s.askedOf(ctx, some, uids)
	if err != nil || list == nil {
		return 0, err
	}

	return s.keepFollowers(ctx, ids, list)
}

// askedOf asks for public counts with the first token of some accounts that works; nil without an error when
// none does, or their share of calls is used up.
func (s *Service) askedOf(ctx context.Context, some []reader, uids []string) ([]weibo.UserCount, error) {
	for i := range some {
		// each hour another account's budget
		first := int(s.now().Unix()/int64(hour/time.Second)) % len(some)
		list, err := s.usersCounts(ctx, some[(first+i)%len(some)].ID, uids)
		if err != nil || list != nil {
			return list, err
		}
	}

	return nil, nil
}

// CountsOf asks the platform for what everybody may see of up to a hundred accounts that need not be ours,
// with a token of the matrix and within the readings' share of calls. It answers false where no token works
// or the share is used up; come back in the next hour. It checks no right: for jobs.
func (s *Service) CountsOf(
	ctx context.Context, uids []string,
) (counts []weibo.UserCount, answered bool, err error) {
	defer fault.Step(&err, "reach.CountsOf")

	all, err := readable(ctx, s.db.Pool(), 0)
	if err != nil {
		return nil, false, err
	}
	counts, err = s.askedOf(ctx, all, uids)

	return counts, counts != nil, err
}

// usersCounts asks with the token of one account; nil without an error when another account's should be
// tried.
func (s *Service) usersCounts(
	ctx context.Context,
	accountID int64,
	uids []string,
) ([]weibo.UserCount, error) {
	src, err := s.open(ctx, accountID)
	if err != nil {
		return nil, s.refused(ctx, src, PublicHost, err)
	}
	if err := s.spend(ctx, PublicHost, accountID); err != nil {
		if errors.Is(err, errBudget) {
			return nil, nil
		}

		return nil, err
	}
	list, err := s.api.UsersCounts(ctx, src.token, uids)
	if err != nil {
		return nil, s.refused(ctx, src, PublicHost, err)
	}

	return list, nil
}

func (s *Service) keepFollowers(
	ctx context.Context,
	ids map[string]int64,
	list []weibo.UserCount,
) (int, error) {
	var keep []Count

	for _, userCount := range list {
		if id, ok := ids[userCount.UID]; ok && userCount.Followers+userCount.Friends+userCount.Posts > 0 {
			keep = append(keep, Count{id, userCount.Followers, userCount.Friends, userCount.Posts})
		}
	}

	return len(keep), s.KeepCounts(ctx, keep)
}

// KeepCounts writes what one look now at some accounts counted: a reading of each, and the followers of
// today. An account must not be listed twice.
func (s *Service) KeepCounts(ctx context.Context, list []Count) (err error) {
	defer fault.Step(&err, "reach.KeepCounts")

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := CopyCounts(ctx, tx, list, s.now()); err != nil {
			return err
		}
		if err := writeToday(ctx, tx.Pgx, list, s.now()); err != nil {
			return err
		}

		return sumsLater(ctx, tx)
	})
}

// adoptWindow is how far back Plan looks for deliveries that were sent and are not among the posts yet.
const adoptWindow = 7 * day

// Plan begins to watch accounts that got a token, takes in what deliveries have sent, decides posts of
// unclear origin, and lists the accounts that have something due.
func (s *Service) Plan(ctx context.Context) (_ []int64, err error) {
	defer fault.Step(&err, "reach.Plan")

	now := s.now()
	if err := beginWatches(ctx, s.db.Pool(), now); err != nil {
		return nil, err
	}
	if err := s.adopt(ctx); err != nil {
		return nil, err
	}
	if err := s.decideUnsure(ctx); err != nil {
		return nil, err
	}

	return dueAccounts(ctx, s.db.Pool(), now)
}

// adoptBatch is how many posts are taken in by one transaction: after a burst others write too, and another
// process that begins the same waits for one batch and not for all.
const adoptBatch = 2000

// adopt takes in what deliveries have sent; a post that was noticed as somebody else's before its
// delivery was decided is ours after all.
func (s *Service) adopt(ctx context.Context) error {
	for n := adoptBatch; n == adoptBatch; {
		err := s.db.InTx(ctx, func(tx pg.Tx) error {
			list, err := adoptSent(ctx, tx.Pgx, s.now().Add(-adoptWindow), s.now(), adoptBatch)
			if err != nil {
				return err
			}
			n = len(list)

			var known []string

			for _, tracked := range list {
				if tracked.State == Shown {
					known = append(known, noticeKey(tracked.ID))
				}
			}

			return todo.ResolveManyTx(ctx, tx, s.now(), known, 0)
		})
		if err != nil {
			return err
		}
	}

	return nil
}

// unsureBatch is how many posts are decided in one transaction.
const unsureBatch = 500

// decideUnsure calls a post somebody else's once no delivery of its account is open any more.
func (s *Service) decideUnsure(ctx context.Context) error {
	for n := unsureBatch; n == unsureBatch; {
		err := s.db.InTx(ctx, func(tx pg.Tx) error {
			list, err := unsureDecided(ctx, tx.Pgx, unsureBatch)
			n = len(list)
			if err != nil || n == 0 {
				return err
			}

			accounts := make([]int64, n)
			for i, decided := range list {
				accounts[i] = decided.AccountID
			}
			of, err := account.FindManyTx(ctx, tx, accounts)
			if err != nil {
				return err
			}

			notices := make([]todo.Item, n)
			for i, decided := range list {
				notices[i] = notice(of[decided.AccountID], decided.ID, string(Elsewhere), decided.Text)
			}

			return s.raiseAll(ctx, tx, notices)
		})
		if err != nil {
			return err
		}
	}

	return nil
}

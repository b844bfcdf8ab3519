package reach

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
	"juzhen/internal/weibo"
)

// page is how many of the newest posts one look asks for; the open interface gives five whatever is asked.
const page = 50

// look reads the newest posts of an account and notices what is new, changed, hidden or gone.
func (s *Service) look(ctx context.Context, src source, w watch) error {
	if err := s.spend(ctx, src.host(), src.ID); err != nil {
		return err
	}
	line, err := s.api.UserTimeline(ctx, src.mode, src.token, weibo.TimelineQuery{Count: page})
	if err != nil {
		return err
	}
	gone, err := s.absent(ctx, src, line.Posts)
	if err != nil && !errors.Is(err, errBudget) { // what cannot be asked now is asked with the next look
		return err
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		gap, err := moved(ctx, tx.Pgx, src.ID, line.Posts)
		if err != nil {
			return err
		}
		if err := s.take(ctx, tx, src.Account, line.Posts, w.Since); err != nil {
			return err
		}

		for _, gonePost := range gone {
			if err := s.settle(ctx, tx, src.Account, gonePost.post, gonePost.verdict); err != nil {
				return err
			}
		}
		next, err := s.unseen(ctx, tx, src, w, line, gap)
		if err != nil {
			return err
		}

		if err := looked(ctx, tx.Pgx, src.ID, s.now(), next, ""); err != nil {
			return err
		}

		return sumsLater(ctx, tx)
	})
}

// take brings posts the platform showed into the books: unknown ones are inserted, known ones compared.
func (s *Service) take(
	ctx context.Context,
	tx pg.Tx,
	a account.Account,
	posts []weibo.Post,
	since time.Time,
) error {
	known, err := knownPosts(ctx, tx.Pgx, remoteIDs(posts))
	if err != nil {
		return err
	}
	var newcomers []weibo.Post
	var ids []int64
	var shown []string

	for _, post := range posts {
		tracked, ok := known[post.ID]
		if !ok {
			newcomers = append(newcomers, post)
			continue
		}
		if err := s.settle(ctx, tx, a, tracked, judgePost(tracked, post)); err != nil {
			return err
		}
		ids, shown = append(ids, tracked.ID), append(shown, post.Text)
	}
	if err := seenAgain(ctx, tx.Pgx, ids, shown, s.now()); err != nil {
		return err
	}

	return s.welcome(ctx, tx, a, newcomers, since)
}

func remoteIDs(posts []weibo.Post) []string {
	ids := make([]string, len(posts))
	for i, post := range posts {
		ids[i] = post.ID
	}

	return ids
}

// welcome inserts posts that are seen for the first time and says where they come from. What is not for
// everybody's eyes, such as the post of a connection test, is left out.
func (s *Service) welcome(
	ctx context.Context,
	tx pg.Tx,
	a account.Account,
	posts []weibo.Post,
	since time.Time,
) error {
	posts = slices.DeleteFunc(
		posts,
		func(post weibo.Post) bool { return post.Deleted || post.Visible != weibo.VisibleAll },
	)
	if len(posts) == 0 {
		return nil
	}
	ours, err := deliveriesOf(ctx, tx.Pgx, remoteIDs(posts))
	if err != nil {
		return err
	}
	open, err := openDeliveries(ctx, tx.Pgx, a.ID)
	if err != nil {
		return err
	}

	list := make([]fresh, len(posts))
	for i, post := range posts {
		list[i] = s.newcomer(a, post, ours, open, since)
	}
	ids, err := insertPosts(ctx, tx.Pgx, a.ID, list, s.now())
	if err != nil {
		return err
	}

	for _, f := range list {
		if id, ok := ids[f.RemoteID]; ok && f.Origin == Elsewhere {
			if err := s.raise(ctx, tx, a, id, "elsewhere", f.Text); err != nil {
				return err
			}
		}
	}

	return rollDays(ctx, tx.Pgx, a.ID, daysOf(instants(list)))
}

func instants(list []fresh) []time.Time {
	out := make([]time.Time, len(list))
	for i, f := range list {
		out[i] = f.PostedAt
	}

	return out
}

// newcomer is a post seen for the first time. Weibo's instants are whole seconds, so the second in
// which the watch began counts as before.
func (s *Service) newcomer(
	a account.Account,
	post weibo.Post,
	ours map[string]int64,
	open bool,
	since time.Time,
) fresh {
	f := fresh{
		RemoteID: post.ID,
		Origin:   Elsewhere,
		PostedAt: post.CreatedAt,
		Text:     post.Text,
		Original: post.RepostOf == "",
		Pictures: post.Pics,
		State:    Shown,
		Seen:     true,
		Counted:  true,
		NextRead: orNil(NextRead(a.Connector, post.CreatedAt, s.now())),
		Counts: Counts{
			Reposts: post.Reposts, Comments: post.Comments, Likes: post.Likes, Reads: post.Reads,
		},
	}

	id, sent := ours[post.ID]
	switch {
	case sent:
		f.Origin, f.DeliveryID = FromConsole, &id
	case !post.CreatedAt.After(since):
		f.Origin = Past
		if a.Connector == account.Commercial && f.NextRead != nil {
			now := s.now() // a timeline has no reads: those that are read at all are counted at once
			f.NextRead = &now
		}
	case open:
		f.Origin = Unsure
	}

	return f
}

// gonePost is a post the platform did not show where it should have, and what became of it.
type gonePost struct {
	post    tracked
	verdict verdict
}

// absent asks for each post that should have been on the page and was not. One that can still be read
// is left as it is: pages lag. The page reaches back to its last post; a pinned one stands first and
// says nothing about that.
func (s *Service) absent(ctx context.Context, src source, posts []weibo.Post) ([]gonePost, error) {
	if len(posts) == 0 {
		return nil, nil // an empty page proves nothing
	}
	oldest := posts[len(posts)-1].CreatedAt
	list, err := absentPosts(ctx, s.db.Pool(), src.ID, oldest, remoteIDs(posts), s.now())
	if err != nil {
		return nil, err
	}

	return s.confirm(ctx, src, list)
}

// confirm asks the platform for single posts and gives those that are hidden or gone.
func (s *Service) confirm(ctx context.Context, src source, list []tracked) ([]gonePost, error) {
	all, err := s.inspect(ctx, src, list)

	return slices.DeleteFunc(
		all,
		func(g gonePost) bool { return g.verdict.live != Removed && g.verdict.live != Hidden },
	), err
}

// inspect asks the platform for single posts, each with a call of its own, and judges them. Single
// posts come with a text that may be whole where a page cuts it, so a change is left to the pages.
func (s *Service) inspect(ctx context.Context, src source, list []tracked) ([]gonePost, error) {
	var out []gonePost

	for _, t := range list {
		if err := s.spend(ctx, PublicHost, src.ID); err != nil {
			return out, err
		}

		post, err := s.api.Show(ctx, src.token, t.RemoteID)
		switch {
		case weibo.Gone(err):
			out = append(out, gonePost{t, verdict{live: Removed}})
		case err != nil:
			return out, err
		default:
			v := judgePost(t, post)
			if v.live == Changed {
				v = verdict{live: t.State}
			}
			out = append(out, gonePost{t, v})
		}
	}

	return out, nil
}

// settle records a verdict when it says something new, here and on the delivery that sent the post, and
// tells people unless they know already: this console took the post down itself, or its own reading
// back has told them.
func (s *Service) settle(ctx context.Context, tx pg.Tx, a account.Account, t tracked, v verdict) error {
	if v.live == t.State && v.text == "" {
		return nil
	}
	if err := setLive(ctx, tx.Pgx, t.ID, v.live, v.text, s.now()); err != nil {
		return err
	}
	if v.live == Removed || t.State == Removed {
		if err := rollDays(ctx, tx.Pgx, a.ID, []time.Time{beijing.Day(t.PostedAt)}); err != nil {
			return err
		}
	}
	known, err := s.tellDelivery(ctx, tx, t, v)
	if err != nil {
		return err
	}
	if v.live == Shown || known {
		return todo.ResolveTx(ctx, tx, s.now(), noticeKey(t.ID), 0)
	}
	text := t.Text
	if v.text != "" {
		text = v.text
	}

	return s.raise(ctx, tx, a, t.ID, string(v.live), text)
}

// facts are the codes under which a delivery keeps what became of its post.
var facts = map[Live]delivery.Reason{
	Shown:   delivery.ReadBackSame,
	Changed: delivery.ReadBackChanged,
	Hidden:  delivery.ReadBackHidden,
	Removed: delivery.ReadBackRemoved,
}

// tellDelivery notes the verdict on the delivery that sent the post; known says that it was noted there
// before.
func (s *Service) tellDelivery(ctx context.Context, tx pg.Tx, t tracked, v verdict) (known bool, err error) {
	if t.DeliveryID == nil {
		return false, nil
	}
	d, err := delivery.LockTx(ctx, tx, *t.DeliveryID)
	if err != nil || d.State != delivery.Sent {
		return false, err
	}
	if d.Live != nil && (*d.Live == delivery.LiveDown || *d.Live == delivery.Live(v.live)) {
		return true, nil
	}
	change := delivery.Change{
		To:       d.State,
		Live:     delivery.Live(v.live),
		Code:     facts[v.live],
		NextLook: d.NextLookAt,
	}
	if v.text != "" {
		change.LiveText = &v.text
	}

	return false, delivery.ApplyTx(ctx, tx, s.now(), d, change, 0)
}

// noticeKey makes one open to-do per post: what is newest about it replaces what was.
func noticeKey(id int64) string { return "platform_post/" + strconv.FormatInt(id, 10) }

// raise tells the people of the account what was noticed about a post.
func (s *Service) raise(ctx context.Context, tx pg.Tx, a account.Account, id int64, what, text string) error {
	return s.raiseAll(ctx, tx, []todo.Item{notice(a, id, what, text)})
}

// raiseAll replaces what was told of some posts, in two statements.
func (s *Service) raiseAll(ctx context.Context, tx pg.Tx, list []todo.Item) error {
	keys := make([]string, len(list))
	for i, item := range list {
		keys[i] = item.Key
	}
	if err := todo.ResolveManyTx(ctx, tx, s.now(), keys, 0); err != nil {
		return err
	}
	if err := todo.RaiseManyTx(ctx, tx, s.now(), list); err != nil {
		return fmt.Errorf("tell of a post: %w", err)
	}

	return nil
}

func notice(a account.Account, id int64, what, text string) todo.Item {
	return todo.Item{
		Matter:    noticed[what],
		Key:       noticeKey(id),
		UnitPath:  a.UnitPath,
		SubjectID: id,
		Args:      map[string]any{"account": a.At(), "text": brief(text)},
	}
}

// noticed are the matters of what may be noticed about a post: where it came from, or what became of it.
var noticed = map[string]todo.Matter{
	string(Elsewhere): todoElsewhere,
	string(Removed):   todoRemoved,
	string(Hidden):    todoHidden,
	string(Changed):   todoChanged,
}

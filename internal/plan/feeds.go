package plan

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/pg"
)

// Bounds of feeds.
const (
	MaxFeeds   = 5    // of one person
	maxFed     = 2000 // posts in one
	fedBefore  = 31   // days
	fedAfter   = 92
	tokenBytes = 16
	usedEvery  = time.Minute
)

// Feed is a private address under which a calendar program reads the plan in a person's name.
type Feed struct {
	ID     int64
	UserID int64
	Name   string // what it is for
	MadeAt time.Time
	UsedAt *time.Time // nil: never
}

// Ref names the feed in the audit trail.
func (f Feed) Ref() string { return "plan_feed/" + strconv.FormatInt(f.ID, 10) }

// FedPost is a post as a feed tells it: no text.
type FedPost struct {
	PostID    int64
	DueAt     time.Time
	State     delivery.PostState
	Accounts  int
	Names     string // the first two
	Revision  int
	UpdatedAt time.Time
}

// Fed is what a feed tells.
type Fed struct {
	Posts []FedPost // in the order of time
	Lang  string    // of the person
	At    time.Time
}

// Feeds lists the actor's own addresses that are open.
func (s *Service) Feeds(ctx context.Context, actor access.Actor) (_ []Feed, err error) {
	defer fault.Step(&err, "plan.Feeds")

	return feedsOf(ctx, s.db, actor.UserID)
}

// MakeFeed opens an address for the actor and gives its token, which is kept nowhere: only its hash is. Fails
// with fault.Forbidden without post.view, with fault.Invalid at "name", with fault.Conflict beyond MaxFeeds.
func (s *Service) MakeFeed(
	ctx context.Context,
	actor access.Actor,
	name string,
) (feed Feed, token string, err error) {
	defer fault.Step(&err, "plan.MakeFeed")

	if !actor.Can(access.PostView) {
		return Feed{}, "", fault.Forbidden("您不能查看稿件，没有可以订阅的")
	}
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > maxName || len(glyph.Find(name)) > 0 {
		return Feed{}, "", fault.Invalid("name", "请写明用在哪里，最多 {.max} 字，不含看不见的字符", "max", maxName)
	}
	raw := make([]byte, tokenBytes)
	_, _ = rand.Read(raw) // never fails
	token = hex.EncodeToString(raw)
	feed = Feed{UserID: actor.UserID, Name: name, MadeAt: s.now()}

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if feed.ID, err = insertFeed(ctx, tx, feed, hashOf(token)); err != nil {
			return err
		}

		return s.recordFeed(ctx, tx, actor, actFeed, feed)
	})

	return feed, token, err
}

// RevokeFeed closes one of the actor's own addresses at once. Fails with fault.NotFound otherwise.
func (s *Service) RevokeFeed(ctx context.Context, actor access.Actor, id int64) (err error) {
	defer fault.Step(&err, "plan.RevokeFeed %d", id)

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		feed, err := revokeFeed(ctx, tx, actor.UserID, id, s.now())
		if err != nil {
			return err
		}

		return s.recordFeed(ctx, tx, actor, actFeedRevoke, feed)
	})
}

// ReadFeed gives what the address with a token tells: the posts that its person sees now, from a month
// before to three months after, the first 2,000. Fails with fault.NotFound for a token that there is not
// or that was revoked, and where the person is disabled or sees no posts any more.
func (s *Service) ReadFeed(ctx context.Context, token string) (_ Fed, err error) {
	defer fault.Step(&err, "plan.ReadFeed")

	if len(token) != 2*tokenBytes {
		return Fed{}, errNoFeed()
	}
	now := s.now()
	feed, err := findFeed(ctx, s.db, hashOf(token))
	if err != nil {
		return Fed{}, err
	}
	actor, lang, err := s.people(ctx, feed.UserID)
	if err == nil && !actor.Can(access.PostView) {
		err = errNoFeed()
	}
	if fault.Is(err, fault.KindNotFound) {
		return Fed{}, errNoFeed()
	}
	if err != nil {
		return Fed{}, err
	}
	if feed.UsedAt == nil || now.Sub(*feed.UsedAt) > usedEvery {
		if err := touchFeed(ctx, s.db, feed.ID, now); err != nil {
			return Fed{}, err
		}
	}
	fed := Fed{Lang: lang, At: now}
	if fed.Posts, err = fedPosts(
		ctx,
		s.db,
		actor,
		now.AddDate(0, 0, -fedBefore),
		now.AddDate(0, 0, fedAfter),
	); err != nil {
		return Fed{}, err
	}

	ids := make([]int64, len(fed.Posts))
	for i, one := range fed.Posts {
		ids[i] = one.PostID
	}

	states, err := s.deliveries.PostStates(ctx, ids)
	for i := range fed.Posts {
		fed.Posts[i].State = states[fed.Posts[i].PostID]
	}

	return fed, err
}

func errNoFeed() error { return fault.NotFound("没有这个订阅地址，或已停用") }

func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func (s *Service) recordFeed(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	act audit.Act,
	feed Feed,
) error {
	path := "/"
	if len(actor.Grants) > 0 {
		path = actor.Grants[0].Path
	}

	return audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: s.now(), Action: act, Subject: feed.Ref(), UnitPath: path,
		Detail: map[string]any{"name": feed.Name},
	})
}

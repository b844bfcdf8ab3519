package check

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/link"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// Service looks through texts. It changes nothing; what is kept of a submission is written by KeepTx.
type Service struct {
	db     *pg.DB
	lists  *lexicon.Service
	links  *link.Service
	now    func() time.Time
	log    *slog.Logger
	blocks func(ctx context.Context, tx pg.Tx, unitPath string) error
}

// New builds the service.
func New(db *pg.DB, lists *lexicon.Service, links *link.Service, now func() time.Time) *Service {
	return &Service{db: db, lists: lists, links: links, now: now, log: slog.Default()}
}

// Telling hands over who must hear, in its transaction, that a level forbids more than before for a unit and
// all below it. It is called before the service is used.
func (s *Service) Telling(blocks func(ctx context.Context, tx pg.Tx, unitPath string) error) *Service {
	s.blocks = blocks
	return s
}

// MaxText is how long a text may be, in code points; that of a draft.
const MaxText = 5000

// Question is a text that somebody is writing, before anything is kept.
type Question struct {
	UnitID     int64   // whose lists count; 0: those of the units that the actor has duties in
	AccountIDs []int64 // where it is to go: the lists of their units count too
	MediaIDs   []int64
	Alts       map[int64]string // descriptions of pictures in this post, where they are not the pictures' own
	Text       string
	Own        map[int64]string // wordings of accounts' own; those stand not in AccountIDs
	Except     int64            // the post itself: it is no repetition
	At         time.Time        // when it is to go out; zero: now
}

// Text looks through the wordings of a post as the actor writes them. Units and accounts that the actor may
// not see count for nothing. A part that fails to run is told as a finding that asks nothing (Unchecked).
// Fails with fault.Invalid at "text", or at the field of the wording of an
// account's own, beyond MaxText, at "account_ids" beyond 5,000.
func (s *Service) Text(ctx context.Context, actor access.Actor, q Question) (_ []Finding, err error) {
	defer fault.Step(&err, "check.Text")

	if err := q.bounded(); err != nil {
		return nil, err
	}
	places, err := s.placesOf(ctx, actor, q)
	if err != nil {
		return nil, err
	}
	at := q.At
	if at.IsZero() {
		at = s.now()
	}

	home, timed := places.common, !q.At.IsZero()

	all := []wording{{
		text: q.Text, accounts: q.AccountIDs, home: home, units: places.units(q.AccountIDs), timed: timed,
	}}
	for _, id := range slices.Sorted(maps.Keys(q.Own)) {
		ids := []int64{id}
		all = append(all, wording{id, q.Own[id], ids, home, places.units(ids), timed})
	}
	look := s.look()
	if err := look.through(ctx, q.Except, all, at); err != nil {
		return nil, err
	}

	pictures, err := s.picturesOf(ctx, actor, q.MediaIDs)
	if err := look.without(ctx, noPictures, err); err != nil {
		return nil, err
	}

	for i := range pictures {
		if alt, ok := q.Alts[pictures[i].ID]; ok {
			pictures[i].Alt = alt
		}
	}

	if err := look.described(ctx, pictures, places.units(q.AccountIDs)); err != nil {
		return nil, err
	}

	return look.told(), nil
}

func (q Question) bounded() error {
	if tooLong(q.Text) {
		return fault.Invalid("text", "文字过长，最多 {.max} 字", "max", MaxText)
	}

	for id, own := range q.Own {
		if tooLong(own) {
			return fault.Invalid(post.VariantField(id), "文字过长，最多 {.max} 字", "max", MaxText)
		}
	}
	if max(len(q.AccountIDs), len(q.MediaIDs), len(q.Own)) > maxAccounts {
		return fault.Invalid("account_ids", "一次最多 {.max} 个", "max", maxAccounts)
	}

	return nil
}

func tooLong(text string) bool {
	return len(text) > 4*MaxText || utf8.RuneCountInString(text) > MaxText
}

const maxAccounts = 5000

// Checked is what was found in a version, and what exactly was looked at.
type Checked struct {
	Digest   string
	Findings []Finding
}

// Post looks through a version of a post: the common text where an account has it, each wording of its own,
// the pictures. A part that fails to run keeps nobody from submitting or approving; it is told as a finding
// that asks nothing (Unchecked). It checks no right: the post was found before.
func (s *Service) Post(ctx context.Context, p post.Post, version post.Version) (_ Checked, err error) {
	defer fault.Step(&err, "check.Post %d", p.ID)

	at := s.now()
	if p.DueAt != nil && !p.DueNow {
		at = *p.DueAt
	}

	all := wordings(p, version)
	for i := range all {
		all[i].timed = p.DueAt != nil && !p.DueNow
	}
	look := s.look()
	if err := look.through(ctx, p.ID, all, at); err != nil {
		return Checked{}, err
	}

	var pictures []picture
	for _, shown := range version.Media {
		pictures = append(pictures, picture{ID: shown.MediaID, Alt: shown.Alt})
	}

	units := []int64{p.UnitID}
	for _, target := range version.Targets {
		units = append(units, target.Account.UnitID)
	}
	if err := look.described(ctx, pictures, units); err != nil {
		return Checked{}, err
	}

	return Checked{Digest: Digest(p, version), Findings: look.told()}, nil
}

package check

import (
	"context"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/lexicon"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/proofread"
)

// Service looks through texts. It changes nothing; what is kept of a submission is written by KeepTx.
type Service struct {
	db    *pg.DB
	lists *lexicon.Service
	now   func() time.Time
}

// New builds the service.
func New(db *pg.DB, lists *lexicon.Service, now func() time.Time) *Service {
	return &Service{db: db, lists: lists, now: now}
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
	Except     int64     // the post itself: it is no repetition
	At         time.Time // when it is to go out; zero: now
}

// Text looks through one text as the actor writes it. Units and accounts that the actor may not see count
// for nothing. Fails with fault.Invalid at "text" beyond MaxText, at "account_ids" beyond 5,000.
func (s *Service) Text(ctx context.Context, actor access.Actor, q Question) (_ []Finding, err error) {
	defer fault.Step(&err, "check.Text")

	if len(q.Text) > 4*MaxText || len([]rune(q.Text)) > MaxText {
		return nil, fault.Invalid("text", "文字过长，最多 {.max} 字", "max", MaxText)
	}
	if len(q.AccountIDs) > maxAccounts || len(q.MediaIDs) > maxAccounts {
		return nil, fault.Invalid("account_ids", "一次最多 {.max} 个", "max", maxAccounts)
	}
	units, err := s.unitsOf(ctx, actor, q.UnitID, q.AccountIDs)
	if err != nil {
		return nil, err
	}
	at := q.At
	if at.IsZero() {
		at = s.now()
	}

	found, err := s.wording(ctx, units, q.Text, at)
	if err != nil {
		return nil, err
	}
	pictures, err := s.picturesOf(ctx, actor, q.MediaIDs)
	if err != nil {
		return nil, err
	}

	for i := range pictures {
		if alt, ok := q.Alts[pictures[i].ID]; ok {
			pictures[i].Alt = alt
		}
	}
	found = append(found, descriptions(pictures)...)

	repeats, err := s.repeats(ctx, q.Except, q.AccountIDs, q.Text, at)
	if err != nil {
		return nil, err
	}

	return inOrder(append(found, repeats...)), nil
}

const maxAccounts = 5000

// Checked is what was found in a version, and what exactly was looked at.
type Checked struct {
	Digest   string
	Findings []Finding
}

// Post looks through a version of a post: the common text where an account has it, each wording of its own,
// the pictures. It checks no right: the post was found before.
func (s *Service) Post(ctx context.Context, p post.Post, version post.Version) (_ Checked, err error) {
	defer fault.Step(&err, "check.Post %d", p.ID)

	at := s.now()
	if p.DueAt != nil && !p.DueNow {
		at = *p.DueAt
	}

	checked := Checked{Digest: Digest(p, version)}
	for _, wording := range wordings(p, version) {
		found, err := s.wording(ctx, wording.units, wording.text, at)
		if err != nil {
			return Checked{}, err
		}
		repeats, err := s.repeats(ctx, p.ID, wording.accounts, wording.text, at)
		if err != nil {
			return Checked{}, err
		}

		for _, f := range append(found, repeats...) {
			f.AccountID = wording.own
			checked.Findings = append(checked.Findings, f)
		}
	}

	var pictures []picture
	for _, shown := range version.Media {
		pictures = append(pictures, picture{ID: shown.MediaID, Alt: shown.Alt})
	}
	checked.Findings = inOrder(append(checked.Findings, descriptions(pictures)...))

	return checked, nil
}

// Blocks finds the first words of a text that must not be sent, by the lists in force for units at an
// instant; "" for none. The rules that read the text alone forbid nothing by themselves.
func (s *Service) Blocks(
	ctx context.Context,
	unitIDs []int64,
	text string,
	at time.Time,
) (_ string, err error) {
	defer fault.Step(&err, "check.Blocks")

	hits, err := s.lists.Look(ctx, unitIDs, text, at)
	if err != nil {
		return "", err
	}
	runes := []rune(text)

	for _, hit := range hits {
		if hit.Level == lexicon.Block {
			return string(runes[hit.Start:hit.End]), nil
		}
	}

	return "", nil
}

// wording is a text with the accounts it goes to.
type wording struct {
	own      int64 // the account whose own it is; 0: the common one
	text     string
	accounts []int64
	units    []int64
}

// wordings are the texts of a version that go somewhere: one that no account has is not looked at, but for
// a draft without accounts, whose text is.
func wordings(p post.Post, version post.Version) (all []wording) {
	common := wording{text: version.Text, units: []int64{p.UnitID}}

	for _, target := range version.Targets {
		if target.Variant == nil {
			common.accounts = append(common.accounts, target.AccountID)
			common.units = append(common.units, target.Account.UnitID)
			continue
		}
		all = append(all, wording{
			own:      target.AccountID,
			text:     *target.Variant,
			accounts: []int64{target.AccountID},
			units:    []int64{p.UnitID, target.Account.UnitID},
		})
	}
	if len(common.accounts) > 0 || len(version.Targets) == 0 {
		all = append([]wording{common}, all...)
	}

	return all
}

// wording looks through one text with the lists of units and with the rules.
func (s *Service) wording(
	ctx context.Context,
	units []int64,
	text string,
	at time.Time,
) (found []Finding, err error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	hits, err := s.lists.Look(ctx, units, text, at)
	if err != nil {
		return nil, err
	}

	runes := []rune(text)
	for _, hit := range hits {
		found = append(found, fromList(hit, runes))
	}

	handles, err := s.handlesNear(ctx, text)
	if err != nil {
		return nil, err
	}

	for _, f := range proofread.Read(text, proofread.Context{On: at, Handles: handles}) {
		found = append(found, fromRule(f))
	}

	return found, nil
}

// picture is what is looked at of a picture.
type picture struct {
	ID  int64
	Alt string
}

func descriptions(pictures []picture) (found []Finding) {
	for i, p := range pictures {
		if strings.TrimSpace(p.Alt) == "" {
			found = append(found, Finding{
				Rule:  Description,
				Level: Description.Preset(),
				Text:  i18n.N("第 {.n} 张图片没有说明，看不见图的人不知道图里有什么"),
				Args:  []any{"n", i + 1},
			})
		}
	}

	return found
}

package check

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/lexicon"
	"juzhen/internal/link"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/proofread"
	"juzhen/internal/rumour"
)

// Service looks through texts. It changes nothing; what is kept of a submission is written by KeepTx.
type Service struct {
	db     *pg.DB
	lists  *lexicon.Service
	links  *link.Service
	now    func() time.Time
	blocks func(ctx context.Context, tx pg.Tx, unitPath string) error
}

// New builds the service.
func New(db *pg.DB, lists *lexicon.Service, links *link.Service, now func() time.Time) *Service {
	return &Service{db: db, lists: lists, links: links, now: now}
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
// not see count for nothing. Fails with fault.Invalid at "text", or at the field of the wording of an
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
	found, err := s.through(ctx, q.Except, all, at)
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

	shown, err := s.described(ctx, pictures, places.units(q.AccountIDs))

	return inOrder(append(found, shown...)), err
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
// the pictures. It checks no right: the post was found before.
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
	found, err := s.through(ctx, p.ID, all, at)
	if err != nil {
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
	shown, err := s.described(ctx, pictures, units)

	return Checked{
		Digest:   Digest(p, version),
		Findings: inOrder(append(found, shown...)),
	}, err
}

// Plea is what somebody asks from a finding: that its word may stand in its text.
type Plea struct {
	Key string // of the finding
	Why string
}

// ExceptPost asks for an exception for a finding of a version as it stands now. Fails with fault.Conflict
// when the finding is not there any more, else as lexicon.Except does.
func (s *Service) ExceptPost(
	ctx context.Context,
	actor access.Actor,
	p post.Post,
	version post.Version,
	plea Plea,
) (_ lexicon.Exception, err error) {
	defer fault.Step(&err, "check.ExceptPost %d", p.ID)

	checked, err := s.Post(ctx, p, version)
	if err != nil {
		return lexicon.Exception{}, err
	}
	texts := map[int64]string{0: version.Text}

	for _, target := range version.Targets {
		texts[target.AccountID] = target.TextOf(version)
	}

	return s.except(ctx, actor, checked.Findings, texts, lexicon.Plea{UnitID: p.UnitID, PostID: p.ID}, plea)
}

// ExceptText asks for an exception for a finding of what the actor is writing. Fails as ExceptPost does, and
// with fault.Invalid at "unit" without a unit.
func (s *Service) ExceptText(
	ctx context.Context,
	actor access.Actor,
	q Question,
	plea Plea,
) (_ lexicon.Exception, err error) {
	defer fault.Step(&err, "check.ExceptText")

	if q.UnitID == 0 {
		return lexicon.Exception{}, fault.Invalid("unit", "请选择单位")
	}
	found, err := s.Text(ctx, actor, q)
	if err != nil {
		return lexicon.Exception{}, err
	}
	texts := maps.Clone(q.Own)
	if texts == nil {
		texts = map[int64]string{}
	}
	texts[0] = q.Text

	return s.except(ctx, actor, found, texts, lexicon.Plea{UnitID: q.UnitID, PostID: q.Except}, plea)
}

func (s *Service) except(
	ctx context.Context,
	actor access.Actor,
	found []Finding,
	texts map[int64]string,
	wanted lexicon.Plea,
	plea Plea,
) (lexicon.Exception, error) {
	i := slices.IndexFunc(found, func(f Finding) bool {
		return f.Stops() && f.ListID != 0 && f.Key() == plea.Key
	})
	if i < 0 {
		return lexicon.Exception{}, fault.Conflict("正文已经改动，这一处现在没有问题，或须先改正；请刷新后再看").
			WithCode("finding_gone")
	}
	wanted.ListID, wanted.Word, wanted.Why = found[i].ListID, found[i].Word, plea.Why
	wanted.Text = texts[found[i].AccountID]

	return s.lists.Except(ctx, actor, wanted)
}

// wording is a text with the accounts it goes to.
type wording struct {
	own      int64 // the account whose own it is; 0: the common one
	text     string
	accounts []int64
	home     []int64 // of the post: whose exceptions count
	units    []int64 // whose lists count
	timed    bool    // the minute at which it goes out is known
}

// wordings are the texts of a version that go somewhere: one that no account has is not looked at, but for
// a draft without accounts, whose text is.
func wordings(p post.Post, version post.Version) (all []wording) {
	home := []int64{p.UnitID}
	common := wording{text: version.Text, home: home, units: home}

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
			home:     home,
			units:    []int64{p.UnitID, target.Account.UnitID},
		})
	}
	if len(common.accounts) > 0 || len(version.Targets) == 0 {
		all = append([]wording{common}, all...)
	}

	return all
}

// through looks through wordings of a post, and for where they were sent lately.
func (s *Service) through(
	ctx context.Context,
	postID int64,
	all []wording,
	at time.Time,
) (found []Finding, err error) {
	var units []int64

	for _, w := range all {
		units = append(units, w.units...)
	}
	slices.Sort(units)
	units = slices.Compact(units)
	set, err := levelsFor(ctx, s.db.Pool(), units)
	if err != nil {
		return nil, err
	}
	links, err := s.linksOf(ctx, all, units)
	if err != nil {
		return nil, err
	}
	rules, err := rumour.InForce(ctx, s.db, units, at)
	if err != nil {
		return nil, err
	}

	for _, w := range all {
		inText, err := s.wording(ctx, w, set, at)
		if err != nil {
			return nil, err
		}

		more := append(links.in(w, inText), rebutted(w.text, rules, at)...)
		for _, f := range append(inText, levelled(more, set, w.units)...) {
			f.AccountID = w.own
			found = append(found, f)
		}
	}
	repeats, err := s.repeats(ctx, postID, all, at)

	return append(found, levelled(repeats, set, units)...), err
}

// words looks through one text with the lists of its units.
func (s *Service) words(
	ctx context.Context,
	w wording,
	set levels,
	at time.Time,
) (found []Finding, err error) {
	lists, err := s.lists.InForce(ctx, w.units)
	if err != nil {
		return nil, err
	}

	return s.wordsIn(ctx, lists, w, set, at)
}

// wordsIn finds the words of lists that were read before.
func (s *Service) wordsIn(
	ctx context.Context,
	lists lexicon.Lists,
	w wording,
	set levels,
	at time.Time,
) (found []Finding, err error) {
	hits, err := s.lists.LookIn(ctx, lists, w.text, at)
	if err != nil {
		return nil, err
	}

	runes, stopped := []rune(w.text), false

	for _, hit := range hits {
		if !hit.Own {
			hit.Level = set.of(Rule(hit.Kind), w.units)
		}
		if hit.Level == Off {
			continue
		}
		found = append(found, fromList(hit, runes))
		stopped = stopped || hit.Level == lexicon.Block
	}
	if !stopped {
		return found, nil
	}
	exceptions, err := s.lists.Exceptions(ctx, w.home, w.text)
	if err != nil {
		return nil, err
	}

	for i, f := range found {
		if e, ok := exceptions[lexicon.Excepted{ListID: f.ListID, Word: f.Word}]; ok {
			found[i].Exception = &e
		}
	}

	return found, nil
}

// wording looks through one text with the lists of its units and with the rules.
func (s *Service) wording(
	ctx context.Context,
	w wording,
	set levels,
	at time.Time,
) (found []Finding, err error) {
	text := w.text
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	if found, err = s.words(ctx, w, set, at); err != nil {
		return nil, err
	}

	handles, err := s.handlesNear(ctx, text)
	if err != nil {
		return nil, err
	}

	var read []Finding

	for _, f := range proofread.Read(text, proofread.Context{On: at, Timed: w.timed, Handles: handles}) {
		read = append(read, fromRule(f))
	}

	return append(found, levelled(read, set, w.units)...), nil
}

// levelled gives findings of rules the levels of units; those of a rule that is not asked are left out.
func levelled(found []Finding, set levels, units []int64) (out []Finding) {
	for _, f := range found {
		if f.Level = set.of(f.Rule, units); f.Level != Off {
			out = append(out, f)
		}
	}

	return out
}

// picture is what is looked at of a picture.
type picture struct {
	ID  int64
	Alt string
}

// described finds pictures without a description, by the level that units have for it.
func (s *Service) described(ctx context.Context, pictures []picture, units []int64) ([]Finding, error) {
	found := descriptions(pictures)
	if len(found) == 0 {
		return nil, nil
	}
	set, err := levelsFor(ctx, s.db.Pool(), units)

	return levelled(found, set, units), err
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

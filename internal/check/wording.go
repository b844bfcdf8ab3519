package check

import (
	"context"
	"slices"
	"strings"
	"time"

	"juzhen/internal/i18n"
	"juzhen/internal/lexicon"
	"juzhen/internal/post"
	"juzhen/internal/rumour"
)

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

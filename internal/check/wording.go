package check

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"juzhen/internal/i18n"
	"juzhen/internal/lexicon"
	"juzhen/internal/post"
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

// wordsIn finds the words of lists that were read before. Where one of them cannot be looked for it fails,
// and gives what the others found.
func (s *Service) wordsIn(
	ctx context.Context,
	lists lexicon.Lists,
	w wording,
	set levels,
	at time.Time,
) (found []Finding, err error) {
	var hits []lexicon.Hit
	failed := safely(func() (err error) {
		hits, err = s.lists.LookIn(ctx, lists, w.text, at)
		return err
	})
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
		return found, failed
	}
	exceptions, err := s.lists.Exceptions(ctx, w.home, w.text)
	// Two people may have said that the word may stand there: without knowing, it holds nothing.
	if err != nil {
		found = slices.DeleteFunc(found, func(f Finding) bool { return f.Level == lexicon.Block })
		return found, errors.Join(failed, err)
	}

	for i, f := range found {
		if e, ok := exceptions[lexicon.Excepted{ListID: f.ListID, Word: f.Word}]; ok {
			found[i].Exception = &e
		}
	}

	return found, failed
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

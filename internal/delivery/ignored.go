package delivery

import (
	"context"
	"slices"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/check"
	"juzhen/internal/lexicon"
	"juzhen/internal/post"
)

// noteIgnored writes into the trail what goes out although it was found, by rules: the words and the reasons
// stay with the version, since they may name people. Without such rules it writes nothing.
func noteIgnored(
	ctx context.Context,
	act access.Act,
	what audit.Act,
	p post.Post,
	version post.Version,
	rules []check.Rule,
) error {
	if len(rules) == 0 {
		return nil
	}
	slices.Sort(rules)

	return note(ctx, act, what, p.Ref(), p.UnitPath, "", map[string]any{
		"version": version.Number,
		"rules":   slices.Compact(rules),
	})
}

// explained are the rules of findings that go out with a reason.
func explained(found []check.Finding) (rules []check.Rule) {
	for _, f := range found {
		if f.Level == lexicon.Second {
			rules = append(rules, f.Rule)
		}
	}

	return rules
}

// noteAgreed writes into the trail that a reviewer agrees to what is kept with a version, which lists of
// today may not find any more.
func noteAgreed(ctx context.Context, act access.Act, p post.Post, version post.Version) error {
	kept, err := check.AcceptedTx(ctx, act.Tx, version.ID)
	if err != nil {
		return err
	}
	rules := make([]check.Rule, len(kept))

	for i, one := range kept {
		rules[i] = one.Rule
	}

	return noteIgnored(ctx, act, actPostAgree, p, version, rules)
}

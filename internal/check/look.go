package check

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"juzhen/internal/i18n"
	"juzhen/internal/proofread"
	"juzhen/internal/rumour"
)

// look is one look through the wordings of a post. Its parts stand by themselves: one that fails to run holds
// nothing and nobody, and is told in its place; the others count as ever.
type look struct {
	*Service
	found   []Finding
	missing []string // what was not looked at, as Chinese source texts
}

// What may be missing.
var (
	noLevels   = i18n.N("正文检查没有运行完整：没有读到本单位设置的级别，按默认级别检查")
	noWords    = i18n.N("正文检查没有运行完整：有词表这一次没有查")
	noRules    = i18n.N("正文检查没有运行完整：指数、日期、号码等规则这一次没有查")
	noHandles  = i18n.N("正文检查没有运行完整：提及的账号这一次没有查")
	noLinks    = i18n.N("正文检查没有运行完整：链接这一次没有查")
	noRebuttal = i18n.N("正文检查没有运行完整：与辟谣是否一致这一次没有查")
	noRepeats  = i18n.N("正文检查没有运行完整：近期是否重复这一次没有查")
	noPictures = i18n.N("正文检查没有运行完整：图片说明这一次没有查")
)

func (s *Service) look() *look { return &look{Service: s} }

// without goes on without what failed, and tells it to the writer and in the log. It fails only where whoever
// asked has gone away.
func (l *look) without(ctx context.Context, missing string, failed error) error {
	if failed == nil || ctx.Err() != nil {
		return failed
	}
	l.log.Error("a part of the check did not run", "part", missing, "err", failed)
	if !slices.Contains(l.missing, missing) {
		l.missing = append(l.missing, missing)
	}

	return nil
}

// told is everything that was found, in order, and behind it what was not looked at.
func (l *look) told() []Finding {
	found := inOrder(l.found)
	for _, missing := range l.missing {
		found = append(found, Finding{Rule: Unchecked, Level: Unchecked.Preset(), Text: missing})
	}

	return found
}

// NotLookedAt are the findings that say what of a check did not run.
func NotLookedAt(found []Finding) (missing []Finding) {
	for _, f := range found {
		if f.Rule == Unchecked {
			missing = append(missing, f)
		}
	}

	return missing
}

// through looks through wordings of a post, and for where they were sent lately.
func (l *look) through(ctx context.Context, postID int64, all []wording, at time.Time) error {
	var units []int64

	for _, w := range all {
		units = append(units, w.units...)
	}
	slices.Sort(units)
	units = slices.Compact(units)

	set, err := levelsFor(ctx, l.db.Pool(), units)
	if err := l.without(ctx, noLevels, err); err != nil {
		return err
	}
	links, err := l.linksOf(ctx, all, units)
	if err := l.without(ctx, noLinks, err); err != nil {
		return err
	}
	rules, err := rumour.InForce(ctx, l.db, units, at)
	if err := l.without(ctx, noRebuttal, err); err != nil {
		return err
	}

	for _, w := range all {
		inText, err := l.wording(ctx, w, set, at)
		if err != nil {
			return err
		}

		more := append(links.in(w, inText), rebutted(w.text, rules, at)...)
		for _, f := range append(inText, levelled(more, set, w.units)...) {
			f.AccountID = w.own
			l.found = append(l.found, f)
		}
	}

	repeats, err := l.repeats(ctx, postID, all, at)
	l.found = append(l.found, levelled(repeats, set, units)...)

	return l.without(ctx, noRepeats, err)
}

// wording looks through one text with the lists of its units and with the rules.
func (l *look) wording(ctx context.Context, w wording, set levels, at time.Time) ([]Finding, error) {
	if strings.TrimSpace(w.text) == "" {
		return nil, nil
	}

	found, err := l.words(ctx, w, set, at)
	if err := l.without(ctx, noWords, err); err != nil {
		return nil, err
	}
	handles, err := l.handlesNear(ctx, w.text)
	if err := l.without(ctx, noHandles, err); err != nil {
		return nil, err
	}
	read, err := byRules(w.text, proofread.Context{On: at, Timed: w.timed, Handles: handles})
	if err := l.without(ctx, noRules, err); err != nil {
		return nil, err
	}

	return append(found, levelled(read, set, w.units)...), nil
}

// words looks through one text with the lists of its units. Where a list cannot be read it fails, and gives
// what the others found.
func (l *look) words(ctx context.Context, w wording, set levels, at time.Time) ([]Finding, error) {
	lists, err := l.lists.InForce(ctx, w.units)
	if err != nil {
		return nil, err
	}

	return l.wordsIn(ctx, lists, w, set, at)
}

// byRules finds what the rules find that read the text alone.
func byRules(text string, context proofread.Context) (found []Finding, err error) {
	err = safely(func() error {
		for _, f := range proofread.Read(text, context) {
			found = append(found, fromRule(f))
		}

		return nil
	})

	return found, err
}

// safely does what reads texts: where that breaks on one it was never tried on, it has failed like anything
// else, and what goes on around it is not ended.
func safely(do func() error) (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("%v\n%s", broken, debug.Stack())
		}
	}()

	return do()
}

// described finds pictures without a description, by the level that units have for it.
func (l *look) described(ctx context.Context, pictures []picture, units []int64) error {
	found := descriptions(pictures)
	if len(found) == 0 {
		return nil
	}
	set, err := levelsFor(ctx, l.db.Pool(), units)
	l.found = append(l.found, levelled(found, set, units)...)

	return l.without(ctx, noLevels, err)
}

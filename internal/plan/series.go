package plan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/instant"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// What stands in a text for the day on which it goes out.
const (
	PlaceDate    = "{日期}" // 12月1日
	PlaceWeekday = "{星期}" // 星期二
)

// MaxExcept is how many days may be left out by hand.
const MaxExcept = 62

// SeriesAsk says what is repeated, and when.
type SeriesAsk struct {
	PostID   int64 // whose pictures, accounts, column and own wordings are taken
	Text     string
	First    time.Time
	Rule     Rule
	Except   []time.Time // days left out
	Workdays bool        // only on days that are worked
}

// Skip is why no post is made of an occurrence.
type Skip string

// The reasons. "": one is made.
const (
	SkipPast   Skip = "past"
	SkipExcept Skip = "excepted"
	SkipOff    Skip = "off" // not worked
)

// Occurrence is one time at which a series falls.
type Occurrence struct {
	Number int // from 1, of those that are made; 0: none is
	DueAt  time.Time
	Mark   Mark
	Text   string
	Skip   Skip
	Near   *time.Time // one of the accounts has something within half an hour
}

// SeriesPlan is what a series would make.
type SeriesPlan struct {
	Source      post.Post
	Accounts    int
	Occurrences []Occurrence
}

// Sum names what is listed, so that no other list is made than the one that was read.
func (p SeriesPlan) Sum() string {
	sum := sha256.New()
	for _, one := range p.Made() {
		fmt.Fprintf(sum, "%d %q\n", one.DueAt.Unix(), one.Text)
	}

	return hex.EncodeToString(sum.Sum(nil))
}

// Made are the occurrences of which posts are made.
func (p SeriesPlan) Made() (list []Occurrence) {
	for _, one := range p.Occurrences {
		if one.Skip == "" {
			list = append(list, one)
		}
	}

	return list
}

// onDay puts the day into a text.
func onDay(text string, due time.Time) string {
	at := due.In(beijing.Zone)
	weekday := [7]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}[at.Weekday()]

	return strings.NewReplacer(
		PlaceDate, fmt.Sprintf("%d月%d日", at.Month(), at.Day()),
		PlaceWeekday, weekday,
	).Replace(text)
}

// wording puts the day into the texts of a copy.
func (o Occurrence) wording(content *post.Content) {
	content.Text = o.Text

	for i, target := range content.Targets {
		if target.Variant != nil {
			said := onDay(*target.Variant, o.DueAt)
			content.Targets[i].Variant = &said
		}
	}
}

// LookSeries tells what a series would make: each time with its text, the kind of its day and what stands
// against it. It needs post.write where the post lies. Fails with fault.Invalid on "rule", "first",
// "except" or "text": a text that would be the same twice is refused, as Weibo refuses it.
func (s *Service) LookSeries(
	ctx context.Context,
	actor access.Actor,
	ask SeriesAsk,
) (_ SeriesPlan, err error) {
	defer fault.Step(&err, "plan.LookSeries %d", ask.PostID)

	source, version, err := s.sourceOf(ctx, actor, ask)
	if err != nil {
		return SeriesPlan{}, err
	}

	times, err := ask.times(s.now())
	if err != nil {
		return SeriesPlan{}, err
	}

	planned := SeriesPlan{Source: source, Accounts: len(version.Targets)}
	if planned.Occurrences, err = s.occurrences(ctx, ask, times); err != nil {
		return planned, err
	}

	made := planned.Made()
	switch {
	case len(made) == 0:
		return planned, fault.Invalid("rule", "没有一次可以安排：时间已过、已除去或不上班")
	case len(made) > MaxOccurrences:
		return planned, fault.Invalid("rule", "一次最多安排 {.max} 篇，现在是 {.n} 篇",
			"max", MaxOccurrences, "n", len(made))
	case len(made)*planned.Accounts > maxTargets:
		return planned, fault.Invalid("rule", "账号合计超过 {.max} 个，请减少次数", "max", maxTargets)
	}

	if err := differ(ask.Text, version, made); err != nil {
		return planned, err
	}

	return planned, s.near(ctx, actor, version, planned.Occurrences)
}

// sourceOf reads the post that is repeated as the actor may write it, and refuses a text that is none.
func (s *Service) sourceOf(
	ctx context.Context,
	actor access.Actor,
	ask SeriesAsk,
) (source post.Post, version post.Version, err error) {
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		source, version, err = post.SourceTx(ctx, tx, actor, ask.PostID)
		return err
	})

	if err == nil && strings.TrimSpace(ask.Text) == "" {
		err = fault.Invalid("text", "请填写正文")
	}

	return source, version, err
}

// times are the instants of the rule.
func (a SeriesAsk) times(now time.Time) ([]time.Time, error) {
	if a.First.IsZero() {
		return nil, fault.Invalid("first", "请填写第一次的时间")
	}
	if wrong := instant.Check("first", a.First, now); wrong != nil {
		return nil, wrong
	}
	if len(a.Except) > MaxExcept {
		return nil, fault.Invalid("except", "最多除去 {.max} 天", "max", MaxExcept)
	}

	return a.Rule.times(a.First)
}

func (s *Service) occurrences(ctx context.Context, ask SeriesAsk, times []time.Time) ([]Occurrence, error) {
	almanac, err := s.Almanac(ctx, beijing.Day(times[0]).Year(), beijing.Day(times[len(times)-1]).Year())
	if err != nil {
		return nil, err
	}

	list, number, now := make([]Occurrence, len(times)), 0, s.now()

	for i, due := range times {
		mark := almanac.Mark(due)
		list[i] = Occurrence{
			DueAt: due,
			Mark:  mark,
			Text:  onDay(ask.Text, due),
			Skip:  ask.skip(due, mark, now),
		}

		if list[i].Skip == "" {
			number++
			list[i].Number = number
		}
	}

	return list, nil
}

func (a SeriesAsk) skip(due time.Time, mark Mark, now time.Time) Skip {
	excepted := func(day time.Time) bool { return beijing.Date(day) == beijing.Date(due) }

	switch {
	case !due.After(now):
		return SkipPast
	case slices.ContainsFunc(a.Except, excepted):
		return SkipExcept
	case a.Workdays && mark.Rests():
		return SkipOff
	}

	return ""
}

// differ refuses wordings that would be the same at two times.
func differ(text string, version post.Version, made []Occurrence) error {
	if !differs(text, made) {
		return fault.Invalid("text", "有两次的文字会完全相同，微博会拒绝：请在正文里写入 {.place}", "place", PlaceDate)
	}

	for _, target := range version.Targets {
		if target.Variant != nil && !differs(*target.Variant, made) {
			return fault.Invalid("text",
				"{.name} 的单独文案有两次会完全相同，微博会拒绝：请先在原稿里给它写入 {.place}",
				"name", target.Account.At(), "place", PlaceDate)
		}
	}

	return nil
}

func differs(wording string, made []Occurrence) bool {
	seen := map[string]bool{}

	for _, one := range made {
		said := onDay(wording, one.DueAt)
		if seen[said] {
			return false
		}

		seen[said] = true
	}

	return true
}

// near finds what the accounts have around each time.
func (s *Service) near(
	ctx context.Context,
	actor access.Actor,
	version post.Version,
	list []Occurrence,
) error {
	accounts := make([]int64, len(version.Targets))
	for i, target := range version.Targets {
		accounts[i] = target.AccountID
	}

	first, last := list[0].DueAt.Add(-slot), list[len(list)-1].DueAt.Add(slot)

	busy, err := busyTimes(ctx, s.db.Pool(), actor, accounts, 0, first, last)
	if err != nil {
		return err
	}

	for i, one := range list {
		at, _ := slices.BinarySearchFunc(busy, one.DueAt.Add(-slot+1), time.Time.Compare)
		if one.Skip == "" && at < len(busy) && busy[at].Before(one.DueAt.Add(slot)) {
			list[i].Near = &busy[at]
		}
	}

	return nil
}

// MakeSeries makes a draft for each time of a series that is to come, of all of them or of none. Fails as
// LookSeries does.
func (s *Service) MakeSeries(
	ctx context.Context,
	actor access.Actor,
	ask SeriesAsk,
) (made Series, err error) {
	defer fault.Step(&err, "plan.MakeSeries %d", ask.PostID)

	planned, err := s.LookSeries(ctx, actor, ask)
	if err != nil {
		return Series{}, err
	}

	now := s.now()
	made = Series{
		UnitID: planned.Source.UnitID, UnitPath: planned.Source.UnitPath, SourceID: &ask.PostID,
		RuleText: ask.Rule.String(), First: ask.First, Except: ask.Except, Workdays: ask.Workdays,
		Text: ask.Text,
		By:   actor.UserID, At: now, Revision: 1,
	}

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		made.Left, made.Posts = 0, nil

		for _, one := range planned.Made() {
			copied, err := post.CopyTx(ctx, access.NewAct(tx, now, actor), ask.PostID, one.DueAt, one.wording)
			if err != nil {
				return err
			}

			made.Left = max(made.Left, copied.Left)
			made.Posts = append(made.Posts, SeriesPost{Number: one.Number, PostID: copied.Post.ID})
		}

		if made.ID, err = insertSeries(ctx, tx, made); err != nil {
			return err
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: now, Action: actSeries, Subject: made.Ref(), UnitPath: made.UnitPath,
			Detail: map[string]any{"rule": made.RuleText, "posts": len(made.Posts), "source": ask.PostID},
		})
	})

	return made, err
}

// SourceOfSeries gives a post that the actor may repeat, with what it says. Fails with fault.NotFound or
// fault.Forbidden where the actor may not write.
func (s *Service) SourceOfSeries(
	ctx context.Context,
	actor access.Actor,
	id int64,
) (source post.Post, content post.Content, err error) {
	defer fault.Step(&err, "plan.SourceOfSeries %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		from, version, err := post.SourceTx(ctx, tx, actor, id)
		source, content = from, post.ContentOf(from, version)

		return err
	})

	return source, content, err
}

package inbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
)

// TestWhichRuleIsFollowed: all conditions of a rule must be so, the nearest unit's rules come first, then the
// lowest position.
func TestWhichRuleIsFollowed(t *testing.T) {
	t.Parallel()
	rule := func(id int64, path string, position int, c Condition) Rule {
		return Rule{ID: id, UnitPath: path, Position: position, If: c}
	}
	rules := []Rule{
		rule(1, "/1/", 9, Condition{}),
		rule(2, "/1/", 1, Condition{Words: []string{"黑烟", "异味", "VOCs"}}),
		rule(3, "/1/3/", 5, Condition{Kinds: []Kind{Report, Rumour}}),
		rule(4, "/1/3/", 5, Condition{Kinds: []Kind{Report}}), // written later, never reached
		rule(5, "/1/3/", 7, Condition{AccountID: 8, Daily: true, Begin: 22 * time.Hour, End: 6 * time.Hour}),
		rule(6, "/1/2/", 1, Condition{}),
		rule(7, "/1/", 2, Condition{ColumnID: 4, Daily: true, Begin: 9 * time.Hour, End: 17 * time.Hour}),
	}
	noon := time.Date(2026, 12, 1, 4, 0, 0, 0, time.UTC)    // 12:00 in Beijing
	night := time.Date(2026, 12, 1, 21, 30, 0, 0, time.UTC) // 05:30 of the next day there

	for what, c := range map[string]struct {
		path string
		o    Opening
		want int64
	}{
		"nothing but the last resort":      {"/1/", Opening{Kind: Ask, Text: "几点", At: noon}, 1},
		"a word":                           {"/1/", Opening{Kind: Ask, Text: "有异味", At: noon}, 2},
		"a word in traditional letters":    {"/1/", Opening{Kind: Ask, Text: "煙囪冒黑煙", At: noon}, 2},
		"a word in capitals, full width":   {"/1/", Opening{Kind: Ask, Text: "ＶＯＣＳ超标", At: noon}, 2},
		"a kind of the nearest unit":       {"/1/3/", Opening{Kind: Report, Text: "冒黑烟", At: noon}, 3},
		"below the unit":                   {"/1/3/12/", Opening{Kind: Rumour, At: noon}, 3},
		"another unit's do not count":      {"/1/4/", Opening{Kind: Report, At: noon}, 1},
		"over midnight":                    {"/1/3/", Opening{AccountID: 8, Kind: Ask, At: night}, 5},
		"another account at night":         {"/1/3/", Opening{AccountID: 9, Kind: Ask, At: night}, 1},
		"not at noon":                      {"/1/3/", Opening{AccountID: 8, Kind: Ask, At: noon}, 1},
		"a column in its hours":            {"/1/", Opening{ColumnID: 4, Kind: Ask, At: noon}, 7},
		"a column beyond them":             {"/1/", Opening{ColumnID: 4, Kind: Ask, At: night}, 1},
		"hours end before their last":      {"/1/", Opening{ColumnID: 4, At: noon.Add(5 * time.Hour)}, 1},
		"a minute before it they are open": {"/1/", Opening{ColumnID: 4, At: noon.Add(5*time.Hour - time.Minute)}, 7},
	} {
		got := NewRulebook(rules).Follow(c.path, c.o)
		if got == nil || got.ID != c.want {
			t.Errorf("%s: %+v, want %d", what, got, c.want)
		}
	}
	if got := NewRulebook(rules[1:2]).Follow("/1/", Opening{Text: "几点", At: noon}); got != nil {
		t.Errorf("where none fits: %+v", got)
	}
}

// TestARuleIsCleanedOrToldWhatIsWrong names each field that is wrong.
func TestARuleIsCleanedOrToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	good := Rule{Name: " 黑烟 ", Position: 1, Then: Effect{UnitID: 3, OwnerID: 7}}

	for what, c := range map[string]struct {
		change func(*Rule)
		fields string
	}{
		"as it is":            {func(*Rule) {}, ""},
		"no name":             {func(r *Rule) { r.Name = " " }, "name"},
		"a long name":         {func(r *Rule) { r.Name = strings.Repeat("长", 31) }, "name"},
		"no place":            {func(r *Rule) { r.Position = 0 }, "position"},
		"no effect":           {func(r *Rule) { r.Then = Effect{OwnerID: 7} }, "to_unit_id"},
		"an unknown kind":     {func(r *Rule) { r.If.Kinds = []Kind{"x"} }, "kinds"},
		"an unknown effect":   {func(r *Rule) { r.Then.Kind = "x" }, "kind"},
		"a long word":         {func(r *Rule) { r.If.Words = []string{strings.Repeat("长", 21)} }, "words"},
		"many words":          {func(r *Rule) { r.If.Words = manyWords() }, "words"},
		"hours of no length":  {func(r *Rule) { r.If.Daily, r.If.Begin, r.If.End = true, time.Hour, time.Hour }, "end"},
		"no hour":             {func(r *Rule) { r.If.Daily, r.If.Begin = true, -1 }, "begin"},
		"until midnight":      {func(r *Rule) { r.If.Daily, r.If.Begin = true, time.Hour }, ""},
		"only a kind":         {func(r *Rule) { r.Then = Effect{Kind: Report} }, ""},
		"several at one time": {func(r *Rule) { r.Name, r.Position = "", 1000 }, "name position"},
	} {
		rule := good
		c.change(&rule)
		cleaned, err := rule.clean()

		var fields []string
		for _, wrong := range fault.FieldErrors(err) {
			fields = append(fields, wrong.Field)
		}
		if got := strings.Join(fields, " "); got != c.fields {
			t.Errorf("%s: %q, want %q", what, got, c.fields)
		}
		if err == nil && cleaned.Name != "黑烟" {
			t.Errorf("%s: it is called %q", what, cleaned.Name)
		}
	}
	rule := good
	rule.If.Words = []string{" 黑烟", "", "黑烟", "异味 "}
	if rule, err := rule.clean(); err != nil || !slices.Equal(rule.If.Words, []string{"黑烟", "异味"}) {
		t.Errorf("words: %q, %v", rule.If.Words, err)
	}
}

func manyWords() (all []string) {
	for i := range MaxRuleWords + 1 {
		all = append(all, "词"+string(rune('一'+i)))
	}

	return all
}

// ruled makes a rule of the bureau that its supervisor keeps.
func (w *world) ruled(r Rule) Rule {
	w.Helper()
	r.UnitID = w.Units["市局"].UnitID
	if r.Position == 0 {
		r.Position = 1
	}
	made, err := w.s.SaveRule(w.Context(), w.boss, r)
	w.must(err)

	return made
}

// TestANewMatterGoesToWhomARuleSays: unit, person and kind, told in its history and on the person's list;
// what is not new, and what fits no rule, stays for people.
func TestANewMatterGoesToWhomARuleSays(t *testing.T) {
	t.Parallel()
	w, _, under := answers(t) // one matter stands before there is a rule
	before := w.only()
	rule := w.ruled(Rule{
		Name: "黑烟归朝阳", If: Condition{Words: []string{"黑烟"}},
		Then: Effect{UnitID: w.Units["朝阳区"].UnitID, OwnerID: w.district.UserID, Kind: Complaint},
	})
	w.Weibo.Comment(under, citizen, "还有黑烟") // to the matter that stands
	w.Weibo.Comment(under, "通州老李", "烟囱冒黑烟，谁管")
	w.Weibo.Comment(under, "通州老赵", "今天蓝天真好看呀")
	w.later(10 * time.Minute)

	stood, err := w.s.Find(w.Context(), w.boss, before.ID)
	w.must(err)
	if stood.State != Open || stood.OwnerID != nil {
		t.Errorf("what stood before: %s, %v", stood.State, stood.OwnerID)
	}
	var ruled Matter

	for _, m := range w.list(w.boss, Query{Show: ShowAll}) {
		if strings.Contains(m.Text, "烟囱") {
			ruled = m
		}
	}
	if ruled.State != Assigned || ruled.UnitName != "朝阳区" || ruled.OwnerID == nil ||
		*ruled.OwnerID != w.district.UserID || ruled.Kind != Complaint {
		t.Errorf("by the rule: %s to %s, %v, a %s", ruled.State, ruled.UnitName, ruled.OwnerID, ruled.Kind)
	}
	if n := w.count("SELECT count(*) FROM inbox_matters WHERE state = 'assigned'"); n != 1 {
		t.Errorf("%d are assigned", n)
	}
	if n := w.count(`SELECT count(*) FROM todos WHERE code = 'inbox.assigned' AND resolved_at IS NULL
		AND subject_id = $1`, ruled.ID); n != 1 {
		t.Errorf("%d stand on the list of the one who has it", n)
	}
	steps, err := w.s.Steps(w.Context(), w.boss, ruled.ID)
	w.must(err)
	if len(steps) != 2 || !strings.Contains(steps[0].Note+steps[1].Note, rule.Name) {
		t.Errorf("its history: %+v", steps)
	}
	if n := w.count("SELECT count(*) FROM audit_entries WHERE action = 'inbox.assign'"); n != 1 {
		t.Errorf("%d entries", n)
	}
	byHand := w.do(w.boss, ruled, Move{Act: Sort, Kind: Complaint})
	if ruled.DueAt == nil || !byHand.DueAt.Equal(*ruled.DueAt) {
		t.Errorf("due %v by the rule, %v by hand", ruled.DueAt, byHand.DueAt)
	}
}

// TestARuleWhosePersonMayNoMore leads to the unit.
func TestARuleWhosePersonMayNoMore(t *testing.T) {
	t.Parallel()
	w, _, under := answers(t)
	w.ruled(Rule{
		Name: "全部归朝阳", Then: Effect{UnitID: w.Units["朝阳区"].UnitID, OwnerID: w.district.UserID},
	})
	w.Exec("UPDATE grants SET revoked_at = now() WHERE user_id = $1", w.district.UserID)
	w.Weibo.Comment(under, "通州老李", "烟囱冒黑烟，谁管")
	w.later(10 * time.Minute)

	n := w.count(`SELECT count(*) FROM inbox_matters WHERE state = 'assigned' AND owner_id IS NULL
		AND unit_id = $1`, w.Units["朝阳区"].UnitID)
	if n != 1 {
		t.Errorf("%d are the unit's", n)
	}
}

// TestWhatIsAnsweredAlreadyFollowsNoRule: the account answered on the platform before anything was read.
func TestWhatIsAnsweredAlreadyFollowsNoRule(t *testing.T) {
	t.Parallel()
	w, _, under := answers(t)
	w.ruled(Rule{Name: "全部归朝阳", Then: Effect{UnitID: w.Units["朝阳区"].UnitID}})
	asked := w.Weibo.Comment(under, "通州老李", "明天几点下雪")
	w.Weibo.Say(main, under, asked, "午后")
	w.later(10 * time.Minute)

	if n := w.count("SELECT count(*) FROM inbox_matters WHERE state = 'answered'"); n != 1 {
		t.Errorf("%d are answered", n)
	}
	if n := w.count("SELECT count(*) FROM inbox_steps WHERE act = 'assign'"); n != 0 {
		t.Errorf("%d were assigned", n)
	}
}

// TestWhoKeepsRules: a supervisor at the unit, by the revision that was shown, to units where they may assign
// and people who may answer there.
func TestWhoKeepsRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bureau, below := w.Units["市局"].UnitID, w.Units["朝阳区"].UnitID
	good := Rule{UnitID: bureau, Name: "举报", Position: 1, Then: Effect{UnitID: below}}

	for what, actor := range map[string]access.Actor{
		"an officer": w.officer, "a reviewer": w.reviewer, "an auditor": w.auditor, "a district": w.district,
	} {
		if _, err := w.s.SaveRule(w.Context(), actor, good); !fault.Is(err, fault.KindForbidden) &&
			!fault.Is(err, fault.KindNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}

	for field, change := range map[string]func(*Rule){
		"to_unit_id": func(r *Rule) { r.Then = Effect{UnitID: below, OwnerID: w.auditor.UserID} },
		"account_id": func(r *Rule) { r.If.AccountID = 999 },
		"column_id":  func(r *Rule) { r.If.ColumnID = 999 },
		"name":       func(r *Rule) { r.Name = "" },
	} {
		rule := good
		change(&rule)
		_, err := w.s.SaveRule(w.Context(), w.boss, rule)
		if wrong := fault.FieldErrors(err); len(wrong) != 1 || wrong[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	made, err := w.s.SaveRule(w.Context(), w.boss, good)
	w.must(err)
	made.Name = "举报和投诉"
	changed, err := w.s.SaveRule(w.Context(), w.boss, made)
	w.must(err)
	if changed.Revision != made.Revision+1 || changed.Name != "举报和投诉" {
		t.Errorf("changed: %+v", changed)
	}
	if _, err := w.s.SaveRule(w.Context(), w.boss, made); !fault.Is(err, fault.KindConflict) {
		t.Errorf("from an old page: %v", err)
	}
	_, err = w.s.RetireRule(w.Context(), w.district, made.ID, changed.Revision)
	if !fault.Is(err, fault.KindNotFound) {
		t.Errorf("retired by a district: %v", err)
	}
	_, err = w.s.RetireRule(w.Context(), w.boss, made.ID, made.Revision)
	if !fault.Is(err, fault.KindConflict) {
		t.Errorf("retired from an old page: %v", err)
	}
	_, err = w.s.RetireRule(w.Context(), w.boss, made.ID, changed.Revision)
	w.must(err)
	if list, err := w.s.Rules(w.Context(), w.boss); err != nil || len(list) != 0 {
		t.Errorf("left: %+v, %v", list, err)
	}
	if n := w.count("SELECT count(*) FROM audit_entries WHERE action = 'inbox.rule'"); n != 3 {
		t.Errorf("%d entries", n)
	}
}

// TestARuleIsFollowedByWhatWaits: once, what fits it and what nobody has, and no more than that.
func TestARuleIsFollowedByWhatWaits(t *testing.T) {
	t.Parallel()
	w, _, under := answers(t)
	w.Weibo.Comment(under, "通州老李", "烟囱冒黑烟，谁管")
	w.later(10 * time.Minute)
	rule := w.ruled(Rule{
		Name: "黑烟", If: Condition{Words: []string{"黑烟"}}, Then: Effect{UnitID: w.Units["朝阳区"].UnitID},
	})
	fits, err := w.s.Fitting(w.Context(), w.boss, rule.ID)
	w.must(err)
	if fits.Open != 2 || fits.Fit != 1 {
		t.Errorf("of %d that nobody has %d fit", fits.Open, fits.Fit)
	}
	if _, err := w.s.ApplyRule(
		w.Context(),
		w.boss,
		rule.ID,
		rule.Revision+1,
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("from an old page: %v", err)
	}
	if _, err := w.s.ApplyRule(
		w.Context(),
		w.officer,
		rule.ID,
		rule.Revision,
	); !fault.Is(
		err,
		fault.KindForbidden,
	) {
		t.Errorf("by an officer: %v", err)
	}

	for _, want := range []int{1, 0} {
		n, err := w.s.ApplyRule(w.Context(), w.boss, rule.ID, rule.Revision)
		w.must(err)
		if n != want {
			t.Errorf("%d were assigned, want %d", n, want)
		}
	}
	if n := w.count("SELECT count(*) FROM inbox_matters WHERE state = 'assigned'"); n != 1 {
		t.Errorf("%d are assigned", n)
	}
}

// column makes the post of the account that has this number on the platform one of a column.
func (w *world) column(accountID, remote, column int64) {
	w.Helper()
	unit, by := w.Units["市局"].UnitID, w.officer.UserID
	w.Exec(`
WITH p AS (
    INSERT INTO all_posts (unit_id, author_id, phase, due_at, due_now, urgent, working_title, revision,
        created_at, updated_by, updated_at)
    VALUES ($1, $2, 'approved', now(), true, false, '', 1, now(), $2, now()) RETURNING id),
v AS (
    INSERT INTO post_versions (post_id, number, state, text, visible, repost_of, column_id, editors,
        created_at)
    SELECT id, 1, 'approved', '预报', 0, '', $5, ARRAY[$2::bigint], now() FROM p RETURNING id, post_id),
t AS (
    INSERT INTO version_targets (version_id, account_id, payload_hash) SELECT id, $3, '\x01' FROM v)
INSERT INTO all_deliveries (post_id, version_id, account_id, platform, connector, state, plan, urgent, due_at,
    not_after, approved, payload_hash, mark_key, reason, remote_id, sent_at, created_at, updated_at)
SELECT post_id, id, $3, 'weibo', 'commercial', 'sent', 1, false, now(), now() + interval '1 day', true,
    '\x01', decode(md5($4::text), 'hex'), '', $4::text, now(), now(), now() FROM v`,
		unit, by, accountID, fmt.Sprint(remote), column)
}

// TestARuleOfAColumn looks at the post that was commented on: what is said under another one, or beside any,
// is not for it.
func TestARuleOfAColumn(t *testing.T) {
	t.Parallel()
	w, a, under := answers(t)
	before, column := w.only(), int64(w.count("SELECT min(id) FROM columns"))
	w.column(a.ID, under, column)
	other := w.post(main, "别的")
	rule := w.ruled(Rule{
		Name: "预报下的", If: Condition{ColumnID: column}, Then: Effect{UnitID: w.Units["朝阳区"].UnitID},
	})
	if fit, err := w.s.Fitting(w.Context(), w.boss, rule.ID); err != nil || fit != (Fit{Open: 1, Fit: 1}) {
		t.Errorf("what waits: %+v, %v", fit, err)
	}
	w.Weibo.Comment(under, "通州老李", "明天几点下雪")
	w.Weibo.Comment(other, "通州老赵", "明天几点下雪")
	w.later(10 * time.Minute)

	for _, m := range w.list(w.boss, Query{Show: ShowAll}) {
		want := Open
		if m.Thread == fmt.Sprint(under) && m.ID != before.ID {
			want = Assigned
		}
		if m.State != want {
			t.Errorf("under %s: %s, want %s", m.Thread, m.State, want)
		}
	}
}

// TestTheFirstRuleThatFitsIsFollowed, whatever the order in which rules are read: none that fits is asked
// before it.
func TestTheFirstRuleThatFitsIsFollowed(t *testing.T) {
	t.Parallel()
	paths := []string{"/1/", "/1/3/", "/1/3/7/", "/1/4/"}
	said := []string{"黑烟", "黑煙", "烟囱", "VOCs", "ＶＯＣ"}
	rapid.Check(t, func(t *rapid.T) {
		rules := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Rule {
			return Rule{
				UnitPath: rapid.SampledFrom(paths).Draw(t, "unit"),
				Position: rapid.IntRange(1, 3).Draw(t, "position"),
				If: Condition{
					AccountID: rapid.Int64Range(0, 2).Draw(t, "account"),
					Words:     rapid.SliceOfN(rapid.SampledFrom(said), 0, 3).Draw(t, "words"),
				},
			}
		}), 0, 8).Draw(t, "rules")
		for i := range rules {
			rules[i].ID = int64(i + 1)
		}
		path := rapid.SampledFrom(paths).Draw(t, "path")
		o := Opening{
			AccountID: 1,
			Text:      strings.Join(rapid.SliceOfN(rapid.SampledFrom(said), 0, 3).Draw(t, "text"), ""),
		}
		rules = rapid.Permutation(rules).Draw(t, "read")
		got := NewRulebook(rules).Follow(path, o)

		for _, rule := range rules {
			if !strings.HasPrefix(path, rule.UnitPath) || !plainlyFits(rule.If, o) {
				continue
			}
			if got == nil {
				t.Fatalf("%+v fits, and none is followed", rule)
			}
			before := len(rule.UnitPath) > len(got.UnitPath) || rule.UnitPath == got.UnitPath &&
				(rule.Position < got.Position || rule.Position == got.Position && rule.ID < got.ID)
			if before {
				t.Fatalf("%+v is followed, not %+v", *got, rule)
			}
		}
		if got != nil && (!strings.HasPrefix(path, got.UnitPath) || !plainlyFits(got.If, o)) {
			t.Fatalf("%+v does not fit", *got)
		}
	})
}

// plainlyFits looks for each word by itself.
func plainlyFits(c Condition, o Opening) bool {
	said := func(word string) bool { return strings.Contains(lexicon.Fold(o.Text), lexicon.Fold(word)) }

	return c.asks(o) && (len(c.Words) == 0 || slices.ContainsFunc(c.Words, said))
}

package post_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

func TestADraftKeepsAllThatWasWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	media, b := w.picture(8), w.picture(9)
	content := post.Content{Text: "今日空气质量良\r\n请关注", Visible: 1, DueAt: w.in(time.Hour), Urgent: true,
		Targets: append([]post.TargetChoice{
			{AccountID: centre, Variant: words(" \n")},
			{AccountID: bureau},
			{AccountID: bureau},
		}, post.TargetChoice{AccountID: district, Variant: words("朝阳：良\r\n ")}),
		Media: []post.MediaChoice{{MediaID: b.ID, Alt: " 实况图 "}, {MediaID: media.ID}}}
	p := w.create(content)
	p, version := w.version(p.ID)
	if p.Phase != post.Draft || p.AuthorID != 1 || p.AuthorName != "值班宣传专员" || p.UnitName != "市局" ||
		!p.Urgent ||
		!p.DueAt.Equal(*content.DueAt) ||
		p.Revision != 1 {
		t.Errorf("post: %+v", p)
	}
	if version.Text != "今日空气质量良\n请关注" || version.Number != 1 || version.Visible != 1 ||
		version.Title() != "今日空气质量良" {
		t.Errorf("version: %+v", version)
	}
	if len(version.Targets) != 3 || version.Targets[0].AccountID != bureau ||
		version.Targets[2].TextOf(version) != "朝阳：良" ||
		version.Targets[1].TextOf(version) != version.Text {
		t.Errorf("targets: %+v", version.Targets)
	}
	if post.Length(version.Text) != 11 || post.Ability(version.Targets[2].Account.Connector).Posts {
		t.Error("length or ability")
	}
	if len(version.Media) != 2 || version.Media[0].MediaID != b.ID || version.Media[0].Alt != "实况图" ||
		version.Media[1].Media.Width != 8 {
		t.Errorf("media: %+v", version.Media)
	}
}

func TestSavingReplacesEverythingAndCountsTheRevision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.create(w.content("甲"))
	w.now = w.now.Add(time.Minute)
	saved, err := w.Save(t.Context(), w.second, p.ID, p.Revision, post.Content{
		Text: "乙", Targets: to(district), DueNow: true, DueAt: w.in(time.Hour),
	})
	w.must(err)
	got, version := w.version(p.ID)
	if saved.Revision != 2 || got.Revision != 2 || got.UpdatedBy != "宣传专员乙" || !got.UpdatedAt.Equal(w.now) ||
		!got.DueNow ||
		got.DueAt != nil {
		t.Errorf("post: %+v", got)
	}
	if version.Text != "乙" || len(version.Targets) != 1 || version.Targets[0].AccountID != district {
		t.Errorf("version: %+v", version)
	}
	again, err := w.Save(t.Context(), w.second, p.ID, 1, post.ContentOf(got, version))
	if err != nil || again.Revision != 2 {
		t.Errorf("saving what is stored: %d, %v", again.Revision, err)
	}
}

func TestAStaleSaveShowsTheOthersTextAndLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.create(w.content("甲"))
	_, err := w.Save(t.Context(), w.second, p.ID, p.Revision, w.content("乙的文字"))
	w.must(err)
	_, err = w.Save(t.Context(), w.writer, p.ID, p.Revision, w.content("甲的文字"))
	stale, ok := post.StaleIn(err)
	if !ok || stale.Theirs.Text != "乙的文字" || stale.Post.Revision != 2 {
		t.Fatalf("got %v", err)
	}
	if failure := fault.Public(
		err,
	); failure.Kind != fault.KindConflict || !strings.Contains(failure.Plain(), "宣传专员乙") ||
		stale.Error() == "" {
		t.Errorf("got %v", failure)
	}
	if _, version := w.version(p.ID); version.Text != "乙的文字" {
		t.Errorf("overwritten by %q", version.Text)
	}
	_, err = w.Save(t.Context(), w.writer, p.ID, stale.Post.Revision, w.content("甲的文字"))
	w.must(err)
}

func TestOfTwoWhoSaveAtOnceOneIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.create(w.content("甲"))
	var wg sync.WaitGroup

	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = w.Save(t.Context(), w.writer, p.ID, p.Revision, w.content(strings.Repeat("字", i+2)))
		})
	}
	wg.Wait()
	saved := 0

	for _, err := range errs {
		if err == nil {
			saved++
		} else if _, ok := post.StaleIn(err); !ok {
			t.Errorf("got %v", err)
		}
	}
	if got, _ := w.version(p.ID); saved != 1 || got.Revision != 2 {
		t.Errorf("%d saved, revision %d", saved, got.Revision)
	}
}

func TestWhatCannotBeKeptIsSaidAtItsField(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for field, content := range map[string]post.Content{
		"text":      {Text: strings.Repeat("字", 5001)},
		"variant.1": {Targets: []post.TargetChoice{{AccountID: 1, Variant: words("\xff")}}},
		"visible":   {Visible: 7},
		"repost":    {RepostOf: "https://weibo.com/" + strings.Repeat("x", 300)},
		"media":     {Media: []post.MediaChoice{{MediaID: 99}}},
		"accounts":  {Targets: to(99)},
	} {
		_, err := w.Create(t.Context(), w.writer, 1, content)
		if fs := fault.FieldErrors(err); len(fs) != 1 || fs[0].Field != field {
			t.Errorf("%s: got %v", field, err)
		}
	}

	many := post.Content{Media: []post.MediaChoice{{MediaID: 1, Alt: strings.Repeat("字", 201)}}}
	for i := range 10 {
		many.Media = append(many.Media, post.MediaChoice{MediaID: int64(i)})
	}

	for i := range 5001 {
		many.Targets = append(many.Targets, post.TargetChoice{AccountID: int64(i)})
	}
	if _, err := w.Create(t.Context(), w.writer, 1, many); len(fault.FieldErrors(err)) != 3 {
		t.Errorf("got %v", err)
	}
}

// TestNobodyTypesALead: what names a post of this console is given by who may ask for it. Kept in a
// version it stays when that is saved, and a copy does not have it.
func TestNobodyTypesALead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lead := post.Lead{Delivery: 12, Version: 34, Until: noon.Add(time.Hour)}
	typed := w.content("转发")
	typed.RepostOf = lead.String()
	if _, err := w.Create(t.Context(), w.writer, 1, typed); len(fault.FieldErrors(err)) != 1 {
		t.Errorf("created: %v", err)
	}
	plain := w.create(w.content("甲"))
	if _, err := w.Save(
		t.Context(),
		w.writer,
		plain.ID,
		plain.Revision,
		typed,
	); len(
		fault.FieldErrors(err),
	) != 1 {
		t.Errorf("saved: %v", err)
	}

	asked := w.content("转发")
	asked.Lead = &lead
	p := w.create(asked)
	saved, err := w.Save(t.Context(), w.writer, p.ID, p.Revision, typed)
	w.must(err)
	if _, version := w.version(saved.ID); version.RepostOf != lead.String() {
		t.Errorf("saved with %q", version.RepostOf)
	}
	made, err := w.Copy(t.Context(), w.writer, p.ID, "")
	w.must(err)
	if _, version := w.version(made.Post.ID); version.RepostOf != "" {
		t.Errorf("the copy passes on %q", version.RepostOf)
	}
}

func TestNobodyWritesOutsideOfTheirUnits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.create(w.content("甲"))
	if _, _, err := w.Find(t.Context(), w.afar, p.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("find: %v", err)
	}
	if _, err := w.Save(t.Context(), w.afar, p.ID, 1, w.content("乙")); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("save: %v", err)
	}
	if err := w.Delete(t.Context(), w.afar, p.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("delete: %v", err)
	}
	if _, err := w.Versions(t.Context(), w.afar, p.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("versions: %v", err)
	}
	if _, err := w.Create(t.Context(), w.afar, 1, w.content("乙")); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("create: %v", err)
	}
	if _, err := w.Create(t.Context(), w.writer, 99, w.content("乙")); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("unit that is not there: %v", err)
	}
	if _, err := w.Save(
		t.Context(),
		w.reviewer,
		p.ID,
		1,
		w.content("乙"),
	); !fault.Is(
		err,
		fault.KindForbidden,
	) {
		t.Errorf("reviewer saves: %v", err)
	}
	if _, err := w.Create(t.Context(), w.afar, 3, w.content("乙")); fault.Public(err).Field != "accounts" {
		t.Errorf("account of another unit: %v", err)
	}
	media := w.picture(8)
	if _, err := w.Create(
		t.Context(),
		w.afar,
		3,
		post.Content{Media: []post.MediaChoice{{MediaID: media.ID}}},
	); fault.Public(
		err,
	).Field != "media" {
		t.Errorf("picture of another unit: %v", err)
	}
	if _, err := w.Create(
		t.Context(),
		w.afar,
		3,
		post.Content{Corrects: &p.ID},
	); !fault.Is(
		err,
		fault.KindNotFound,
	) {
		t.Errorf("correction of a post of another unit: %v", err)
	}
}

// TestAPictureOfAnotherUnitStaysInItsPost: who sees a post only may save it with the pictures it holds,
// and may take them out, but not bring in others of that unit, nor put back what was taken out.
func TestAPictureOfAnotherUnitStaysInItsPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held, other := w.picture(8), w.picture(9)
	with := func(text string, ids ...int64) post.Content {
		content := post.Content{Text: text, Targets: to(district), DueNow: true}
		for _, id := range ids {
			content.Media = append(content.Media, post.MediaChoice{MediaID: id, Alt: text})
		}

		return content
	}
	p, err := w.Create(t.Context(), w.writer, 3, with("甲", held.ID))
	w.must(err)
	p, err = w.Save(t.Context(), w.afar, p.ID, p.Revision, with("乙", held.ID))
	w.must(err)
	if _, version := w.version(
		p.ID,
	); version.Text != "乙" || len(version.Media) != 1 ||
		version.Media[0].Alt != "乙" {
		t.Errorf("saved %+v", version)
	}
	if _, err := w.Save(
		t.Context(),
		w.afar,
		p.ID,
		p.Revision,
		with("丙", held.ID, other.ID),
	); fault.Public(
		err,
	).Field != "media" {
		t.Errorf("another picture of that unit: %v", err)
	}
	p, err = w.Save(t.Context(), w.afar, p.ID, p.Revision, with("丙"))
	w.must(err)
	if _, err := w.Save(
		t.Context(),
		w.afar,
		p.ID,
		p.Revision,
		with("丁", held.ID),
	); fault.Public(
		err,
	).Field != "media" {
		t.Errorf("put back: %v", err)
	}
}

func TestOnlyADraftNobodySawIsDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.create(w.content("甲"))
	w.must(w.Delete(t.Context(), w.writer, post.ID))
	if _, _, err := w.Find(t.Context(), w.writer, post.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("still there: %v", err)
	}
	post = w.create(w.content("乙"))
	w.mustSubmit(post.ID)
	if err := w.Delete(t.Context(), w.writer, post.ID); !fault.Is(err, fault.KindConflict) {
		t.Errorf("submitted: %v", err)
	}
	w.must(w.revise(post.ID))
	if err := w.Delete(t.Context(), w.writer, post.ID); !fault.Is(err, fault.KindConflict) {
		t.Errorf("submitted before: %v", err)
	}
	if n := w.count(`
		SELECT count(*) FROM audit_entries WHERE action IN ('post.create', 'post.delete')`); n != 3 {
		t.Errorf("%d audit entries", n)
	}
}

func TestFiltersFindWhatTheyPromise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	air := w.create(post.Content{
		Text:    "空气质量 AQI",
		Targets: to(bureau, centre, public, district),
		DueAt:   w.in(time.Hour),
		Media:   []post.MediaChoice{{MediaID: w.picture(8).ID}},
	})
	water := w.create(post.Content{
		Text:    "水质",
		Targets: []post.TargetChoice{{AccountID: centre, Variant: words("河流断面")}},
		DueAt:   w.in(48 * time.Hour),
	})
	mine, err := w.Create(t.Context(), w.second, 2, post.Content{Text: "噪声", Targets: to(centre)})
	w.must(err)
	w.mustSubmit(water.ID)

	day, two := w.in(24*time.Hour), w.in(72*time.Hour)
	for name, c := range map[string]struct {
		f    post.Filter
		want []int64
	}{
		"all":              {post.Filter{}, []int64{mine.ID, water.ID, air.ID}},
		"text":             {post.Filter{Query: "aqi"}, []int64{air.ID}},
		"variant":          {post.Filter{Query: "断面"}, []int64{water.ID}},
		"like is no magic": {post.Filter{Query: "%"}, nil},
		"account":          {post.Filter{AccountID: bureau}, []int64{air.ID}},
		"unit":             {post.Filter{UnitPath: "/1/2/"}, []int64{mine.ID}},
		"author":           {post.Filter{AuthorID: 2}, []int64{mine.ID}},
		"phase": {
			post.Filter{Phases: []post.Phase{post.Submitted, post.Returned}},
			[]int64{water.ID},
		},
		"time": {post.Filter{From: day, To: two}, []int64{water.ID}},
		"where": {
			post.Filter{Where: &post.Condition{SQL: "p.id = ?", Args: []any{air.ID}}},
			[]int64{air.ID},
		},
	} {
		page, err := w.List(t.Context(), w.writer, c.f)

		var got []int64
		for _, row := range page.Rows {
			got = append(got, row.ID)
		}
		if err != nil || len(got) != len(c.want) || !sameIDs(got, c.want) {
			t.Errorf("%s: got %v, want %v (%v)", name, got, c.want, err)
		}
	}
	page, err := w.List(t.Context(), w.writer, post.Filter{Query: "aqi"})
	w.must(err)
	if row := page.Rows[0]; row.Title() != "空气质量 AQI" || row.Accounts != 4 || len(row.Handles()) != 2 ||
		row.More() != 2 ||
		row.Handles()[0] != "环保北京" ||
		row.Pictures != 1 ||
		row.ThumbID == 0 {
		t.Errorf("row: %+v", row)
	}
	if page, err = w.List(t.Context(), w.afar, post.Filter{}); err != nil || len(page.Rows) != 0 {
		t.Errorf("another unit's posts: %v, %v", page.Rows, err)
	}
	authors, err := w.Authors(t.Context(), w.writer)
	if err != nil || len(authors) != 2 {
		t.Errorf("authors: %v, %v", authors, err)
	}
}

func sameIDs(a, b []int64) bool {
	seen := map[int64]int{}
	for _, id := range a {
		seen[id]++
	}

	for _, id := range b {
		seen[id]--
	}

	for _, n := range seen {
		if n != 0 {
			return false
		}
	}

	return true
}

func TestPagesShowEachPostOnce(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for range 7 {
		w.create(w.content("甲"))
	}

	seen, after := map[int64]bool{}, ""
	for range 4 {
		page, err := w.List(t.Context(), w.writer, post.Filter{Limit: 3, After: after})
		w.must(err)

		for _, row := range page.Rows {
			if seen[row.ID] {
				t.Errorf("post %d twice", row.ID)
			}
			seen[row.ID] = true
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if len(seen) != 7 {
		t.Errorf("%d posts", len(seen))
	}
	if _, err := w.List(t.Context(), w.writer, post.Filter{After: "x"}); err == nil {
		t.Error("a broken cursor was taken")
	}
}

func TestTheCalendarIsInOrderOfTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	late := w.create(post.Content{Text: "晚", DueAt: w.in(3 * time.Hour)})
	early := w.create(post.Content{Text: "早", DueAt: w.in(time.Hour)})
	w.create(post.Content{Text: "明天", DueAt: w.in(24 * time.Hour)})
	w.create(post.Content{Text: "未定"})
	today := []post.Span{{From: noon, To: noon.Add(12 * time.Hour)}}
	rows, err := w.DueIn(t.Context(), w.writer, today, post.Filter{}, 10)
	if err != nil || len(rows) != 2 || rows[0].ID != early.ID || rows[1].ID != late.ID {
		t.Errorf("got %v, %v", rows, err)
	}
	if rows, _ = w.DueIn(
		t.Context(),
		actor(9, access.Administrator, 1, "/1/"),
		today,
		post.Filter{},
		10,
	); len(
		rows,
	) != 0 {
		t.Error("an administrator reads posts")
	}
}

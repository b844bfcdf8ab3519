package plan

import (
	"context"
	"errors"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

func TestAFeedTellsWhatItsPersonSeesNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)
	people := map[int64]access.Actor{2: w.officer, 3: w.district}
	w.s.people = func(_ context.Context, user int64) (access.Actor, string, error) {
		who, ok := people[user]
		if !ok {
			return access.Actor{}, "", fault.NotFound("没有找到该人员")
		}

		return who, "zh", nil
	}
	w.deliver(w.write(w.officer, 1, "12-01T09:00", "局里的秘密", 1, 2), post.Approved, delivery.Waiting)
	w.write(w.district, 3, "12-02T09:00", "朝阳的", 4)

	feed, token, err := w.s.MakeFeed(t.Context(), w.officer, " 我的手机 ")
	w.must(err)
	if len(token) != 32 || feed.Name != "我的手机" {
		t.Errorf("%q for %+v", token, feed)
	}
	var kept int
	w.must(w.db.Pool().QueryRow(t.Context(), `SELECT count(*) FROM plan_feeds f
		WHERE f::text LIKE '%' || $1 || '%'`, token).Scan(&kept))
	if kept != 0 {
		t.Error("the token is kept")
	}
	fed, err := w.s.ReadFeed(t.Context(), token)
	w.must(err)
	if len(fed.Posts) != 2 || fed.Posts[0].State != delivery.PostApproved || fed.Posts[0].Accounts != 2 ||
		fed.Posts[1].State != delivery.PostDraft {
		t.Errorf("the officer of the bureau: %+v", fed.Posts)
	}
	list, err := w.s.Feeds(t.Context(), w.officer)
	w.must(err)
	if len(list) != 1 || list[0].UsedAt == nil {
		t.Errorf("listed: %+v", list)
	}

	_, other, err := w.s.MakeFeed(t.Context(), w.district, "朝阳")
	w.must(err)
	if fed, err = w.s.ReadFeed(t.Context(), other); err != nil || len(fed.Posts) != 1 {
		t.Errorf("the district: %+v %v", fed.Posts, err)
	}

	gone := func(name, token string) {
		t.Helper()
		if _, err := w.s.ReadFeed(t.Context(), token); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	gone("no token", "")
	gone("another", "00112233445566778899aabbccddeeff")
	people[3] = access.Actor{UserID: 3}
	gone("without rights", other)
	delete(people, 3)
	gone("disabled", other)
	if err := w.s.RevokeFeed(t.Context(), w.district, feed.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("another's was revoked: %v", err)
	}
	w.must(w.s.RevokeFeed(t.Context(), w.officer, feed.ID))
	gone("revoked", token)
	w.s.people = func(context.Context, int64) (access.Actor, string, error) {
		return access.Actor{}, "", errors.New("the database is away")
	}
	_, err = w.s.ReadFeed(t.Context(), other)
	if fault.Is(err, fault.KindNotFound) || err == nil {
		t.Errorf("a failure of ours is told as %v", err)
	}
}

func TestAPersonHasAFewFeeds(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for range MaxFeeds {
		_, _, err := w.s.MakeFeed(t.Context(), w.officer, "日历")
		w.must(err)
	}
	if _, _, err := w.s.MakeFeed(t.Context(), w.officer, "日历"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("one more: %v", err)
	}
	if _, _, err := w.s.MakeFeed(t.Context(), w.district, "  "); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("without a name: %v", err)
	}
	if _, _, err := w.s.MakeFeed(
		t.Context(),
		access.Actor{UserID: 3},
		"日历",
	); !fault.Is(
		err,
		fault.KindForbidden,
	) {
		t.Errorf("without rights: %v", err)
	}
}

func TestAnExportHasARowForEachPostOfEachAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)
	w.deliver(w.write(w.officer, 1, "12-01T09:00", "两个账号的\n第二行", 1, 2), post.Approved, delivery.Sent)
	w.write(w.officer, 1, "12-01T08:00", "草稿", 1)
	w.write(w.officer, 1, "12-05T08:00", "在外面", 1)

	ask := Ask{From: dayAt("2026-12-01"), To: dayAt("2026-12-02")}
	rows, err := w.s.Export(t.Context(), w.officer, ask)
	w.must(err)
	if len(rows) != 3 || rows[0].Title != "草稿" || rows[0].State != delivery.PostDraft ||
		rows[1].Title != "两个账号的" || rows[1].State != delivery.PostSent || rows[1].Handle == rows[2].Handle {
		t.Errorf("%+v", rows)
	}
	if rows, err = w.s.Export(t.Context(), w.district, ask); err != nil || len(rows) != 0 {
		t.Errorf("a district: %+v %v", rows, err)
	}
	ask.To = dayAt("2027-02-02")
	if _, err = w.s.Export(t.Context(), w.officer, ask); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("too many days: %v", err)
	}
}

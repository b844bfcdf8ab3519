package check_test

import (
	"slices"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/rumour"
)

// TestATextIsHeldAgainstRebuttalsInForce while somebody writes, and a rebuttal against what is planned.
func TestATextIsHeldAgainstRebuttalsInForce(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	rumours := rumour.New(w.db, func() time.Time { return w.now })
	ctx := t.Context()
	made, err := rumours.Write(ctx, w.writer, 1, rumour.Words{
		Claim: "明天将启动红色预警", Truth: "没有预警。", Area: "全市", Expert: "首席预报员",
		Evidence: []rumour.Evidence{{Source: "会商单.pdf"}}, Keywords: [][]string{{"红色预警", "启动"}},
		From: w.now, Until: w.now.AddDate(0, 0, 4),
	})
	if err != nil {
		t.Fatal(err)
	}
	asked := check.Question{UnitID: 3, Text: "朝阳区：今晚启动红色预警。"}
	if found := w.text(w.district, asked); len(found) != 0 {
		t.Errorf("against a draft: %v", found)
	}

	for _, move := range []struct {
		actor access.Actor
		act   rumour.Act
	}{{w.writer, rumour.Ask}, {w.second, rumour.Sign}} {
		made, err = rumours.Do(ctx, move.actor, made.ID, rumour.Move{Act: move.act, Revision: made.Revision})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found := w.text(w.district, asked); !slices.Equal(found, []string{"0 rebutted second 启动"}) {
		t.Errorf("against one in force: %v", found)
	}
	asked.At = w.now.AddDate(0, 0, 9)
	if found := w.text(w.district, asked); len(found) != 0 {
		t.Errorf("after its end: %v", found)
	}

	w.sent(41, "waiting", "今晚启动红色预警。", "本区启动红色预警措施。", w.now.AddDate(0, 0, 1), 1, 4)
	w.sent(42, "waiting", "红色预警不实，没有启动红色预警。", "", w.now.AddDate(0, 0, 1), 1)
	w.exec("UPDATE posts SET version_id = id, due_at = $1", w.now.AddDate(0, 0, 1))
	rule := rumour.Rule{
		ID: made.ID, Claim: made.Last.Claim, UnitPath: made.UnitPath, Keywords: made.Last.Keywords,
		From: made.Last.From, Until: made.Last.Until,
	}
	planned, err := w.s.Contradicting(ctx, w.second, rule)
	if err != nil || len(planned) != 1 || planned[0].PostID != 41 || planned[0].Found != "启动" {
		t.Errorf("planned: %+v, %v", planned, err)
	}
	if planned, err := w.s.Contradicting(ctx, w.district, rule); err != nil || len(planned) != 0 {
		t.Errorf("planned, seen from the district: %+v, %v", planned, err)
	}
}

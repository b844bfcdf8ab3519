package account

import (
	"testing"

	"juzhen/internal/fault"
	"juzhen/internal/sandbox"
)

func TestTheTestPostIsSeenByNobodyAndGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.connected("朝阳环保示例", "朝阳区", Commercial)
	before := w.Weibo.Count("朝阳环保示例")
	r, err := w.s.Test(w.Context(), w.admin, a.ID)
	if err != nil || !r.Passed || r.Unproven || len(r.Steps) != 4 {
		t.Fatalf("report %+v, %v", r, err)
	}
	if n := w.Weibo.Count("朝阳环保示例"); n != before {
		t.Errorf("%d posts after the test, %d before", n, before)
	}
	if a, err := w.s.Find(w.Context(), w.admin, a.ID); err != nil || a.TestedAt == nil || a.Token.CheckedAt == nil {
		t.Errorf("tested account %+v, %v", a, err)
	}
}

func TestTheOpenInterfaceIsTestedWithoutPosting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.connected("朝阳环保示例", "朝阳区", Public)
	r, err := w.s.Test(w.Context(), w.admin, a.ID)
	if err != nil || !r.Passed || !r.Unproven || len(r.Steps) != 2 {
		t.Fatalf("report %+v, %v", r, err)
	}
}

func TestAFailedTestSaysWhereAndKeepsTheAccountFromGoingLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.connected("朝阳环保示例", "朝阳区", Commercial)
	w.Weibo.Fault(sandbox.Fault{Call: "statuses/update/biz", Kind: sandbox.FaultError, Code: 10014})
	r, err := w.s.Test(w.Context(), w.admin, a.ID)
	if err != nil || r.Passed || len(r.Steps) != 3 || r.Steps[2].Step != StepPost || r.Steps[2].Err == nil {
		t.Fatalf("report %+v, %v", r, err)
	}
	_, err = w.s.SetState(w.Context(), w.admin, a.ID, Live, "")
	w.wantCode(err, fault.KindConflict, "not_tested")
}

func TestAnUndestroyedTestPostIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.connected("朝阳环保示例", "朝阳区", Commercial)
	w.Weibo.Fault(sandbox.Fault{Call: "statuses/destroy/biz", Kind: sandbox.FaultError, Code: 10001})
	r, err := w.s.Test(w.Context(), w.admin, a.ID)
	if err != nil || r.Passed || r.LeftID == "" {
		t.Fatalf("report %+v, %v", r, err)
	}
	w.wantCode(r.Steps[3].Err, fault.KindConflict, "test_left")
}

func TestAnUnknownOutcomeOfTheTestPostIsNotRepeated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.connected("朝阳环保示例", "朝阳区", Commercial)
	w.Weibo.Fault(sandbox.Fault{Call: "statuses/update/biz", Kind: sandbox.FaultError, Code: 10001})
	r, err := w.s.Test(w.Context(), w.admin, a.ID)
	if err != nil || r.Passed {
		t.Fatalf("report %+v, %v", r, err)
	}
	w.wantCode(r.Steps[2].Err, fault.KindConflict, "test_unknown")
}

package account

import (
	"testing"

	"juzhen/internal/fault"
	"juzhen/internal/sandbox"
)

func TestTheTestPostIsSeenByNobodyAndGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Commercial)
	before := w.Weibo.Count("朝阳环保示例")
	testReport, err := w.s.Test(w.Context(), w.admin, account.ID)
	if err != nil || !testReport.Passed || testReport.Unproven || len(testReport.Steps) != 4 {
		t.Fatalf("report %+v, %v", testReport, err)
	}
	if n := w.Weibo.Count("朝阳环保示例"); n != before {
		t.Errorf("%d posts after the test, %d before", n, before)
	}
	if a, err := w.s.Find(
		w.Context(),
		w.admin,
		account.ID,
	); err != nil || a.TestedAt == nil ||
		a.Token.CheckedAt == nil {
		t.Errorf("tested account %+v, %v", a, err)
	}
}

func TestTheOpenInterfaceIsTestedWithoutPosting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Public)
	testReport, err := w.s.Test(w.Context(), w.admin, account.ID)
	if err != nil || !testReport.Passed || !testReport.Unproven || len(testReport.Steps) != 2 {
		t.Fatalf("report %+v, %v", testReport, err)
	}
}

func TestAFailedTestSaysWhereAndKeepsTheAccountFromGoingLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Commercial)
	w.Weibo.Fault(sandbox.Fault{Call: "statuses/update/biz", Kind: sandbox.FaultError, Code: 10014})
	testReport, err := w.s.Test(w.Context(), w.admin, account.ID)
	if err != nil || testReport.Passed || len(testReport.Steps) != 3 ||
		testReport.Steps[2].Step != StepPost ||
		testReport.Steps[2].Err == nil {
		t.Fatalf("report %+v, %v", testReport, err)
	}
	_, err = w.s.SetState(w.Context(), w.admin, account.ID, Live, "")
	w.wantCode(err, fault.KindConflict, "not_tested")
}

func TestAnUndestroyedTestPostIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Commercial)
	w.Weibo.Fault(sandbox.Fault{Call: "statuses/destroy/biz", Kind: sandbox.FaultError, Code: 10001})
	testReport, err := w.s.Test(w.Context(), w.admin, account.ID)
	if err != nil || testReport.Passed || testReport.LeftID == "" {
		t.Fatalf("report %+v, %v", testReport, err)
	}
	w.wantCode(testReport.Steps[3].Err, fault.KindConflict, "test_left")
}

func TestAnUnknownOutcomeOfTheTestPostIsNotRepeated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Commercial)
	w.Weibo.Fault(sandbox.Fault{Call: "statuses/update/biz", Kind: sandbox.FaultError, Code: 10001})
	testReport, err := w.s.Test(w.Context(), w.admin, account.ID)
	if err != nil || testReport.Passed {
		t.Fatalf("report %+v, %v", testReport, err)
	}
	w.wantCode(testReport.Steps[2].Err, fault.KindConflict, "test_unknown")
}

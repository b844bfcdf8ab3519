package account

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
	"juzhen/internal/weibo"
)

// Step is one thing a connection test tried.
type Step string

// The steps of a connection test.
const (
	StepToken    Step = "token"    // the platform confirms owner, application and life of the token
	StepTimeline Step = "timeline" // the newest posts can be read
	StepPost     Step = "post"     // a post only its author can see was published
	StepDestroy  Step = "destroy"  // and taken down again
)

// Label is the Chinese name of the step.
func (s Step) Label() string {
	return map[Step]string{StepToken: "核对令牌", StepTimeline: "读取时间线", StepPost: "发布一条仅自己可见的测试微博",
		StepDestroy: "删除测试微博"}[s]
}

// StepResult is how one step went. Err is a fault a person may read; nil when it went well.
type StepResult struct {
	Step Step
	Err  error
}

// TestReport is how a connection test went. Passed allows the account to go live. Unproven says that
// posting itself was not tried, because the open interface cannot post anything that nobody sees.
type TestReport struct {
	Account  Account
	Steps    []StepResult
	Passed   bool
	Unproven bool
	began    time.Time
	refused  bool   // the platform does not take the token
	LeftID   string // platform id of a test post that could not be taken down again; a person must delete it
}

// Test proves that an account can be posted to before it goes live. On the contracted interface it
// publishes a post visible to the author alone and takes it down; on the open one it verifies the token
// and reads the timeline, and says that posting is unproven. A failed step is part of the report; the
// error is only for what kept the test from being made.
func (s *Service) Test(ctx context.Context, actor access.Actor, id int64) (_ TestReport, err error) {
	defer fault.Step(&err, "account.Test %d", id)

	account, err := s.connectable(ctx, actor, id)
	if err != nil {
		return TestReport{}, err
	}
	token, err := s.Token(ctx, id)
	if err != nil {
		return TestReport{}, err
	}
	testReport := TestReport{Account: account, Unproven: account.Connector == Public, began: s.now()}
	s.probe(ctx, actor, token, &testReport)
	testReport.Passed = testReport.passed()

	return testReport, s.record(ctx, actor, testReport)
}

func (r TestReport) passed() bool {
	for _, step := range r.Steps {
		if step.Err != nil {
			return false
		}
	}

	return true
}

// probe walks the steps and stops at the first that fails.
func (s *Service) probe(ctx context.Context, actor access.Actor, token weibo.Token, testReport *TestReport) {
	mode := weibo.Mode(testReport.Account.Connector)
	try := func(step Step, err error) bool {
		var said *weibo.Error
		testReport.refused = testReport.refused || errors.As(err, &said) && said.Class == weibo.ClassToken
		testReport.Steps = append(testReport.Steps, StepResult{step, readable(err)})

		return err == nil
	}
	if !try(StepToken, s.sameOwner(ctx, testReport.Account, token)) {
		return
	}
	_, err := s.api.UserTimeline(ctx, mode, token, weibo.TimelineQuery{Count: 5})
	if !try(StepTimeline, err) || mode != weibo.Commercial {
		return
	}
	if err := s.takeTurn(ctx, actor, testReport.Account); err != nil {
		try(StepPost, err)
		return
	}
	posted, err := s.postForSelf(ctx, token)
	if !try(StepPost, err) {
		return
	}
	if !try(StepDestroy, s.destroy(ctx, mode, token, posted)) {
		testReport.LeftID = posted
	}
}

// takeTurn keeps posts of the account from coming too close to the one of the test.
func (s *Service) takeTurn(ctx context.Context, actor access.Actor, account Account) error {
	return s.db.InTxRetry(
		ctx,
		func(tx pg.Tx) error { return s.tellWatch(ctx, tx, actor.UserID, account, TestPosted) },
	)
}

// posts tells whether the test came so far as to post.
func (r TestReport) posts() bool {
	return slices.ContainsFunc(
		r.Steps,
		func(stepResult StepResult) bool { return stepResult.Step == StepPost },
	)
}

func (s *Service) sameOwner(ctx context.Context, account Account, token weibo.Token) error {
	_, err := s.verify(ctx, account, token)
	return err
}

// postForSelf publishes a post nobody but the author sees. It is never repeated: when the outcome is
// not known a person looks.
func (s *Service) postForSelf(ctx context.Context, token weibo.Token) (string, error) {
	text := "接口测试，仅自己可见，即将删除 " + s.now().
		In(beijing.Zone).
		Format("2006-01-02 15:04:05") +
		" " + rand.Text()[:6]

	payload := weibo.Build(weibo.Commercial, weibo.Draft{Text: text, Visible: weibo.VisibleSelf})
	switch outcome := s.api.Send(ctx, payload, weibo.Sending{
		Token:      token,
		DeliveryID: weibo.NewDeliveryID(),
	}); outcome.Result {
	case weibo.Published:
		return outcome.ID, nil
	case weibo.NotPublished:
		return "", outcome.Err
	default:
		return "", fault.Conflict("微博没有明确答复测试微博是否发出。请到该账号主页查看并删除以“接口测试”开头的微博，然后再测一次").WithCode("test_unknown")
	}
}

func (s *Service) destroy(ctx context.Context, mode weibo.Mode, token weibo.Token, id string) error {
	outcome := s.api.Destroy(ctx, mode, token, weibo.Mark{}, id)
	if outcome.Result == weibo.Published || weibo.Gone(asError(outcome.Err)) {
		return nil
	}

	return fault.Conflict("测试微博 {.id} 没有删除成功，请到该账号主页手工删除（仅自己可见）", "id", id).WithCode("test_left")
}

// asError keeps a nil *weibo.Error from becoming an error that is not nil.
func asError(e *weibo.Error) error {
	if e == nil {
		return nil
	}

	return e
}

// record keeps a passed test on the account, a refused token on its credential, and both in the audit trail.
func (s *Service) record(ctx context.Context, actor access.Actor, testReport TestReport) error {
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		account, err := s.lock(ctx, tx, actor, testReport.Account.ID)
		if err != nil {
			return err
		}
		if testReport.posts() {
			if err := s.tellWatch(ctx, tx, actor.UserID, account, TestPosted); err != nil {
				return err
			}
		}
		if testReport.Passed {
			if err := setTested(ctx, tx.DB, account.ID, testReport.Account.Connector, s.now()); err != nil {
				return err
			}
			if err := checkedCredential(ctx, tx.DB, account.ID, s.now()); err != nil {
				return err
			}
			if err := todo.ResolveTx(ctx, tx, s.now(), otherUserKey(account.ID), actor.UserID); err != nil {
				return err
			}
		}
		if !testReport.Passed {
			if err := setFailed(
				ctx,
				tx.DB,
				account.ID,
				testReport.Steps[len(testReport.Steps)-1].Step,
				s.now(),
			); err != nil {
				return err
			}
		}
		if testReport.refused {
			if err := s.MarkTokenBadTx(ctx, tx, testReport.began, account.ID, TokenRevoked); err != nil {
				return err
			}
		}

		return s.note(ctx, tx, actor, account, actTest, "", map[string]any{
			"passed": testReport.Passed,
			"steps":  testReport.outline(),
			"left":   testReport.LeftID,
		})
	})
}

// outline is the steps for the audit trail.
func (r TestReport) outline() []string {
	var out []string

	for _, stepResult := range r.Steps {
		line := string(stepResult.Step) + " ok"
		if stepResult.Err != nil {
			line = string(stepResult.Step) + ": " + fault.Public(stepResult.Err).Plain()
		}
		out = append(out, line)
	}

	return out
}

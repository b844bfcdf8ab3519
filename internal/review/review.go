// Package review decides on versions of posts: one level, bound to the version's number and to the hash
// of what the reviewer was shown. It does not change the post and plans nothing: post and delivery do,
// in the same transaction.
package review

import (
	"time"
	"unicode/utf8"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// State is where a review stands.
type State string

// The states. Void: the version was changed or withdrawn before it was decided.
const (
	Pending  State = "pending"
	Approved State = "approved"
	Returned State = "returned"
	Void     State = "void"
)

// Label is the Chinese name of the state.
func (s State) Label() string {
	return map[State]string{Pending: "待审", Approved: "已批准", Returned: "退回", Void: "作废"}[s]
}

// Decision is what a reviewer says.
type Decision string

// The decisions.
const (
	Approve Decision = "approve"
	Return  Decision = "return"
)

// leads is where a decision takes a pending review.
var leads = map[Decision]State{Approve: Approved, Return: Returned}

// maxOpinion is in runes.
const maxOpinion = 500

// Review is one level of review of one version.
type Review struct {
	ID            int64
	PostID        int64
	VersionID     int64
	VersionNumber int
	Level         int
	Hash          []byte // what the reviewer was shown
	State         State
	OpenedAt      time.Time
	DecidedBy     *int64
	DecidedName   string
	DecidedAt     *time.Time
	Opinion       string
}

// Waiting is a review that waits for somebody, as a queue shows it.
type Waiting struct {
	Review
	UnitPath      string
	UnitName      string
	SubmittedName string
	Text          string
	RepostOf      string
	Accounts      int
	Pictures      int
	ThumbID       int64
	DueAt         *time.Time
	DueNow        bool
	Urgent        bool
	Own           bool // the reader worked on it and may not decide
}

// checkDecision looks at what the reviewer wrote.
func checkDecision(decision Decision, opinion string) error {
	if _, ok := leads[decision]; !ok {
		return fault.Invalid("decision", "请选择批准或退回")
	}
	if decision == Return && opinion == "" {
		return fault.Invalid("opinion", "请写明退回的意见，作者才知道怎样修改")
	}
	if utf8.RuneCountInString(opinion) > maxOpinion {
		return fault.Invalid("opinion", "意见最多 {.max} 字", "max", maxOpinion)
	}

	return nil
}

// overtaken says why a review that is not pending cannot be decided: by whom it was, or that the
// version is gone.
func overtaken(review Review) error {
	when := ""
	if review.DecidedAt != nil {
		when = review.DecidedAt.In(beijing.Zone).Format("1月2日 15:04")
	}

	switch review.State {
	case Approved:
		return fault.Conflict("{.name} 已于 {.time} 批准第 {.n} 版，您的意见没有记录",
			"name", review.DecidedName,
			"time", when,
			"n", review.VersionNumber,
		).WithCode("decided")
	case Returned:
		return fault.Conflict("{.name} 已于 {.time} 退回第 {.n} 版，您的意见没有记录",
			"name", review.DecidedName,
			"time", when,
			"n", review.VersionNumber,
		).WithCode("decided")
	}

	return fault.Conflict("第 {.n} 版已被修改或撤回，不再审核；请查看最新内容", "n", review.VersionNumber).WithCode("overtaken")
}

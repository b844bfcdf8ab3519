package relay

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"juzhen/internal/fault"
)

// Request is what a person asks of accounts.
type Request struct {
	AtOnce        bool // whoever asks confirms, with the approval, for all accounts that he or she writes for
	Kind          Kind
	LeadAccountID int64
	AccountIDs    []int64
	Words         string
	Spread        time.Duration
	Deadline      time.Time
	Reason        string
	Revision      int // of the relay that the form showed; 0: there was none
}

// check looks at what was typed, by field: "kind", "accounts", "words", "spread", "deadline", "reason".
func (q Request) check(now time.Time, due *time.Time) (Request, error) {
	var wrong fault.Fields
	q.Words, q.Reason = strings.TrimSpace(q.Words), strings.TrimSpace(q.Reason)
	q.Deadline = q.Deadline.UTC().Truncate(time.Second)
	slices.Sort(q.AccountIDs)
	q.AccountIDs = slices.Compact(q.AccountIDs)

	if q.Kind != Repost && q.Kind != Own {
		wrong.Add(fault.Invalid("kind", "请选择怎样参加"))
	}

	switch n := len(q.AccountIDs); {
	case n == 0:
		wrong.Add(fault.Invalid("accounts", "请至少选择一个账号"))
	case n > MaxAccounts:
		wrong.Add(fault.Invalid("accounts", "一次最多选择 {.max} 个账号", "max", MaxAccounts))
	case q.needsReason() && q.Reason == "":
		wrong.Add(fault.Invalid("reason",
			"{.n} 个账号发同一条文字，须写明理由：不得用大量账号批量发布同样的内容", "n", n))
	}

	switch {
	case q.Kind == Own && q.Words == "":
		wrong.Add(fault.Invalid("words", "请填写建议的文字"))
	case len([]rune(q.Words)) > MaxWords:
		wrong.Add(fault.Invalid("words", "建议的文字最多 {.max} 字", "max", MaxWords))
	}
	if len([]rune(q.Reason)) > maxWhy {
		wrong.Add(fault.Invalid("reason", "理由最多 {.max} 字", "max", maxWhy))
	}
	if q.Spread < 0 || q.Spread > MaxSpread {
		wrong.Add(fault.Invalid("spread", "错开时间须在 0 分钟到 24 小时之间"))
	}
	wrong.Add(q.checkDeadline(now, due))

	return q, wrong.Err()
}

// checkDeadline wants a deadline behind the last account's time.
func (q Request) checkDeadline(now time.Time, due *time.Time) *fault.Error {
	last := now
	if due != nil && due.After(now) {
		last = *due
	}

	switch {
	case !q.Deadline.After(last.Add(q.Spread)):
		return fault.Invalid("deadline", "截止时间须晚于首发时间加上错开的时间")
	case q.Deadline.After(last.Add(maxAhead)):
		return fault.Invalid("deadline", "截止时间最多在首发之后 {.n} 天", "n", int(maxAhead.Hours()/24))
	}

	return nil
}

// needsReason tells whether so many accounts would publish one text that a reason must be stated. A repost
// is one post passed on, not many.
func (q Request) needsReason() bool { return q.Kind == Own && len(q.AccountIDs) >= ReasonFrom }

// Warns tells whether a page should ask for words of their own: many accounts are about to say the same.
func (r Relay) Warns(accounts int) bool {
	return r.Words != "" && (r.Kind == Own && accounts >= WarnFrom || accounts >= ReasonFrom)
}

// digest seals what a relay asks: SHA-256 over lines. The lead's approval covers it, and the words of a
// task are taken as approved only while it is the same.
func (r Relay) digest(accounts []int64) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "juzhen relay 1\nkind %s\nlead %d\nwords %x\nspread %d\nuntil %s\nreason %x\n",
		r.Kind, r.LeadAccountID, sha256.Sum256([]byte(r.Words)), int(r.Spread.Seconds()),
		r.Deadline.UTC().Format(time.RFC3339), sha256.Sum256([]byte(r.Reason)))

	for _, id := range slices.Sorted(slices.Values(accounts)) {
		fmt.Fprintf(&b, "account %d\n", id)
	}
	if r.AtOnceBy != nil {
		fmt.Fprintf(&b, "at once %d\n", *r.AtOnceBy)
	}
	sum := sha256.Sum256([]byte(b.String()))

	return sum[:]
}

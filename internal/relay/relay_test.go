package relay

import (
	"slices"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

var noon = time.Date(2026, 12, 1, 4, 0, 0, 0, time.UTC)

// TestWhatFollowsWhat tries every act on every stage.
func TestWhatFollowsWhat(t *testing.T) {
	t.Parallel()
	// from planned, asked, confirmed, declined, missed, withdrawn; "-": it may not be done
	const table = `
ask       asked     -         -         -         -       -
confirm   -         confirmed -         confirmed -       -
decline   -         declined  -         -         -       -
lapse     -         missed    -         -         -       -
recall    -         planned   planned   planned   planned -
revoke    -         -         asked     -         -       -
withdraw  -         withdrawn withdrawn -         -       -`
	stages := []Stage{Planned, Asked, Confirmed, Declined, Missed, TakenBack}
	lines := strings.Split(strings.TrimSpace(table), "\n")
	if len(lines) != len(arrows) {
		t.Errorf("%d acts, %d lines", len(arrows), len(lines))
	}

	for _, line := range lines {
		cells := strings.Fields(line)

		for i, stage := range stages {
			want := cells[i+1]
			got := "-"
			if to, ok := stage.After(Act(cells[0])); ok {
				got = string(to)
			}
			if got != want {
				t.Errorf("%s of %s gives %s, want %s", cells[0], stage, got, want)
			}
		}
	}
}

// TestTheStateOfATaskIsThatOfItsPost: what is out is out, whatever was said.
func TestTheStateOfATaskIsThatOfItsPost(t *testing.T) {
	t.Parallel()
	deadline := noon.Add(time.Hour)

	for _, tc := range []struct {
		task Task
		at   time.Time
		want State
	}{
		{Task{Stage: Planned}, noon, ToBegin},
		{Task{Stage: Asked}, noon, ToConfirm},
		{Task{Stage: Asked}, deadline, ToConfirm},
		{Task{Stage: Asked}, deadline.Add(1), Late},
		{Task{Stage: Missed}, noon, Late},
		{Task{Stage: Declined}, noon, Refused},
		{Task{Stage: TakenBack}, noon, Gone},
		{Task{Stage: TakenBack, Delivery: delivery.Sent}, noon, Sent},
		{Task{Stage: Confirmed, Phase: post.Submitted, Delivery: delivery.Planned}, noon, InReview},
		{Task{Stage: Confirmed, Phase: post.Submitted, Delivery: delivery.Expired}, noon, Late},
		{Task{Stage: Confirmed, Phase: post.Returned, Delivery: delivery.Planned}, noon, Back},
		{Task{Stage: Confirmed, Phase: post.Draft, Delivery: delivery.Planned}, noon, Back},
		{Task{Stage: Confirmed, Phase: post.Withdrawn, Delivery: delivery.Cancelled}, noon, Gone},
		{Task{Stage: Confirmed, Phase: post.Approved, Delivery: delivery.Cancelled}, noon, Gone},
		{Task{Stage: Confirmed, Phase: post.Approved, Delivery: delivery.Waiting}, noon, Scheduled},
		{Task{Stage: Confirmed, Phase: post.Approved, Delivery: delivery.Held}, noon, Scheduled},
		{Task{Stage: Confirmed, Phase: post.Approved, Delivery: delivery.Handoff}, noon, Scheduled},
		{Task{Stage: Confirmed, Phase: post.Approved, Delivery: delivery.Sending}, noon, Scheduled},
		{Task{Stage: Confirmed, Phase: post.Approved, Delivery: delivery.Unknown}, noon, InDoubt},
		{Task{Stage: Confirmed, Phase: post.Approved, Delivery: delivery.Failed}, noon, NotSent},
		{Task{Stage: Confirmed, Phase: post.Approved, Delivery: delivery.Missed}, noon, Late},
		{Task{Stage: Confirmed, Phase: post.Draft, Delivery: delivery.Sent}, noon, Sent},
	} {
		if got := tc.task.State(tc.at, deadline); got != tc.want {
			t.Errorf("%s, post %s, delivery %s: %s, want %s",
				tc.task.Stage, tc.task.Phase, tc.task.Delivery, got, tc.want)
		}
		if tc.want.Label() == "" || !slices.Contains(States(), tc.want) {
			t.Errorf("%s has no name", tc.want)
		}
	}
}

// TestAccountsAreSpreadInTheirOrder: twenty within ten minutes, each half a minute behind the one before.
func TestAccountsAreSpreadInTheirOrder(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		place, of int
		spread    time.Duration
		want      time.Duration
	}{
		{0, 20, 10 * time.Minute, 0},
		{1, 20, 10 * time.Minute, 30 * time.Second},
		{19, 20, 10 * time.Minute, 9*time.Minute + 30*time.Second},
		{0, 1, 10 * time.Minute, 0},
		{5, 20, 0, 0},
		{2, 3, 10 * time.Second, 6 * time.Second},
	} {
		if got := Slot(noon, tc.spread, tc.place, tc.of).Sub(noon); got != tc.want {
			t.Errorf("place %d of %d in %s: after %s, want %s", tc.place, tc.of, tc.spread, got, tc.want)
		}
	}
	lead := noon
	relay := Relay{DueAt: &lead, Spread: 10 * time.Minute}
	late := noon.Add(time.Hour)
	if got := relay.Slot(Task{Place: 3}, 20, late); !got.Equal(late) {
		t.Errorf("confirmed after its time it is due at %s", got)
	}
	version := int64(34)

	relay.LeadVersion, relay.Deadline = &version, noon.Add(30*time.Minute)
	for due, until := range map[time.Time]time.Time{noon: relay.Deadline, late: late} {
		if got := relay.Lead(12, due); got != (post.Lead{Delivery: 12, Version: 34, Until: until}) {
			t.Errorf("due at %s it waits for %s", due, got)
		}
	}
}

func asked(accounts int) Request {
	q := Request{Kind: Own, Words: "请关注", Spread: time.Minute, Deadline: noon.Add(2 * time.Hour)}
	for id := range accounts {
		q.AccountIDs = append(q.AccountIDs, int64(id+1))
	}

	return q
}

// TestWhatMayBeAsked: each fault at its field, and a reason where many accounts say the same.
func TestWhatMayBeAsked(t *testing.T) {
	t.Parallel()
	due := noon.Add(time.Hour)

	for name, tc := range map[string]struct {
		change func(q *Request)
		fields string
	}{
		"right":                        {func(*Request) {}, ""},
		"a repost without words":       {func(q *Request) { q.Kind, q.Words = Repost, " " }, ""},
		"a post without words":         {func(q *Request) { q.Words = " " }, "words"},
		"no kind":                      {func(q *Request) { q.Kind = "like" }, "kind"},
		"nobody":                       {func(q *Request) { q.AccountIDs = nil }, "accounts"},
		"one account twice":            {func(q *Request) { q.AccountIDs = []int64{7, 7} }, ""},
		"too many":                     {func(q *Request) { *q = asked(MaxAccounts + 1); q.Reason = "全市" }, "accounts"},
		"nine with one text":           {func(q *Request) { *q = asked(9) }, ""},
		"ten with one text":            {func(q *Request) { *q = asked(10) }, "reason"},
		"ten with one text, because":   {func(q *Request) { *q = asked(10); q.Reason = "全市统一预警" }, ""},
		"ten that pass one on":         {func(q *Request) { *q = asked(10); q.Kind = Repost }, ""},
		"words beyond the limit":       {func(q *Request) { q.Words = strings.Repeat("字", MaxWords+1) }, "words"},
		"a reason beyond the limit":    {func(q *Request) { q.Reason = strings.Repeat("字", maxWhy+1) }, "reason"},
		"a spread beyond the limit":    {func(q *Request) { q.Spread = MaxSpread + 1 }, "spread deadline"},
		"a spread backwards":           {func(q *Request) { q.Spread = -1 }, "spread"},
		"a deadline before the lead":   {func(q *Request) { q.Deadline = due }, "deadline"},
		"a deadline within the spread": {func(q *Request) { q.Deadline = due.Add(time.Minute) }, "deadline"},
		"a deadline in a year":         {func(q *Request) { q.Deadline = due.AddDate(1, 0, 0) }, "deadline"},
	} {
		q := asked(2)
		tc.change(&q)
		_, err := q.check(noon, &due)
		var fields []string

		for _, wrong := range fault.FieldErrors(err) {
			fields = append(fields, wrong.Field)
		}
		if got := strings.Join(fields, " "); got != tc.fields {
			t.Errorf("%s: %q, want %q", name, got, tc.fields)
		}
	}

	relay := Relay{Kind: Own, Words: "请关注"}
	for n, want := range map[int]bool{WarnFrom - 1: false, WarnFrom: true} {
		if relay.Warns(n) != want {
			t.Errorf("%d accounts with one text: warned %v", n, !want)
		}
	}
}

// TestWhatIsAskedIsSealed: whatever a reviewer of the lead was shown changes the digest, the order does
// not.
func TestWhatIsAskedIsSealed(t *testing.T) {
	t.Parallel()
	base := Relay{
		Kind:          Repost,
		LeadAccountID: 1,
		Words:         "请关注",
		Spread:        time.Minute,
		Deadline:      noon,
		Reason:        "统一",
	}
	seen := map[string]string{string(base.digest([]int64{2, 3})): "base"}
	if string(base.digest([]int64{3, 2})) != string(base.digest([]int64{2, 3})) {
		t.Error("the order of accounts changes the digest")
	}

	for name, change := range map[string]func(r *Relay) []int64{
		"kind":     func(r *Relay) []int64 { r.Kind = Own; return []int64{2, 3} },
		"lead":     func(r *Relay) []int64 { r.LeadAccountID = 4; return []int64{2, 3} },
		"words":    func(r *Relay) []int64 { r.Words = "请关注。"; return []int64{2, 3} },
		"spread":   func(r *Relay) []int64 { r.Spread = 2 * time.Minute; return []int64{2, 3} },
		"deadline": func(r *Relay) []int64 { r.Deadline = noon.Add(time.Second); return []int64{2, 3} },
		"reason":   func(r *Relay) []int64 { r.Reason = ""; return []int64{2, 3} },
		"one less": func(*Relay) []int64 { return []int64{2} },
		"another":  func(*Relay) []int64 { return []int64{2, 4} },
	} {
		other := base
		accounts := change(&other)
		digest := string(other.digest(accounts))
		if same, ok := seen[digest]; ok {
			t.Errorf("%s has the digest of %s", name, same)
		}
		seen[digest] = name
	}
}

// TestRemindersAreBounded: five times at most, ten minutes apart, and only whom something waits for.
func TestRemindersAreBounded(t *testing.T) {
	t.Parallel()
	ago := func(d time.Duration) *time.Time { at := noon.Add(-d); return &at }
	open := Relay{AskedAt: ago(time.Hour), Deadline: noon.Add(time.Hour)}

	for name, tc := range map[string]struct {
		relay Relay
		task  Task
		may   bool
	}{
		"first":     {open, Task{Stage: Asked}, true},
		"in review": {open, Task{Stage: Confirmed, Phase: post.Submitted}, true},
		"returned":  {open, Task{Stage: Confirmed, Phase: post.Returned}, true},
		"just now":  {open, Task{Stage: Asked, Reminded: 1, RemindedAt: ago(9 * time.Minute)}, false},
		"a while":   {open, Task{Stage: Asked, Reminded: 1, RemindedAt: ago(10 * time.Minute)}, true},
		"too often": {open, Task{Stage: Asked, Reminded: 5, RemindedAt: ago(time.Hour)}, false},
		"scheduled": {open, Task{Stage: Confirmed, Phase: post.Approved}, false},
		"refused":   {open, Task{Stage: Declined}, false},
		"closed":    {Relay{AskedAt: ago(1), ClosedAt: ago(0)}, Task{Stage: Asked}, false},
		"over":      {Relay{AskedAt: ago(1), Deadline: *ago(1)}, Task{Stage: Asked}, false},
	} {
		if err := tc.relay.MayRemind(tc.task, noon); (err == nil) != tc.may {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAStandingApprovalIsNarrow: two people, one account, the column of warnings, reposts alone, a year at
// most.
func TestAStandingApprovalIsNarrow(t *testing.T) {
	t.Parallel()
	two := int64(2)
	holds := Standing{
		AccountID: 7, ColumnID: 3, AskedBy: 1, ConfirmedBy: &two, ConfirmedAt: &noon,
		Until: noon.Add(time.Hour), UnitPath: "/1/",
	}
	relay, task := Relay{Kind: Repost, ColumnID: 3}, Task{AccountID: 7, Stage: Asked}

	for name, tc := range map[string]struct {
		change func(s *Standing, r *Relay, t *Task)
		want   bool
	}{
		"as it is":           {func(*Standing, *Relay, *Task) {}, true},
		"not confirmed":      {func(s *Standing, _ *Relay, _ *Task) { s.ConfirmedAt = nil }, false},
		"ended":              {func(s *Standing, _ *Relay, _ *Task) { s.EndedAt = &noon }, false},
		"over":               {func(s *Standing, _ *Relay, _ *Task) { s.Until = noon }, false},
		"another column":     {func(_ *Standing, r *Relay, _ *Task) { r.ColumnID = 4 }, false},
		"a post of its own":  {func(_ *Standing, r *Relay, _ *Task) { r.Kind = Own }, false},
		"another account":    {func(_ *Standing, _ *Relay, t *Task) { t.AccountID = 8 }, false},
		"confirmed by hand":  {func(_ *Standing, _ *Relay, t *Task) { t.Stage = Confirmed }, false},
		"declined by people": {func(_ *Standing, _ *Relay, t *Task) { t.Stage = Declined }, false},
	} {
		s, r, task := holds, relay, task
		tc.change(&s, &r, &task)
		if got := s.Covers(r, task, noon); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}

	fresh := holds
	fresh.ConfirmedAt = nil

	reviewer := func(id int64, path string) access.Actor {
		return access.Actor{UserID: id, Grants: []access.Grant{{Role: access.Reviewer, Path: path}}}
	}
	for name, tc := range map[string]struct {
		actor access.Actor
		may   bool
	}{
		"a reviewer of the unit": {reviewer(2, "/1/"), true},
		"who asked":              {reviewer(1, "/1/"), false},
		"of another unit":        {reviewer(2, "/2/"), false},
		"an officer": {
			access.Actor{UserID: 2, Grants: []access.Grant{{Role: access.PressOfficer, Path: "/1/"}}}, false,
		},
	} {
		if err := fresh.MayConfirm(tc.actor, noon); (err == nil) != tc.may {
			t.Errorf("%s: %v", name, err)
		}
	}

	for until, want := range map[time.Duration]bool{0: false, time.Hour: true, MaxStanding: true, MaxStanding + time.Hour: false} {
		if _, err := (StandingRequest{Words: "转", Until: noon.Add(until)}).check(noon); (err == nil) != want {
			t.Errorf("for %s: %v", until, err)
		}
	}
}

package review

import (
	"bytes"
	"slices"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/chain"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// StepState is where a step stands.
type StepState string

// The states of a step. Ended: the run ended before it was passed.
const (
	StepWaiting StepState = "waiting"
	StepOpen    StepState = "open"
	StepPassed  StepState = "passed"
	StepEnded   StepState = "ended"
)

// Label is the Chinese name of the state.
func (s StepState) Label() string {
	return map[StepState]string{
		StepWaiting: "未到", StepOpen: "审核中", StepPassed: "已通过", StepEnded: "已结束",
	}[s]
}

// Step is one step of a run.
type Step struct {
	chain.Placed
	ID       int64
	Number   int // from 1
	State    StepState
	Round    int // one more each time somebody returned to it or to one before it
	OpenedAt *time.Time
	LimitAt  *time.Time // when it goes to a stand-in or up
	LateAt   *time.Time // since when it is past its limit
}

// Made is one decision about a step. Who decided and why stays, also where a later return made it void.
type Made struct {
	ID       int64
	Number   int // of the step
	Round    int
	Decision Decision
	To       int // of a return: the step it goes back to; 0: to the author
	By       int64
	ByName   string
	For      int64 // for whom a stand-in decided; 0: for nobody
	ForName  string
	At       time.Time
	Opinion  string
	Ticked   []string
}

// Label is what was decided, in Chinese; "{.n}" in it is the step a version went back to.
func (m Made) Label() string {
	switch {
	case m.Decision == Approve:
		return i18n.N("批准")
	case m.Decision == Edit:
		return i18n.N("编辑完成")
	case m.To > 0:
		return i18n.N("退回第 {.n} 步")
	}

	return i18n.N("退回作者")
}

// Run is the way of one version through the steps of a chain, as it was when the version was submitted.
type Run struct {
	ID             int64
	PostID         int64
	VersionID      int64
	VersionNumber  int
	Hash           []byte // what everybody is shown
	Chain          string // what the chain was called
	ChainVersionID int64
	State          State
	EditedStep     int    // the step of editing by which the version was made; 0: by its author
	Cover          *Cover // the approval in place of steps; nil: the steps decide
	OpenedAt       time.Time
	EndedAt        *time.Time
	Steps          []Step
	Made           []Made // the oldest first
}

// Open is the step that waits for a decision; nil when the run has ended.
func (r *Run) Open() *Step {
	i := slices.IndexFunc(r.Steps, func(step Step) bool { return step.State == StepOpen })
	if i < 0 {
		return nil
	}

	return &r.Steps[i]
}

// ToTick is what is ticked before the open step is approved: nothing where the step only confirms what an
// editor behind it changed.
func (r *Run) ToTick() []string {
	open := r.Open()
	if open == nil || open.Number < r.EditedStep && open.Round == 1 {
		return nil
	}

	return open.Items
}

// Counts tells whether a decision still holds: a return was done, and an approval holds while nobody
// returned to its step or to one before it.
func (r *Run) Counts(made Made) bool {
	return made.Decision == Return ||
		made.Number <= len(r.Steps) && r.Steps[made.Number-1].Round == made.Round
}

// Deed is a decision that somebody is about to take.
type Deed struct {
	Step     int // 0: the one that is open
	Hash     []byte
	Decision Decision
	To       int
	By       int64
	At       time.Time
	Opinion  string
	Ticked   []string
}

// People is what the rule asks about those who decide the open step, as it is at this moment.
type People struct {
	Worked bool    // the person wrote, changed or submitted the version, or began its post
	Named  bool    // by a grant, at the unit and in the role of the step
	Raised bool    // named only because the step is past its limit and went up
	For    int64   // the person stands in for this one
	All    []int64 // everybody the step names by a grant, without who may not decide
}

// May says why a person may not decide the open step; nil when he or she may.
func (r *Run) May(by int64, people People) error {
	open := r.Open()
	if r.State != Pending || open == nil {
		return r.overtaken()
	}
	if people.Worked && !open.Edit {
		return fault.Forbidden("您参与了这份稿件的撰写或提交，不能自己审核，请由其他审核员处理").
			WithCode("self_review")
	}

	for _, made := range r.Made {
		switch {
		case made.By != by:
		case made.Number != open.Number:
			return fault.Forbidden("您已审过这一版的“{.step}”，这一步须由另一人审核",
				"step", r.Steps[made.Number-1].Name).WithCode("same_person")
		case made.Round == open.Round:
			return fault.Conflict("您已批准这一步，还在等其他人").WithCode("decided")
		}
	}

	if !people.Named && people.For == 0 {
		return fault.Forbidden("现在是第 {.n} 步“{.step}”，不由您审核", "n", open.Number, "step", open.Name).
			WithCode("not_named")
	}

	return nil
}

// Decide takes a decision into the run and gives the run as it is then. It is the whole rule: a run is
// approved when each of its steps was passed, each by people who decided no other one and did not write.
func (r *Run) Decide(deed Deed, people People) (Run, error) {
	open := r.Open()
	if r.State != Pending || open == nil {
		return Run{}, r.overtaken()
	}
	if deed.Step != 0 && deed.Step != open.Number {
		return Run{}, fault.Conflict("第 {.n} 步现在不能决定：审核到了第 {.now} 步“{.step}”",
			"n", deed.Step, "now", open.Number, "step", open.Name).WithCode("other_step")
	}
	if err := r.May(deed.By, people); err != nil {
		return Run{}, err
	}
	if !bytes.Equal(r.Hash, deed.Hash) {
		return Run{}, errOtherHash()
	}
	if err := open.checks(deed, open.Number < r.EditedStep && open.Round == 1); err != nil {
		return Run{}, err
	}

	next := *r
	next.Steps, next.Made = slices.Clone(r.Steps), slices.Clone(r.Made)
	made := Made{
		Number: open.Number, Round: open.Round, Decision: deed.Decision, By: deed.By,
		At: deed.At, Opinion: deed.Opinion, Ticked: deed.Ticked,
	}
	if !people.Named {
		made.For = people.For
	}
	if deed.Decision == Return {
		made.To = deed.To
	}
	next.Made = append(next.Made, made)
	next.goOn(made, people)

	return next, nil
}

func errOtherHash() error {
	return fault.Conflict("您看到的内容与送审内容不一致，请刷新页面，看过最新内容后再决定").WithCode("hash")
}

// checks looks at what goes with a decision: where it goes back to, and what was to be ticked. Whoever is
// asked about an edition alone has ticked it for the version before.
func (s *Step) checks(deed Deed, edition bool) error {
	if deed.Decision != Return && (deed.Decision == Edit) != s.Edit {
		return fault.Conflict("第 {.n} 步“{.step}”是编辑，不作批准；其他步骤不能编辑", "n", s.Number, "step", s.Name).
			WithCode("edit_step")
	}
	if deed.Decision == Return {
		if deed.To < 0 || deed.To >= s.Number {
			return fault.Invalid("to", "只能退回作者或退回前面的步骤")
		}

		return nil
	}

	if edition {
		return nil
	}

	for _, item := range s.Items {
		if !slices.Contains(deed.Ticked, item) {
			return fault.Invalid("ticked", "请先核对“{.item}”，并打勾", "item", item).WithCode("ticked")
		}
	}

	return nil
}

// Again is the run with another hash: what everybody is shown has changed, so every approval given before
// is void, and the first step is open. Where nobody has decided anything its time limit runs on.
func (r *Run) Again(hash []byte, at time.Time) Run {
	next := *r
	next.Hash, next.Steps = hash, slices.Clone(r.Steps)
	if !slices.ContainsFunc(r.Made, r.Counts) {
		return next
	}
	next.backTo(1, at)

	return next
}

// backTo opens a step again; the approvals of it and of later ones are void.
func (r *Run) backTo(number int, at time.Time) {
	for i := number - 1; i < len(r.Steps); i++ {
		step := &r.Steps[i]
		step.Round++
		step.State, step.OpenedAt, step.LimitAt = StepWaiting, nil, nil
		step.LateAt, step.Raised = nil, nil
	}
	r.Steps[number-1].begin(at)
}

// goOn moves the run on behind a decision that was just taken in.
func (r *Run) goOn(made Made, people People) {
	open := r.Open()

	switch {
	case made.Decision == Return && made.To == 0:
		r.end(Returned, made.At)
	case made.Decision == Return:
		r.backTo(made.To, made.At)
	case open.All && !people.Raised && r.missing(people.All):
	default:
		open.State = StepPassed
		r.goTo(open.Number+1, made.At)
	}
}

// goTo opens the step with this number, or the first behind it that was not edited already; behind the last
// one the run is approved.
func (r *Run) goTo(number int, at time.Time) {
	for i := number - 1; i < len(r.Steps); i++ {
		if r.edited(i) {
			r.Steps[i].State = StepPassed
			continue
		}
		r.Steps[i].begin(at)

		return
	}
	r.end(Approved, at)
}

// edited tells whether a step of editing is done in the round it is in.
func (r *Run) edited(i int) bool {
	return r.Steps[i].Edit && slices.ContainsFunc(r.Made, func(made Made) bool {
		return made.Number == i+1 && made.Round == r.Steps[i].Round && made.Decision == Edit
	})
}

func (s *Step) begin(at time.Time) {
	s.State, s.OpenedAt = StepOpen, &at
	if s.Limit > 0 {
		limit := at.Add(time.Duration(s.Limit) * time.Minute)
		s.LimitAt = &limit
	}
}

// missing tells whether somebody of these who may decide the open step has not approved it yet.
func (r *Run) missing(all []int64) bool {
	open := r.Open()

	return slices.ContainsFunc(all, func(person int64) bool {
		return !slices.ContainsFunc(r.Made, func(made Made) bool {
			if made.Number != open.Number {
				return made.By == person // decided another step: not asked here
			}

			return made.Round == open.Round && (made.By == person || made.For == person)
		})
	})
}

func (r *Run) end(state State, at time.Time) {
	r.State, r.EndedAt = state, &at

	for i := range r.Steps {
		if r.Steps[i].State != StepPassed {
			r.Steps[i].State = StepEnded
		}
	}
}

// Passed tells whether every step was passed, by people who each decided one step only. It looks at what
// was decided, not at the state: what sends asks it once more.
func (r *Run) Passed() bool {
	if r.Cover != nil {
		return r.State == Approved && r.Cover.whole() && len(r.Steps) == 0
	}
	if r.State != Approved || len(r.Steps) == 0 {
		return false
	}
	by := map[int64]int{}

	for _, made := range r.Made {
		if step, ok := by[made.By]; ok && step != made.Number {
			return false
		}
		by[made.By] = made.Number
	}

	for _, step := range r.Steps {
		if step.State != StepPassed || !slices.ContainsFunc(r.Made, func(made Made) bool {
			return made.Number == step.Number && made.Round == step.Round && made.Decision == step.wanted()
		}) {
			return false
		}
	}

	return true
}

// wanted is the decision by which the step is passed.
func (s *Step) wanted() Decision {
	if s.Edit {
		return Edit
	}

	return Approve
}

// last is the decision that was taken last; nil for none.
func (r *Run) last() *Made {
	if len(r.Made) == 0 {
		return nil
	}

	return &r.Made[len(r.Made)-1]
}

// overtaken says why a run that has ended takes no decision: by whom it was decided, or that the version
// is gone.
func (r *Run) overtaken() error {
	last := r.last()
	if last == nil || r.State == Void {
		return fault.Conflict("第 {.n} 版已被修改或撤回，不再审核；请查看最新内容",
			"n", r.VersionNumber).WithCode("overtaken")
	}
	when := last.At.In(beijing.Zone).Format("1月2日 15:04")

	said := "{.name} 已于 {.time} 批准第 {.n} 版，您的意见没有记录"
	if last.Decision == Return {
		said = "{.name} 已于 {.time} 退回第 {.n} 版，您的意见没有记录"
	}

	return fault.Conflict(said,
		"name", last.ByName,
		"time", when,
		"n", r.VersionNumber,
	).WithCode("decided")
}

// Detail is what the trail keeps of the decision taken last: the version, and of a chain with more than one
// step the step; for whom a stand-in decided; to which step a version went back.
func (r *Run) Detail() map[string]any {
	detail := map[string]any{"version": r.VersionNumber}
	made := r.last()
	if made == nil {
		return detail
	}
	if len(r.Steps) > 1 {
		detail["chain"], detail["step"], detail["name"] = r.Chain, made.Number, r.Steps[made.Number-1].Name
	}
	if made.ForName != "" {
		detail["for"] = made.ForName
	}
	if made.To > 0 {
		detail["to"] = made.To
	}

	return detail
}

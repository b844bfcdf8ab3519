// Package chain holds review chains (审核流程) as data: the steps that a version passes before it goes out,
// and for which posts a chain is taken. It decides nothing about a version: review does, by its steps.
package chain

import (
	"slices"
	"unicode/utf8"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/org"
)

// Relation says where the people of a step hold their role, seen from the unit of the post.
type Relation string

// The relations. Line is the one of the single review: at the post's unit or any unit above it. The others
// name one unit, and nobody above it.
const (
	Line    Relation = "line"
	Section Relation = "section" // the post's unit itself, a department where the post is a department's
	Unit    Relation = "unit"    // the nearest unit that is no department
	Above   Relation = "above"   // the unit above that; at the top of the tree the same
	Named   Relation = "named"   // one unit, wherever the post is
)

// Relations lists the relations in the order in which a form offers them.
func Relations() []Relation { return []Relation{Line, Section, Unit, Above, Named} }

// Label is the Chinese name of the relation.
func (r Relation) Label() string {
	return map[Relation]string{
		Line:    i18n.N("稿件所在单位及其上级"),
		Section: i18n.N("稿件所在科室（单位）"),
		Unit:    i18n.N("科室所属单位"),
		Above:   i18n.N("上一级单位"),
		Named:   i18n.N("指定单位"),
	}[r]
}

// Limits of a chain: steps, items of a step, letters of a name, minutes of a time limit.
const (
	MaxSteps = 6
	MaxItems = 10
	MaxName  = 20
	MaxLimit = 30 * 24 * 60
)

// Step is one step of a chain.
type Step struct {
	Name     string      `json:"name"`
	Role     access.Role `json:"role,omitempty"` // "": whoever may review
	Relation Relation    `json:"relation"`
	UnitID   int64       `json:"unit_id,omitempty"` // with Named
	All      bool        `json:"all,omitempty"`     // everybody it names must approve, not any one
	Limit    int         `json:"limit,omitempty"`   // minutes until somebody else may decide; 0: none
	Remind   int         `json:"remind,omitempty"`  // minutes before the limit at which people are reminded
	Items    []string    `json:"items,omitempty"`   // 校对: what is ticked before it is approved
	AtOnce   bool        `json:"at_once,omitempty"` // of the last step: it may send at once
	Edit     bool        `json:"edit,omitempty"`    // its people change the words, and approve nothing
}

// Reviewing are the roles whose holders may decide steps.
func Reviewing() []access.Role {
	return slices.DeleteFunc(access.Roles(), func(role access.Role) bool {
		return access.ExtentOf(role, access.PostReview) == access.Nowhere
	})
}

// Single is the chain of one step that every post passes for which no other is chosen: whoever may review
// for its unit decides, as it was before there were chains.
func Single() []Step { return []Step{{Name: "一审", Relation: Line, AtOnce: true}} }

// SingleName is what the chain of one step is called.
const SingleName = "一审"

// checkSteps looks at the steps of a chain. The fields are "steps.N.…", counted from 1.
func checkSteps(steps []Step) error {
	switch {
	case len(steps) == 0:
		return fault.Invalid("steps", "至少要有一步")
	case len(steps) > MaxSteps:
		return fault.Invalid("steps", "最多 {.max} 步", "max", MaxSteps)
	}

	for i, step := range steps {
		if err := step.check(i == len(steps)-1); err != nil {
			told := *fault.Public(err)
			told.Args = append(slices.Clone(told.Args), "step", i+1)

			return &told
		}
	}

	return nil
}

func (s Step) check(last bool) error {
	switch {
	case s.Name == "" || utf8.RuneCountInString(s.Name) > MaxName || len(glyph.Find(s.Name)) > 0:
		return fault.Invalid("steps", "第 {.step} 步：请填写名称，最多 {.max} 字", "max", MaxName)
	case s.Role != "" && !slices.Contains(Reviewing(), s.Role):
		return fault.Invalid("steps", "第 {.step} 步：这个角色不能审核")
	case !slices.Contains(Relations(), s.Relation):
		return fault.Invalid("steps", "第 {.step} 步：请选择由哪个单位审核")
	case (s.Relation == Named) != (s.UnitID != 0):
		return fault.Invalid("steps", "第 {.step} 步：选“指定单位”时请选择单位，其他情况不填")
	case s.Limit < 0 || s.Limit > MaxLimit:
		return fault.Invalid("steps", "第 {.step} 步：时限为 0 到 {.max} 分钟", "max", MaxLimit)
	case s.Remind < 0 || s.Remind > 0 && s.Remind >= s.Limit:
		return fault.Invalid("steps", "第 {.step} 步：提醒须早于时限")
	case s.Edit && last:
		return fault.Invalid("steps", "第 {.step} 步：编辑之后还要有人审核，不能是最后一步")
	case s.Edit && (s.All || len(s.Items) > 0):
		return fault.Invalid("steps", "第 {.step} 步：编辑由任一人完成，没有校对事项")
	case s.AtOnce && !last:
		return fault.Invalid("steps", "第 {.step} 步：只有最后一步可以立即发布")
	case len(s.Items) > MaxItems:
		return fault.Invalid("steps", "第 {.step} 步：校对事项最多 {.max} 项", "max", MaxItems)
	}

	for i, item := range s.Items {
		if item == "" || utf8.RuneCountInString(item) > 2*MaxName || len(glyph.Find(item)) > 0 ||
			slices.Contains(s.Items[:i], item) {
			return fault.Invalid("steps", "第 {.step} 步：校对事项不能为空、重复或超过 {.max} 字", "max", 2*MaxName)
		}
	}

	return nil
}

// Placed is a step for one post: the unit that its relation means there is found.
type Placed struct {
	Step
	Unit   org.Unit
	Raised *org.Unit // a unit above, where the step is past its limit and nobody stood in
}

// Ground is where a post is: its unit, with all above it, from the top down to the unit itself.
type Ground []org.Unit

// Place finds the unit of a step. named is that of a step with Named.
func (g Ground) Place(step Step, named org.Unit) Placed {
	own := len(g) - 1

	office := own
	for office > 0 && g[office].Kind == org.Department {
		office--
	}

	placed := Placed{Step: step}
	switch step.Relation {
	case Unit:
		placed.Unit = g[office]
	case Above:
		placed.Unit = g[max(0, office-1)]
	case Named:
		placed.Unit = named
	default:
		placed.Unit = g[own]
	}

	return placed
}

// Names tells whether the step names somebody who holds these grants.
func (p Placed) Names(grants []access.Grant) bool {
	return slices.ContainsFunc(grants, func(grant access.Grant) bool {
		if access.ExtentOf(grant.Role, access.PostReview) == access.Nowhere {
			return false
		}
		if p.Raised != nil && grant.Path == p.Raised.Path {
			return true
		}
		if p.Role != "" && grant.Role != p.Role {
			return false
		}
		if p.Relation == Line {
			return len(grant.Path) <= len(p.Unit.Path) && p.Unit.Path[:len(grant.Path)] == grant.Path
		}

		return grant.Path == p.Unit.Path
	})
}

// NamesByRaise tells whether somebody is named because the step went up only.
func (p Placed) NamesByRaise(grants []access.Grant) bool {
	own := p
	own.Raised = nil

	return p.Names(grants) && !own.Names(grants)
}

// Stuck gives the first step, counted from 1, that nobody is left for when each step is to be decided by
// somebody else; 0 where all can be passed. able are the people who may decide each step: one of them is
// enough, or all where the step asks for all.
func Stuck(steps []Step, able [][]int64) int {
	taken := map[int64]int{} // by whom which step is decided

	for i := range steps {
		if !seat(steps, able, taken, i, map[int64]bool{}) {
			return i + 1
		}
	}

	return 0
}

// seat finds somebody for step i, and moves those who were found before where that helps.
func seat(steps []Step, able [][]int64, taken map[int64]int, i int, tried map[int64]bool) bool {
	for _, person := range able[i] {
		if tried[person] {
			continue
		}
		tried[person] = true
		other, busy := taken[person]
		if !busy || seat(steps, able, taken, other, tried) {
			taken[person] = i
			return true
		}
	}

	return false
}

package matrix

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// column is a heading whose link sorts by it; a second click turns the order round.
type column struct {
	Text, Href string
	Sorted     string // "ascending", "descending" or ""
}

// key is a column the list can be sorted by.
type key struct {
	name, text string
	down       bool // the first click begins from above
	compare    func(a, b row) int
	missing    func(r row) bool // nil: every account has it
}

// keys are what the list can be sorted by. Equal accounts keep the order of the tree, which makes every
// order whole: a page begins where the one before ended. What an account does not have comes last in
// both directions.
var keys = []key{
	{name: "handle", text: "账号", compare: func(a, b row) int { return strings.Compare(a.Handle, b.Handle) }},
	{name: "unit", text: "单位", compare: func(a, b row) int { return cmp.Compare(a.place, b.place) }},
	{name: "state", text: "状态", compare: func(a, b row) int { return cmp.Compare(stage(a), stage(b)) }},
	{
		name:    "token",
		text:    "授权",
		compare: compareTokens,
		missing: func(r row) bool { return !r.Connector.NeedsToken() },
	},
	{name: "connector", text: "接口", compare: func(a, b row) int { return cmp.Compare(kind(a), kind(b)) }},
	{
		name:    "last",
		text:    "最近发布",
		down:    true,
		compare: func(a, b row) int { return at(a.Latest.LastPost).Compare(at(b.Latest.LastPost)) },
		missing: func(r row) bool { return r.Latest.LastPost == nil },
	},
	{
		name:    "next",
		text:    "下一条",
		compare: func(a, b row) int { return at(a.Latest.NextDue).Compare(at(b.Latest.NextDue)) },
		missing: func(r row) bool { return r.Latest.NextDue == nil },
	},
}

func stage(r row) int { return slices.Index(account.States(), r.State) }

func kind(r row) int { return slices.Index(account.Connectors(), r.Connector) }

// compareTokens puts those that do not work first, then those that end soonest.
func compareTokens(a, b row) int {
	return cmp.Or(cmp.Compare(works(a), works(b)), at(a.Token.ExpiresAt).Compare(at(b.Token.ExpiresAt)))
}

func works(r row) int {
	if r.TokenState.Usable() {
		return 1
	}

	return 0
}

func at(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}

	return *t
}

// order puts the rows in the order asked for, as one group.
func (p *listPage) order() error {
	if p.Form.Sort == "" {
		return nil
	}
	i := slices.IndexFunc(keys, func(k key) bool { return k.name == p.Form.Sort })
	if i < 0 {
		return fault.Invalid("sort", "不能按这一列排序")
	}
	var have, lack []row

	for _, g := range p.Groups {
		for _, r := range g.Rows {
			if keys[i].missing != nil && keys[i].missing(r) {
				lack = append(lack, r)
			} else {
				have = append(have, r)
			}
		}
	}
	slices.SortStableFunc(have, func(a, b row) int {
		if p.Form.Down {
			a, b = b, a
		}

		return keys[i].compare(a, b)
	})
	if all := append(have, lack...); all != nil {
		p.Groups = []group{{Rows: all}}
	}

	return nil
}

// heads are the headings with their links, and the same choice as a list.
func (p *listPage) heads(c *gin.Context) {
	p.Sorts = []page.Option{{Text: "按单位层级"}}
	for _, key := range keys {
		col, down := column{Text: key.text}, key.down
		if p.Form.Sort == key.name {
			down = !p.Form.Down
			col.Sorted = "descending"
			if down {
				col.Sorted = "ascending"
			}
		}
		col.Href = web.Link(c, "sort", key.name, "down", map[bool]string{true: "1"}[down], "page", "")
		p.Columns = append(p.Columns, col)
		p.Sorts = append(p.Sorts, page.Option{
			Value:    key.name,
			Text:     key.text,
			Selected: p.Form.Sort == key.name,
		})
	}
}

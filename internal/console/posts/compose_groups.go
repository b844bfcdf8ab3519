package posts

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// groupsPart is what chooses several accounts at once.
type groupsPart struct {
	Options  []page.Option
	Mine     []groupLine // which the reader may take away
	MayShare bool        // the reader keeps groups for the unit
	Told     string      // what came of the last press, in the reader's language
}

// groupLine is a kept group as it is shown.
type groupLine struct {
	Text string
	Drop string // the act that takes away what was shown
}

// seatGroup is the choice of all accounts of a seat; the others are ids of groups.
const seatGroup = "seat."

// groups lists what there is to choose at once of the accounts that a post of the unit may go to.
func (h *pages) groups(
	ctx context.Context,
	actor access.Actor,
	p *composePage,
	usable []account.Account,
) ([]account.Group, error) {
	kept, err := h.Accounts.Groups(ctx, actor)
	if err != nil {
		return nil, err
	}

	for _, seat := range account.Seats() {
		if n := len(ofSeat(usable, seat)); n > 0 && len(usable) > 1 {
			p.Groups.Options = append(p.Groups.Options, page.Option{
				Value: seatGroup + string(seat),
				Text:  p.T("全部{.seat}（{.n}）", "seat", p.T(seat.Label()), "n", n),
				Raw:   true, Selected: p.Form.Group == seatGroup+string(seat),
			})
		}
	}

	for _, group := range kept {
		text := p.T("{.name}（{.n}）", "name", group.Name, "n", len(group.Accounts))
		if group.UnitID != nil {
			text += " · " + group.UnitName
		}
		id := strconv.FormatInt(group.ID, 10)
		p.Groups.Options = append(p.Groups.Options, page.Option{
			Value: id, Text: text, Raw: true, Selected: p.Form.Group == id,
		})
		if group.May(actor) {
			p.Groups.Mine = append(p.Groups.Mine,
				groupLine{text, "dropgroup." + id + "." + strconv.Itoa(group.Revision)})
		}
	}

	return kept, nil
}

func ofSeat(accounts []account.Account, seat account.Seat) (ids []int64) {
	for _, a := range accounts {
		if a.Seat == seat {
			ids = append(ids, a.ID)
		}
	}

	return ids
}

// chooseGroup adds the accounts of the chosen group to those that are chosen, and tells how many it could.
func (p *composePage) chooseGroup(kept []account.Group, usable []account.Account) {
	if verb, _ := p.Form.verb(); verb != "group" {
		return
	}

	var wanted []int64
	if seat, ok := strings.CutPrefix(p.Form.Group, seatGroup); ok {
		wanted = ofSeat(usable, account.Seat(seat))
	} else {
		i := slices.IndexFunc(kept, func(g account.Group) bool {
			return strconv.FormatInt(g.ID, 10) == p.Form.Group
		})
		if i < 0 {
			p.Groups.Told = p.T("请先选一个账号组")
			return
		}
		wanted = kept[i].Accounts
	}
	added, live := 0, map[int64]bool{}

	for _, a := range usable {
		live[a.ID] = a.State == account.Live
	}

	for _, id := range wanted {
		if live[id] {
			added++
			if !slices.Contains(p.Form.Accounts, id) {
				p.Form.Accounts = append(p.Form.Accounts, id)
			}
		}
	}
	p.Groups.Told = p.T("组里的 {.n} 个账号已选上", "n", added)
	if left := len(wanted) - added; left > 0 {
		p.Groups.Told = p.T("组里的 {.n} 个账号已选上；另外 {.left} 个不能用于这篇稿件", "n", added, "left", left)
	}
}

// keepGroup does what the buttons below the accounts ask: it keeps the chosen accounts as a group, or takes
// one away.
func (h *pages) keepGroup(c *gin.Context, form *composeForm) error {
	ctx, actor := c.Request.Context(), web.Actor(c)

	switch verb, _ := form.verb(); verb {
	case "keepgroup":
		unit := int64(0)
		if form.GroupShared {
			unit = form.Unit
		}
		revision := 0
		if form.GroupSeen == form.groupMark() {
			revision = form.GroupRevision
		}
		kept, err := h.Accounts.SaveGroup(ctx, actor, unit, form.GroupName, form.Accounts, revision)
		if taken, ok := account.TakenIn(err); ok {
			form.GroupSeen, form.GroupRevision = form.groupMark(), taken.Revision

			return fault.Invalid("group_name",
				"已有账号组“{.name}”（{.n} 个账号，{.who} 保存）；再按一次“存为一组”就替换它，或换个名称",
				"name", taken.Name, "n", len(taken.Accounts), "who", taken.SavedBy)
		}
		if err != nil {
			return err
		}
		form.Group, form.GroupName = strconv.FormatInt(kept.ID, 10), ""
	case "dropgroup":
		var id int64
		var revision int
		if _, err := fmt.Sscanf(form.Act, "dropgroup.%d.%d", &id, &revision); err != nil {
			return fault.Invalid("group", "没有找到账号组，可能已被删除").With(err)
		}

		return h.Accounts.DropGroup(ctx, actor, id, revision)
	}

	return nil
}

// groupMark tells of which group a revision was shown: whose it is, and its name.
func (f composeForm) groupMark() string {
	unit := int64(0)
	if f.GroupShared {
		unit = f.Unit
	}

	return fmt.Sprintf("%d %s", unit, strings.Join(strings.Fields(f.GroupName), " "))
}

// asLast takes accounts and time of day from the last post of the column.
func (h *pages) asLast(c *gin.Context, form *composeForm) error {
	if verb, _ := form.verb(); verb != "last" {
		return nil
	}
	if form.Column == 0 {
		return fault.Invalid("column", "请先选择栏目，再取这个栏目上一次的账号和时间")
	}
	last, ok, err := h.Posts.LastOf(c.Request.Context(), web.Actor(c), form.Unit, form.Column)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Invalid("column", "这个单位在这个栏目里还没有提交过稿件")
	}
	form.Accounts, form.last = last.Accounts, &last
	if next := last.Next(h.kit.Base(c, "写稿").Now); next != nil {
		form.Due, form.When = *next, "at"
	}

	return nil
}

// Last says what was taken from the last post of the column, in the reader's language; "" when nothing was
// asked.
func (p composePage) Last() string {
	if p.Form.last == nil {
		return ""
	}

	return p.T("账号和时间同稿件 {.id}", "id", p.Form.last.PostID)
}

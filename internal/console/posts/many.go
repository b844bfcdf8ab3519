package posts

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// manyPage shows what an act would do to all posts that match the filter of the list, or did.
type manyPage struct {
	page.Base
	List listPage // its filter and its chips
	Form manyForm
	Many plan.Many
	Rows []manyRow
	Done bool

	filter post.Filter
}

// manyForm says what is to be done; the filter of the list stands in the address beside it.
type manyForm struct {
	Act    string    `form:"act"`
	Way    string    `form:"way"` // later, earlier or day
	Amount int       `form:"by"`
	Per    string    `form:"per"` // minute, hour or day
	Day    time.Time `form:"day"`
	Reason string    `form:"reason"`
	Picks  []string  `form:"pick"` // id.revision, as they were shown
}

// manyRow is how one of the posts is shown.
type manyRow struct {
	plan.ManyPost
	State     delivery.PostState
	When      string // the new time, in Beijing
	Weekday   string
	Told      string // what becomes of it, or why it stays
	Pick      string
	Chosen    bool
	Unchanged bool // it cannot be chosen
}

// manyActs are what the pages are called.
var manyActs = map[plan.ManyAct]string{
	plan.ManyReschedule: "批量改期", plan.ManyWithdraw: "批量撤回", plan.ManySubmit: "批量提交审核",
}

// ManyLinks lead from the list to the acts on all that match its filter; none without a filter.
func (p listPage) ManyLinks() []page.Option {
	if len(p.Chips) == 0 {
		return nil
	}

	return []page.Option{
		{Value: p.manyAt(plan.ManyReschedule), Text: "改期"},
		{Value: p.manyAt(plan.ManyWithdraw), Text: "撤回"},
		{Value: p.manyAt(plan.ManySubmit), Text: "提交审核"},
	}
}

func (p listPage) manyAt(act plan.ManyAct) string {
	_, query, _ := strings.Cut(p.address, "?")
	return "/posts/many?act=" + string(act) + "&" + query
}

// Kept are the conditions of the list, as hidden fields.
func (p manyPage) Kept() (kept []page.Option) {
	f := p.List.Form
	unit, author, mine := "", "", ""
	if f.Unit != 0 {
		unit = strconv.FormatInt(f.Unit, 10)
	}
	if f.Author != 0 {
		author = strconv.FormatInt(f.Author, 10)
	}
	if f.Mine {
		mine = "1"
	}

	for _, one := range []page.Option{
		{Value: f.Q, Text: "q"}, {Value: f.State, Text: "state"}, {Value: f.Account, Text: "account"},
		{Value: unit, Text: "unit"}, {Value: author, Text: "author"}, {Value: mine, Text: "mine"},
		{Value: f.FromDay(), Text: "from"}, {Value: f.ToDay(), Text: "to"}, {Value: f.Hour, Text: "hour"},
	} {
		if one.Value != "" {
			kept = append(kept, one)
		}
	}

	return kept
}

// Back is the list with the same conditions.
func (p manyPage) Back() string { return "/posts?" + p.conditions().Encode() }

// Here is the address to which the choice is sent: the conditions and the wish stay in it.
func (p manyPage) Here() string {
	values := p.conditions()
	values.Set("act", p.Form.Act)
	if p.To() == plan.ManyReschedule {
		values.Set("way", p.Form.Way)
		values.Set("by", strconv.Itoa(p.Form.Amount))
		values.Set("per", p.Form.Per)
		values.Set("day", p.Day())
	}

	return "/posts/many?" + values.Encode()
}

func (p manyPage) conditions() url.Values {
	values := url.Values{}
	for _, one := range p.Kept() {
		values.Set(one.Text, one.Value)
	}

	return values
}

// Left is how many posts stay as they were.
func (p manyPage) Left() int { return len(p.Rows) - p.Many.Able() }

// Ways are the choices of another time.
func (manyPage) Ways() []page.Option {
	return []page.Option{
		{Value: "later", Text: "推后|改期"}, {Value: "earlier", Text: "提前|改期"},
		{Value: "day", Text: "改到某一天的同一钟点"},
	}
}

// Pers are the units of how much later or earlier.
func (manyPage) Pers() []page.Option {
	return []page.Option{
		{Value: "day", Text: "天|单位"}, {Value: "hour", Text: "小时|单位"}, {Value: "minute", Text: "分钟"},
	}
}

// Day is the new day as a date control writes it.
func (p manyPage) Day() string { return dayOf(p.Form.Day) }

// To is the act that the page is about.
func (p manyPage) To() plan.ManyAct { return plan.ManyAct(p.Form.Act) }

// wish is what the form asks for.
func (f manyForm) wish() plan.Wish {
	wish := plan.Wish{Act: plan.ManyAct(f.Act), Why: f.Reason}
	if wish.Act != plan.ManyReschedule {
		return wish
	}
	if f.Way == "day" && !f.Day.IsZero() {
		wish.Day = &f.Day
		return wish
	}
	per := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[f.Per]
	if f.Way != "day" && f.Amount > 0 && f.Amount <= 366*24*60 {
		wish.By = time.Duration(f.Amount) * per
	}
	if f.Way == "earlier" {
		wish.By = -wish.By
	}

	return wish
}

// chosen are the posts that were ticked. What is no pick chooses nothing.
func (f manyForm) chosen() (list []plan.Chosen) {
	for _, pick := range f.Picks {
		id, revision, _ := strings.Cut(pick, ".")
		postID, wrong := strconv.ParseInt(id, 10, 64)

		if shown, err := strconv.Atoi(revision); err == nil && wrong == nil && shown > 0 {
			list = append(list, plan.Chosen{PostID: postID, Revision: shown})
		}
	}

	return list
}

func (h *pages) many(c *gin.Context) error {
	p, err := h.manyPage(c)
	if err == nil {
		err = h.lookMany(c, &p)
	}
	if err != nil {
		return h.refuseMany(c, err, &p)
	}

	return h.kit.Show(c, http.StatusOK, "posts/many", p)
}

// manyPage is the page with the filter and the wish, and no posts yet.
func (h *pages) manyPage(c *gin.Context) (p manyPage, err error) {
	p.Form = manyForm{Way: "later", Amount: 1, Per: "day"}
	wrong := web.Bind(c, &p.Form)
	title, ok := manyActs[p.To()]
	if !ok {
		return p, fault.NotFound("没有找到，或不在您的管辖范围内")
	}
	p.Base = h.kit.Base(c, title, page.Crumb{Text: "稿件", Href: "/posts"})
	p.List.Base = p.Base
	if p.filter, err = h.listed(c, &p.List); err != nil {
		return p, err
	}

	return p, wrong
}

// refuseMany shows the page with what was wrong, once there is one.
func (h *pages) refuseMany(c *gin.Context, err error, p *manyPage) error {
	if p.Title == "" {
		return err
	}

	return h.kit.Refuse(c, err, "posts/many", p)
}

func (h *pages) lookMany(c *gin.Context, p *manyPage) (err error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	if p.Many, err = h.Plan.LookMany(ctx, actor, p.filter, p.Form.wish()); err != nil {
		return err
	}

	return h.fillMany(c, p)
}

// doMany does the act to what was chosen and shows what became of each.
func (h *pages) doMany(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p, err := h.manyPage(c)
	if err != nil {
		return h.refuseMany(c, err, &p)
	}
	done, err := h.Plan.DoMany(ctx, actor, p.Form.chosen(), p.Form.wish())
	if err != nil {
		if looked := h.lookMany(c, &p); fault.Is(looked, fault.KindInternal) {
			return looked
		}

		return h.refuseMany(c, err, &p)
	}
	p.Many, p.Done = done, true
	if err := h.fillMany(c, &p); err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "posts/many", p)
}

func (h *pages) fillMany(c *gin.Context, p *manyPage) error {
	ids := make([]int64, len(p.Many.Posts))
	for i, one := range p.Many.Posts {
		ids[i] = one.ID
	}
	states, err := h.Deliveries.PostStates(c.Request.Context(), ids)
	if err != nil {
		return err
	}

	p.Rows = make([]manyRow, len(p.Many.Posts))
	for i, one := range p.Many.Posts {
		row := manyRow{ManyPost: one, State: states[one.ID], Told: p.told(one), Unchanged: one.Refused != nil}
		row.Pick = strconv.FormatInt(one.ID, 10) + "." + strconv.Itoa(one.Revision)
		row.Chosen = len(p.Form.Picks) == 0 || slices.Contains(p.Form.Picks, row.Pick)
		if one.NewDue != nil {
			row.When = one.NewDue.In(beijing.Zone).Format("2006-01-02 15:04")
			row.Weekday = parts.Weekday(*one.NewDue)
		}
		p.Rows[i] = row
	}

	return nil
}

// told says what becomes of a post beyond what was asked for, or why it stays.
func (p manyPage) told(one plan.ManyPost) string {
	switch {
	case one.Refused != nil:
		return p.T(one.Refused.Text, one.Refused.Args...)
	case one.Sent > 0:
		return p.T("已发出的 {.n} 个账号不受影响", "n", one.Sent)
	case len(one.Wrong) > 0:
		return p.T("正文中的 {.words} 到那时就不对了，批准失效，须修改后重新提交",
			"words", delivery.Quoted(one.Wrong))
	case one.Anew:
		return p.T("早于提交时的时间，审核中已有的批准作废，须从第一步重新审核")
	case one.Second:
		return p.T("早于批准的时间，须第二人同意；同意前不动")
	}

	return ""
}

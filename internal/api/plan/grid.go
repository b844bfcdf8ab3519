package plan

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/beijing"
	"juzhen/internal/plan"
)

type planGrid struct {
	Days     []planDay     `json:"days" nullable:"false"`
	Accounts []planAccount `json:"accounts" nullable:"false"`
	NextPage int           `json:"next_page,omitempty" doc:"还有账号时，下一页的 page"`
}

type planDay struct {
	Day     string   `json:"day" format:"date"`
	Kind    string   `json:"kind" enum:"unknown,workday,weekend,holiday,adjusted"`
	Holiday string   `json:"holiday,omitempty"`
	Kept    []string `json:"kept,omitempty" doc:"环境纪念日"`
}

type planAccount struct {
	AccountID int64      `json:"account_id"`
	Handle    string     `json:"handle"`
	UnitID    int64      `json:"unit_id"`
	Last      *time.Time `json:"last_post_at,omitempty" doc:"已知的最近一条"`
	Pressure  string     `json:"pressure" enum:"in_time,pressing,overdue,never" doc:"两周规则的情形"`
	Deadline  string     `json:"deadline,omitempty" doc:"最迟在这一天更新"`
	Broken    string     `json:"broken_on,omitempty" doc:"照现有安排，从这一天起超过两周没有更新"`
	Cells     []planCell `json:"cells" nullable:"false" doc:"每天一格，次序同 days"`
}

type planCell struct {
	Planned   int         `json:"planned"`
	Sent      int         `json:"sent"`
	Drafts    int         `json:"drafts"`
	Troubled  int         `json:"troubled" doc:"结果待核、失败或错过"`
	Elsewhere int         `json:"elsewhere" doc:"不是从这里发的"`
	Close     int         `json:"close" doc:"与前一条相隔不足 apart 分钟的"`
	Alike     int         `json:"alike" doc:"同一文字同一时刻发往的账号数，二十个以上才写"`
	Missing   bool        `json:"missing" doc:"今天或以前，什么也没有"`
	Posts     []planEntry `json:"posts" nullable:"false" doc:"最早的三条"`
}

type planEntry struct {
	PostID int64     `json:"post_id"`
	DueAt  time.Time `json:"due_at"`
	State  string    `json:"state"`
	Title  string    `json:"title"`
}

type planAsk struct {
	From   string `query:"from" required:"true" format:"date" doc:"从哪一天（北京日期）"`
	To     string `query:"to" required:"true" format:"date" doc:"到哪一天，含当日；至多 31 天"`
	UnitID int64  `query:"unit_id" doc:"这个单位和全部下级；不填为看得到的全部"`
	Query  string `query:"q" maxLength:"60" doc:"账号名称中的几个字"`
	Apart  int    `query:"apart" minimum:"0" maximum:"720" doc:"同一账号两条相隔不足这些分钟的算作过近；0 不算"`
	Page   int    `query:"page" minimum:"0" maximum:"1000" doc:"从 0 起，每页 50 个账号"`
}

func (a *api) getPlan(ctx context.Context, who access.Actor, in *planAsk) (*rest.Out[planGrid], error) {
	from, to, part, err := a.partOf(ctx, who, PlanPart{From: in.From, To: in.To, UnitID: in.UnitID})
	if err != nil {
		return nil, err
	}
	ask := plan.Ask{
		From:     from,
		To:       to.AddDate(0, 0, 1),
		UnitPath: part.UnitPath,
		Query:    in.Query,
		Apart:    in.Apart,
		Page:     in.Page,
	}
	grid, err := a.Plan.Grid(ctx, who, ask)
	if err != nil {
		return nil, err
	}
	words := rest.PrinterOf(rest.Request(ctx))
	shown := planGrid{Accounts: rest.Each(grid.Rows, showPlanned)}
	shown.Days = rest.Each(grid.Days, func(d plan.Day) planDay {
		day := planDay{Day: beijing.Date(d.Date), Kind: string(d.Mark.Kind), Holiday: d.Mark.Name}
		for _, one := range d.Mark.Kept {
			day.Kept = append(day.Kept, words.T(one.Name))
		}

		return day
	})
	if grid.More {
		shown.NextPage = in.Page + 1
	}

	return &rest.Out[planGrid]{Body: shown}, nil
}

func showPlanned(r plan.Row) planAccount {
	shown := planAccount{
		AccountID: r.AccountID, Handle: r.Handle, UnitID: r.UnitID, Last: rest.UTC(r.Last),
		Pressure: string(r.Outlook.State()),
	}
	if r.Outlook.Known {
		shown.Deadline, shown.Broken = beijing.Date(r.Outlook.Deadline), beijing.Date(r.Outlook.Broken)
	}
	shown.Cells = rest.Each(r.Cells, func(c plan.Cell) planCell {
		return planCell{
			Planned: c.Planned, Sent: c.Sent, Drafts: c.Drafts, Troubled: c.Troubled, Elsewhere: c.Elsewhere,
			Close: c.Close, Alike: c.Alike, Missing: c.Missing,
			Posts: rest.Each(c.Posts, func(e plan.Entry) planEntry {
				return planEntry{e.PostID, e.DueAt.UTC(), string(e.State), e.Title}
			}),
		}
	})

	return shown
}

package plan

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/plan"
)

// SlotTime is a time of the week at which an account publishes.
type SlotTime struct {
	Weekday int    `json:"weekday" minimum:"1" maximum:"7" doc:"1 为周一，7 为周日"`
	Time    string `json:"time" minLength:"4" maxLength:"5" doc:"北京时间，如 08:30"`
}

// SlotWeek is the slots of an account for one column, or for all that have none of their own.
type SlotWeek struct {
	ColumnID int64      `json:"column_id,omitempty" doc:"没有则是没有单独时段的各栏目"`
	Workdays bool       `json:"workdays" doc:"只在工作日"`
	Times    []SlotTime `json:"times" nullable:"false"`
	Revision int        `json:"revision" doc:"改动时写所看到的这个数"`
}

// AccountSlots are the slots of an account.
type AccountSlots struct {
	AccountID int64      `json:"account_id"`
	Weeks     []SlotWeek `json:"weeks" nullable:"false"`
}

const weekDay = 24 * 60 // minutes

func showSlots(slots plan.Slots) AccountSlots {
	return AccountSlots{
		AccountID: slots.AccountID,
		Weeks: rest.Each(slots.Weeks, func(w plan.KeptWeek) SlotWeek {
			return SlotWeek{
				ColumnID: w.ColumnID, Workdays: w.Workdays, Revision: w.Revision,
				Times: rest.Each(w.Times, func(minute int) SlotTime {
					clock := fmt.Sprintf("%02d:%02d", minute%weekDay/60, minute%60)
					return SlotTime{Weekday: minute/weekDay + 1, Time: clock}
				}),
			}
		}),
	}
}

func (a *api) slots() {
	rest.Register(a.API, rest.Op(http.MethodGet, "/slots", "get-slots", "plan",
		i18n.N("一个账号的发布时段，按栏目")), access.PostView, a.getSlots)
	rest.Register(a.API, rest.Op(http.MethodPut, "/slots", "put-slots", "plan",
		i18n.N("替换一个账号在一个栏目的发布时段；没有时刻就是取消")), access.PlanManage, a.putSlots)
	rest.Register(a.API, rest.Op(http.MethodGet, "/slots/next", "next-slot", "plan",
		i18n.N("所选账号共同的、都没有安排的下一个时段，四周之内")), access.PostWrite, a.nextSlot)
	rest.Register(a.API, rest.Op(http.MethodGet, "/queue", "get-queue", "plan",
		i18n.N("一个账号今后两周的时段里有什么，哪些空着")), access.PostView, a.getQueue)
}

// OfAccount names an account in an address.
type OfAccount struct {
	AccountID int64 `query:"account_id" required:"true" minimum:"1"`
}

func (a *api) getSlots(
	ctx context.Context,
	who access.Actor,
	in *OfAccount,
) (*rest.Out[AccountSlots], error) {
	slots, err := a.Plan.SlotsOf(ctx, who, in.AccountID)
	return &rest.Out[AccountSlots]{Body: showSlots(slots)}, err
}

func (a *api) putSlots(ctx context.Context, who access.Actor, in *struct {
	Body struct {
		AccountID int64      `json:"account_id" minimum:"1"`
		ColumnID  int64      `json:"column_id,omitempty" minimum:"1" doc:"不填为没有单独时段的各栏目"`
		Revision  int        `json:"revision" minimum:"0" maximum:"2147483647" doc:"所看到的 revision，还没有时为 0"`
		Workdays  bool       `json:"workdays,omitempty" doc:"只在工作日"`
		Times     []SlotTime `json:"times" maxItems:"140" nullable:"false"`
	}
}) (*rest.Out[AccountSlots], error) {
	var days [7]string

	for _, one := range in.Body.Times {
		days[one.Weekday-1] += one.Time + " "
	}
	times, err := plan.ReadTimes(days)
	if err != nil {
		return nil, err
	}
	slots, err := a.Plan.SetSlots(ctx, who, in.Body.AccountID, in.Body.ColumnID, in.Body.Revision,
		plan.Week{Times: times, Workdays: in.Body.Workdays})

	return &rest.Out[AccountSlots]{Body: showSlots(slots)}, err
}

type slotFound struct {
	DueAt       *time.Time `json:"due_at" doc:"没有时为 null"`
	Reason      string     `json:"reason,omitempty" enum:"no_slots,no_common,all_taken" doc:"为什么没有"`
	UnknownYear int        `json:"unknown_year,omitempty" doc:"这一年的放假安排还没有录入，只在工作日的时段没有算"`
}

func (a *api) nextSlot(ctx context.Context, who access.Actor, in *struct {
	AccountID []int64 `query:"account_id" required:"true" minItems:"1" maxItems:"200" doc:"账号编号，用逗号隔开；您不能为它写稿的不算"`
	ColumnID  int64   `query:"column_id" minimum:"0" doc:"栏目；账号没有单独为它设时段的，用各栏目的"`
	PostID    int64   `query:"post_id" minimum:"0" doc:"为哪一篇找时间：它自己的不算"`
}) (*rest.Out[slotFound], error) {
	found, err := a.Plan.NextSlot(ctx, who, in.AccountID, in.ColumnID, in.PostID)
	if err != nil {
		return nil, err
	}
	out := slotFound{UnknownYear: found.UnknownYear}

	switch {
	case !found.Have:
		out.Reason = "no_slots"
	case found.At.IsZero() && !found.Common:
		out.Reason = "no_common"
	case found.At.IsZero():
		out.Reason = "all_taken"
	default:
		out.DueAt = rest.UTC(&found.At)
	}

	return &rest.Out[slotFound]{Body: out}, nil
}

// QueuePlace is a slot, or the time of something that stands beside the slots.
type QueuePlace struct {
	DueAt time.Time     `json:"due_at"`
	Slot  bool          `json:"slot" doc:"false：在时段以外"`
	Posts []QueuedEntry `json:"posts" nullable:"false" doc:"空着的时段没有"`
}

// QueuedEntry is a post in a queue.
type QueuedEntry struct {
	PostID int64     `json:"post_id"`
	DueAt  time.Time `json:"due_at"`
	Title  string    `json:"title"`
	State  string    `json:"state"`
	Moves  bool      `json:"moves" doc:"可以改期"`
}

type accountQueue struct {
	AccountID   int64        `json:"account_id"`
	Places      []QueuePlace `json:"places" nullable:"false" doc:"按时间"`
	UnknownYear int          `json:"unknown_year,omitempty" doc:"这一年的放假安排还没有录入，只在工作日的时段没有列出"`
}

func (a *api) getQueue(
	ctx context.Context,
	who access.Actor,
	in *OfAccount,
) (*rest.Out[accountQueue], error) {
	queue, err := a.Plan.Queue(ctx, who, in.AccountID)
	out := accountQueue{AccountID: queue.AccountID, Places: []QueuePlace{}, UnknownYear: queue.UnknownYear}

	for _, day := range queue.Days {
		for _, place := range day.Places {
			out.Places = append(out.Places, QueuePlace{
				DueAt: place.At.UTC(), Slot: place.Slot,
				Posts: rest.Each(place.Entries, func(e plan.Entry) QueuedEntry {
					return QueuedEntry{e.PostID, e.DueAt.UTC(), e.Title, string(e.State), e.Moves}
				}),
			})
		}
	}

	return &rest.Out[accountQueue]{Body: out}, err
}

package api

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/api/rest"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// Sending is the health of sending as a whole, over all processes. It counts and names instants; it
// shows no text and no account, so whoever may see accounts may read it.
type Sending struct {
	Healthy       bool           `json:"healthy" doc:"发送正常：没有超时未发、时钟正确、至少一个进程在工作"`
	Stopped       string         `json:"stopped,omitempty" doc:"发送停止的原因代码：shutdown、restored、clock_unmeasured、clock_wrong、lock_lost"`
	Overdue       int            `json:"overdue" doc:"已到时间、还没有开始发送的条数"`
	OldestOverdue *time.Time     `json:"oldest_overdue,omitempty" doc:"其中最早的定时"`
	LastSuccess   *time.Time     `json:"last_success,omitempty" doc:"最近一次成功发出的时间"`
	NextDue       *time.Time     `json:"next_due,omitempty" doc:"下一条的定时"`
	Queue         map[string]int `json:"queue" doc:"各状态的条数；只数没有结束的状态，最多数最早到时的一万条"`
	Unknown       int            `json:"unknown" doc:"结果未知、正在核对或等人判断的条数"`
	Paused        int            `json:"paused" doc:"没有恢复的暂停数"`
	Tokens        TokenHealth    `json:"tokens" doc:"在用账号的令牌"`
	Processes     int            `json:"processes" doc:"在工作的进程数"`
	ClockOffsetMS int64          `json:"clock_offset_ms" doc:"本进程时钟与数据库时钟之差，毫秒"`
}

// TokenHealth counts the live accounts whose token needs people.
type TokenHealth struct {
	Expiring int        `json:"expiring" doc:"即将到期"`
	Unusable int        `json:"unusable" doc:"已到期、被撤销、无法读取或没有令牌"`
	NextEnds *time.Time `json:"next_ends,omitempty" doc:"最早的到期时间"`
}

func (a *api) sending() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/sending", "get-sending",
		"sending", i18n.N("发送的健康状况"),
	), access.AccountView, a.getSending)
}

// health asks what the program was given to ask.
func (a *api) health(ctx context.Context) (Sending, error) {
	if a.Health == nil {
		return Sending{}, fault.Unavailable("发送的健康状况暂时读不到")
	}
	sending, err := a.Health(ctx)
	if sending.Queue == nil {
		sending.Queue = map[string]int{}
	}

	return sending, err
}

func (a *api) getSending(ctx context.Context, _ access.Actor, _ *struct{}) (*rest.Out[Sending], error) {
	sending, err := a.health(ctx)
	return &rest.Out[Sending]{Body: sending}, err
}

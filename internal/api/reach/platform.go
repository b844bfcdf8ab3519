package reach

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/reach"
)

type platformPost struct {
	ID         int64      `json:"id"`
	AccountID  int64      `json:"account_id"`
	Handle     string     `json:"handle"`
	RemoteID   string     `json:"remote_id"`
	URL        string     `json:"url,omitempty"`
	DeliveryID *int64     `json:"delivery_id,omitempty" doc:"由哪一条发送发出"`
	Origin     string     `json:"origin" enum:"console,past,elsewhere,unsure" doc:"来源：console 本台，past 开始跟踪之前，elsewhere 别处，unsure 待核"`
	State      string     `json:"state" enum:"live,changed,hidden,removed"`
	StateAt    time.Time  `json:"state_at"`
	PostedAt   time.Time  `json:"posted_at"`
	Text       string     `json:"text"`
	WasText    string     `json:"was_text,omitempty" doc:"改动之前的正文"`
	Original   bool       `json:"original"`
	Pictures   int        `json:"picture_count"`
	Reposts    int64      `json:"reposts"`
	Comments   int64      `json:"comments"`
	Likes      int64      `json:"likes"`
	Reads      *int64     `json:"reads" doc:"阅读量；null 为不可用"`
	ReadAt     *time.Time `json:"read_at,omitempty" doc:"以上数字的读取时间；没有时尚未读取"`
	NotedBy    string     `json:"noted_by,omitempty"`
	NotedAt    *time.Time `json:"noted_at,omitempty"`
}

type reading struct {
	TakenAt  time.Time `json:"taken_at"`
	Reposts  int64     `json:"reposts"`
	Comments int64     `json:"comments"`
	Likes    int64     `json:"likes"`
	Reads    *int64    `json:"reads" doc:"阅读量；null 为不可用"`
}

type platformPostDetail struct {
	Post     platformPost `json:"post"`
	Readings []reading    `json:"readings"`
}

type budgetLine struct {
	Host      string     `json:"host,omitempty" enum:"public,commercial" doc:"按出口地址计的额度"`
	AccountID int64      `json:"account_id,omitempty" doc:"按账号计的额度"`
	Handle    string     `json:"handle,omitempty"`
	Used      int        `json:"used"`
	Limit     int        `json:"limit"`
	Planned   int        `json:"planned" doc:"一小时内计划的读取"`
	ResetsAt  time.Time  `json:"resets_at"`
	NextAt    *time.Time `json:"next_at,omitempty"`
}

// platformPosts are the posts as the platform shows them, whoever sent them.
func (a *api) platformPosts() {
	rest.Register(a.API, rest.Tables(rest.Op(http.MethodGet,
		"/reach/posts", "list-platform-posts",
		"reach", i18n.N("时期内的微博，按互动量等排序"),
	)), access.ReachView, a.rankedPosts)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/reach/posts/{id}", "get-platform-post",
		"reach", i18n.N("一条微博和历次读数"),
	), access.PostView, a.platformPost)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/reach/posts/{id}/note", "note-platform-post",
		"reach", i18n.N("知悉平台上的改动、删除或别处的发布"),
	), access.DeliveryDecide, a.takeNote)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/reach/noticed", "list-noticed-posts",
		"reach", i18n.N("平台上有待关注的微博"),
	), access.PostView, a.noticed)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/reach/budget", "get-reach-budget",
		"reach", i18n.N("读取额度"),
	), access.AccountView, a.budget)
}

func showPlatformPost(post reach.Post) platformPost {
	return platformPost{
		ID:         post.ID,
		AccountID:  post.AccountID,
		Handle:     post.Handle,
		RemoteID:   post.RemoteID,
		URL:        post.URL(),
		DeliveryID: post.DeliveryID,
		Origin:     string(post.Origin),
		State:      string(post.State),
		StateAt:    post.StateAt.UTC(),
		PostedAt:   post.PostedAt.UTC(),
		Text:       post.Text,
		WasText:    post.WasText,
		Original:   post.Original,
		Pictures:   post.Pictures,
		Reposts:    post.Counts.Reposts,
		Comments:   post.Counts.Comments,
		Likes:      post.Counts.Likes,
		Reads:      post.Counts.Reads,
		ReadAt:     rest.UTC(post.ReadAt),
		NotedBy:    post.NotedBy,
		NotedAt:    rest.UTC(post.NotedAt),
	}
}

func (a *api) rankedPosts(ctx context.Context, who access.Actor, in *struct {
	Span
	rest.Tabular
	AccountID int64  `query:"account_id"`
	By        string `query:"by" enum:"interactions,time,reads,reposts,comments,likes" default:"interactions" doc:"排序"`
	Limit     int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"一页最多几项"`
}) (*rest.Out[rest.List[platformPost]], error) {
	period, err := a.period(in.Span)
	if err != nil {
		return nil, err
	}
	if rest.WantsTable(ctx) {
		in.Limit = 1000 // what the use case gives at most, and the page too
	}
	rows, err := a.Reach.Posts(ctx, who, reach.PostFilter{
		AccountID: in.AccountID, Period: period, By: in.By, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	shown := rest.Whole(rows, showPlatformPost)
	if rest.WantsTable(ctx) {
		rest.Attachment(ctx, "posts.csv")
		shown.Body.Written = rest.AsTable(reach.PostsTable(rows, rest.WordsOf(ctx)))
	}

	return shown, nil
}

func (a *api) platformPost(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[platformPostDetail], error) {
	post, readings, err := a.Reach.Post(ctx, who, in.ID)

	return &rest.Out[platformPostDetail]{
		Body: platformPostDetail{showPlatformPost(post), rest.Each(readings, func(r reach.Reading) reading {
			return reading{r.TakenAt.UTC(), r.Reposts, r.Comments, r.Likes, r.Reads}
		})},
	}, err
}

func (a *api) takeNote(ctx context.Context, who access.Actor, in *rest.Because) (*rest.None, error) {
	return &rest.None{}, a.Reach.TakeNote(ctx, who, in.ID, in.Reason())
}

func (a *api) noticed(ctx context.Context, who access.Actor, in *struct {
	rest.Paging
	AccountID int64 `query:"account_id"`
}) (*rest.Out[rest.List[platformPost]], error) {
	rows, err := a.Reach.Noticed(ctx, who, in.AccountID)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(rows, in.Paging, func(post reach.Post) int64 { return post.ID }, showPlatformPost)
}

func (a *api) budget(
	ctx context.Context,
	who access.Actor,
	_ *struct{},
) (*rest.Out[rest.List[budgetLine]], error) {
	rows, err := a.Reach.Budget(ctx, who)

	return rest.Whole(rows, func(b reach.BudgetLine) budgetLine {
		return budgetLine{
			string(b.Host), b.AccountID, b.Handle, b.Used, b.Limit, b.Planned, b.ResetsAt.UTC(),
			rest.UTC(b.NextAt),
		}
	}), err
}

// history is how past posts come in.
func (a *api) history() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/accounts/{id}/backfill", "get-backfill",
		"reach", i18n.N("历史微博的读取进度"),
	), access.AccountView, a.getBackfill)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/accounts/{id}/backfill", "start-backfill",
		"reach", i18n.N("读取历史微博"),
	), access.AccountManage, a.startBackfill)
	upload := importing(rest.Op(http.MethodPost,
		"/accounts/{id}/history", "import-history",
		"reach", i18n.N("导入历史微博"),
	))
	rest.Register(a.API, upload, access.AccountManage, a.importHistory)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/accounts/{id}/imports", "list-imports",
		"reach", i18n.N("最近导入的历史微博文件"),
	), access.AccountView, a.listImports)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/imports/{id}", "get-import",
		"reach", i18n.N("一次导入的进度和没有收录的行"),
	), access.AccountView, a.getImport)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/imports/{id}/undo", "undo-import",
		"reach", i18n.N("撤销一次导入"),
	), access.AccountManage, a.undoImport)
}

func showBackfill(backfill reach.Backfill) backfillState {
	shown := backfillState{
		State:  string(backfill.State),
		Found:  backfill.Found,
		Total:  backfill.Total,
		Reason: backfill.Reason,
	}
	if shown.State == "" {
		shown.State = string(reach.BackfillNone)
	}
	if !backfill.UpdatedAt.IsZero() {
		shown.UpdatedAt = rest.UTC(&backfill.UpdatedAt)
	}

	return shown
}

func (a *api) getBackfill(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[backfillState], error) {
	if _, err := a.Accounts.Find(ctx, who, in.ID); err != nil {
		return nil, err
	}
	all, err := a.Reach.Backfills(ctx, who)

	return &rest.Out[backfillState]{Body: showBackfill(all[in.ID])}, err
}

func (a *api) startBackfill(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[backfillState], error) {
	if err := a.Reach.StartBackfill(ctx, who, in.ID); err != nil {
		return nil, err
	}

	return a.getBackfill(ctx, who, in)
}

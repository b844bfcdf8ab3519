package posts

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/api/deliveries"
	"juzhen/internal/api/rest"
	"juzhen/internal/api/words"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/post"
)

type postFilter struct {
	rest.Paging
	rest.Tabular
	State     []string  `query:"state" doc:"稿件状态，可用逗号分隔多个"`
	AccountID int64     `query:"account_id"`
	UnitID    int64     `query:"unit_id" doc:"该单位和下属单位"`
	AuthorID  int64     `query:"author_id"`
	Query     string    `query:"q" maxLength:"200" doc:"正文的一部分"`
	From      time.Time `query:"from" doc:"定时不早于"`
	To        time.Time `query:"to" doc:"定时早于"`
}

func (a *api) posts() {
	rest.Register(a.API, rest.Tables(rest.Op(http.MethodGet,
		"/posts", "list-posts",
		"posts", i18n.N("稿件，最近改动的在前"),
	)), access.PostView, a.listPosts)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/posts", "create-post",
		"posts", i18n.N("写稿，可同时提交审核"),
	)), access.PostWrite, a.createPost)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/posts/{id}", "get-post",
		"posts", i18n.N("稿件详情和各账号的发送状态"),
	), access.PostView, a.getPost)
	rest.Register(a.API, rest.Op(http.MethodPatch,
		"/posts/{id}", "update-post",
		"posts", i18n.N("修改草稿，可同时提交审核"),
	), access.PostWrite, a.updatePost)
	rest.Register(a.API, rest.Op(http.MethodDelete,
		"/posts/{id}", "delete-post",
		"posts", i18n.N("删除没有提交过的草稿"),
	), access.PostWrite, a.deletePost)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/posts/{id}/copy", "copy-post",
		"posts", i18n.N("复制成新的草稿：文字、图片、各账号文案、账号、栏目，没有时间；已不能用的账号不带上"),
	)), access.PostWrite, a.copyPost)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/posts/{id}/versions", "list-post-versions",
		"posts", i18n.N("稿件的各个版本"),
	), access.PostView, a.postVersions)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/posts/{id}/check", "check-post",
		"posts", i18n.N("提交前的检查"),
	), access.PostView, a.checkPost)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/posts/{id}/submit", "submit-post",
		"posts", i18n.N("提交审核"),
	), access.PostWrite, a.submitPost)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/posts/{id}/withdraw", "withdraw-post",
		"posts", i18n.N("撤回"),
	), access.PostWrite, a.withdrawPost)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/posts/{id}/revise", "revise-post",
		"posts", i18n.N("退回编辑，原审核作废"),
	), access.PostWrite, a.revisePost)
	rest.Register(a.API, rest.Second(rest.Op(http.MethodPost,
		"/posts/{id}/reschedule", "reschedule-post",
		"posts", i18n.N("改期；早于批准的时间须第二人同意"),
	), "Rescheduled"), access.PostWrite, a.reschedulePost)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/deliveries/{id}/certificate", "get-certificate",
		"deliveries", i18n.N("发送凭证"),
	), access.PostView, a.certificate)
}

func (a *api) listPosts(
	ctx context.Context,
	who access.Actor,
	in *postFilter,
) (*rest.Out[rest.List[postRow]], error) {
	path, err := a.UnitPath(ctx, who, in.UnitID)
	if err != nil {
		return nil, err
	}
	filter := post.Filter{
		AccountID: in.AccountID, UnitPath: path, AuthorID: in.AuthorID, Query: in.Query,
		From: rest.Given(in.From), To: rest.Given(in.To), After: in.Cursor, Limit: in.Limit,
	}
	if err := byState(&filter, in.State); err != nil {
		return nil, err
	}
	if err := rest.Ordered(in.From, in.To); err != nil {
		return nil, err
	}
	if rest.WantsTable(ctx) {
		filter.Limit = rest.MaxRows
	}
	rows, next, err := a.postRows(ctx, who, filter)
	if err != nil {
		return nil, err
	}
	shown := rest.Paged(rows, next, func(row postRow) postRow { return row })
	if rest.WantsTable(ctx) {
		shown.Body.Written = postTable(ctx, rows, next, func(cursor string) ([]postRow, string, error) {
			filter.After = cursor
			return a.postRows(ctx, who, filter)
		})
	}

	return shown, nil
}

// postRows reads one page, with the state that people see.
func (a *api) postRows(ctx context.Context, who access.Actor, filter post.Filter) ([]postRow, string, error) {
	page, err := a.Posts.List(ctx, who, filter)
	if err != nil {
		return nil, "", err
	}
	states, err := a.Deliveries.PostStates(
		ctx,
		rest.Each(page.Rows, func(row post.Row) int64 { return row.ID }),
	)

	return rest.Each(
		page.Rows,
		func(row post.Row) postRow { return showRow(row, states[row.ID]) },
	), page.Next, err
}

func postTable(
	ctx context.Context,
	rows []postRow,
	next string,
	more func(string) ([]postRow, string, error),
) rest.Written {
	rest.Attachment(ctx, "posts.csv")
	words := rest.WordsOf(ctx)
	head := []string{
		words("编号"), words("状态"), words("正文"), words("单位"), words("作者"), words("版本"), words("账号数"),
		words("发布时间"), words("改动"),
	}

	return rest.PagesOf(head, rows, next, more, func(row postRow) []string {
		return []string{
			rest.Number(row.ID), words(delivery.PostState(row.State).Label()), row.Text, row.UnitName,
			row.AuthorName, strconv.Itoa(row.Version), strconv.Itoa(row.AccountNum),
			rest.BeijingMinute(row.DueAt), rest.BeijingMinute(&row.UpdatedAt),
		}
	})
}

// byState narrows by the state that people see: of the text, or of what became of it.
func byState(filter *post.Filter, states []string) error {
	var where post.Condition

	for _, s := range states {
		state := delivery.PostState(s)
		if state.Label() == s {
			return fault.Invalid("query.state", "没有这个状态")
		}
		one := delivery.PostsIn(state)
		if where.SQL != "" {
			where.SQL += " OR "
		}
		where.SQL += "(" + one.SQL + ")"
		where.Args = append(where.Args, one.Args...)
	}
	if where.SQL != "" {
		where.SQL = "(" + where.SQL + ")"
		filter.Where = &where
	}

	return nil
}

// createPost writes a draft, and submits it when asked. The same submitted again is the first one.
func (a *api) createPost(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newPost },
) (*OnePost, error) {
	b := in.Body
	content, err := b.content(post.Content{Corrects: b.Corrects})
	if err != nil {
		return nil, err
	}
	if err := a.due(ctx, who, b, &content); err != nil {
		return nil, err
	}

	var p post.Post
	if b.Submit {
		p, err = a.Deliveries.CreateAndSubmit(ctx, who, b.UnitID, content, words.ReasonsOf(b.Reasons)...)
	} else {
		p, err = a.Posts.Create(ctx, who, b.UnitID, content)
	}
	if same, ok := post.TwinIn(err); ok {
		return a.showPost(ctx, who, same.PostID)
	}
	if err != nil {
		return nil, b.place(err)
	}

	return a.showPost(ctx, who, p.ID)
}

func (a *api) getPost(ctx context.Context, who access.Actor, in *rest.ByID) (*OnePost, error) {
	return a.showPost(ctx, who, in.ID)
}

type changePost struct {
	rest.ByID
	IfMatch string `header:"If-Match" maxLength:"40" doc:"取稿件时的 ETag；与 revision 二者必有其一"`
	Body    postChange
}

// updatePost saves over the revision the caller has read and no other.
func (a *api) updatePost(ctx context.Context, who access.Actor, in *changePost) (*OnePost, error) {
	revision, err := in.revision()
	if err != nil {
		return nil, err
	}
	p, version, err := a.Posts.Find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	content, err := in.Body.content(post.ContentOf(p, version))
	if err != nil {
		return nil, err
	}
	if in.Body.UnitID != 0 {
		content.UnitID = in.Body.UnitID
	}
	if p, err = a.Posts.Save(ctx, who, in.ID, revision, content); err != nil {
		return nil, in.stale(in.Body.place(err))
	}
	if in.Body.Submit {
		if err := a.Deliveries.Submit(
			ctx,
			who,
			in.ID,
			p.Revision,
			words.ReasonsOf(in.Body.Reasons)...); err != nil {
			return nil, in.stale(in.Body.place(err))
		}
	}

	return a.showPost(ctx, who, in.ID)
}

func (in *changePost) revision() (int, error) {
	if in.Body.Revision != 0 {
		return in.Body.Revision, nil
	}
	n, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(in.IfMatch, "W/"), `"`), 10, 32)
	if err != nil || n <= 0 {
		return 0, fault.Invalid("revision", "请给出所改的修订号：revision，或 If-Match 中的 ETag").
			WithCode("revision_required")
	}

	return int(n), nil
}

// stale gives somebody else's save the code programs know, and the status that goes with If-Match.
func (in *changePost) stale(err error) error {
	s, ok := post.StaleIn(err)
	if !ok {
		return err
	}
	code := "stale"
	if in.Body.Revision == 0 {
		code = "precondition_failed"
	}

	return fault.Public(err).With(s).WithCode(code)
}

func (a *api) copyPost(ctx context.Context, who access.Actor, in *rest.ByID) (*OnePost, error) {
	made, err := a.Posts.Copy(ctx, who, in.ID, "")
	if err != nil {
		return nil, err
	}

	return a.showPost(ctx, who, made.Post.ID)
}

func (a *api) deletePost(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.None, error) {
	return &rest.None{}, a.Posts.Delete(ctx, who, in.ID)
}

func (a *api) postVersions(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[rest.List[postVersion]], error) {
	rows, err := a.Posts.Versions(ctx, who, in.ID)
	return rest.Whole(rows, showVersion), err
}

func (a *api) checkPost(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[rest.List[postProblem]], error) {
	p, version, err := a.Posts.Find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	words := rest.PrinterOf(rest.Request(ctx))
	shown := rest.Each(a.Posts.Check(p, version), func(problem post.Problem) postProblem {
		ids := rest.Each(problem.Accounts, func(c account.Account) int64 { return c.ID })

		return postProblem{
			Location:   rest.Locate(problem.Fault.Field),
			Message:    words.T(problem.Fault.Text, problem.Fault.Args...),
			Code:       problem.Fault.Code,
			AccountIDs: ids,
		}
	})
	repeats, err := a.Deliveries.Repeats(ctx, who, p)
	if err != nil {
		return nil, err
	}

	for _, repeat := range repeats {
		shown = append(shown, postProblem{
			Location:   rest.Locate("text"),
			Message:    words.T("@{.account} 一天之内另有同样文字的微博", "account", repeat.Handle),
			Code:       post.CodeRepeat,
			AccountIDs: []int64{repeat.AccountID},
			Advisory:   true,
		})
	}

	return rest.Whole(shown, func(p postProblem) postProblem { return p }), nil
}

func (a *api) submitPost(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body *submission
}) (*OnePost, error) {
	var wanted submission
	rest.Set(&wanted, in.Body)
	if err := a.Deliveries.Submit(
		ctx,
		who,
		in.ID,
		wanted.Revision,
		words.ReasonsOf(wanted.Reasons)...); err != nil {
		if stale, ok := post.StaleIn(err); ok {
			err = fault.Public(err).With(stale).WithCode("stale")
		}

		return nil, err
	}

	return a.showPost(ctx, who, in.ID)
}

// submission says what is submitted.
type submission struct {
	Revision int `json:"revision,omitempty" minimum:"0" maximum:"2147483647" doc:"不填为现存的内容"`

	Reasons []words.FindingReason `json:"reasons,omitempty" maxItems:"500" doc:"正文检查发现而仍要照发的，逐处说明理由"`
}

func (a *api) withdrawPost(
	ctx context.Context,
	who access.Actor,
	in *rest.Because,
) (*rest.Out[deliveries.Effect], error) {
	return deliveries.ShownEffect(a.Deliveries.Withdraw(ctx, who, in.ID, in.Reason()))
}

func (a *api) revisePost(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[deliveries.Effect], error) {
	return deliveries.ShownEffect(a.Deliveries.Revise(ctx, who, in.ID))
}

// newTime is another time for a post.
type newTime struct {
	deliveries.Due
	Was *time.Time `json:"was,omitempty" doc:"改期时看到的时间：稿件或一条还没有发出的已不在这一分钟时不改，答 409 stale"`
}

func (a *api) reschedulePost(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body newTime
}) (*rest.MaybeSecond[rescheduled], error) {
	var shown delivery.Shown
	if in.Body.Was != nil {
		shown.Due = in.Body.Was.Truncate(time.Minute)
	}
	r, err := a.Deliveries.RescheduleSeen(ctx, who, in.ID, in.Body.Choice(), shown)
	if err != nil {
		return nil, err
	}
	answer := &rest.MaybeSecond[rescheduled]{
		Status: http.StatusOK,
		Body:   rescheduled{Done: r.Done, TooLate: r.TooLate, Sent: r.Sent, Wrong: r.Wrong, Again: r.Again},
	}
	if r.Asked != nil {
		shown := deliveries.ShowAdvance(*r.Asked)
		answer.Status, answer.Location, answer.Body.Advance = http.StatusAccepted, shown.Agree, &shown
	}

	return answer, nil
}

// rescheduled tells how far another time came.
type rescheduled struct {
	Done    int                      `json:"done" doc:"已生效的账号数"`
	TooLate int                      `json:"too_late" doc:"正在发送、来不及的账号数；没有发出时照办"`
	Sent    int                      `json:"sent" doc:"已经发出的账号数"`
	Wrong   []string                 `json:"void_words,omitempty" doc:"正文中到新的时间就不对的日期或星期；有时批准已失效，须修改后重新提交"`
	Again   int                      `json:"void_approvals,omitempty" doc:"审核中改到早于提交时的时间，因而作废、须重新审核的批准数"`
	Advance *deliveries.ShownAdvance `json:"advance,omitempty" doc:"早于批准的时间时提出的申请；同意前什么都没有改"`
}

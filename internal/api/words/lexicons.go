package words

import (
	"context"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/lexicon"
)

type wordList struct {
	ID      int64  `json:"id"`
	UnitID  int64  `json:"unit_id"`
	Kind    string `json:"kind" enum:"grave,names,typo,sensitive,environment,links"`
	Name    string `json:"name"`
	State   string `json:"state" enum:"on,off"`
	Version int    `json:"version" doc:"每次改动加一"`
	Entries int    `json:"entries" doc:"启用的词数"`
}

type newWordList struct {
	UnitID int64  `json:"unit_id" minimum:"1" doc:"所属单位，对它和全部下级单位生效"`
	Kind   string `json:"kind" enum:"grave,names,typo,sensitive,environment,links"`
	Name   string `json:"name" minLength:"1" maxLength:"40"`
}

type wordEntry struct {
	ID         int64    `json:"id"`
	Word       string   `json:"word"`
	Level      string   `json:"level" enum:"block,second,hint" doc:"实际的级别，没有自己的级别时是类别的预设"`
	Suggestion string   `json:"suggestion,omitempty"`
	Note       string   `json:"note,omitempty"`
	From       string   `json:"from,omitempty" doc:"起日，北京日期，含当日"`
	Until      string   `json:"until,omitempty" doc:"止日，北京日期，含当日"`
	Exceptions []string `json:"exceptions,omitempty" doc:"含有该词但没有错的更长的词；《》表示书名号之内，“”表示引号之内"`
	State      string   `json:"state" enum:"on,off"`
}

type newWordEntry struct {
	Word       string   `json:"word" minLength:"1" maxLength:"100"`
	Level      string   `json:"level,omitempty" enum:"block,second,hint" doc:"不填则按类别的预设"`
	Suggestion string   `json:"suggestion,omitempty" maxLength:"100"`
	Note       string   `json:"note,omitempty" maxLength:"300"`
	From       string   `json:"from,omitempty" maxLength:"10" doc:"起日，如 2026-01-31"`
	Until      string   `json:"until,omitempty" maxLength:"10" doc:"止日，如 2026-01-31"`
	Exceptions []string `json:"exceptions,omitempty" maxItems:"50"`
	State      string   `json:"state,omitempty" enum:"on,off" doc:"不填则启用"`
	Replaces   int64    `json:"replaces,omitempty" minimum:"1" doc:"改动一个已有的词时，它的编号"`
	Reason     string   `json:"reason,omitempty" maxLength:"200" doc:"须第二人确认时给确认人看"`
}

// wordOutcome is what became of a wish: done, or waiting for a second person.
type wordOutcome struct {
	Done     bool  `json:"done" doc:"已生效；否则等待第二人确认"`
	Added    int   `json:"added"`
	Changed  int   `json:"changed"`
	Same     int   `json:"same" doc:"已有且相同的"`
	ChangeID int64 `json:"change_id,omitempty" doc:"等待确认的申请"`
}

type wordChange struct {
	ID      int64  `json:"id"`
	State   string `json:"state" enum:"asked,confirmed,stopped,expired"`
	ListID  int64  `json:"lexicon_id"`
	AskedBy int64  `json:"asked_by"`
}

// newException asks that a word may stand in one text.
type newException struct {
	Word   string `json:"word" minLength:"1" maxLength:"100" doc:"词表中的词"`
	Text   string `json:"text" minLength:"1" maxLength:"5000" doc:"整段文字；例外只对这段文字有效"`
	UnitID int64  `json:"unit_id" minimum:"1" doc:"稿件的单位，对它和下级单位的稿件有效"`
	PostID int64  `json:"post_id,omitempty" minimum:"1" doc:"在哪份稿件里，给第二人看"`
	Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"为什么这段文字里可以有这个词"`
}

type shownException struct {
	ID       int64  `json:"id"`
	ListID   int64  `json:"lexicon_id"`
	UnitID   int64  `json:"unit_id"`
	Word     string `json:"word"`
	State    string `json:"state" enum:"asked,confirmed,stopped,expired" doc:"confirmed 之后才有效"`
	Reason   string `json:"reason"`
	AskedBy  int64  `json:"asked_by"`
	Decided  int64  `json:"decided_by,omitempty"`
	TextHash string `json:"text_hash" doc:"文字的 SHA-256，十六进制；首尾空白不计，换行一律为 LF"`
}

type wordFile struct {
	File huma.FormFile `form:"file" required:"true" doc:"Excel（.xlsx）或 CSV 文件，第一行是列名"`
}

// wordAnswer is 200 when it was done, 202 when a second person is needed.
type wordAnswer struct {
	Status int
	Body   wordOutcome
}

type wordFilter struct {
	rest.ByID
	rest.Paging
	Query string `query:"q" maxLength:"100" doc:"词语、建议或说明中的几个字"`
}

func (a *api) lexicons() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/lexicons", "list-lexicons",
		"lexicons", i18n.N("词表，含上级单位的"),
	), access.LexiconView, a.listLexicons)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/lexicons", "create-lexicon",
		"lexicons", i18n.N("新建词表"),
	)), access.LexiconManage, a.createLexicon)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/lexicons/{id}/entries", "list-lexicon-entries",
		"lexicons", i18n.N("词表中的词，新的在前"),
	), access.LexiconView, a.listWords)
	rest.Register(a.API, waiting(rest.Op(http.MethodPost,
		"/lexicons/{id}/entries", "put-lexicon-entry",
		"lexicons", i18n.N("新增或改动一个词"),
	)), access.LexiconManage, a.putWord)
	importing := waiting(rest.Op(http.MethodPost,
		"/lexicons/{id}/import", "import-lexicon",
		"lexicons", i18n.N("导入 Excel 或 CSV 文件，全部写入或一行不写"),
	))
	importing.MaxBodyBytes = lexicon.MaxFileBytes + 64<<10
	rest.Register(a.API, importing, access.LexiconManage, a.importWords)
	rest.Register(a.API, waiting(rest.Op(http.MethodPost,
		"/lexicons/{id}/switch", "switch-lexicon",
		"lexicons", i18n.N("申请启用或停用词表，待第二人确认"),
	)), access.LexiconManage, a.switchLexicon)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/lexicons/{id}/exceptions", "except-word",
		"lexicons", i18n.N("申请一段文字的例外，待第二人确认；已申请过的原样返回"),
	)), access.LexiconView, a.exceptWord)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/lexicons/exceptions/{id}/confirm", "confirm-word-exception",
		"lexicons", i18n.N("作为第二人确认例外；因这个词停下的发送继续"),
	), access.LexiconConfirm, a.confirmException)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/lexicons/exceptions/{id}/stop", "stop-word-exception",
		"lexicons", i18n.N("阻止或撤回例外"),
	), access.LexiconView, a.stopException)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/lexicons/changes/{id}/confirm", "confirm-lexicon-change",
		"lexicons", i18n.N("作为第二人确认词表变更"),
	), access.LexiconConfirm, a.confirmWords)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/lexicons/changes/{id}/stop", "stop-lexicon-change",
		"lexicons", i18n.N("阻止或撤回词表变更"),
	), access.LexiconView, a.stopWords)
}

// waiting documents the answer of what needs a second person.
func waiting(op huma.Operation) huma.Operation {
	op.Responses = map[string]*huma.Response{
		"202": {
			Description: i18n.N("等待第二人确认"),
			Content: map[string]*huma.MediaType{
				"application/json": {Schema: &huma.Schema{Ref: "#/components/schemas/WordOutcome"}},
			},
		},
	}

	return op
}

func showList(l lexicon.List) wordList {
	return wordList{
		ID:      l.ID,
		UnitID:  l.UnitID,
		Kind:    string(l.Kind),
		Name:    l.Name,
		State:   string(l.State),
		Version: l.Version,
		Entries: l.Entries,
	}
}

func (a *api) listLexicons(
	ctx context.Context,
	who access.Actor,
	in *rest.Paging,
) (*rest.Out[rest.List[wordList]], error) {
	rows, err := a.Lexicons.Lists(ctx, who)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(rows, *in, func(l lexicon.List) int64 { return l.ID }, showList)
}

func (a *api) createLexicon(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newWordList },
) (*rest.Out[wordList], error) {
	made, err := a.Lexicons.Create(ctx, who, lexicon.NewList{
		UnitID: in.Body.UnitID, Kind: lexicon.Kind(in.Body.Kind), Name: in.Body.Name,
	})

	return &rest.Out[wordList]{Body: showList(made)}, err
}

func (a *api) putWord(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body newWordEntry
}) (*wordAnswer, error) {
	b := in.Body

	return answerWords(a.Lexicons.PutEntry(ctx, who, in.ID, lexicon.Put{
		Was: b.Replaces,
		Entry: lexicon.Entry{
			Word:       b.Word,
			Level:      lexicon.Level(b.Level),
			Suggestion: b.Suggestion,
			Note:       b.Note,
			From:       b.From,
			Until:      b.Until,
			Exceptions: b.Exceptions,
			State:      lexicon.State(b.State),
		},
	}, b.Reason))
}

func answerWords(outcome lexicon.Outcome, err error) (*wordAnswer, error) {
	if err != nil {
		return nil, err
	}
	answer := wordAnswer{http.StatusOK, wordOutcome{
		Done: true, Added: outcome.Added, Changed: outcome.Changed, Same: outcome.Same,
	}}
	if outcome.Change != nil {
		answer.Status, answer.Body.Done, answer.Body.ChangeID = http.StatusAccepted, false, outcome.Change.ID
	}

	return &answer, nil
}

func (a *api) importWords(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	RawBody huma.MultipartFormFiles[wordFile]
}) (*wordAnswer, error) {
	file := in.RawBody.Data().File
	if !file.IsSet {
		return nil, rest.ErrNoFile
	}
	raw, err := io.ReadAll(io.LimitReader(file, lexicon.MaxFileBytes+1))
	if err != nil {
		return nil, err
	}

	return answerWords(a.Lexicons.Import(ctx, who, in.ID, raw, ""))
}

func (a *api) switchLexicon(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		State  string `json:"state" enum:"on,off"`
		Reason string `json:"reason,omitempty" maxLength:"200"`
	}
}) (*wordAnswer, error) {
	return answerWords(a.Lexicons.Switch(ctx, who, in.ID, lexicon.State(in.Body.State), in.Body.Reason))
}

func showChange(c lexicon.Change) wordChange {
	return wordChange{ID: c.ID, State: string(c.State), ListID: c.List.ID, AskedBy: c.AskedBy}
}

func (a *api) confirmWords(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[wordChange], error) {
	change, err := a.Lexicons.Confirm(ctx, who, in.ID)
	return &rest.Out[wordChange]{Body: showChange(change)}, err
}

func (a *api) stopWords(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"200" doc:"阻止别人的申请时必填"`
	}
}) (*rest.Out[wordChange], error) {
	change, err := a.Lexicons.Stop(ctx, who, in.ID, in.Body.Reason)
	return &rest.Out[wordChange]{Body: showChange(change)}, err
}

func showException(e lexicon.Exception) shownException {
	return shownException{
		ID:       e.ID,
		ListID:   e.List.ID,
		UnitID:   e.UnitID,
		Word:     e.Word,
		State:    string(e.State),
		Reason:   e.Why,
		AskedBy:  e.AskedBy,
		Decided:  e.DecidedBy,
		TextHash: hex.EncodeToString(lexicon.HashOf(e.Text)),
	}
}

func (a *api) exceptWord(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body newException
}) (*rest.Out[shownException], error) {
	b := in.Body
	e, err := a.Lexicons.Except(ctx, who, lexicon.Plea{
		ListID: in.ID, UnitID: b.UnitID, PostID: b.PostID, Word: b.Word, Text: b.Text, Why: b.Reason,
	})

	return &rest.Out[shownException]{Body: showException(e)}, err
}

func (a *api) confirmException(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[shownException], error) {
	e, err := a.Lexicons.ConfirmException(ctx, who, in.ID)
	return &rest.Out[shownException]{Body: showException(e)}, err
}

func (a *api) stopException(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"200" doc:"阻止别人的申请时必填"`
	}
}) (*rest.Out[shownException], error) {
	e, err := a.Lexicons.StopException(ctx, who, in.ID, in.Body.Reason)
	return &rest.Out[shownException]{Body: showException(e)}, err
}

// listWords reads a page behind the number of its last word.
func (a *api) listWords(
	ctx context.Context,
	who access.Actor,
	in *wordFilter,
) (*rest.Out[rest.List[wordEntry]], error) {
	filter := lexicon.EntryFilter{Query: in.Query, Limit: in.Limit + 1}
	if in.Cursor != "" {
		after, err := strconv.ParseInt(in.Cursor, 10, 64)
		if err != nil || after <= 0 {
			return nil, fault.Invalid("cursor", "列表已变化，请从第一页重新读取")
		}
		filter.After = after
	}
	of, err := a.Lexicons.Find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	rows, _, err := a.Lexicons.Entries(ctx, who, in.ID, filter)
	if err != nil {
		return nil, err
	}

	next := ""
	if len(rows) > in.Limit {
		rows = rows[:in.Limit]
		next = strconv.FormatInt(rows[in.Limit-1].ID, 10)
	}

	return rest.Paged(rows, next, func(entry lexicon.Entry) wordEntry {
		return wordEntry{
			ID:         entry.ID,
			Word:       entry.Word,
			Level:      string(entry.LevelIn(of.Kind)),
			Suggestion: entry.Suggestion,
			Note:       entry.Note,
			From:       entry.From,
			Until:      entry.Until,
			Exceptions: entry.Exceptions,
			State:      string(entry.State),
		}
	}), nil
}

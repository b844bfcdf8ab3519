package posts

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/api/deliveries"
	"juzhen/internal/api/pictures"
	"juzhen/internal/api/rest"
	"juzhen/internal/api/words"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// Variant is the wording for one account.
type Variant struct {
	AccountID int64  `json:"account_id"`
	Text      string `json:"text" maxLength:"5000" doc:"该账号单独的正文"`
}

type mediaAlt struct {
	MediaID int64  `json:"media_id"`
	Alt     string `json:"alt" maxLength:"1000" doc:"图片说明"`
}

var _ huma.SchemaProvider = rest.Clearable{}

// PostFields are what a draft and a change have in common. Nil: not given.
type PostFields struct {
	Text       *string        `json:"text,omitempty" maxLength:"5000" doc:"正文"`
	AccountIDs *[]int64       `json:"account_ids,omitempty" maxItems:"5000" doc:"发到哪些账号"`
	Variants   *[]Variant     `json:"variants,omitempty" maxItems:"5000" doc:"个别账号单独的正文"`
	MediaIDs   *[]int64       `json:"media_ids,omitempty" maxItems:"100" doc:"图片，按显示的次序"`
	MediaAlts  []mediaAlt     `json:"media_alts,omitempty" maxItems:"100" doc:"图片说明；没有写到的图片保持原说明"`
	RepostOf   *string        `json:"repost_of,omitempty" maxLength:"1000" doc:"转发的微博：编号或网址"`
	Column     *int64         `json:"column,omitempty" minimum:"0" doc:"栏目编号，0 为不归入栏目"`
	DueAt      rest.Clearable `json:"due_at,omitempty" doc:"定时；null 为未定"`
	NotAfter   rest.Clearable `json:"not_after,omitempty" doc:"最晚发出：到这时还没有发出的不再自动发送；null 为按账号的最晚补发"`
	Now        *bool          `json:"now,omitempty" doc:"审核通过后立即发送"`
	Urgent     *bool          `json:"urgent,omitempty" doc:"加急"`
	Visible    string         `json:"visible,omitempty" enum:"all,self" doc:"谁可以看到：all 所有人，self 仅账号自己"`
	Submit     bool           `json:"submit,omitempty" doc:"同时提交审核"`
	Generated  *machineMade   `json:"generated,omitempty" doc:"作者声明由AI生成的部分；提交时相应的说明写在每种文案的末尾"`

	Reasons []words.FindingReason `json:"reasons,omitempty" maxItems:"500" doc:"与 submit 一起：正文检查发现而仍要照发的，逐处说明理由"`
}

// machineMade is what a machine made, as the author declares it.
type machineMade struct {
	Text     bool `json:"text,omitempty" doc:"文字由AI生成"`
	Pictures bool `json:"pictures,omitempty" doc:"图片由AI生成"`
}

type newPost struct {
	PostFields
	Slot     string `json:"slot,omitempty" enum:"next" doc:"代替 due_at：next 为所选账号在这个栏目的下一个空着的时段；没有时答 409 no_slot"`
	UnitID   int64  `json:"unit_id,omitempty" doc:"稿件所属单位；不填时按所选账号和本人单位确定"`
	Corrects *int64 `json:"corrects,omitempty" doc:"更正哪一篇稿件"`
}

type postChange struct {
	PostFields
	Revision int   `json:"revision,omitempty" minimum:"0" maximum:"2147483647" doc:"所依据的修订号"`
	UnitID   int64 `json:"unit_id,omitempty" doc:"换到哪个单位；不填则不变，提交过审核的稿件不能换"`
}

// due gives the time of a new post that takes the next slot of its accounts. Nothing but the slot may say
// when it goes out.
func (a *api) due(ctx context.Context, who access.Actor, in newPost, content *post.Content) error {
	if in.Slot == "" {
		return nil
	}
	if content.DueAt != nil || content.DueNow {
		return fault.Invalid("body.slot", "发布时段与发布时间、立即发布只能写一个")
	}
	found, err := a.Plan.NextSlot(ctx, who, accountsOf(*content), content.ColumnID, 0)
	if err != nil {
		return err
	}
	at, err := found.Due()
	content.DueAt = &at

	return err
}

func accountsOf(content post.Content) []int64 {
	return rest.Each(content.Targets, func(target post.TargetChoice) int64 { return target.AccountID })
}

// content lays what was given over what there is.
func (f PostFields) content(c post.Content) (post.Content, error) {
	rest.Set(&c.Text, f.Text)
	rest.Set(&c.RepostOf, f.RepostOf)
	rest.Set(&c.ColumnID, f.Column)
	rest.Set(&c.Urgent, f.Urgent)
	if f.DueAt.Set {
		c.DueAt, c.DueNow = f.DueAt.At, false
	}
	if f.NotAfter.Set {
		c.NotAfter = f.NotAfter.At
	}
	rest.Set(&c.DueNow, f.Now)
	if f.Visible != "" {
		c.Visible = map[string]int{"all": 0, "self": 1}[f.Visible]
	}
	if f.Generated != nil {
		c.Generated = post.Generated(*f.Generated)
	}
	if f.MediaIDs != nil {
		c.Media = withAlts(*f.MediaIDs, c.Media)
	}

	for i, mediaChoice := range c.Media {
		for _, alt := range f.MediaAlts {
			if alt.MediaID == mediaChoice.MediaID {
				c.Media[i].Alt = alt.Alt
			}
		}
	}

	return f.targets(c)
}

func withAlts(ids []int64, old []post.MediaChoice) []post.MediaChoice {
	return rest.Each(ids, func(id int64) post.MediaChoice {
		for _, mediaChoice := range old {
			if mediaChoice.MediaID == id {
				return mediaChoice
			}
		}

		return post.MediaChoice{MediaID: id}
	})
}

// targets chooses accounts and their own wordings. Variants replace all there were; one of an account
// that is not chosen is a mistake that would otherwise pass unseen.
func (f PostFields) targets(content post.Content) (post.Content, error) {
	if f.AccountIDs != nil {
		content.Targets = rest.Each(*f.AccountIDs, func(id int64) post.TargetChoice {
			for _, targetChoice := range content.Targets {
				if targetChoice.AccountID == id {
					return targetChoice
				}
			}

			return post.TargetChoice{AccountID: id}
		})
	}
	if f.Variants == nil {
		return content, nil
	}
	places := map[int64]int{}

	for i := range content.Targets {
		content.Targets[i].Variant = nil
		places[content.Targets[i].AccountID] = i
	}

	for i, variant := range *f.Variants {
		place, ok := places[variant.AccountID]
		if !ok {
			return content, fault.Invalid(variantPlace(i, "account_id"), "没有选择这个账号")
		}
		content.Targets[place].Variant = &variant.Text
	}

	return content, nil
}

func variantPlace(i int, name string) string { return "body.variants[" + strconv.Itoa(i) + "]." + name }

// place puts faults at accounts' own wordings where the body has them.
func (f PostFields) place(err error) error {
	var fields fault.Fields
	if !errors.As(err, &fields) {
		return err
	}

	placed := make(fault.Fields, len(fields))
	for i, one := range fields {
		failure := *one
		if id, ok := strings.CutPrefix(one.Field, "variant."); ok {
			failure.Field = f.variantField(id)
		}
		placed[i] = &failure
	}

	return placed
}

func (f PostFields) variantField(account string) string {
	if f.Variants != nil {
		for i, variant := range *f.Variants {
			if strconv.FormatInt(variant.AccountID, 10) == account {
				return variantPlace(i, "text")
			}
		}
	}

	return "body.text"
}

// PostHead is what a post is in lists and in full.
type PostHead struct {
	ID         int64      `json:"id"`
	Title      string     `json:"title"`
	Text       string     `json:"text"`
	State      string     `json:"state" doc:"稿件状态：文字所处的阶段，或各账号发送的结果"`
	Phase      string     `json:"phase" enum:"draft,submitted,returned,approved,withdrawn"`
	UnitID     int64      `json:"unit_id"`
	UnitName   string     `json:"unit_name"`
	AuthorID   int64      `json:"author_id"`
	AuthorName string     `json:"author_name"`
	Version    int        `json:"version" doc:"版本号"`
	Revision   int        `json:"revision" doc:"修订号，每次改动加一"`
	RepostOf   string     `json:"repost_of,omitempty"`
	DueAt      *time.Time `json:"due_at,omitempty"`
	Now        bool       `json:"now"`
	Urgent     bool       `json:"urgent"`
	Corrects   *int64     `json:"corrects,omitempty"`
	CopiedFrom *int64     `json:"copied_from,omitempty" doc:"复制自哪一篇稿件"`
	UpdatedBy  string     `json:"updated_by,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
}

type postRow struct {
	PostHead
	AccountNum int `json:"account_count"`
	PictureNum int `json:"picture_count"`
}

type postVersion struct {
	Version     int                     `json:"version" doc:"版本号"`
	State       string                  `json:"state" enum:"draft,submitted,approved,returned,void"`
	Hash        string                  `json:"hash,omitempty" doc:"审核所依据的摘要，提交后才有"`
	Text        string                  `json:"text"`
	AccountIDs  []int64                 `json:"account_ids"`
	Variants    []Variant               `json:"variants"`
	MediaIDs    []int64                 `json:"media_ids"`
	Media       []pictures.VersionMedia `json:"media"`
	RepostOf    string                  `json:"repost_of,omitempty"`
	Column      int64                   `json:"column,omitempty" doc:"栏目编号"`
	ColumnName  string                  `json:"column_name,omitempty"`
	Visible     string                  `json:"visible" enum:"all,self"`
	NotAfter    *time.Time              `json:"not_after,omitempty" doc:"最晚发出；没有的按账号的最晚补发"`
	CreatedAt   time.Time               `json:"created_at"`
	SubmittedBy string                  `json:"submitted_by,omitempty"`
	SubmittedAt *time.Time              `json:"submitted_at,omitempty"`
	Generated   machineMade             `json:"generated"`
}

// Decided is a review of a version, open or decided.
type Decided struct {
	ID        int64      `json:"id"`
	Version   int        `json:"version"`
	Hash      string     `json:"hash"`
	State     string     `json:"state" enum:"pending,approved,returned,void"`
	OpenedAt  time.Time  `json:"opened_at"`
	Step      int        `json:"step" doc:"第几步，从 1 起"`
	StepName  string     `json:"step_name,omitempty"`
	Undone    bool       `json:"undone,omitempty" doc:"此后被退回到这一步或前面，不再算数"`
	DecidedBy string     `json:"decided_by,omitempty"`
	For       string     `json:"for,omitempty" doc:"代谁审"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
	Opinion   string     `json:"opinion,omitempty"`
}

type postDetail struct {
	PostHead
	Hash       string                   `json:"hash" doc:"审核所依据的摘要，提交后才有"`
	AccountIDs []int64                  `json:"account_ids"`
	Variants   []Variant                `json:"variants"`
	MediaIDs   []int64                  `json:"media_ids"`
	Media      []pictures.VersionMedia  `json:"media"`
	Visible    string                   `json:"visible" enum:"all,self"`
	Generated  machineMade              `json:"generated"`
	Column     int64                    `json:"column,omitempty" doc:"栏目编号"`
	ColumnName string                   `json:"column_name,omitempty"`
	NotAfter   *time.Time               `json:"not_after,omitempty" doc:"最晚发出；没有的按账号的最晚补发"`
	Reviews    []Decided                `json:"reviews"`
	Deliveries []deliveries.OneDelivery `json:"deliveries" doc:"每个账号一条"`
	Advance    *deliveries.ShownAdvance `json:"advance,omitempty" doc:"等第二人决定的提前发布的申请"`
}

type postProblem struct {
	Location   string  `json:"location"`
	Message    string  `json:"message"`
	Code       string  `json:"code"`
	AccountIDs []int64 `json:"account_ids" doc:"涉及的账号；空为稿件本身"`
	Advisory   bool    `json:"advisory,omitempty" doc:"只是提醒，不妨碍提交"`
}

// OnePost is an answer with a post and its revision as a tag.
type OnePost struct {
	ETag string `header:"ETag" doc:"修订号，供 If-Match 使用"`
	Body postDetail
}

func showHead(p post.Post, number int, text, repost string, state delivery.PostState) PostHead {
	return PostHead{
		ID:         p.ID,
		Title:      post.Title(text),
		Text:       text,
		State:      string(state),
		Phase:      string(p.Phase),
		UnitID:     p.UnitID,
		UnitName:   p.UnitName,
		AuthorID:   p.AuthorID,
		AuthorName: p.AuthorName,
		Version:    number,
		Revision:   p.Revision,
		RepostOf:   repost,
		DueAt:      rest.UTC(p.DueAt),
		Now:        p.DueNow,
		Urgent:     p.Urgent,
		Corrects:   p.Corrects,
		CopiedFrom: p.CopiedFrom,
		UpdatedBy:  p.UpdatedBy,
		CreatedAt:  p.CreatedAt.UTC(),
		UpdatedAt:  p.UpdatedAt.UTC(),
	}
}

func showRow(row post.Row, state delivery.PostState) postRow {
	return postRow{
		PostHead:   showHead(row.Post, row.VersionNumber, row.Text, row.RepostOf, state),
		AccountNum: row.Accounts,
		PictureNum: row.Pictures,
	}
}

// showPost reads a post with all that belongs to it.
func (a *api) showPost(ctx context.Context, who access.Actor, id int64) (*OnePost, error) {
	post, version, err := a.Posts.Find(ctx, who, id)
	if err != nil {
		return nil, err
	}
	reviews, err := a.Reviews.OfPost(ctx, who, id)
	if err != nil {
		return nil, err
	}
	sending, err := a.Deliveries.OfPost(ctx, who, id)
	if err != nil {
		return nil, err
	}
	states, err := a.Deliveries.PostStates(ctx, []int64{id})
	if err != nil {
		return nil, err
	}
	asked, err := a.openAdvance(ctx, who, id)
	if err != nil {
		return nil, err
	}
	shown := showVersion(version)
	words := rest.PrinterOf(rest.Request(ctx))

	return &OnePost{
		ETag: `"` + strconv.Itoa(post.Revision) + `"`,
		Body: postDetail{
			PostHead:   showHead(post, version.Number, version.Text, version.RepostOf, states[id]),
			Hash:       shown.Hash,
			AccountIDs: shown.AccountIDs,
			Variants:   shown.Variants,
			MediaIDs:   shown.MediaIDs,
			Media:      shown.Media,
			Visible:    shown.Visible,
			Generated:  shown.Generated,
			Column:     shown.Column,
			ColumnName: shown.ColumnName,
			NotAfter:   shown.NotAfter,
			Advance:    asked,
			Reviews:    rest.Each(reviews, showReview),
			Deliveries: rest.Each(
				sending,
				func(d delivery.Delivery) deliveries.OneDelivery { return deliveries.ShowDelivery(words, d) },
			),
		},
	}, nil
}

func showVersion(version post.Version) postVersion {
	shown := postVersion{
		Version:     version.Number,
		State:       string(version.State),
		Hash:        rest.HexOf(version.Hash),
		Text:        version.Text,
		Variants:    []Variant{},
		RepostOf:    version.RepostOf,
		Column:      version.ColumnID,
		ColumnName:  version.ColumnName,
		Visible:     "all",
		NotAfter:    rest.UTC(version.NotAfter),
		CreatedAt:   version.CreatedAt.UTC(),
		SubmittedBy: version.SubmittedName,
		SubmittedAt: rest.UTC(version.SubmittedAt),
		Generated:   machineMade(version.Generated),
	}
	if version.Visible == 1 {
		shown.Visible = "self"
	}

	shown.AccountIDs = rest.Each(version.Targets, func(target post.Target) int64 { return target.AccountID })
	for _, target := range version.Targets {
		if target.Variant != nil {
			shown.Variants = append(shown.Variants, Variant{target.AccountID, *target.Variant})
		}
	}
	shown.MediaIDs = rest.Each(version.Media, func(m post.VersionMedia) int64 { return m.MediaID })
	shown.Media = rest.Each(version.Media, func(m post.VersionMedia) pictures.VersionMedia {
		return pictures.VersionMedia{
			Picture: pictures.ShowPicture(m.Media), Alt: m.Alt,
		}
	})

	return shown
}

func showReview(r review.Review) Decided {
	return Decided{
		ID:        r.ID,
		Version:   r.VersionNumber,
		Hash:      rest.HexOf(r.Hash),
		State:     string(r.State),
		OpenedAt:  r.OpenedAt.UTC(),
		Step:      r.Level,
		StepName:  r.Step,
		Undone:    r.Undone,
		DecidedBy: r.DecidedName,
		For:       r.ForName,
		DecidedAt: rest.UTC(r.DecidedAt),
		Opinion:   r.Opinion,
	}
}

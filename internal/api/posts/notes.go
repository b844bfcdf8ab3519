package posts

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/identity"
	"juzhen/internal/review"
)

type reviewNote struct {
	ID         int64      `json:"id"`
	Version    int        `json:"version" doc:"写在哪一版旁边"`
	Text       string     `json:"text"`
	Quoted     string     `json:"quoted,omitempty" doc:"针对的文字"`
	By         string     `json:"by"`
	At         time.Time  `json:"at"`
	Asks       []string   `json:"asks" doc:"用 @ 问到的人"`
	ResolvedBy string     `json:"resolved_by,omitempty"`
	ResolvedAt *time.Time `json:"resolved_at,omitempty"`
}

type reviewNotes struct {
	Notes      []reviewNote `json:"notes" doc:"旧的在前"`
	Colleagues []string     `json:"colleagues" doc:"批注里可以用 @ 问到的人"`
}

type newNote struct {
	Version int    `json:"version" minimum:"1" maximum:"2147483647" doc:"正在审的版本号"`
	Text    string `json:"text" minLength:"1" maxLength:"300" doc:"@ 加名字会提醒对方"`
	Quoted  string `json:"quoted,omitempty" maxLength:"100" doc:"针对的文字，照原文"`
}

func (a *api) notes() {
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/posts/{id}/review/edit", "edit-in-review",
		"reviews", i18n.N("审核中编辑：修改这一版的文字，不作批准"),
	), access.PostReview, a.editInReview)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/posts/{id}/notes", "list-review-notes",
		"reviews", i18n.N("审核员之间的批注"),
	), access.PostReview, a.reviewNotes)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/posts/{id}/notes", "add-review-note",
		"reviews", i18n.N("写一条批注"),
	), access.PostReview, a.addReviewNote)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/posts/{id}/notes/{note}/resolve", "resolve-review-note",
		"reviews", i18n.N("批注标为已解决"),
	), access.PostReview, a.resolveReviewNote)
}

func (a *api) reviewNotes(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[reviewNotes], error) {
	list, colleagues, err := a.Reviews.Notes(ctx, who, in.ID)

	return &rest.Out[reviewNotes]{Body: reviewNotes{
		rest.Each(
			list,
			showNote,
		),
		rest.Each(colleagues, func(person identity.Holder) string { return person.Name }),
	}}, err
}

func showNote(note review.Note) reviewNote {
	return reviewNote{
		ID:         note.ID,
		Version:    note.VersionNumber,
		Text:       note.Text,
		Quoted:     note.Quoted,
		By:         note.ByName,
		At:         note.At.UTC(),
		Asks:       append([]string{}, note.Asks...),
		ResolvedBy: note.ResolvedBy,
		ResolvedAt: rest.UTC(note.ResolvedAt),
	}
}

func (a *api) addReviewNote(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body newNote
}) (*rest.Out[reviewNotes], error) {
	if _, err := a.Reviews.AddNote(
		ctx,
		who,
		in.ID,
		in.Body.Version,
		in.Body.Text,
		in.Body.Quoted,
	); err != nil {
		return nil, err
	}

	return a.reviewNotes(ctx, who, &in.ByID)
}

func (a *api) resolveReviewNote(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Note int64 `path:"note" minimum:"1" doc:"哪一条批注"`
}) (*rest.Out[reviewNotes], error) {
	if err := a.Reviews.ResolveNote(ctx, who, in.ID, in.Note); err != nil {
		return nil, err
	}

	return a.reviewNotes(ctx, who, &in.ByID)
}

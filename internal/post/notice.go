package post

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/notice"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// wordApproved is what the writers of a post read once every step has passed it.
var wordApproved = notice.Word{
	Code: "post.approved", Text: i18n.N("“{.title}”已获批准"), Act: i18n.N("查看|动词"),
}

// NoticeWords are what this package tells people of beside its to-dos.
func NoticeWords() []notice.Word { return []notice.Word{wordApproved} }

// Own is a post as it concerns those who wrote it.
type Own struct {
	PostID   int64
	UnitPath string
	Title    string
	Version  int     // number of the current version
	Writers  []int64 // its author, and who submitted the current version
}

// OwnTx gives posts as they concern those who wrote them, by number. It checks no right.
func OwnTx(ctx context.Context, tx pg.Tx, ids []int64) (_ map[int64]Own, err error) {
	defer fault.Step(&err, "post.OwnTx")

	rows, err := tx.Pgx.Query(ctx, `
SELECT p.id, u.path, v.text, v.number, p.author_id, coalesce(v.submitted_by, p.author_id)
FROM posts p JOIN units u ON u.id = p.unit_id JOIN post_versions v ON v.id = p.version_id
WHERE p.id = ANY (@ids)`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, fmt.Errorf("find writers: %w", err)
	}

	all := make(map[int64]Own, len(ids))
	var one Own
	var text string
	var author, submitter int64
	_, err = pgx.ForEachRow(rows, []any{&one.PostID, &one.UnitPath, &text, &one.Version, &author, &submitter},
		func() error {
			one.Title, one.Writers = Title(text), []int64{author}
			if submitter != author {
				one.Writers = append(one.Writers, submitter)
			}
			all[one.PostID] = one

			return nil
		})

	return all, err
}

// Todo is the post beside a to-do, for those who wrote it.
func (o Own) Todo() *todo.Own {
	return &todo.Own{
		Users: o.Writers, Permission: access.PostView, UnitPath: o.UnitPath,
		Subject: TodoSubject, SubjectID: o.PostID,
	}
}

// OwnItemsTx puts to-dos before those who wrote the posts as well; posts are the numbers of theirs, in turn.
func OwnItemsTx(ctx context.Context, tx pg.Tx, posts []int64, items []todo.Item) (err error) {
	defer fault.Step(&err, "post.OwnItemsTx")

	own, err := OwnTx(ctx, tx, posts)
	if err != nil {
		return err
	}

	for i, id := range posts {
		if one, ok := own[id]; ok {
			items[i].Own = one.Todo()
		}
	}

	return nil
}

// Event is something the writers hear of their post. The key makes it one for each version.
func (o Own) Event(kind notice.Kind, word notice.Word, args map[string]any) notice.Event {
	return notice.Event{
		Key:        Ref(o.PostID) + "/" + strconv.Itoa(o.Version) + "/" + string(kind),
		Kind:       kind,
		Code:       word.Code,
		Args:       args,
		UnitPath:   o.UnitPath,
		Permission: access.PostView,
		Subject:    string(TodoSubject),
		SubjectID:  o.PostID,
		To:         o.Writers,
	}
}

// tellApproved tells the writers that every step has passed their post.
func tellApproved(ctx context.Context, tx pg.Tx, at time.Time, id int64) error {
	own, err := OwnTx(ctx, tx, []int64{id})
	one, ok := own[id]
	if err != nil || !ok {
		return err
	}

	return notice.TellTx(ctx, tx, at,
		one.Event(notice.Approved, wordApproved, map[string]any{"title": one.Title}))
}

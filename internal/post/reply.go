package post

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/weibo"
)

// ReplyTo is what a reply answers: a comment under a post, or the post itself.
type ReplyTo struct{ weibo.ReplyTo }

// String is what it answers as a version holds it: "post/comment" by the platform's numbers, "" for a post.
func (r ReplyTo) String() string {
	if r.Post == "" {
		return ""
	}

	return r.Post + "/" + r.Comment
}

func readReplyTo(s string) ReplyTo {
	post, comment, _ := strings.Cut(s, "/")
	return ReplyTo{weibo.ReplyTo{Post: post, Comment: comment}}
}

// Kind tells of which kind what was written is.
func (v Version) Kind() Kind {
	if v.ReplyTo.Post != "" {
		return Reply
	}

	return Ordinary
}

// Answer is a reply that is to go out as soon as it may.
type Answer struct {
	Account account.Account
	To      ReplyTo
	Text    string
	By      int64
}

// ReplyTx writes a reply down as it is to be sent: with one version, submitted and frozen. It belongs to the
// unit of its account. The caller has seen to the rights, writes the entry of the trail, and adds the
// approval (SealTx). Fails with fault.Fields where Weibo would refuse it.
func ReplyTx(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	answer Answer,
) (_ Post, _ Version, err error) {
	defer fault.Step(&err, "post.ReplyTx %d", answer.Account.ID)

	version := Version{
		Number: 1, State: VersionSubmitted, Text: strings.TrimSpace(answer.Text), ReplyTo: answer.To,
		Targets: []Target{{AccountID: answer.Account.ID, Account: answer.Account}},
	}
	payload, err := PayloadFor(version, version.Targets[0])
	if err != nil {
		return Post{}, version, err
	}
	version.Text = payload.Text()
	if err := weibo.CheckPayload(payload, weibo.Rules{}).Err(); err != nil {
		return Post{}, version, err
	}
	if err := sealRequests(&version); err != nil {
		return Post{}, version, err
	}

	return insertReply(ctx, tx, at, answer, version)
}

// ForgetTx clears the words of replies and which comments they answered, as those of citizens are cleared,
// and gives the versions; what was done with them stays.
func ForgetTx(ctx context.Context, tx pg.Tx, posts []int64) (versions []int64, err error) {
	defer fault.Step(&err, "post.ForgetTx")

	rows, err := tx.Pgx.Query(ctx, `
UPDATE post_versions v SET text = '', reply_to = split_part(v.reply_to, '/', 1) || '/'
FROM all_posts p WHERE p.id = v.post_id AND p.kind = 'reply' AND p.id = ANY (@posts) RETURNING v.id`,
		pgx.NamedArgs{"posts": posts})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

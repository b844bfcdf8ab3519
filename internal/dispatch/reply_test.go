package dispatch_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/sandbox"
	"juzhen/internal/weibo"
)

// asked is a citizen's comment under a post of the account.
type asked struct {
	account account.Account
	to      post.ReplyTo
	post    int64
}

func (w *world) asked(handle string) asked {
	w.Helper()
	var a account.Account
	w.must(w.db.InTx(w.Context(), func(tx pg.Tx) error {
		all, err := account.FindManyTx(w.Context(), tx, []int64{w.ids[handle]})
		a = all[w.ids[handle]]
		return err
	}))
	under := w.sandbox.Rival(handle, "今日空气质量良。").ID
	comment := w.sandbox.Comment(under, "胡同里的风", "明天限行吗")

	return asked{a, post.ReplyTo{ReplyTo: weibo.ReplyTo{
		Post: strconv.FormatInt(under, 10), Comment: strconv.FormatInt(comment, 10),
	}}, under}
}

// reply answers it, and gives the delivery.
func (w *world) reply(to asked, text string) (id int64) {
	w.Helper()
	w.must(w.s.Reply(w.Context(), w.writer, delivery.Reply{
		Answer: post.Answer{Account: to.account, To: to.to, Text: text, By: w.writer.UserID},
		Cover:  review.Cover{Kind: review.ByAnswerer, ID: 1, People: w.writer.Name},
		Bind: func(_ pg.Tx, _ time.Time, _ post.Post, deliveryID int64) error {
			id = deliveryID
			return nil
		},
	}))

	return id
}

// replied is a delivery of a reply as it stands.
type replied struct {
	State  delivery.State
	Remote string
	Reason delivery.Reason
}

func (w *world) replied(id int64) (row replied) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(),
		"SELECT state, coalesce(remote_id, ''), reason FROM all_deliveries WHERE id = $1", id).
		Scan(&row.State, &row.Remote, &row.Reason))

	return row
}

func TestAReplyIsSentOnceThroughEachLoss(t *testing.T) {
	t.Parallel()

	calls := map[account.Connector]string{
		account.Commercial: "comments/reply/biz", account.Public: "comments/reply",
	}
	for connector, call := range calls {
		for _, when := range []string{sandbox.Before, sandbox.After} {
			for _, kind := range []string{sandbox.FaultCut, sandbox.FaultStatus, sandbox.FaultEmpty} {
				t.Run(string(connector)+" "+kind+" "+when, func(t *testing.T) {
					t.Parallel()
					w := newWorld(t)
					w.account("环保北京", 1, connector)
					to := w.asked("环保北京")
					w.sandbox.Fault(sandbox.Fault{
						Account: "环保北京", Call: call, Kind: kind, When: when, Times: 1,
					})
					w.engine()
					id := w.reply(to, "明天不限行，请放心出行。")
					if when == sandbox.After {
						w.until(
							"the reply is found",
							func() bool { return w.replied(id).State == delivery.Sent },
						)
						if got := w.sandbox.Said(
							"环保北京",
							to.post,
						); !slices.Equal(
							got,
							[]string{"明天不限行，请放心出行。"},
						) {
							t.Errorf("the account said %q", got)
						}

						return
					}
					// A comment carries no mark of ours: that it is not there is for people to say, and
					// nothing is sent again by itself.
					w.until("a person is asked", func() bool { return w.todos(id) == "reply.unknown" })
					if got := w.replied(id); got.State != delivery.Unknown {
						t.Errorf("the delivery is %+v", got)
					}
					if got := w.sandbox.Said("环保北京", to.post); len(got) != 0 {
						t.Errorf("the account said %q", got)
					}
				})
			}
		}
	}
}

func TestAReplyInDoubtHoldsNoPostUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	to := w.asked("环保北京")
	w.sandbox.Fault(sandbox.Fault{
		Account: "环保北京", Call: "comments/reply/biz", Kind: sandbox.FaultCut, When: sandbox.Before, Times: 1,
	})
	w.engine()
	first := w.reply(to, "请稍等，正在核实。")
	w.until("nobody knows", func() bool { return w.replied(first).State == delivery.Unknown })
	p := w.planNow("大气重污染预警提示。", "环保北京")
	w.untilState(p, delivery.Sent)
	if got := w.replied(first); got.State != delivery.Unknown {
		t.Errorf("the reply is %+v", got)
	}
	// Nor does a comment that has the number of a post count as that post.
	w.exec(`UPDATE all_deliveries SET state = 'sent', remote_id = (SELECT remote_id FROM deliveries LIMIT 1)
		WHERE id = $1`, first)
}

// TestATurnIsOfItsKind: a post whose turn it is not does not go out in the free turn of replies. The table
// says so and not the memory of one process, for another one may have begun a call meanwhile.
func TestATurnIsOfItsKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account("环保北京", 1, account.Commercial)
	to := w.asked("环保北京")
	w.engine()
	w.exec(`INSERT INTO account_turns (account_id, kind, last_mark)
		VALUES ($1, 'post', now() + interval '1 hour')`, a)
	p := w.planNow("空气质量良。", "环保北京")
	w.untilState(p, delivery.Preparing)

	id := w.reply(to, "明天不限行。")
	w.until("the reply is out", func() bool { return w.replied(id).State == delivery.Sent })
	if got := w.only(p).State; got != delivery.Preparing {
		t.Errorf("the post is %s", got)
	}
}

// TestRepliesStandInNoListOfPosts: what lists posts and deliveries by their names sees no reply.
func TestRepliesStandInNoListOfPosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	to := w.asked("环保北京")
	w.engine()
	id := w.reply(to, "明天不限行。")
	w.until("it is out", func() bool { return w.replied(id).State == delivery.Sent })
	list, err := w.posts.List(w.Context(), w.supervisor, post.Filter{})
	w.must(err)
	if len(list.Rows) != 0 {
		t.Errorf("the list holds %+v", list.Rows)
	}
	if _, err := w.s.Find(w.Context(), w.supervisor, id); err == nil {
		t.Error("the reply is found among the deliveries of posts")
	}
	sent, err := w.s.List(w.Context(), w.supervisor, delivery.Filter{})
	w.must(err)
	if len(sent.Rows) != 0 {
		t.Errorf("the list of deliveries holds %+v", sent.Rows)
	}

	for what, sql := range map[string]string{
		"posts": "SELECT count(*) FROM posts", "deliveries": "SELECT count(*) FROM deliveries",
		"the hours": "SELECT count(*) FROM post_hour_changes",
	} {
		if n := w.count(sql); n != 0 {
			t.Errorf("%s hold %d", what, n)
		}
	}

	for _, table := range []string{"posts", "deliveries"} {
		n := w.count(`SELECT count(*) FROM information_schema.columns b
			WHERE b.table_name = 'all_' || $1 AND NOT EXISTS (SELECT FROM information_schema.columns v
				WHERE v.table_name = $1 AND v.column_name = b.column_name)`, table)
		if n != 0 {
			t.Errorf(
				"%s lacks %d columns of its table: a migration that adds one makes the view anew",
				table,
				n,
			)
		}
	}
}

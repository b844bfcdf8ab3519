package delivery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

func ref(id int64) string { return fmt.Sprintf("delivery/%d", id) }

// linked checks that a link is of a post of this delivery's account and makes the change that records
// it. An address that does not name its account is taken when a look has seen the post there.
func (s *Service) linked(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	delivery Delivery,
	pasted string,
) (Change, post.Link, error) {
	link, bad := post.ReadLink("link", pasted)
	if bad != nil {
		return Change{}, link, bad
	}
	a, err := account.FindTx(ctx, tx, delivery.AccountID)
	if err != nil {
		return Change{}, link, err
	}
	if link.UID == "" {
		if link.UID, err = seenOn(ctx, tx, delivery, a.RemoteUID, link.ID); err != nil {
			return Change{}, link, err
		}
	}

	switch {
	case a.RemoteUID == "":
		return Change{}, link, fault.Invalid("link", "账号还没有登记微博 UID，无法核对链接；请管理员先登记")
	case link.UID == "":
		return Change{}, link, fault.Invalid(
			"link",
			"这个网址没有写明是哪个账号的，无法核对；请用浏览器打开那条微博，点它的发布时间，再复制地址栏，形如 https://weibo.com/{.uid}/…",
			"uid",
			a.RemoteUID,
		)
	case a.RemoteUID != link.UID:
		return Change{}, link, fault.Invalid("link", "链接不是 {.account} 的微博，请核对", "account", a.At())
	}

	return Change{
		To:       Sent,
		RemoteID: link.ID,
		SentAt:   &now,
		NextLook: at(now, s.set.ReadBack),
		DropWish: true,
	}, link, nil
}

// seenOn gives the account's id when a look of this delivery has seen the post on it, else "".
func seenOn(ctx context.Context, tx pg.Tx, delivery Delivery, uid, id string) (string, error) {
	events, err := eventsOf(ctx, tx.DB, delivery.ID)
	if err != nil {
		return "", err
	}

	for _, event := range events {
		if slices.ContainsFunc(event.Sightings(), func(sighting Sighting) bool { return sighting.ID == id }) {
			return uid, nil
		}
	}

	return "", nil
}

// applyLinked records a post that a person found or made, under the address the console makes of it. A
// post can be recorded once only.
func (s *Service) applyLinked(
	ctx context.Context,
	act access.Act,
	delivery Delivery,
	change Change,
	link post.Link,
) error {
	err := ApplyTx(ctx, act.Tx, act.Now, delivery, change, act.Actor.UserID)
	if err == nil {
		_, err = act.Tx.Pgx.Exec(
			ctx,
			`
			UPDATE deliveries SET remote_url = @remote_url, taken_by = NULL, taken_at = NULL WHERE id = @id`,
			pgx.NamedArgs{
				"id":         delivery.ID,
				"remote_url": "https://weibo.com/" + link.UID + "/" + post.EncodeMID(link.ID),
			},
		)
	}

	return pg.Fault(
		err,
		map[string]error{"deliveries_remote_unique": fault.Invalid("link", "这条微博已登记在另一个发送上，请核对")},
	)
}

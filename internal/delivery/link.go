package delivery

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

func ref(id int64) string { return fmt.Sprintf("delivery/%d", id) }

// parseLink reads account and post out of the address of a post's page: weibo.com/UID/MID, m.weibo.cn/UID/MID.
func parseLink(link string) (uid, id string, err *fault.Error) {
	bad := fault.Invalid("link", "请粘贴微博正文页的网址，形如 https://weibo.com/2039018811/NxYz8k3Qp")
	u, parseErr := url.Parse(strings.TrimSpace(link))
	if parseErr != nil || u.Host == "" {
		return "", "", bad
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) != 2 || strings.Trim(parts[0], "0123456789") != "" || parts[0] == "" {
		return "", "", bad
	}
	if id, err = post.ParseRepost(link); err != nil || id == "" {
		return "", "", bad
	}
	return parts[0], id, nil
}

// linked checks that a link is of a post of this delivery's account and makes the change that records it.
func (s *Service) linked(ctx context.Context, tx pg.Tx, now time.Time, d Delivery, link string) (Change, error) {
	uid, id, bad := parseLink(link)
	if bad != nil {
		return Change{}, bad
	}
	a, err := account.FindTx(ctx, tx, d.AccountID)
	if err != nil {
		return Change{}, err
	}
	switch {
	case a.RemoteUID == "":
		return Change{}, fault.Invalid("link", "账号还没有登记微博 UID，无法核对链接；请管理员先登记")
	case a.RemoteUID != uid:
		return Change{}, fault.Invalid("link", "链接不是 {.account} 的微博，请核对", "account", a.At())
	}
	return Change{To: Sent, RemoteID: id, SentAt: &now, NextLook: at(now, s.set.ReadBack), DropWish: true}, nil
}

// applyLinked records a post that a person found or made. A post can be recorded once only.
func (s *Service) applyLinked(ctx context.Context, tx pg.Tx, now time.Time, d Delivery, c Change, link string, actor access.Actor) error {
	err := ApplyTx(ctx, tx, now, d, c, actor.UserID)
	if err == nil {
		_, err = tx.Pgx.Exec(ctx, "UPDATE deliveries SET remote_url = $2, taken_by = NULL, taken_at = NULL WHERE id = $1", d.ID, strings.TrimSpace(link))
	}
	return pg.Fault(err, map[string]error{"deliveries_remote_unique": fault.Invalid("link", "这条微博已登记在另一个发送上，请核对")})
}

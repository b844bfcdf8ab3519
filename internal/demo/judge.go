package demo

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"juzhen/internal/delivery"
	"juzhen/internal/media"
	"juzhen/internal/post"
	"juzhen/internal/reach"
)

// The application that the imitation Weibo is started with: its key, its name as posts show it, and the
// domain its links must lead to.
const (
	AppKey     = "3920161218"
	AppName    = "矩阵台"
	SafeDomain = "beijing.gov.cn"
)

// Weibo is the imitation Weibo seen through its control interface: the judge, not the connector.
type Weibo struct {
	Base   string // http://host:port
	Client *http.Client
}

// published is one post as the judge sees it.
type published struct {
	ID       int64    `json:"id"`
	Text     string   `json:"text"`
	Pictures []string `json:"pictures"` // SHA-256 of the bytes received, hex
	Deleted  bool     `json:"deleted"`
}

// Token issues a token of an account.
func (w *Weibo) Token(ctx context.Context, handle string) (string, error) {
	var out struct {
		Token string `json:"access_token"`
	}
	body, err := json.Marshal(map[string]string{"account": handle})
	if err != nil {
		return "", err
	}

	return out.Token, w.call(ctx, http.MethodPost, "/_control/tokens", body, &out)
}

func (w *Weibo) posts(ctx context.Context, handle string) ([]published, error) {
	var list []published
	err := w.call(ctx, http.MethodGet, "/_control/posts?account="+url.QueryEscape(handle), nil, &list)
	return list, err
}

func (w *Weibo) call(ctx context.Context, method, path string, body []byte, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, w.Base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	res, err := w.Client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, res.Status)
	}

	return json.NewDecoder(res.Body).Decode(into)
}

// row is one account of the table at the end.
type row struct {
	accountID int64
	handle    string
	state     delivery.State
	late      time.Duration
	remoteID  string
	verdict   string // empty: exactly the approved post, once
	followers *int64
	counts    *reach.Counts // nil: not read yet
}

// judge compares what the platform holds with what was approved, account by account.
func (s *Show) judge(
	ctx context.Context,
	version post.Version,
	pic media.Media,
	sent []delivery.Delivery,
) ([]row, int) {
	texts := map[int64]string{}
	for _, target := range version.Targets {
		texts[target.AccountID] = target.TextOf(version)
	}
	var rows []row
	wrong := 0

	for _, d := range sent {
		r := row{accountID: d.AccountID, handle: d.AccountHandle, state: d.State, late: lateness(d)}
		if d.RemoteID != nil {
			r.remoteID = *d.RemoteID
		}
		if r.verdict = s.verdict(
			ctx,
			d,
			texts[d.AccountID],
			hex.EncodeToString(pic.SHA256),
		); r.verdict != "" {
			wrong++
		}
		rows = append(rows, r)
	}

	return rows, wrong
}

// verdict is empty when the account holds the approved text exactly once, with the approved picture and
// under the recorded id. The heading carries the second of writing, so no other run's post has the same
// text.
func (s *Show) verdict(ctx context.Context, d delivery.Delivery, text, picture string) string {
	all, err := s.Weibo.posts(ctx, d.AccountHandle)
	if err != nil {
		return "无法核对：" + err.Error()
	}

	mine := slices.DeleteFunc(all, func(p published) bool { return p.Deleted || p.Text != text })
	switch {
	case len(mine) != 1:
		return fmt.Sprintf("微博上有 %d 条", len(mine))
	case !slices.Equal(mine[0].Pictures, []string{picture}):
		return "图片与批准稿不同"
	case d.RemoteID == nil || *d.RemoteID != fmt.Sprint(mine[0].ID):
		return "记录的微博 id 不同"
	}

	return ""
}

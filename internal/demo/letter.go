package demo

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
)

// letters are what citizens write privately to the first account.
var letters = []map[string]any{
	{"from": "通州老张", "text": "我要投诉：楼下烧烤店每天晚上冒黑烟，请派人来看看"},
	{"from": "平谷桃农", "text": "请问明天还限行吗？"},
	{
		"from": "骑行北五环", "type": "position", "text": "这里有人偷偷焚烧垃圾",
		"data": map[string]string{"latitude": "40.02", "longitude": "116.41"},
	},
}

// citizensWrite has the imitation push private messages of the first account to the console, where something
// listens, and lets some citizens write on the first run.
func (s *Show) citizensWrite(ctx context.Context) error {
	if !s.Services.Push.Listens() || len(s.Matrix.Accounts) == 0 {
		return nil
	}
	admin, err := s.signIn(ctx, "guanli")
	if err != nil {
		return err
	}
	a := s.Matrix.Accounts[0]
	known, err := s.Services.Push.Find(ctx, admin, a.ID)
	if err != nil {
		return err
	}
	const secret = "demo" // of the fans service at the imitation

	made, err := s.Services.Push.Make(ctx, admin, a.ID, known.Revision, secret)
	if err != nil {
		return err
	}
	var answer struct {
		Verified bool `json:"verified"`
		Status   int  `json:"status"`
	}
	if err := s.tellWeibo(ctx, "/_control/pushes", map[string]any{
		"account": a.Handle, "url": made.Fans, "secret": secret,
	}, &answer); err != nil {
		return err
	}
	if !answer.Verified {
		return errors.New("the imitation does not find the push address to be the console's")
	}
	if known.Taken > 0 {
		return nil
	}

	for _, one := range letters {
		letter := maps.Clone(one)
		letter["account"] = a.Handle
		if err := s.tellWeibo(ctx, "/_control/letters", letter, &answer); err != nil {
			return err
		}
		if answer.Status != http.StatusOK {
			return errors.New("a private message was not taken in")
		}
	}
	s.say("%d 位市民给 %s 写了私信，已推送进“互动”", len(letters), a.At())

	return nil
}

func (s *Show) tellWeibo(ctx context.Context, path string, what map[string]any, into any) error {
	body, err := json.Marshal(what)
	if err != nil {
		return err
	}

	return s.Weibo.call(ctx, http.MethodPost, path, body, into)
}

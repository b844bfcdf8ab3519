package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"time"
)

// platform is the imitation Weibo as the harness sees it: the judge, and the hand on its wheels.
type platform struct {
	*program
	base   string
	client *http.Client
}

// event is a line of the judge's log.
type event struct {
	Wall    time.Time `json:"wall"`
	Step    string    `json:"step"`
	Call    string    `json:"call"`
	Account string    `json:"account"`
	Post    int64     `json:"post"`
}

// published is a post as the judge holds it.
type published struct {
	ID      int64     `json:"id"`
	Account string    `json:"account"`
	At      time.Time `json:"at"`
	Text    string    `json:"text"`
	Deleted bool      `json:"deleted"`
	Rival   bool      `json:"rival"`
}

func (s *stage) platform(ctx context.Context, dir string) (*platform, error) {
	program, err := startProgram(
		"weibo-sandbox",
		filepath.Join(dir, "weibo.log"),
		nil,
		filepath.Join(s.bin, "weibo-sandbox"),
		"--listen",
		"127.0.0.1:0",
		"--posts",
		"0",
		"--no-limits",
	)
	if err != nil {
		return nil, err
	}
	line, err := program.awaitLine("listening on ", 20*time.Second)
	if err != nil {
		return nil, err
	}
	_, base, _ := strings.Cut(line, "listening on ")

	return &platform{
		program: program,
		base:    strings.TrimSpace(base),
		client:  &http.Client{Timeout: 20 * time.Second},
	}, nil
}

// control calls the control interface; into may be nil.
func (p *platform) control(ctx context.Context, method, path string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, p.base+"/_control/"+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	res, err := p.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= http.StatusMultipleChoices {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 500))
		return fmt.Errorf("%s %s: %s %s", method, path, res.Status, text)
	}
	if into == nil {
		return nil
	}

	return json.NewDecoder(res.Body).Decode(into)
}

// fields is a body of the control interface.
type fields map[string]any

func (p *platform) fault(ctx context.Context, f fields) error {
	return p.control(ctx, http.MethodPost, "faults", f, nil)
}

func (p *platform) set(ctx context.Context, f fields) error {
	return p.control(ctx, http.MethodPost, "settings", f, nil)
}

func (p *platform) join(ctx context.Context, list []seat) error {
	accounts := make([]fields, len(list))
	for i, s := range list {
		accounts[i] = fields{"uid": s.UID, "handle": s.Handle, "followers": 10}
	}

	return p.control(ctx, http.MethodPost, "accounts", accounts, nil)
}

func (p *platform) token(ctx context.Context, handle string) (string, error) {
	var out struct {
		Token string `json:"access_token"`
	}

	return out.Token, p.control(ctx, http.MethodPost, "tokens", fields{"account": handle}, &out)
}

// posts lists what the console published, by account.
func (p *platform) posts(ctx context.Context) (map[string][]published, error) {
	var list []published
	if err := p.control(ctx, http.MethodGet, "posts", nil, &list); err != nil {
		return nil, err
	}
	by := map[string][]published{}

	for _, one := range list {
		if !one.Rival {
			by[one.Account] = append(by[one.Account], one)
		}
	}

	return by, nil
}

func (p *platform) events(ctx context.Context) (list []event, err error) {
	err = p.control(ctx, http.MethodGet, "log", nil, &list)
	return list, err
}

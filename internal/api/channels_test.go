package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"juzhen/internal/channel"
	"juzhen/internal/courier"
	"juzhen/internal/outward"
	"juzhen/internal/pg"
	"juzhen/internal/seal"
)

// newChannels are the channels of a console that nothing leaves: no address is allowed.
func newChannels(db *pg.DB, now func() time.Time) *channel.Service {
	box, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		panic(err)
	}

	return channel.New(db, channel.Options{
		Now: now, Box: box, Courier: courier.New(outward.New(outward.Options{}), courier.Server{}, now),
		Name: func(string) string { return "矩阵台" }, Home: "http://localhost:8080",
	})
}

// TestAChannelByTheInterface: made, tried, changed by version, switched off; what is sealed never comes out.
func TestAChannelByTheInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const hook = "https://127.0.0.1/robot/send?access_token=0123456789abcdef"
	body := map[string]any{
		"unit_id": 1, "kind": "dingtalk", "name": "值班群", "address": hook, "secret": "SECabc",
	}
	made := w.call("admin", "POST", "/channels", body).want(http.StatusCreated).
		says("127.0.0.1", "place").says("cdef", "hint").says("untried", "state")
	at := "/channels/" + made.text("id")
	w.call("admin", "POST", "/channels", body).want(http.StatusUnprocessableEntity)

	for _, change := range []map[string]any{
		{"address": "http://oapi.dingtalk.com/x"}, {"secret": ""}, {"kind": "fax"}, {"name": "  "},
		{"kind": "mail", "address": "smtp.example.cn:25", "security": "none", "sender": "a@b.cn"},
	} {
		wrong := map[string]any{}
		for name, value := range body {
			wrong[name] = value
		}

		for name, value := range change {
			wrong[name] = value
		}
		wrong["name"] = "别的" + wrong["name"].(string)
		if change["name"] != nil {
			wrong["name"] = change["name"]
		}
		w.call("admin", "POST", "/channels", wrong).want(http.StatusUnprocessableEntity)
	}

	w.call("admin", "POST", at+"/test", map[string]any{}).want(http.StatusOK).
		says("false", "sent").says("address", "reason").says("private", "code")
	w.call("admin", "PATCH", at, map[string]any{"version": 1, "name": "夜班群"}).want(http.StatusOK).
		says("夜班群", "name").says("2", "version").says("fails", "state")
	w.call("admin", "PATCH", at, map[string]any{"version": 1, "active": false}).want(http.StatusConflict)
	w.call("admin", "PATCH", at, map[string]any{"version": 2, "active": false}).want(http.StatusOK).
		says("off", "state")
	list := w.call("admin", "GET", "/channels", nil).want(http.StatusOK)
	if text := fmt.Sprint(
		list.Body,
	); strings.Contains(text, "0123456789") ||
		strings.Contains(text, "SECabc") {
		t.Errorf("a secret comes out: %s", text)
	}
	if strings.Contains(w.log.String(), "0123456789") || strings.Contains(w.log.String(), "SECabc") {
		t.Error("a secret is in the log")
	}
	w.call("admin", "PATCH", at, map[string]any{"version": 3, "quiet_from": "25:00", "quiet_to": "07:00"}).
		want(http.StatusUnprocessableEntity)
	w.call("admin", "PATCH", at, map[string]any{"version": 3, "quiet_from": "12:00", "quiet_to": "14:00"}).
		want(http.StatusOK).says("12:00", "quiet_from").says("14:00", "quiet_to")
	w.call("admin", "GET", at+"/messages", nil).want(http.StatusOK)
	w.call("supervisor", "GET", at+"/messages", nil).want(http.StatusForbidden)
	w.call("supervisor", "GET", "/channels", nil).want(http.StatusForbidden)
	if n := w.count("SELECT count(*) FROM audit_entries WHERE subject_type = 'channel'"); n != 5 {
		t.Errorf("%d entries in the trail", n)
	}
	if n := w.count(
		"SELECT count(*) FROM channels WHERE position('0123456789'::bytea IN sealed) > 0 OR place LIKE '%token%'",
	); n != 0 {
		t.Error("a secret lies open")
	}
}

package api_test

import (
	"strings"
	"testing"
)

// TestRoleFilterTellsNoRoleOfOtherUnits: who administers the bureau's district learns nothing of what
// its people are elsewhere.
func TestRoleFilterTellsNoRoleOfOtherUnits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`INSERT INTO grants (user_id, role, unit_id, created_at)
SELECT id, 'auditor', 1, now() FROM users WHERE username = 'chaoyang'
UNION ALL SELECT id, 'administrator', 3, now() FROM users WHERE username = 'second'`)
	w.exec(`
		UPDATE grants SET revoked_at = now()
			WHERE role = 'reviewer' AND user_id = (SELECT id FROM users WHERE username = 'second')`)

	all := w.call("second", "GET", "/users", nil).want(200)
	if !strings.Contains(all.Body.String(), `"chaoyang"`) {
		t.Fatalf("the district's people are not shown: %s", all.Body)
	}
	if got := w.call("second", "GET", "/users?role=auditor", nil).want(200); got.len("items") != 0 {
		t.Errorf("the filter told of a role at the bureau: %s", got.Body)
	}
	if got := w.call("second", "GET", "/users?role=press_officer", nil).want(200); got.len("items") != 1 {
		t.Errorf("%d press officers", got.len("items"))
	}
	if got := w.call("admin", "GET", "/users?role=auditor", nil).want(200); got.len("items") != 2 {
		t.Errorf("%d auditors", got.len("items"))
	}
}

// TestCertificateHoldsTheOwnTargetAndTheVersionSent: a district reads what its account sent, not what
// another was to say, nor what was thought of wordings that never went out.
func TestCertificateHoldsTheOwnTargetAndTheVersionSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	variants := []body{{"account_id": 1, "text": "市局未发布的说法"}, {"account_id": 3, "text": "朝阳的说法"}}
	draft := body{
		"text":        "初稿里不该说的话",
		"account_ids": []int{1, 3},
		"due_at":      w.in(100 * 3600e9),
		"submit":      true,
	}
	answer := w.call("writer", "POST", "/posts", draft).want(201)

	at := "/posts/" + answer.text("id")
	w.call("reviewer", "POST", at+"/review", body{
		"version":  1,
		"hash":     answer.text("hash"),
		"decision": "return",
		"opinion":  "口径未定，勿外传",
	}).want(200)
	// what was returned is a draft again before it is changed
	w.call("writer", "POST", at+"/revise", nil).want(200)
	revision := w.call("writer", "GET", at, nil).want(200).at("revision")
	answer = w.call("writer", "PATCH", at, body{
		"revision": revision, "text": "定稿", "variants": variants, "submit": true,
	}).want(200)
	answer = w.call("reviewer", "POST", at+"/review", body{
		"version":  2,
		"hash":     answer.text("hash"),
		"decision": "approve",
	}).want(200)

	w.exec(`UPDATE deliveries
			SET connector = 'commercial', state = 'sent', sent_at = now(), remote_id = '5000000000000001',
			attempts = 1
WHERE account_id = 3`)
	id := answer.text("deliveries", 1, "id")
	c := w.call("chaoyang", "GET", "/deliveries/"+id+"/certificate", nil).
		want(200).
		says("朝阳的说法", "text").
		says("朝阳的说法", "version", "text").
		says("[3]", "version", "account_ids").
		says("2", "version", "version").
		says("approved", "reviews", 0, "state")

	if c.len("reviews") != 1 || c.len("version", "variants") != 1 {
		t.Errorf("%d reviews, %d wordings", c.len("reviews"), c.len("version", "variants"))
	}

	for _, secret := range []string{"市局未发布的说法", "初稿里不该说的话", "口径未定", "定稿"} {
		if strings.Contains(c.Body.String(), secret) {
			t.Errorf("the certificate tells %q: %s", secret, c.Body)
		}
	}
}

// TestIdsInTablesAreNotRounded: a spreadsheet keeps fifteen digits of what it takes for a number.
func TestIdsInTablesAreNotRounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.approve(w.submitted("4456240593602075"))
	w.exec(`UPDATE deliveries
			SET connector = 'commercial', state = 'sent', sent_at = now(),
			remote_id = '500000000000000' || id, attempts = 1`)

	for _, path := range []string{"/deliveries.csv", "/deliveries?format=csv", "/posts.csv"} {
		for _, row := range w.call("writer", "GET", path, nil).cells() {
			for _, cell := range row {
				if len(cell) > 15 && strings.Trim(cell, "0123456789") == "" {
					t.Errorf("%s: %s would be rounded", path, cell)
				}
			}
		}
	}
}

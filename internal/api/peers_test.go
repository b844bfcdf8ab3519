package api_test

import "testing"

// TestPeersByTheInterface: a group is made, filled, read as a table and given up, by the revision that was
// read.
func TestPeersByTheInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group := body{"unit_id": 1, "name": "各省厅"}
	w.call("reviewer", "POST", "/peers", group).problem(403, "forbidden")
	made := w.call("supervisor", "POST", "/peers", group).
		want(201).
		says("1", "revision").
		says("0", "accounts")
	w.call("supervisor", "POST", "/peers", group).problem(409, "peer_group_taken")

	at := "/peers/" + made.text("id")
	account := body{"revision": 1, "uid": "100001", "name": "甲省", "bureau": "甲省厅"}
	w.call("supervisor", "POST", at+"/accounts", body{"revision": 1, "uid": "x", "name": "甲省"}).
		problem(422, "invalid").
		says("body.uid", "errors", 0, "location")
	w.call("reviewer", "POST", at+"/accounts", account).problem(403, "forbidden")
	w.call("supervisor", "POST", at+"/accounts", account).
		want(200).
		says("2", "revision").
		says("1", "accounts")
	w.call("supervisor", "POST", at+"/accounts", account).problem(409, "stale")

	league := w.call("reviewer", "GET", at+"?measure=growth", nil).want(200).
		says("growth", "measure").
		says("甲省厅", "peers", 0, "of").
		says("<nil>", "peers", 0, "value").
		says("0", "peers", 0, "rank")
	w.call("reviewer", "GET", at+"?measure=likes", nil).problem(422, "invalid")
	w.call("chaoyang", "GET", at, nil).problem(404, "not_found")
	w.call("chaoyang", "GET", "/peers", nil).want(200).says("[]", "items")
	w.call("reviewer", "GET", "/peers", nil).want(200).says("各省厅", "items", 0, "name")

	peer := at + "/accounts/" + league.text("peers", 0, "peer_id") + "/drop"
	w.call("supervisor", "POST", peer, body{"revision": 1}).problem(409, "stale")
	w.call("supervisor", "POST", peer, body{"revision": 2}).want(200).says("0", "accounts")
	w.call("supervisor", "POST", peer, body{"revision": 3}).problem(404, "not_found")
	w.call("supervisor", "POST", at+"/retire", body{"revision": 3}).want(200)
	w.call("supervisor", "GET", "/peers", nil).want(200).says("[]", "items")
}

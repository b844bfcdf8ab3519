package audit_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
)

func TestListIsScopedAndFiltered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.act("post.submit", "post/1", "/1/4/")
	w.now = w.now.Add(time.Hour)
	w.write(audit.Entry{
		Action:   audit.Act{Code: "post.approve"},
		Subject:  "post/1",
		UnitPath: "/1/4/",
		Actor:    person(3, "值班审核员"),
		Why:      "内容准确",
	})
	w.now = w.now.Add(time.Hour)
	w.act("account.update", "account/1", "/1/5/")
	w.act("session.open", "user/8", "/2/")

	for name, tc := range map[string]struct {
		actor  access.Actor
		filter audit.Filter
		want   string
	}{
		"all in scope": {auditor, audit.Filter{}, "account/1 post/1 post/1"},
		"part of the tree": {
			person(9, "审", access.Grant{Role: access.Auditor, Path: "/1/4/"}),
			audit.Filter{}, "post/1 post/1",
		},
		"administrator": {
			person(9, "管", access.Grant{Role: access.Administrator, Path: "/1/"}),
			audit.Filter{}, "",
		},
		"supervisor": {
			person(9, "主", access.Grant{Role: access.Supervisor, Path: "/1/"}),
			audit.Filter{}, "",
		},
		"time": {
			auditor,
			audit.Filter{From: noon.Add(time.Hour), To: noon.Add(2 * time.Hour)}, "post/1",
		},
		"actor":           {auditor, audit.Filter{Actor: "审核"}, "post/1"},
		"actor id":        {auditor, audit.Filter{ActorID: 2}, "account/1 post/1"},
		"action":          {auditor, audit.Filter{Action: "account.update"}, "account/1"},
		"subject":         {auditor, audit.Filter{Subject: "post/1"}, "post/1 post/1"},
		"kind of subject": {auditor, audit.Filter{Subject: "account"}, "account/1"},
		"unit":            {auditor, audit.Filter{UnitPath: "/1/5/"}, "account/1"},
		"foreign unit":    {auditor, audit.Filter{UnitPath: "/2/"}, ""},
	} {
		page, err := w.s.List(t.Context(), tc.actor, tc.filter)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}

		var got []string
		for _, row := range page.Rows {
			got = append(got, row.SubjectType+"/"+row.SubjectID)
		}
		if s := strings.Join(got, " "); s != tc.want {
			t.Errorf("%s: %q, want %q", name, s, tc.want)
		}
	}
}

func TestListPagesWithoutLossOrRepeat(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for i := range 7 {
		w.act("post.submit", fmt.Sprintf("post/%d", i+1), "/1/") // all at one instant
	}
	var got []string

	filter := audit.Filter{Limit: 3}
	for {
		page, err := w.s.List(t.Context(), auditor, filter)
		if err != nil {
			t.Fatal(err)
		}

		for _, row := range page.Rows {
			got = append(got, row.SubjectID)
		}
		if filter.After = page.Next; filter.After == "" {
			break
		}
	}
	if s := strings.Join(got, ""); s != "7654321" {
		t.Errorf("paged %q", s)
	}
	if _, err := w.s.List(t.Context(), auditor, audit.Filter{After: "x"}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("broken cursor: %v", err)
	}
}

func TestExportIsSafeScopedAndRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(audit.Entry{
		Action:   audit.Act{Code: "post.return"},
		Subject:  "post/1",
		UnitPath: "/1/4/",
		Actor:    person(3, `=HYPERLINK("x")`),
		Why:      "+1",
	})
	w.act("post.submit", "post/2", "/2/")
	w.sequence(2)
	var out bytes.Buffer
	if err := w.s.Export(t.Context(), auditor, audit.Filter{Action: "post.return"}, &out); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(out.String(), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !marked || len(rows) != 2 {
		t.Fatalf("%v, %d rows, byte order mark %v", err, len(rows), marked)
	}
	if rows[1][2] != `'=HYPERLINK("x")` || rows[1][9] != "'+1" || rows[1][1] != "2026-03-04 12:00:00.000000" {
		t.Errorf("row %q", rows[1])
	}
	page, err := w.s.List(context.Background(), auditor, audit.Filter{Action: "audit.export"})
	if err != nil || len(page.Rows) != 1 || page.Rows[0].ActorID != 9 {
		t.Errorf("the export is not in the trail: %+v, %v", page.Rows, err)
	}
	if err := w.s.Export(t.Context(), person(1, "主管", access.Grant{
		Role: access.Supervisor, Path: "/1/",
	}), audit.Filter{}, &out); err == nil {
		t.Error("a supervisor exported the trail")
	}
}

func TestFactsComeFromTheBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(audit.Entry{
		Action:   audit.Act{Code: "grant.create"},
		Subject:  "user/5",
		UnitPath: "/1/",
		Why:      "轮岗",
		Detail:   map[string]any{"role": "reviewer"},
	})
	page, err := w.s.List(t.Context(), auditor, audit.Filter{})
	if err != nil || len(page.Rows) != 1 {
		t.Fatal(err, page.Rows)
	}
	if facts := page.Rows[0].Facts(); facts.Why != "轮岗" || facts.Detail["role"] != "reviewer" {
		t.Errorf("%+v", facts)
	}
	if facts := (audit.Row{Body: []byte("{")}).Facts(); facts.Why != "" || facts.Detail != nil {
		t.Errorf("unreadable body: %+v", facts)
	}
}

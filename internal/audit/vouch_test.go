package audit_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/seal"
)

// ring is a key ring of keys made of one byte each, the newest first.
func ring(t *testing.T, fill ...byte) *seal.Box {
	t.Helper()

	var keys [][]byte
	for _, b := range fill {
		keys = append(keys, bytes.Repeat([]byte{b}, seal.KeySize))
	}
	box, err := seal.New(keys[0], keys[1:]...)
	if err != nil {
		t.Fatal(err)
	}

	return box
}

// withKey gives the same trail as a process with these keys has it; none is a process without a key.
func (w *world) withKey(fill ...byte) *world {
	w.Helper()
	options := pg.Options{MaxConns: 3, Name: "juzhen test"}
	if len(fill) > 0 {
		options.Signer = ring(w.T, fill...)
	}
	db, err := pg.Open(w.Context(), w.db.Pool().Config().ConnString(), options)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(db.Close)
	other := &world{T: w.T, db: db, now: w.now}
	other.s = audit.New(db, func() time.Time { return other.now })
	if err := other.s.Begin(w.Context()); err != nil {
		w.Fatal(err)
	}

	return other
}

// keyed is a trail of four entries whose process holds the key 1.
func keyed(t *testing.T) *world {
	w := (&world{T: t, db: pgtest.New(t), now: noon}).withKey(1)
	for i := range 4 {
		w.act("post.submit", fmt.Sprintf("post/%d", i+1), "/1/")
	}
	w.sequence(4)

	return w
}

func (w *world) want(code string, seq, vouched, forged int64) {
	w.Helper()
	report := w.verify()
	var got audit.Break
	if report.Broken != nil {
		got = *report.Broken
	}
	if got.Code != code || got.Seq != seq || report.Vouched != vouched || report.Forged != forged {
		w.Errorf(
			"broken %+v, vouched %d, forged %d; want %q at %d, %d, %d",
			got,
			report.Vouched,
			report.Forged,
			code,
			seq,
			vouched,
			forged,
		)
	}
}

// forge inserts an entry as somebody does who has the database and not the key: a body that is right in
// every byte.
const forge = `INSERT INTO audit_entries (at, actor_id, actor_name, action, subject_type, subject_id,
		unit_path, ip, body)
	SELECT at, actor_id, actor_name, action, subject_type, '9', unit_path, ip,
		convert_to(replace(convert_from(body, 'UTF8'), 'post/2', 'post/9'), 'UTF8')
	FROM audit_entries WHERE seq = 2`

// TestAForgedEntryIsFound puts rows into the table as the attack did: before, the sequencer linked one
// like any other and everything held.
func TestAForgedEntryIsFound(t *testing.T) {
	t.Parallel()

	for name, x := range map[string]struct {
		sql     string
		code    string
		seq     int64 // of the first that does not hold, once linked
		vouched int64
		forged  int64
	}{
		"a row of its own": {forge, audit.BrokenMAC, 5, 4, 1},
		"with another's word": {
			forge + `
			; UPDATE audit_entries
				SET key_id = (SELECT key_id FROM audit_entries WHERE seq = 1),
				mac = (SELECT mac FROM audit_entries WHERE seq = 2) WHERE seq IS NULL`, audit.BrokenMAC, 5, 4, 1,
		},
		"with a word of no key": {
			forge + `
			; UPDATE audit_entries SET key_id = 'deadbeefdeadbeef', mac = mac_of.mac
				FROM (SELECT mac FROM audit_entries WHERE seq = 2) mac_of WHERE seq IS NULL`, audit.BrokenKey, 5, 4, 1,
		},
		"a copy of a true one": {`
			INSERT INTO audit_entries (at, actor_id, actor_name, action, subject_type, subject_id, unit_path,
				ip, body, key_id, mac)
				SELECT at, actor_id, actor_name, action, subject_type, subject_id, unit_path, ip, body,
				key_id, mac FROM audit_entries WHERE seq = 3`, audit.BrokenMAC, 5, 4, 1},
		"linked by the forger": {forge + `
			; UPDATE audit_entries e
				SET seq = 5, prev = l.hash, hash = sha256(l.hash || int8send(5) || int8send(e.id) || e.body),
				link_key = l.link_key, link_mac = l.link_mac FROM audit_entries l
				WHERE l.seq = 4 AND e.seq IS NULL`, audit.BrokenMAC, 5, 4, 1},
		"the last one rewritten": {
			`
			UPDATE audit_entries
				SET body = convert_to(replace(convert_from(body, 'UTF8'), 'post/4', 'post/9'), 'UTF8'),
				subject_id = '9' WHERE seq = 4; UPDATE audit_entries
				SET hash = sha256(prev || int8send(4) || int8send(id) || body) WHERE seq = 4`, audit.BrokenMAC, 4, 3, 1,
		},
		"its word taken away": {
			"UPDATE audit_entries SET mac = NULL WHERE seq = 3", audit.BrokenMAC, 3, 3, 1,
		},
		"its link's taken away": {
			"UPDATE audit_entries SET link_mac = NULL WHERE seq = 3", audit.BrokenMAC, 3, 3, 1,
		},
		"another key's claimed": {`
			UPDATE audit_entries SET link_key = 'deadbeefdeadbeef' WHERE seq = 3`, audit.BrokenKey, 3, 3, 1},
		"a closing of the forger": {
			forge + `
			; INSERT INTO audit_closings (last_seq, hash, key_id, mac, made_at)
				SELECT 5, sha256('x'), key_id, mac, now() FROM audit_entries WHERE seq = 1`, audit.BrokenClosing, 5, 4, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := keyed(t)
			w.want("", 0, 4, 0)
			w.tamper(x.sql)
			if _, err := w.s.Sequence(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.want(x.code, x.seq, x.vouched, x.forged)
		})
	}
}

// TestAForgedEntryThatWaitsIsFound looks before the sequencer comes by.
func TestAForgedEntryThatWaitsIsFound(t *testing.T) {
	t.Parallel()
	w := keyed(t)
	w.tamper(forge)
	w.want(audit.BrokenMAC, 0, 4, 1)
}

// TestAChainComputedAnewIsFound does what one with the whole database can: every hash is right again.
// Without the key that goes unseen, and the report says so.
func TestAChainComputedAnewIsFound(t *testing.T) {
	t.Parallel()
	w := keyed(t)
	w.tamper(`
		UPDATE audit_entries
			SET body = convert_to(replace(convert_from(body, 'UTF8'), 'post/2', 'post/9'), 'UTF8'),
			subject_id = '9' WHERE seq = 2`)

	for seq := 2; seq <= 4; seq++ {
		w.tamper(fmt.Sprintf(`UPDATE audit_entries e
				SET prev = l.hash, hash = sha256(l.hash || int8send(e.seq) || int8send(e.id) || e.body)
			FROM audit_entries l WHERE l.seq = %d AND e.seq = %d`, seq-1, seq))
	}
	w.want(audit.BrokenMAC, 2, 1, 3)
	report := w.withKey().verify()
	if !report.ChainOnly || report.Broken != nil || report.Checked != 4 || report.Vouched != 0 {
		t.Errorf("without the key: %+v", report)
	}
}

// TestTheUpgradeClosesWhatWasThere begins with entries that nobody vouched for, one of them not linked yet.
func TestTheUpgradeClosesWhatWasThere(t *testing.T) {
	t.Parallel()
	old := newWorld(t)
	old.long(3)
	old.sequence(3)
	old.long(1)

	w := old.withKey(1)
	w.long(2)
	w.sequence(2)
	report := w.verify()
	if report.Broken != nil || report.ClosedSeq != 4 || report.Vouched != 2 || report.Checked != 6 ||
		!report.ClosedAt.Equal(noon) {
		t.Errorf("%+v", report)
	}
	again := w.withKey(1) // another start closes nothing anew
	if r := again.verify(); r.ClosedSeq != 4 {
		t.Errorf("a later start closed up to %d", r.ClosedSeq)
	}
	w.tamper(`
		UPDATE audit_entries
			SET body = convert_to(replace(convert_from(body, 'UTF8'), '甲', '乙'), 'UTF8'), actor_name = '乙'
			WHERE seq = 4`)
	w.tamper(`
		UPDATE audit_entries SET hash = sha256(prev || int8send(seq) || int8send(id) || body) WHERE seq = 4`)
	w.want(audit.BrokenClosing, 4, 0, 0)
}

func TestAForgedEntryIsNotClosedAtTheNextStart(t *testing.T) {
	t.Parallel()
	w := keyed(t)
	w.tamper(forge)
	w.tamper("DELETE FROM audit_closings")
	w.withKey(1).sequence(1)
	w.want(audit.BrokenMAC, 5, 4, 1)
}

// TestKeysAreChangedInTheTrail rotates: both keys in the file, then the new one alone, before and after
// a closing.
func TestKeysAreChangedInTheTrail(t *testing.T) {
	t.Parallel()
	w := keyed(t)
	both := w.withKey(2, 1)
	both.long(2)
	both.sequence(2)
	both.want("", 0, 6, 0)

	alone := both.withKey(2)
	alone.want(audit.BrokenKey, 1, 2, 4)
	closing, err := both.s.Close(t.Context(), audit.Entry{
		Actor:    access.System("命令行"),
		UnitPath: "/1/",
		Why:      "换密钥",
	})
	if err != nil || closing.LastSeq != 7 {
		t.Fatalf("closed up to %d: %v", closing.LastSeq, err)
	}
	alone.want("", 0, 3, 0)
	if report := alone.verify(); report.ClosedSeq != 7 || report.Checked != 7 {
		t.Errorf("%+v", report)
	}
	page, err := alone.s.List(t.Context(), auditor, audit.Filter{Action: "audit.close"})
	if err != nil || len(page.Rows) != 1 || page.Rows[0].Facts().Why != "换密钥" {
		t.Errorf("the closing is not in the trail: %+v, %v", page.Rows, err)
	}
	w.withKey(3).want(audit.BrokenKey, 1, 0, 7)
}

// TestWhatWasClosedAfterAnIncidentHolds: a closing takes a forged entry over, in the open.
func TestWhatWasClosedAfterAnIncidentHolds(t *testing.T) {
	t.Parallel()
	w := keyed(t)
	w.tamper(forge)
	if _, err := w.s.Close(t.Context(), audit.Entry{
		Actor:    access.System("命令行"),
		UnitPath: "/1/",
		Why:      "已调查",
	}); err != nil {
		t.Fatal(err)
	}
	w.want("", 0, 5, 0)
}

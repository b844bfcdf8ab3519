package account

import (
	"testing"
	"time"

	"juzhen/internal/access"
)

func TestTheOverviewCountsAsTheRulesOfTokensDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := w.DB.Pool().Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	unit, other := w.Units["朝阳区"], w.Units["海淀区"]
	exec(`INSERT INTO accounts (unit_id, platform, handle, display_name, seat, state, connector, late_limit,
			min_gap, auto_resend, position, created_at)
SELECT $1, 'weibo', state || '-' || connector || '-' || token, 'x', 'district', state, connector, '30 min',
    '0', false, 1, now()
FROM unnest('{preparing,live,suspended,closed}'::text[]) state,
    unnest('{commercial,public,manual}'::text[]) connector,
     unnest('{none,valid,endless,soon,expired,revoked,past}'::text[]) token`, unit.UnitID)
	exec(`INSERT INTO accounts (unit_id, platform, handle, display_name, seat, state, connector, late_limit,
			min_gap, auto_resend, position, created_at)
VALUES ($1, 'weibo', 'elsewhere', 'x', 'district', 'live', 'public', '30 min', '0', false, 0, now())`,
		other.UnitID)
	exec(`INSERT INTO credentials (account_id, sealed, key_id, remote_uid, app_key, origin, state, expires_at,
			obtained_at)
SELECT id, '', '', '', '', 'import', CASE
    WHEN handle ~ 'revoked|expired' THEN substring(handle FROM 'revoked|expired') ELSE 'valid' END,
       CASE WHEN handle LIKE '%soon' THEN $1::timestamptz + interval '14 days'
           WHEN handle LIKE '%past' THEN $1 WHEN handle NOT LIKE '%endless' THEN $1 + interval '15 days' END,
           $1
FROM accounts WHERE handle NOT LIKE '%none' AND handle LIKE '%-%'`, w.Now())

	actor := access.Actor{
		UserID: 7,
		Grants: []access.Grant{{Role: access.Supervisor, UnitID: unit.UnitID, Path: unit.Path}},
	}
	list, err := w.s.List(t.Context(), actor, Filter{States: []State{Live, Preparing, Suspended}})
	if err != nil || len(list) != 63 {
		t.Fatalf("%d accounts, %v", len(list), err)
	}
	var needing []string
	unusable := 0

	for _, account := range list {
		token := account.Token.At(w.Now())
		if account.State != Live || account.Connector.NeedsToken() && token != TokenValid {
			needing = append(needing, account.Handle)
		}
		if account.State == Live && account.Connector.NeedsToken() && !token.Usable() {
			unusable++
		}
	}
	got, err := w.s.Overview(t.Context(), actor, 5)
	if err != nil || got.All != 63 || got.Needing != len(needing) || len(got.First) != 5 ||
		got.First[4].Handle != needing[4] {
		t.Errorf("overview %+v, %v; want %v", got, err, needing)
	}
	if n, err := w.s.CountUnusable(t.Context(), actor); err != nil || n != unusable || n != 8 {
		t.Errorf("%d without a token, %v; want %d", n, err, unusable)
	}
	w.Advance(16 * 24 * time.Hour)
	if n, _ := w.s.CountUnusable(t.Context(), actor); n != 12 {
		t.Errorf("%d without a token later, want 12", n)
	}
	if got, err = w.s.Overview(t.Context(), access.Actor{UserID: 8}, 5); err != nil || got.All != 0 {
		t.Errorf("without a grant: %+v, %v", got, err)
	}
}

func TestAnAccountIsNamedByIDHandleOrAPartOfIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	unit := w.Units["朝阳区"]
	if _, err := w.DB.Pool().Exec(t.Context(), `INSERT INTO accounts (id, unit_id, platform, handle,
			display_name, seat, state, connector, late_limit, min_gap, auto_resend, position, created_at)
OVERRIDING SYSTEM VALUE
    SELECT 500 + n, $1, 'weibo', (ARRAY['环保Beijing', '环保Beijing二号', '三号'])[n], 'x', 'district', 'live',
    'manual', '30 min', '0', false, n, now() FROM generate_series(1, 3) n`, unit.UnitID); err != nil {
		t.Fatal(err)
	}

	actor := access.Actor{
		UserID: 7,
		Grants: []access.Grant{{Role: access.Supervisor, UnitID: unit.UnitID, Path: unit.Path}},
	}
	for name, want := range map[string][]int64{
		"503": {503}, "@环保beijing": {501}, "BEIJING二": {502}, "环保": {501, 502}, "号": {502, 503},
		"没有": nil, " ": nil,
	} {
		list, err := w.s.Named(t.Context(), actor, access.PostView, name)
		if err != nil || len(list) != len(want) {
			t.Errorf("%q: %d accounts, %v; want %v", name, len(list), err, want)
			continue
		}

		for i, account := range list {
			if account.ID != want[i] {
				t.Errorf("%q: %d, want %d", name, account.ID, want[i])
			}
		}
	}
	if list, err := w.s.Named(t.Context(), w.admin, access.PostView, "503"); err != nil || len(list) != 0 {
		t.Errorf("an administrator finds %v, %v for a filter of posts", list, err)
	}
}

package stage

import (
	"testing"

	"juzhen/internal/pg"
)

// Bureau puts unit 1 (市局) into a fresh database, its centre 2 (宣传中心) and its district 3 (朝阳区), and
// people of the bureau numbered from 1 in the order of their names. Tests hand out their rights by
// actors of their own.
func Bureau(t testing.TB, db *pg.DB, people ...string) {
	t.Helper()
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := db.Pool().Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`
INSERT INTO units (id, parent_id, name, kind, path, created_at) OVERRIDING SYSTEM VALUE VALUES
 (1, NULL, '市局', 'bureau', '/1/', now()), (2, 1, '宣传中心', 'centre', '/1/2/', now()),
     (3, 1, '朝阳区', 'district', '/1/3/', now());
SELECT setval(pg_get_serial_sequence('units', 'id'), 3)`)
	exec(`
INSERT INTO users (id, username, display_name, unit_id, password_hash, must_change, password_changed_at, lang,
    theme, created_at) OVERRIDING SYSTEM VALUE
SELECT n, 'u' || n, name, 1, '', false, now(), 'zh', 'auto', now()
    FROM unnest($1::text[]) WITH ORDINALITY AS p(name, n)`, people)
}

// BureauAccounts puts four accounts at work beneath it: 1 and 2 (commercial, of the bureau and its
// centre), 3 (public, of the centre) and 4 (posted by hand, of the district).
func BureauAccounts(t testing.TB, db *pg.DB) {
	t.Helper()
	_, err := db.Pool().Exec(t.Context(), `
INSERT INTO accounts (id, unit_id, platform, handle, display_name, seat, state, connector, late_limit,
    min_gap, auto_resend, position, created_at) OVERRIDING SYSTEM VALUE VALUES
 (1, 1, 'weibo', '环保北京', '环保北京', 'main', 'live', 'commercial', '30 min', '0', false, 1, now()),
 (2, 2, 'weibo', '京环之声', '京环之声', 'affiliated', 'live', 'commercial', '30 min', '0', false, 2, now()),
 (3, 2, 'weibo', '公开示例', '公开示例', 'affiliated', 'live', 'public', '30 min', '0', false, 3, now()),
 (4, 3, 'weibo', '朝阳环保示例', '朝阳环保示例', 'district', 'live', 'manual', '30 min', '0', false, 4, now())`)
	if err != nil {
		t.Fatal(err)
	}
}

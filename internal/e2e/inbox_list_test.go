package e2e

import (
	"fmt"
	"testing"

	"juzhen/internal/e2e/world"
)

// TestAnInboxOfManyIsReadAndNarrowed in a browser, with one matter and with more than are counted: the words
// fit on a desk and on a phone, a filter leads to what it names and away again, and the list goes on.
func TestAnInboxOfManyIsReadAndNarrowed(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	const handle = "环保北京"
	askedHere(t, w, handle, "胡同里的风", "请问明天通州还限行吗？孩子学校在城里，早上七点出门，电话13800138000")
	tab := person(t, w, "xuanchuan")
	tab.Go("/inbox")
	seenAtAllWidths(tab, "inbox-few")

	_, err := w.DB.Pool().Exec(t.Context(), `
WITH made AS (
    INSERT INTO inbox_matters (account_id, citizen, thread, state, kind, unit_id, opened_at, asked_at,
        updated_at, waits_since, due_at)
    SELECT m.account_id, n::text, '7', 'open', (ARRAY['ask', 'complaint', 'report', 'rumour'])[1 + n % 4],
        m.unit_id, now(), now(), now(), now(), now() - interval '2 days' + n * interval '1 min'
    FROM inbox_matters m, generate_series(1, 1200) AS n WHERE m.id = (SELECT min(id) FROM inbox_matters)
    RETURNING id, account_id, citizen::int AS n)
INSERT INTO inbox_items (matter_id, account_id, thing, remote_id, source, contract, said_at, author, name,
    text, taken_at, keep_until)
SELECT id, account_id, 'comment', n, 'comment', 'commercial', now(), n, '市民' || n,
    '家门口的工地夜里施工，灰尘很大，第' || n || '次反映了', now(), now() + interval '1 year'
FROM made;
UPDATE inbox_matters m SET last_item_id = i.id FROM inbox_items i WHERE i.matter_id = m.id`)
	must(t, err)
	tab.Go("/inbox")
	tab.SeeText(".banner-bad", "至少 1,000 件超过答复时限")
	seenAtAllWidths(tab, "inbox-many")

	tab.Follow("a[rel=next]")
	tab.SeeText("#inbox", "次反映了")
	tab.Go("/inbox")
	tab.Type(".filters [name=q]", "灰尘 第77次")
	tab.Follow(".filters button[type=submit]")
	if n := tab.Count("#inbox tbody tr"); n != 1 {
		t.Errorf("%d are found", n)
	}
	tab.SeeText("#inbox", "第77次")
	seenAtAllWidths(tab, "inbox-found")
	tab.Follow(".chips:not(.sums) a")
	tab.Gone(".chips:not(.sums) a")
	tab.Go("/inbox/rates")
	tab.SeeText("#rates", "1,201") // of all things that were said this month
	seenAtAllWidths(tab, "inbox-rates")
}

// seenAtAllWidths takes pictures on a desk and on a phone, in both themes, where they are wanted, and looks
// whether all fits.
func seenAtAllWidths(tab *Tab, name string) {
	tab.t.Helper()

	for _, width := range []int64{1440, 390} {
		tab.Size(width, 900)
		tab.Ready()
		tab.FitsWidth()

		for _, theme := range []string{"light", "dark"} {
			tab.theme(theme)
			lookAt(tab, fmt.Sprintf("%s-%d-%s", name, width, theme))
		}
		tab.Axe()
	}
	tab.theme("light")
	tab.Size(1440, 900)
}

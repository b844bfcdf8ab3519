package posts_test

import (
	"fmt"
	"strings"
	"testing"

	"juzhen/internal/check"
	"juzhen/internal/lexicon"
)

// forbid puts a list of the bureau there that forbids a word, and gives the key of its finding in the common
// text.
func (w *world) forbid(word string) string {
	w.t.Helper()
	_, err := w.db.Pool().Exec(w.t.Context(), `
WITH made AS (INSERT INTO lexicons (unit_id, kind, name, state, version, entries, created_at)
    VALUES (1, 'grave', '严重错误', 'on', 1, 1, now()) RETURNING id)
INSERT INTO lexicon_entries (lexicon_id, word, level, suggestion, note, exceptions, state, since)
SELECT id, $1, '', '', '', '{}', 'on', 1 FROM made`, word)
	w.must(err)

	return check.Finding{Rule: check.Rule(lexicon.Grave), Found: word}.Key()
}

// TestThePreviewKnowsWhatStopsTheText: what a list forbids is named there with a link to its place, and
// nothing says that the post can be submitted.
func TestThePreviewKnowsWhatStopsTheText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.forbid("攻府")
	browser := w.as("writer")

	saved := browser.Part("POST", "/posts/save", form("id", "0", "revision", "0", "unit", "1",
		"text", "市攻府通告", "account", "1", "act", "auto", "when", "now")).Want(200)
	saved.WantCount("#preview .ready", 0).WantText("#preview .findings", "攻府").
		WantCount(fmt.Sprintf("#preview a[href='#f-text'][data-stop='%s']", key), 1)
	id, revision := saved.Form("#saved").Get("id"), saved.Form("#saved").Get("revision")
	browser.Part("POST", "/posts/save", form("id", id, "revision", revision, "unit", "1",
		"text", "市政府通告", "account", "1", "act", "auto", "when", "now")).Want(200).
		WantText("#preview .ready", "可以提交")
}

// TestAnExceptionIsAskedForWhereTheWordIsFound: from the composer, with a reason, and from the page of the
// post without scripts; it says so from then on.
func TestAnExceptionIsAskedForWhereTheWordIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.forbid("攻府")
	browser := w.as("writer")
	text := "讲解“攻府”为何是错字"
	writing := form("unit", "1", "text", text, "account", "1", "plea", key)

	refused := browser.Part("POST", "/posts/check/exceptions", writing).Want(200)
	refused.WantText("#check .field-error", "请写明为什么").WantCount("#check [data-plea]", 1)
	writing.Set("reason."+key, "讲的就是这个错字")
	browser.Part("POST", "/posts/check/exceptions", writing).Want(200).
		WantText("#check", "已申请例外，等待第二人确认").WantCount("#check [data-plea]", 0).
		WantCount("#check [data-stops]", 1)
	if got := w.text("SELECT state || ' ' || text FROM lexicon_exceptions"); got != "asked "+text {
		t.Errorf("kept %q", got)
	}

	draft := w.draft("另一段讲“攻府”的文字")
	page := browser.Get(fmt.Sprintf("/posts/%d", draft.ID)).Want(200)
	page.WantText(".stops", "现在必须改正：1 处").WantText(".stops mark", "攻府")
	browser.Post(fmt.Sprintf("/posts/%d/exceptions", draft.ID), form("key", key, "reason", " ")).Want(422).
		WantText(".field-error", "请写明为什么")
	browser.Post(fmt.Sprintf("/posts/%d/exceptions", draft.ID), form("key", "gone", "reason", "讲的就是它")).
		Want(409)
	browser.Post(fmt.Sprintf("/posts/%d/exceptions", draft.ID), form("key", key, "reason", "讲的就是它")).Want(303)
	browser.Get(fmt.Sprintf("/posts/%d", draft.ID)).Want(200).WantText(".stops", "已申请例外")

	_, err := w.db.Pool().
		Exec(t.Context(), `UPDATE lexicon_exceptions SET state = 'confirmed', decided_at = now(),
		decided_by = (SELECT min(id) FROM users WHERE id <> asked_by)`)
	w.must(err)
	browser.Get(fmt.Sprintf("/posts/%d", draft.ID)).Want(200).WantCount(".stops", 0)
	shown := browser.Part("POST", "/posts/check", form("unit", "1", "text", text, "account", "1")).Want(200)
	shown.WantText("#check", "两人已确认例外").WantCount("#check [data-stops]", 0)
	if said := shown.Text("#check"); strings.Contains(said, "必须改正") {
		t.Errorf("still stopped: %s", said)
	}
}

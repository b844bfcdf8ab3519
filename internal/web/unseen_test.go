package web

import "testing"

func TestWhatCannotBeSeenIsWrittenOutWhereverATextIsRead(t *testing.T) {
	t.Parallel()

	const mark = "\u202e"
	for name, c := range map[string][2]string{
		"text":  {"<p>AQI " + mark + "052</p>", `<p>AQI <span class="unseen">‹U+202E›</span>052</p>`},
		"title": {"<title>" + mark + "甲</title><p>乙</p>", "<title>‹U+202E›甲</title><p>乙</p>"},
		"option": {
			`<option value="` + mark + `">` + mark + "甲</option>",
			`<option value="` + mark + `">‹U+202E›甲</option>`,
		},
		"field": {"<textarea>\n" + mark + "甲</textarea>", "<textarea>\n" + mark + "甲</textarea>"},
		"value": {`<input value="` + mark + `甲">`, `<input value="` + mark + `甲">`},
		"label": {
			`<a aria-label="` + mark + `甲" href="/">乙</a>`,
			`<a aria-label="‹U+202E›甲" href="/">乙</a>`,
		},
		"data": {
			`<script type="application/json">"` + mark + `"</script>`,
			`<script type="application/json">"` + mark + `"</script>`,
		},
		"after": {
			"<textarea>甲</textarea><b>" + mark + "</b>",
			`<textarea>甲</textarea><b><span class="unseen">‹U+202E›</span></b>`,
		},
		"a family": {"<p>👨‍👩‍👧‍👦 &amp; 甲</p>", "<p>👨‍👩‍👧‍👦 &amp; 甲</p>"},
		"zero width": {
			"<!doctype html><p>敏\u200b感<br>词</p>",
			`<!doctype html><p>敏<span class="unseen">‹U+200B›</span>感<br>词</p>`,
		},
	} {
		if got := string(writeUnseen([]byte(c[0]))); got != c[1] {
			t.Errorf("%s: %q became %q, want %q", name, c[0], got, c[1])
		}
	}
}

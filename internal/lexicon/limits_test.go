package lexicon

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"juzhen/internal/fault"
)

const day = "2026-11-30"

func words(list ...string) (entries []Entry) {
	for i, word := range list {
		entries = append(entries, Entry{ID: int64(i + 1), Word: word, State: On})
	}

	return entries
}

// TestAWordThatBeginsTenThousandOthers: every one of them is found beside it, and nothing else.
func TestAWordThatBeginsTenThousandOthers(t *testing.T) {
	t.Parallel()
	list := []string{"环境"}

	for i := range 10_000 {
		list = append(list, fmt.Sprintf("环境%04d号", i))
	}
	ready := compile(version{1, Typo, 1}, words(list...))

	hits := ready.look("环境0042号和环境9999号，还有环境", day)
	var found []string

	for _, hit := range hits {
		found = append(found, hit.Word)
	}
	if got := strings.Join(found, " "); got != "环境 环境0042号 环境 环境9999号 环境" {
		t.Errorf("found %q", got)
	}
	if hits := ready.look(strings.Repeat("环境0042号", 1000), day); len(hits) != 2000 {
		t.Errorf("%d places in a long text", len(hits))
	}
}

// TestAWordOfOneLetter: it is found wherever it stands, and only so many places are told.
func TestAWordOfOneLetter(t *testing.T) {
	t.Parallel()
	ready := compile(version{1, Grave, 1}, words("帐"))

	if hits := ready.look("结帐，帐 户", day); len(hits) != 2 || hits[0].Start != 1 || hits[1].Start != 3 {
		t.Errorf("found %+v", hits)
	}
	if hits := ready.look(strings.Repeat("帐", hitsLimit+5000), day); len(hits) != hitsLimit {
		t.Errorf("%d places are told", len(hits))
	}
}

// TestTwoHundredThousandWords: the list is built and looked for; one beyond the limit is refused as a whole.
func TestTwoHundredThousandWords(t *testing.T) {
	t.Parallel()
	list := make([]string, 200_000)

	for i := range list {
		list[i] = fmt.Sprintf("第%d条错词", i)
	}
	ready := compile(version{1, Typo, 1}, words(list...))

	hits := ready.look("有第7条错词和第199999条错词，没有第200000条错词", day)
	if len(hits) != 2 || hits[0].Word != "第7条错词" || hits[1].Word != "第199999条错词" {
		t.Errorf("found %+v", hits)
	}
	if _, err := checked(make([]Put, entriesLimit+1)); fault.FieldErrors(err) == nil {
		t.Errorf("too many words: %v", err)
	}
}

// TestATextOfTenMegabytes: one as large as may be is looked through to its end, a larger one is refused
// before anything is read.
func TestATextOfTenMegabytes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(1, Typo, "错别字", Entry{Word: "秸杆"})
	filler := "今日空气质量良好，请减少户外活动。"
	text := strings.Repeat(filler, (TextLimit-len("秸杆"))/len(filler)) + "秸杆"

	hits, err := w.s.Look(t.Context(), []int64{1}, text, w.now)
	if err != nil || len(hits) != 1 {
		t.Fatalf("%d places, %v", len(hits), err)
	}
	if want := len([]rune(text)); hits[0].End != want {
		t.Errorf("it ends at %d, want %d", hits[0].End, want)
	}
	began := time.Now()
	_, err = w.s.Look(t.Context(), []int64{1}, text+filler, w.now)
	if fields := fault.FieldErrors(err); len(fields) != 1 || fields[0].Field != "text" {
		t.Errorf("a larger one: %v", err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("refused after %s", took)
	}
}

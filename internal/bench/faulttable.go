package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"
)

// faultTable prints results as they come.
type faultTable struct{ out io.Writer }

func newFaultTable(out io.Writer) faultTable {
	if out == nil {
		out = io.Discard
	}
	t := faultTable{out}
	t.line("结果", "场景", "伤害", "条数", "恰一次", "未发有因", "交人", "重复", "提前", "丢失", "未定", "证实", "最早到达", "最晚开始", "最慢落定")
	t.line("ok",
		"scenario", "harm",
		"n", "once",
		"none", "person",
		"twice", "early",
		"lost", "open",
		"proved", "soonest",
		"latest", "settled",
	)

	return t
}

var faultWidths = []int{5, 22, 46, 6, 8, 8, 7, 6, 6, 6, 6, 9, 10, 10, 10}

func (t faultTable) line(cells ...string) {
	var b strings.Builder
	for i, c := range cells {
		b.WriteString(c + strings.Repeat(" ", max(1, faultWidths[i]-shownWidth(c))))
	}
	fmt.Fprintln(t.out, strings.TrimRight(b.String(), " "))
}

// shownWidth counts a Chinese character as two columns.
func shownWidth(s string) (n int) {
	for _, r := range s {
		if n++; utf8.RuneLen(r) > 2 {
			n++
		}
	}

	return n
}

func (t faultTable) add(result Result) {
	if result.Skipped != "" {
		t.line("--", result.Name, result.Skipped)
		return
	}
	ok := "✓"
	if !result.OK() {
		ok = "✗"
	}
	verdict := result.Verdict
	t.line(
		ok,
		result.Name,
		result.Harm,
		fmt.Sprint(verdict.Deliveries),
		fmt.Sprint(verdict.Once),
		fmt.Sprint(verdict.None),
		fmt.Sprint(verdict.Person),
		fmt.Sprint(verdict.Doubles),
		fmt.Sprint(
			verdict.Early,
		),
		fmt.Sprint(verdict.Lost),
		fmt.Sprint(verdict.Open),
		fmt.Sprintf("%d/%d", verdict.Proved, verdict.Harms),
		verdict.soonest(),
		short(verdict.Latest),
		short(verdict.Slowest),
	)

	for _, n := range result.Notes {
		fmt.Fprintln(t.out, "      · "+n)
	}
}

// short is a duration as the table shows it.
// soonest is how long after its due time the first call arrived; a dash when none did.
func (v Verdict) soonest() string {
	if !v.arrived {
		return "–"
	}

	return fmt.Sprintf("%.2f ms", float64(v.Soonest)/float64(time.Millisecond))
}

func short(d time.Duration) string {
	switch {
	case d == 0:
		return "–"
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}

	return fmt.Sprintf("%.2f s", d.Seconds())
}

// keepLogs copies what the processes said and the story of the deliveries out of the world's folder.
func (w *world) keepLogs(ctx context.Context, dir string) string {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err.Error()
	}

	logs, _ := filepath.Glob(filepath.Join(w.dir, "*.log"))
	for _, name := range logs {
		if data, err := os.ReadFile(name); err == nil {
			_ = os.WriteFile(filepath.Join(dir, filepath.Base(name)), data, 0o600)
		}
	}
	_ = os.WriteFile(filepath.Join(dir, "story.txt"), []byte(w.story(ctx)), 0o600)

	return "logs: " + dir
}

// story tells all steps of all deliveries.
func (w *world) story(ctx context.Context) string {
	rows, err := w.db.Pool().Query(ctx, `
SELECT format('%s %s %s>%s plan %s owner %s %s %s', delivery_id, at, from_state, to_state, plan,
    left(owner::text, 4), code, args)
FROM delivery_events ORDER BY delivery_id, id`)
	if err != nil {
		return err.Error()
	}
	defer rows.Close()
	var b strings.Builder

	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return err.Error()
		}
		b.WriteString(line + "\n")
	}

	return b.String()
}

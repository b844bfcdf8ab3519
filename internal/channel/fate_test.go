package channel

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"juzhen/internal/courier"
	"juzhen/internal/outward"
)

// TestTheWaysOfAMessage tries every pair: what is over stays over.
func TestTheWaysOfAMessage(t *testing.T) {
	t.Parallel()
	want := []string{
		"waiting calling",
		"waiting dropped",
		"calling waiting",
		"calling sent",
		"calling failed",
		"calling unknown",
	}

	var got []string

	for _, from := range Fates() {
		if from.Label() == "" {
			t.Errorf("%s says nothing", from)
		}

		for _, to := range Fates() {
			if from.To(to) {
				got = append(got, string(from)+" "+string(to))
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("ways\n got %q\nwant %q", got, want)
	}
}

// TestOnlyWhatIsUnknownMayHaveBeenTaken: a message that is tried again was surely not taken.
func TestOnlyWhatIsUnknownMayHaveBeenTaken(t *testing.T) {
	t.Parallel()

	for _, fate := range Fates() {
		why := Message{State: fate, Reason: string(courier.Unreached)}.Why()
		if strings.Contains(why, "可能已收到") != (fate == Unknown) {
			t.Errorf("%s says %q", fate, why)
		}
	}
}

// TestWhatBecomesOfATry: taken, surely not and worth another try, surely not and hopeless, nobody knows.
func TestWhatBecomesOfATry(t *testing.T) {
	t.Parallel()
	of := func(reason courier.Reason, code string, cause error) *courier.Failure {
		return &courier.Failure{Reason: reason, Code: code, Cause: cause}
	}
	late := string(outward.TimedOut)

	for _, row := range []struct {
		name    string
		failure *courier.Failure
		tries   int
		fate    Fate
		pause   time.Duration
	}{
		{"taken", nil, 1, Sent, 0},
		{"taken at last", nil, 7, Sent, 0},
		{"their trouble", of(courier.Busy, "500", nil), 1, Waiting, time.Minute},
		{"their trouble, fifth", of(courier.Busy, "500", nil), 5, Waiting, time.Hour},
		{"their trouble, last but one", of(courier.Busy, "500", nil), 6, Waiting, 3 * time.Hour},
		{"their trouble, last", of(courier.Busy, "500", nil), 7, Failed, 0},
		{"too many", of(courier.Limited, "45009", nil), 2, Waiting, 2 * time.Minute},
		{"nobody listens", of(courier.Unreached, string(outward.Refused), nil), 3, Waiting, 5 * time.Minute},
		{"no way out", of(courier.Unreached, string(outward.NoWay), nil), 1, Waiting, time.Minute},
		{"no connection in time", of(courier.Unreached, late, &net.OpError{Op: "dial"}), 1, Waiting, time.Minute},
		{"no name in time", of(courier.Unreached, late, &net.DNSError{IsTimeout: true}), 1, Waiting, time.Minute},
		{"no answer in time", of(courier.Unreached, late, context.DeadlineExceeded), 1, Unknown, 0},
		{"cut off", of(courier.Unreached, string(outward.Broken), nil), 1, Unknown, 0},
		{"an answer nobody knows", of(courier.Strange, "200", nil), 1, Unknown, 0},
		{"wrong signature", of(courier.Secret, "310000", nil), 1, Failed, 0},
		{"no such robot", of(courier.Gone, "93000", nil), 1, Failed, 0},
		{"refused", of(courier.Refused, "310000", nil), 1, Failed, 0},
		{"no address", of(courier.Address, "private", nil), 1, Failed, 0},
	} {
		fate, pause := Verdict(row.failure, row.tries)
		if fate != row.fate || pause != row.pause {
			t.Errorf("%s: %s after %s, want %s after %s", row.name, fate, pause, row.fate, row.pause)
		}
		if !Calling.To(fate) {
			t.Errorf("%s: no way from calling to %s", row.name, fate)
		}
	}
}

// TestQuietHours: from and to as a person writes them, the time of day, when it leaves.
func TestQuietHours(t *testing.T) {
	t.Parallel()

	for _, row := range []string{
		"22:00 07:00 21:59 21:59", "22:00 07:00 22:00 +07:00", "22:00 07:00 23:59 +07:00", "22:00 07:00 00:00 07:00",
		"22:00 07:00 06:59 07:00", "22:00 07:00 07:00 07:00", "22:00 07:00 12:00 12:00",
		"12:00 14:00 11:59 11:59", "12:00 14:00 12:00 14:00", "12:00 14:00 13:59 14:00", "12:00 14:00 14:00 14:00",
		"00:00 00:00 00:00 00:00", "08:00 08:00 08:00 08:00", "22:00 00:00 23:00 +00:00", "00:00 06:00 05:00 06:00",
		"00:00 23:59 12:00 23:59", "00:01 00:00 00:00 00:00", "00:01 00:00 00:01 +00:00",
	} {
		words := strings.Fields(row)
		at := clock(t, words[2])
		hours := Hours{From: minuteOf(t, words[0]), To: minuteOf(t, words[1])}
		want := clock(t, strings.TrimPrefix(words[3], "+"))
		if strings.HasPrefix(words[3], "+") {
			want = want.Add(24 * time.Hour)
		}
		if got := hours.Loud(at); !got.Equal(want) {
			t.Errorf("%s: leaves at %s", row, got)
		}
		if got := hours.due(at, true); !got.Equal(at) {
			t.Errorf("%s: what is urgent waits until %s", row, got)
		}
		if !hours.valid() || hours.Never() != (words[0] == words[1]) {
			t.Errorf("%s: %+v", row, hours)
		}
	}

	for _, wrong := range []Hours{{-1, 5}, {5, -1}, {dayMinutes, 5}, {5, dayMinutes}} {
		if wrong.valid() {
			t.Errorf("%+v are hours", wrong)
		}
	}
}

// clock is a time of 1 December 2026 in Asia/Shanghai.
func clock(t *testing.T, text string) time.Time {
	t.Helper()

	return time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC).Add(time.Duration(minuteOf(t, text)) * time.Minute)
}

func minuteOf(t *testing.T, text string) int {
	t.Helper()
	n, ok := ParseMinute(text)
	if !ok {
		t.Fatal(text)
	}

	return n
}

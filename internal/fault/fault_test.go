package fault_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"juzhen/internal/fault"
)

// outer, middle and inner are three rooms that a failure goes through.
func outer(cause error) (err error) {
	defer fault.Step(&err, "post.Submit %d", 12)

	return middle(cause)
}

func middle(cause error) (err error) {
	defer fault.Step(&err, "review.AskTx")

	return cause
}

func TestStepsAreForTheLogAlone(t *testing.T) {
	t.Parallel()

	many := fault.Fields{fault.Invalid("text", "正文不能为空"), fault.Invalid("due", "时间已过")}
	for name, cause := range map[string]error{
		"one":     fault.Conflict("{.name} 已发出", "name", "甲").WithCode("sent").After(time.Minute).With(io.EOF),
		"a field": fault.Invalid("text", "正文不能为空"),
		"fields":  many,
		"nobody planned": errors.Join(
			io.ErrUnexpectedEOF,
			errors.New("the connection is gone"),
		),
	} {
		err := outer(cause)
		if got, want := fault.Public(err), fault.Public(cause); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: people read %+v, want %+v", name, got, want)
		}
		if got, want := fault.FieldErrors(err), fault.FieldErrors(cause); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the fields are %v, want %v", name, got, want)
		}
		if !fault.Is(err, fault.KindOf(cause)) || errors.Is(err, io.EOF) != errors.Is(cause, io.EOF) {
			t.Errorf("%s: the kind or the cause is lost", name)
		}
		if strings.Contains(fault.Public(err).Plain(), "post.Submit") {
			t.Errorf("%s: people read the step", name)
		}

		var line bytes.Buffer
		slog.New(slog.NewTextHandler(&line, nil)).Error("request failed", "err", err)
		if !strings.Contains(line.String(), `err="post.Submit 12: review.AskTx: `+cause.Error()[:3]) {
			t.Errorf("%s: the log says %s", name, line.String())
		}
	}
}

func TestAStepOfWhatWentWellIsNothing(t *testing.T) {
	t.Parallel()

	if err := outer(nil); err != nil {
		t.Errorf("got %v", err)
	}
}

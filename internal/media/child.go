package media

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"juzhen/internal/fault"
)

// A picture is decoded by a process of its own: this program once more, under this name. It has no
// secrets in its environment, is last in line for the processors, and ends at its limits of memory and
// time; whatever a file does to a decoder, sending does not notice.
const childName = "juzhen-picture"

// The limits of that process.
const (
	childMemory = 512 << 20        // bytes of data beyond what the program takes by itself
	childCPU    = 20               // seconds of processor time
	childTime   = 60 * time.Second // by the clock
	childAnswer = MaxSent + 1<<20  // bytes: picture, thumbnail, and a few words
	childGrace  = time.Second      // for the pipes, once it was ended
)

// childProgram is what is started. It is a variable for this package's tests, whose own binary takes ten
// times as long under the race detector.
var childProgram = "/proc/self/exe"

// init takes over where the program was started under the name of the child. It stands here, and not in
// a command, so that the binary of every test can do the same.
func init() {
	if os.Args[0] != childName {
		return
	}
	confine()
	if err := answerParent(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// confine sets the limits of the process that calls it. Where the system refuses one, the others hold.
func confine() {
	memory := dataSize() + childMemory*shadow
	for what, limit := range map[int]uint64{
		syscall.RLIMIT_DATA:  memory,
		syscall.RLIMIT_CPU:   childCPU * slower,
		syscall.RLIMIT_FSIZE: 0,
		syscall.RLIMIT_CORE:  0,
	} {
		_ = syscall.Setrlimit(what, &syscall.Rlimit{Cur: limit, Max: limit})
	}
	comeLast()
}

// comeLast puts every thread of the process behind all others: the system counts priorities by thread,
// and those that clear memory up have begun before.
func comeLast() {
	threads, _ := os.ReadDir("/proc/self/task")
	for _, thread := range threads {
		if id, err := strconv.Atoi(thread.Name()); err == nil {
			_ = syscall.Setpriority(syscall.PRIO_PROCESS, id, childNice)
		}
	}
}

// dataSize is how much the program takes before it has done anything, in bytes.
func dataSize() uint64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		var kB uint64
		if _, err := fmt.Sscanf(line, "VmData: %d kB", &kB); err == nil {
			return kB << 10
		}
	}

	return 0
}

// outcome is what the child answers: a picture, or why it is none.
type outcome struct {
	MIME          string
	Data, Thumb   []byte
	Width, Height int
	Frames        int
	Label         string
	LabelUnread   bool
	Was           [3]int // width, height and bytes before it was made smaller
	Refused       *refusal
}

// refusal is a fault as it goes through a pipe.
type refusal struct {
	Field, Text string
	Args        []string
	Cause       string
}

func answerParent(in io.Reader, out io.Writer) error {
	picture, err := readPicture(in)
	o := outcome{
		MIME: picture.mime, Data: picture.data, Thumb: picture.thumb, Width: picture.width,
		Height: picture.height, Frames: picture.frames,
		Label: picture.label.json, LabelUnread: picture.label.unread,
		Was: [3]int{picture.was.width, picture.was.height, picture.was.bytes},
	}

	var failure *fault.Error
	switch {
	case errors.As(err, &failure):
		o.Refused = &refusal{Field: failure.Field, Text: failure.Text, Cause: err.Error()}
		for _, arg := range failure.Args {
			o.Refused.Args = append(o.Refused.Args, fmt.Sprint(arg))
		}
	case err != nil:
		return err
	}

	return gob.NewEncoder(out).Encode(o)
}

var errHeavy = fault.Invalid("file", "这张图片处理起来太费时间或内存；请用看图软件缩小、另存一次再上传")

// decodeApart has a picture decoded by a child. It is ended when ctx is: who has gone away costs
// nothing more.
func decodeApart(ctx context.Context, r io.Reader) (picture, error) {
	limited, cancel := context.WithTimeout(ctx, childTime*slower)
	defer cancel()

	var answer, words capped
	answer.room, words.room = childAnswer, 2<<10
	child := exec.CommandContext(limited, childProgram)
	child.Args = []string{childName}
	child.Env = []string{
		"GOMAXPROCS=1", "GOGC=25", "GOTRACEBACK=none",
		"GOMEMLIMIT=" + strconv.Itoa(childMemory*3/4),
	}
	child.Stdin, child.Stdout, child.Stderr = io.LimitReader(r, MaxUpload+1), &answer, &words
	child.WaitDelay = childGrace

	err := child.Run()
	switch {
	case ctx.Err() != nil:
		return picture{}, ctx.Err()
	case err != nil && child.ProcessState == nil:
		return picture{}, fmt.Errorf("start the process for pictures: %w", err)
	case err != nil:
		return picture{}, errHeavy.With(fmt.Errorf("process for pictures: %w: %s", err, words.String()))
	}

	return readOutcome(&answer.Buffer)
}

func readOutcome(r io.Reader) (picture, error) {
	var o outcome
	if err := gob.NewDecoder(r).Decode(&o); err != nil {
		return picture{}, fmt.Errorf("answer of the process for pictures: %w", err)
	}
	if o.Refused != nil {
		failure := fault.Invalid(o.Refused.Field, o.Refused.Text)
		for _, arg := range o.Refused.Args {
			failure.Args = append(failure.Args, arg)
		}

		return picture{}, failure.With(errors.New(o.Refused.Cause))
	}

	return picture{
		mime: o.MIME, data: o.Data, thumb: o.Thumb, width: o.Width, height: o.Height,
		frames: o.Frames, label: label{o.Label, o.LabelUnread},
		was: size{o.Was[0], o.Was[1], o.Was[2]},
	}, nil
}

// capped keeps the first bytes of what is written to it and lets the rest go.
type capped struct {
	bytes.Buffer
	room int
}

// Write never fails.
func (c *capped) Write(p []byte) (int, error) {
	_, _ = c.Buffer.Write(p[:min(len(p), max(0, c.room-c.Len()))])
	return len(p), nil
}

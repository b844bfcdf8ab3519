package media

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"juzhen/internal/fault"
)

// thinPNG is a grey picture one pixel wide: 39,999,999 of them take 78 KB.
func thinPNG(t *testing.T, height int) []byte { return blankPNG(t, 1, height, 8, 0, 1) }

// blankPNG is a picture of nothing, written without a picture in memory: an encoder takes a minute for the
// largest one under the race detector.
func blankPNG(t *testing.T, width, height int, depth, kind byte, pixel int) []byte {
	t.Helper()
	var out, packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	const at = 1 << 20 // a piece at a time

	for left := height * (1 + width*pixel); left > 0; left -= at {
		if _, err := z.Write(make([]byte, min(left, at))); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}

	chunk := func(name string, body []byte) {
		_ = binary.Write(&out, binary.BigEndian, uint32(len(body)))
		out.WriteString(name)
		out.Write(body)
		_ = binary.Write(&out, binary.BigEndian, crc32.ChecksumIEEE(append([]byte(name), body...)))
	}
	out.WriteString("\x89PNG\r\n\x1a\n")
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	chunk("IHDR", append(head, depth, kind, 0, 0, 0))
	chunk("IDAT", packed.Bytes())
	chunk("IEND", nil)

	return out.Bytes()
}

// layeredJPEG says that it comes in so many layers.
func layeredJPEG(layers int) []byte {
	out := []byte{0xFF, 0xD8, 0xFF, 0xC2, 0, 11, 8, 4, 0, 4, 0, 1, 1, 0x11, 0}
	for range layers {
		out = append(out, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0)
		out = append(out, make([]byte, 50)...)
	}

	return append(out, 0xFF, 0xD9)
}

func manyFrames(t *testing.T) []byte {
	t.Helper()
	raw := animation(t, 1)
	at := bytes.IndexByte(raw[13+tableBytes(raw[10]):], 0x2C) + 13 + tableBytes(raw[10])
	frame := raw[at : len(raw)-1]

	return append(append(append([]byte{}, raw[:len(raw)-1]...), bytes.Repeat(frame, MaxFrames)...), 0x3B)
}

func TestCostIsKnownBeforeAnythingIsDecoded(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		raw  []byte
		text string
	}{
		"1 × 39,999,999":           {thinPNG(t, 39_999_999), "有一边超过"},
		"too long for its width":   {thinPNG(t, MaxRatio+1), "太长"},
		"6300² with 16 bits":       {sizedPNG(t, 6300, 6300, 16), "展开后超过"},
		"400 layers":               {layeredJPEG(400), "分成 400 层"},
		"an animation without end": {manyFrames(t), "1000 个画面"},
		"a side of 60,000":         {sizedPNG(t, 60000, 60000, 8), "有一边超过"},
		"a canvas without its frame": {
			append([]byte("GIF89a\x20\x4e\x20\x4e\x00\x00\x00"), animation(t, 1)[19:]...), "",
		},
	} {
		_, err := readPicture(bytes.NewReader(c.raw))
		failure := fault.Public(err)
		if err == nil || failure.Field != "file" || !strings.Contains(failure.Plain(), c.text) {
			t.Errorf("%s: got %v, want a text with %q", name, err, c.text)
		}
	}

	for name, raw := range map[string][]byte{
		"40 MP":              sizedPNG(t, 8000, 5000, 8),
		"a long infographic": sizedPNG(t, 1080, 20000, 8),
		"just long enough":   thinPNG(t, MaxRatio),
		"ten layers":         layeredJPEG(10),
	} {
		kind, err := kindOf(raw)
		if err != nil {
			t.Fatal(err)
		}
		cost, err := measure(kind, raw)
		if err == nil {
			err = cost.check()
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAChildDecodesWithinItsLimits has the program itself, which is this test, decode pictures apart.
func TestAChildDecodesWithinItsLimits(t *testing.T) {
	t.Parallel()
	picture, err := decodeApart(t.Context(), bytes.NewReader(pngBytes(t, corner(64, 32))))
	if err != nil || picture.mime != PNG || picture.width != 64 || len(picture.data) == 0 ||
		len(picture.thumb) == 0 {
		t.Fatalf("got %s, %d wide, %v", picture.mime, picture.width, err)
	}

	_, err = decodeApart(t.Context(), bytes.NewReader(sizedPNG(t, 20000, 20000, 8)))
	if failure := fault.Public(
		err,
	); failure.Field != "file" ||
		!strings.Contains(failure.Plain(), "20000×20000 过大") {
		t.Errorf("a refusal arrives as %v", err)
	}
	_, err = decodeApart(t.Context(), io.MultiReader(bytes.NewReader(pngBytes(t, corner(4, 4))), endless{}))
	if failure := fault.Public(err); !strings.Contains(failure.Plain(), "超过 20 MB") {
		t.Errorf("what never ends: %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestAChildEndsWithItsClient gives a child a file that does not end before the child does. It is not
// parallel: it looks at all children.
func TestAChildEndsWithItsClient(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	_, err := decodeApart(ctx, reading(func([]byte) (int, error) {
		leave()

		for children(t) > 0 {
			runtime.Gosched()
		}

		return 0, io.EOF
	}))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// children counts the processes for pictures that this one has, and that still run.
func children(t *testing.T) (n int) {
	t.Helper()
	all, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}

	for _, p := range all {
		status, _ := os.ReadFile("/proc/" + p.Name() + "/status") // it may have ended since
		ours := strings.Contains(string(status), fmt.Sprintf("\nPPid:\t%d\n", os.Getpid()))
		if ours && !strings.Contains(string(status), "\nState:\tZ") {
			n++
		}
	}

	return n
}

type reading func([]byte) (int, error)

func (r reading) Read(p []byte) (int, error) { return r(p) }

// alone runs the test once more in a process of its own, that has done nothing else, and tells whether
// this is that process.
func alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv("JUZHEN_TEST_ALONE") != "" {
		return true
	}
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), "JUZHEN_TEST_ALONE=1")
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)

	return false
}

// memory reads a figure of this process, in bytes.
func memory(t *testing.T, name string) (bytes int64) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}

	for line := range strings.Lines(string(status)) {
		if _, err := fmt.Sscanf(line, name+": %d kB", &bytes); err == nil {
			return bytes << 10
		}
	}
	t.Fatalf("no %s", name)

	return 0
}

// TestWaitingPicturesCostNoMemory has 25 pictures of 19 MB wait at once.
func TestWaitingPicturesCostNoMemory(t *testing.T) {
	t.Parallel()
	if !alone(t) {
		return
	}

	service := &Service{line: newLine(time.Now)}
	head := pngBytes(t, corner(64, 64))[:60]
	rest := memory(t, "VmRSS")

	var all sync.WaitGroup
	for range 25 {
		all.Go(func() {
			_, err := service.read(
				t.Context(),
				io.MultiReader(bytes.NewReader(head), io.LimitReader(endless{}, 19<<20)),
			)
			if !fault.Is(err, fault.KindInvalid) && !fault.Is(err, fault.KindUnavailable) {
				t.Errorf("got %v", err)
			}
		})
	}
	all.Wait()
	peak := memory(t, "VmHWM")
	t.Logf("%d MB at rest, %d MB at the fullest", rest>>20, peak>>20)
	if peak > 3*rest {
		t.Errorf("%d MB at rest, %d MB at the fullest", rest>>20, peak>>20)
	}
}

// TestTheLargestPictureThatIsTakenFits measures a child at the bounds.
func TestTheLargestPictureThatIsTakenFits(t *testing.T) {
	t.Parallel()
	wide := blankPNG(t, 5000, 4000, 16, 6, 8) // 20 MP with 16 bits of red, green, blue, alpha: 160 MB decoded
	if picture, err := decodeApart(t.Context(), bytes.NewReader(wide)); err != nil || picture.width != 5000 {
		t.Errorf("got %d wide, %v", picture.width, err)
	}
}

func TestWhoCannotBeServedIsToldWhenToComeBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		line := newLine(time.Now)
		leave, err := line.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}

		results := make(chan error, mostWaiting)
		for range mostWaiting - 1 {
			go func() {
				_, err := line.enter(t.Context())
				results <- err
			}()
		}
		synctest.Wait()

		_, err = line.enter(t.Context())
		failure := fault.Public(err)
		if failure.Kind != fault.KindUnavailable || failure.Field != "file" || failure.Retry != 20*guess ||
			!strings.Contains(failure.Plain(), "40 秒后再传") {
			t.Errorf("one too many: %v, %v", failure.Plain(), failure.Retry)
		}

		// nothing else goes on: the bubble's clock runs to the end of their patience
		for range mostWaiting - 1 {
			if err := <-results; !fault.Is(err, fault.KindUnavailable) {
				t.Errorf("who waited too long: %v", err)
			}
		}
		if line.waiting != 1 {
			t.Errorf("%d still wait", line.waiting)
		}

		leave()
		if leave, err = line.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		leave()
		if line.waiting != 0 || line.usual <= guess {
			t.Errorf("%d wait, a picture is thought to take %v", line.waiting, line.usual)
		}
	})
}

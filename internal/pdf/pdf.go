// Package pdf makes PDF files in one of two ways: a page of the console as it prints, through a Chromium
// that is installed; or, where there is none, a document that is set in a plain way with a font of the
// system. What the document says is the caller's business, and the same in both.
package pdf

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"time"

	"juzhen/internal/fault"
)

// Off in the place of a path switches that way of making files off.
const Off = "off"

// Bounds of one file.
const (
	maxPage   = 4 << 20          // bytes of a page that is printed
	maxFile   = 32 << 20         // bytes of a file that comes of it
	maxPages  = 300              // pages of a document
	printTime = 20 * time.Second // for Chromium, which takes about one
	waitTime  = 15 * time.Second // for those who came before
)

// Where the programs and the font of Debian's packages lie.
var (
	chromiums = []string{"chromium", "chromium-browser", "google-chrome-stable"}
	fonts     = []string{
		"/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
		"/usr/share/fonts/google-droid/DroidSansFallbackFull.ttf",
	}
)

// Maker makes files, one at a time: a Chromium takes some 300 MB while it prints.
type Maker struct {
	chromium string // path; empty: none
	font     string // path; empty: none
	turn     chan struct{}
	log      *slog.Logger
}

// New finds out what this machine has. chromium and font are paths; empty: where packages put them; Off:
// not used.
func New(chromium, font string, log *slog.Logger) *Maker {
	maker := &Maker{turn: make(chan struct{}, 1), log: log}

	for _, name := range chosen(chromium, chromiums) {
		if path, err := exec.LookPath(name); err == nil {
			maker.chromium = path
			break
		}
	}

	for _, path := range chosen(font, fonts) {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			maker.font = path
			break
		}
	}

	return maker
}

// chosen are the places to look at.
func chosen(setting string, usual []string) []string {
	switch setting {
	case "":
		return usual
	case Off:
		return nil
	}

	return []string{setting}
}

// Ready tells whether any file can be made here.
func (m *Maker) Ready() bool { return m != nil && (m.chromium != "" || m.font != "") }

var (
	errNone = fault.Unavailable("这台服务器没有安装 Chromium 或中文字体，不能生成 PDF；请用浏览器打印")
	errBusy = fault.Unavailable("正在生成别的 PDF，请稍后再试").After(10 * time.Second)
	errLong = fault.Invalid("", "内容太长，不能生成一个 PDF 文件；请用浏览器打印")
)

func errPrint() *fault.Error {
	return fault.Unavailable("没有生成 PDF，请再试一次，或用浏览器打印")
}

// Make gives the file. page is the page as it stands alone, with its styles inside; document says the
// same for a machine without Chromium, and where Chromium fails.
func (m *Maker) Make(ctx context.Context, page []byte, document Document) (file []byte, err error) {
	defer fault.Step(&err, "make a PDF file")

	if !m.Ready() {
		return nil, errNone
	}

	wait, stop := context.WithTimeout(ctx, waitTime)
	defer stop()

	select {
	case m.turn <- struct{}{}:
		defer func() { <-m.turn }()
	case <-wait.Done():
		return nil, errBusy
	}

	if m.chromium != "" && len(page) <= maxPage {
		if file, err = m.print(ctx, page); err == nil || ctx.Err() != nil {
			return file, err
		}
		if m.font == "" {
			return nil, errPrint().With(err)
		}

		m.log.Warn("Chromium printed nothing, the file is set plainly", "err", err)
	}

	if m.font == "" {
		return nil, errLong // for Chromium, and nothing else is here
	}

	return set(m.font, document)
}

// looksWhole refuses what a program that was killed left behind.
func looksWhole(file []byte) error {
	if !bytes.HasPrefix(file, []byte("%PDF-")) ||
		!bytes.Contains(file[max(0, len(file)-64):], []byte("%%EOF")) {
		return errors.New("the file is not whole")
	}

	return nil
}

package reach

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"juzhen/internal/fault"
)

// Bounds of an import file.
const (
	MaxImportBytes = 32 << 20 // of the file as it is sent
	maxImportRows  = 50_000
	importBatch    = 2000

	importBatchBytes = 4 << 20
)

// Rejected is a line of a file that was left out, and why.
type Rejected struct {
	Line   int // in the file, from 1; in JSON the number of the entry
	Reason Unfit
}

// rowSink takes the rows of a file one by one: a post that is fit, or why it is not. An error ends the
// reading.
type rowSink func(line int, post fresh, why Unfit) error

// readImport gives the rows of a file to sink. It fails with fault.Invalid at "file" when the file as a
// whole cannot be read, or holds more rows than are taken at once; a row that cannot be costs that row
// alone.
func (r rowReader) readImport(raw []byte, sink rowSink) error {
	if len(raw) > MaxImportBytes {
		return fault.Invalid("file", "文件超过 32 MB，请分成几个文件导入")
	}

	text, err := decodeText(raw)
	if err != nil {
		return err
	}

	text = bytes.TrimPrefix(text, []byte(bom))
	begin := bytes.TrimSpace(text)
	if len(begin) == 0 {
		return fault.Invalid("file", "文件是空的")
	}

	n := 0
	counted := func(line int, post fresh, why Unfit) error {
		if n++; n > maxImportRows {
			return fault.Invalid("file", "文件超过 {.max} 行，请分成几个文件导入", "max", maxImportRows)
		}

		return sink(line, post, why)
	}

	if begin[0] == '[' || begin[0] == '{' {
		return r.readJSON(text, counted)
	}

	return r.readCSV(text, counted)
}

// decodeText gives the text of a file as UTF-8. The trade writes UTF-8, UTF-16 (Excel's "Unicode text")
// and GB18030 (Excel in China). What cannot be decoded becomes U+FFFD, which rejects its row.
func decodeText(raw []byte) ([]byte, error) {
	var from encoding.Encoding

	switch order := utf16Order(raw); {
	case order == binary.BigEndian:
		from = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case order == binary.LittleEndian:
		from = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case !mostlyUTF8(raw):
		from = simplifiedchinese.GB18030
	default:
		return raw, nil
	}

	text, err := from.NewDecoder().Bytes(raw)
	if err != nil {
		return nil, fault.Invalid("file", "文件的编码无法识别，请另存为 UTF-8 再导入").With(err)
	}

	return text, nil
}

// utf16Order is the byte order of UTF-16, by its mark or by where the zeros of its commas and line ends
// stand; nil when it is none.
func utf16Order(raw []byte) binary.ByteOrder {
	if len(raw) < 4 {
		return nil
	}

	switch {
	case raw[0] == 0xFE && raw[1] == 0xFF:
		return binary.BigEndian
	case raw[0] == 0xFF && raw[1] == 0xFE:
		return binary.LittleEndian
	}

	even, odd := 0, 0

	head := raw[:min(len(raw), 4096)&^1]
	for i := 0; i < len(head); i += 2 {
		if head[i] == 0 {
			even++
		}
		if head[i+1] == 0 {
			odd++
		}
	}

	switch least := len(head) / 20; { // a tenth of the characters
	case even > least && odd == 0:
		return binary.BigEndian
	case odd > least && even == 0:
		return binary.LittleEndian
	}

	return nil
}

// mostlyUTF8 tells whether a file is UTF-8, by its lines: one damaged line does not make the file another.
func mostlyUTF8(raw []byte) bool {
	if utf8.Valid(raw) {
		return true
	}

	fit, unfit := 0, 0

	for line := range bytes.Lines(raw) {
		switch {
		case !utf8.Valid(line):
			unfit++
		case !isASCII(line):
			fit++
		}
	}

	return fit > unfit
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}

	return true
}

// isText tells whether a text can be kept and was read whole.
func isText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsAny(s, "\x00\ufffd")
}

package report

import (
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/fault"
)

// Figures are what a report says in numbers, whole: what is not in them is in none of its files. They are
// kept as JSON to the letter, with its hash.
type Figures struct {
	Unit     string    `json:"unit"`
	Subtree  bool      `json:"subtree"`
	Account  string    `json:"account,omitempty"`
	From     string    `json:"from"`
	To       string    `json:"to"` // the last day
	At       time.Time `json:"at"` // what was known then is what was counted
	Sections []Section `json:"sections"`
	Sources  []string  `json:"sources"` // where the figures come from, and how old they are
}

// Section is a part of a report.
type Section struct {
	Heading string  `json:"heading"`
	Words   Place   `json:"words,omitempty"` // the words that stand here
	Tables  []Table `json:"tables,omitempty"`
}

// Table is a table of figures.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
	Rows    [][]Cell `json:"rows"`
	Note    string   `json:"note,omitempty"` // what is counted
	Chart   *Chart   `json:"chart,omitempty"`
}

// Column is a column of a table. Its width is a share of the page.
type Column struct {
	Text   string  `json:"text"`
	Number bool    `json:"number,omitempty"`
	Width  float64 `json:"width"`
}

// Cell is a text or a number; neither is a number that is not available.
type Cell struct {
	Text     string   `json:"s,omitempty"`
	Number   *float64 `json:"n,omitempty"`
	Decimals int      `json:"d,omitempty"`
}

// Chart is drawn of the first rows of a table, where a file can hold one.
type Chart struct {
	Line   bool  `json:"line,omitempty"`
	Label  int   `json:"label"`
	Values []int `json:"values"`
	Rows   int   `json:"rows,omitempty"`
}

// none is a number that is not available: never 0.
const none = "不可用"

// Shown is a cell of a column as people read it.
func (c Column) Shown(cell Cell) string {
	switch {
	case cell.Number != nil:
		return grouped(strconv.FormatFloat(*cell.Number, 'f', cell.Decimals, 64))
	case c.Number && cell.Text == "":
		return none
	}

	return cell.Text
}

// grouped sets commas between thousands.
func grouped(number string) string {
	whole, rest, _ := strings.Cut(number, ".")
	sign := ""

	if digits, ok := strings.CutPrefix(whole, "-"); ok {
		sign, whole = "-", digits
	}

	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}

	if rest != "" {
		whole += "." + rest
	}

	return sign + whole
}

func text(s string) Cell { return Cell{Text: s} }

// count is a whole number; nil is one that is not available.
func count(n *int64) Cell {
	if n == nil {
		return Cell{}
	}

	return whole(*n)
}

func whole(n int64) Cell {
	value := float64(n) // exact up to 2⁵³, which no count here reaches
	return Cell{Number: &value}
}

// decimal is a number with so many decimals; known false is one that is not available.
func decimal(value float64, known bool, decimals int) Cell {
	if !known {
		return Cell{}
	}

	return Cell{Number: &value, Decimals: decimals}
}

// kept is the figures as they are stored, and their hash.
func (f Figures) kept() (body string, hash []byte, err error) {
	raw, err := json.Marshal(f)
	sum := sha256.Sum256(raw)

	return string(raw), sum[:], err
}

// errChanged says that figures are not those that were signed.
func errChanged() error {
	return fault.Conflict("数据与存档时的哈希不一致，这份报告不能使用；请告诉管理员")
}

// readFigures reads what was stored, and refuses what is not of that hash.
func readFigures(body string, hash []byte) (figures Figures, err error) {
	sum := sha256.Sum256([]byte(body))
	if string(sum[:]) != string(hash) {
		return figures, errChanged()
	}

	return figures, json.Unmarshal([]byte(body), &figures)
}

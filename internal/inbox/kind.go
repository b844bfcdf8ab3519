package inbox

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/lexicon"
)

// Kind is what a citizen wants.
type Kind string

// The kinds.
const (
	Report    Kind = "report"
	Complaint Kind = "complaint"
	Ask       Kind = "ask"
	Rumour    Kind = "rumour"
	Proposal  Kind = "proposal"
	Praise    Kind = "praise"
	NoMatter  Kind = "none"
)

// Kinds lists the kinds, the most pressing first.
func Kinds() []Kind { return []Kind{Report, Complaint, Ask, Rumour, Proposal, Praise, NoMatter} }

// Valid tells whether k is one of the kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// Label is the Chinese word for the kind.
func (k Kind) Label() string {
	return map[Kind]string{
		Report: "举报", Complaint: "投诉", Ask: "咨询", Rumour: "谣言", Proposal: "建议", Praise: "表扬", NoMatter: "无关",
	}[k]
}

// Limit is within which running time an answer is due; none where both are 0.
type Limit struct {
	First  time.Duration // from the first that a citizen says
	Next   time.Duration // from the first after an answer
	Urgent bool          // runs day and night
}

// limits are the limits that hold where no unit has set its own. A working day has eight hours.
var limits = map[Kind]Limit{
	Report:    {First: 4 * time.Hour, Next: 8 * time.Hour},
	Complaint: {First: 8 * time.Hour, Next: 8 * time.Hour},
	Ask:       {First: 8 * time.Hour, Next: 8 * time.Hour},
	Rumour:    {First: 2 * time.Hour, Next: 4 * time.Hour, Urgent: true},
	Proposal:  {First: 40 * time.Hour, Next: 40 * time.Hour},
	Praise:    {},
	NoMatter:  {},
}

// words tell kinds apart, the first that fits wins.
var words = []struct {
	kind Kind
	any  *regexp.Regexp
}{
	{Report, regexp.MustCompile(`举报|偷排|直排|黑烟|非法|违法|私自|冒烟`)},
	{Complaint, regexp.MustCompile(`投诉|扰民|没人管|不作为|臭味|刺鼻|噪音|噪声|受不了`)},
	{Rumour, regexp.MustCompile(`谣言|网传|听说|传言|是不是真的|真的假的`)},
	{Ask, regexp.MustCompile(`[?？]|吗|请问|怎么|如何|什么时候|几点|哪里|多少|能不能|可以不`)},
	{Proposal, regexp.MustCompile(`建议|希望|应该|最好能`)},
	{Praise, regexp.MustCompile(`谢谢|感谢|辛苦|点赞|真好|真蓝|不错|给力`)},
}

// KindOf is the kind that a text is taken for until a person says otherwise. A text that says nothing of
// itself is a question: better one too many than one that nobody reads.
func KindOf(text string) Kind {
	text = lexicon.Fold(text)

	for _, w := range words {
		if w.any.MatchString(text) {
			return w.kind
		}
	}
	if !strings.ContainsFunc(text, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }) {
		return NoMatter // faces, names, addresses
	}
	if n := utf8.RuneCountInString(text); n <= 8 {
		return NoMatter
	}

	return Ask
}

// MaskName hides the name of a citizen but for its first sign.
func MaskName(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	if size == 0 {
		return ""
	}

	return string(first) + "＊＊"
}

var (
	numbers   = regexp.MustCompile(`[0-9０-９][0-9０-９ \-－]{5,}[0-9０-９xXｘＸ]`)
	addresses = regexp.MustCompile(`[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+\.[A-Za-z0-9.\-]+`)
)

// MaskNumbers hides telephone and other long numbers and mail addresses in a text.
func MaskNumbers(text string) string {
	return numbers.ReplaceAllString(addresses.ReplaceAllString(text, "＊＊＊"), "＊＊＊")
}

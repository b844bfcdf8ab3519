package inspection

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/inspect"
	"juzhen/internal/media"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// fourPictures bounds a checklist with a picture at each of its questions.
const fourPictures = 4*media.MaxUpload + 1<<20

// lookForm is a checklist as it is written; what is said to each question stands in fields named after it.
type lookForm struct {
	Number int    `form:"number"` // of the last one that was shown
	On     string `form:"on"`
	Next   string `form:"next"`
	Note   string `form:"note,raw"`
}

// lookPage is the checklists of one account, with the form of the next one.
type lookPage struct {
	page.Base
	inspect.Interaction
	Form   lookForm
	Lines  []line
	Said   *row // what the rule says now
	Rate   string
	Past   []past
	Max    int
	MaxURL int
	First  string // bounds of the days
	Last   string
}

// line is a question with what was typed.
type line struct {
	inspect.Question
	Given    string
	Evidence string
	Link     string
	Media    int64 // a picture that was sent before and taken
	Options  []page.Option
}

// past is a checklist as it was written.
type past struct {
	inspect.Check
	Day, NextDay string
	Changed      []string // in the reader's language
	Answered     []answered
}

type answered struct {
	inspect.Answer
	Asked inspect.Question
	Mark  mark
}

// mark is how an answer is shown.
type mark struct{ Tone, Icon string }

var marks = map[inspect.Given]mark{
	inspect.Yes:  {"green", "circle-check"},
	inspect.No:   {"red", "circle-x"},
	inspect.None: {"grey", "minus"},
}

func lookPath(id int64) string { return fmt.Sprintf("/inspection/accounts/%d", id) }

func (h *pages) interaction(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.lookPage(c, id, nil)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "inspection/interaction", p)
}

// lookPage is the page of an account, with what was typed where it was refused.
func (h *pages) lookPage(c *gin.Context, id int64, typed *inspect.Entry) (lookPage, error) {
	p := lookPage{
		Base: h.kit.Base(c, "互动功能", crumb, boardCrumb),
		Max:  inspect.MaxEvidence, MaxURL: inspect.MaxLink,
	}
	var err error
	if p.Interaction, err = h.Inspect.Interaction(c.Request.Context(), web.Actor(c), id); err != nil {
		return p, err
	}
	p.Heading = p.At() + " · " + p.T("互动功能")

	if p.Finding != nil {
		said := shown(p.Base, *p.Finding)
		p.Said = &said
	}
	if r := p.Replies; r.Asked > 0 {
		p.Rate = strconv.FormatInt(100*r.Answered/r.Asked, 10) + "%"
	}

	for _, check := range p.Checks {
		p.Past = append(p.Past, p.past(check))
	}

	p.First, p.Last = beijing.Date(p.Now.AddDate(0, 0, -inspect.LooksBack)), beijing.Date(p.Now)
	p.Form = lookForm{Number: p.Number(), On: p.Last, Next: beijing.Date(p.Now.AddDate(0, 0, p.Days))}
	entry := inspect.Entry{}
	if typed != nil {
		entry = *typed
		p.Form.On, p.Form.Next, p.Form.Note = typed.On, typed.Next, typed.Note
	}
	p.Lines = lines(entry)

	return p, nil
}

func lines(entry inspect.Entry) (out []line) {
	for _, question := range inspect.Questions() {
		one := line{Question: question, Options: []page.Option{{Text: "请选择"}}}

		for _, answer := range entry.Answers {
			if answer.Question == question.Key {
				one.Given, one.Evidence, one.Link = string(answer.Given), answer.Evidence, answer.Link
				one.Media = answer.MediaID
			}
		}

		for _, given := range inspect.Givens() {
			if given != inspect.None || question.Maybe {
				one.Options = append(one.Options, page.Option{Value: string(given), Text: given.Label()})
			}
		}
		out = append(out, one)
	}

	return out
}

func (p lookPage) past(check inspect.Check) past {
	out := past{Check: check, Day: beijing.Date(check.On), NextDay: beijing.Date(check.Next)}

	for _, change := range check.Changes {
		out.Changed = append(out.Changed, p.T("{.question}：{.from} → {.to}",
			"question", p.T(change.Question.Text), "from", p.word(change.From), "to", p.word(change.To)))
	}

	for _, answer := range check.Answers {
		out.Answered = append(out.Answered, answered{
			Answer: answer, Asked: inspect.QuestionOf(answer.Question), Mark: marks[answer.Given],
		})
	}

	return out
}

// word is an answer in the reader's language.
func (p lookPage) word(given inspect.Given) string {
	if given == "" {
		return p.T("没有问")
	}

	return p.T(given.Label())
}

// Half is in which half of the matters that were answered had their first answer, in words.
func (p lookPage) Half() string {
	hours := p.Replies.Half.Hours()
	if hours < 1 {
		return p.T("{.n} 分钟", "n", int(p.Replies.Half.Round(time.Minute).Minutes()))
	}

	return p.T("{.n} 小时", "n", strconv.FormatFloat(hours, 'f', 1, 64))
}

// look writes a checklist. A picture that was taken stays taken when something else is wrong.
func (h *pages) look(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	var form lookForm
	err = web.Bind(c, &form)
	entry := inspect.Entry{Number: form.Number, On: form.On, Next: form.Next, Note: form.Note}
	var failed error
	entry.Answers, failed = h.answers(c, id)
	if err == nil {
		err = failed
	}
	if err == nil {
		err = h.Inspect.Check(c.Request.Context(), web.Actor(c), id, entry)
	}
	if err == nil {
		return h.kit.See(c, lookPath(id), "互动检查已登记")
	}
	p, perr := h.lookPage(c, id, &entry)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "inspection/interaction", &p)
}

// answers reads what was said to each question, and keeps its picture.
func (h *pages) answers(c *gin.Context, id int64) (list []inspect.Answer, err error) {
	given, evidence := web.Keyed(c, "given_"), web.Keyed(c, "evidence_")
	links, taken := web.Keyed(c, "link_"), web.Keyed(c, "media_")

	for _, question := range inspect.Questions() {
		code := question.Key
		one := inspect.Answer{
			Question: code,
			Given:    inspect.Given(given[code]),
			Evidence: strings.ReplaceAll(evidence[code], "\r\n", "\n"),
			Link:     links[code],
		}
		one.MediaID, _ = strconv.ParseInt(taken[code], 10, 64)
		media, failed := h.receive(c, id, "file_"+code)
		if failed != nil {
			err = failed
		}
		if media != 0 {
			one.MediaID = media
		}
		list = append(list, one)
	}

	return list, err
}

// receive keeps the picture of a field; 0 where none was sent.
func (h *pages) receive(c *gin.Context, id int64, name string) (int64, error) {
	if c.Request.MultipartForm == nil || len(c.Request.MultipartForm.File[name]) == 0 {
		return 0, nil
	}
	header := c.Request.MultipartForm.File[name][0]
	r, err := header.Open()
	if err != nil {
		return 0, fault.Invalid(name, "图片没有传完整，请重新上传").With(err)
	}
	defer func() { _ = r.Close() }()

	media, err := h.Inspect.Upload(c.Request.Context(), web.Actor(c), id, header.Filename, r)
	if fault.Is(err, fault.KindInvalid) {
		told := *fault.Public(err)
		told.Field = name

		return 0, &told
	}

	return media, err
}

// picture sends the picture that shows an answer.
func (h *pages) picture(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	check, err := web.ID(c, "check")
	if err != nil {
		return err
	}
	data, mime, err := h.Inspect.Picture(c.Request.Context(), web.Actor(c), id, check, c.Param("question"))
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "private, max-age=86400")
	c.Header("X-Content-Type-Options", "nosniff")
	c.Data(200, mime, data)

	return nil
}

package posts

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/link"
	"juzhen/internal/org"
	"juzhen/internal/post"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// checkPart is what the check of the wordings says, put under them while they are written.
type checkPart struct {
	page.Base
	Lines  []checkLine
	Unseen bool   // a link of the text waits for its first look
	Wrong  string // why an exception was not asked for, in the reader's language
}

// Stops are the lines that nobody can submit as they are.
func (p checkPart) Stops() (lines []checkLine) {
	for _, line := range p.Lines {
		if line.Stops() {
			lines = append(lines, line)
		}
	}

	return lines
}

// checkLine is one finding of the check, at its place in a field of the form.
type checkLine struct {
	check.Finding
	Field   string // id of the field it stands in; "" for the post itself
	Account string // whose own wording; "" for the common text
	Message string // in the reader's language
	Reason  string // as typed
}

// At is the form field that the line is about.
func (l checkLine) At() string { return strings.TrimPrefix(l.Field, "f-") }

// Name is the form field of the reason.
func (l checkLine) Name() string { return parts.ReasonField + l.Key() }

// Pleading is the address of the exception that is asked for or holds; "" for none.
func (l checkLine) Pleading() string {
	if l.Exception == nil {
		return ""
	}

	return "/lexicon/exceptions/" + strconv.FormatInt(l.Exception.ID, 10)
}

// Tone is how the finding is marked in the text.
func (l checkLine) Tone() lexicon.Level {
	if l.Excepted() {
		return lexicon.Hint
	}

	return l.Level
}

// Explain tells whether the text can be submitted with a reason.
func (l checkLine) Explain() bool { return l.Level == lexicon.Second }

// Count is how many lines ask for something before the post is submitted.
func (p checkPart) Count() (n int) {
	for _, line := range p.Lines {
		if line.Tone().AtLeast(lexicon.Second) {
			n++
		}
	}

	return n
}

// check answers the script of the form: what the check finds in the wordings as they are typed. It keeps
// nothing.
func (h *pages) check(c *gin.Context) error {
	form, err := h.writing(c)
	if err != nil {
		return err
	}
	part, err := h.lookThrough(c, form)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "posts/edit#check", part)
}

// writing reads the form of somebody who may write in its unit.
func (h *pages) writing(c *gin.Context) (composeForm, error) {
	form, err := bindCompose(c)
	if err != nil {
		return form, err
	}
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.PostWrite)
	if err != nil {
		return form, err
	}
	if form.Unit != 0 && !slices.ContainsFunc(units, func(u org.Unit) bool { return u.ID == form.Unit }) {
		return form, fault.NotFound("没有找到该单位，或不在您的管辖范围内")
	}

	return form, nil
}

// exceptWriting asks for an exception for a finding of what is typed, and answers the script with the
// findings as they are then.
func (h *pages) exceptWriting(c *gin.Context) error {
	form, err := h.writing(c)
	if err != nil {
		return err
	}
	key := c.PostForm("plea")
	_, failed := h.Checks.ExceptText(c.Request.Context(), web.Actor(c), h.question(c, form),
		check.Plea{Key: key, Why: form.Reasons[key]})
	part, err := h.lookThrough(c, form)
	if err != nil {
		return err
	}
	if failed != nil {
		told := fault.Public(failed)
		if fields := fault.FieldErrors(failed); len(fields) > 0 {
			told = fields[0]
		}
		part.Wrong = part.T(told.Text, told.Args...)
	}

	return h.kit.Show(c, 200, "posts/edit#check", part)
}

// lookThrough looks through the common text and through each wording that has a field.
func (h *pages) lookThrough(c *gin.Context, form composeForm) (checkPart, error) {
	part := checkPart{Base: h.kit.Base(c, "写稿")}
	question := h.question(c, form)
	found, err := h.Checks.Text(c.Request.Context(), web.Actor(c), question)
	if err != nil {
		return part, err
	}
	part.Lines = h.linesOf(c, form, part.Base, found)
	texts := slices.AppendSeq([]string{question.Text}, maps.Values(question.Own))
	links, err := h.Links.OfTexts(c.Request.Context(), texts...)
	part.Unseen = slices.ContainsFunc(links, func(l link.Link) bool { return l.State == link.Unseen })

	return part, err
}

// question is what the check is asked about a form.
func (h *pages) question(c *gin.Context, form composeForm) check.Question {
	question := check.Question{
		UnitID:   form.Unit,
		MediaIDs: form.Media,
		Alts:     form.Alts,
		Text:     asCounted(form.Text),
		Own:      map[int64]string{},
		Except:   form.ID,
		At:       form.Due,
	}
	if form.When == "now" {
		question.At = h.kit.Base(c, "写稿").Now
	}

	for _, id := range form.Accounts {
		if _, own := form.wording(id); !own {
			question.AccountIDs = append(question.AccountIDs, id)
		}
		if own, ok := form.Variants[id]; ok && strings.TrimSpace(own) != "" {
			question.Own[id] = asCounted(own)
		}
	}

	return question
}

// asCounted is a text of a field as the page counts its places.
func asCounted(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// linesOf shows findings at their fields, each account's name asked once.
func (h *pages) linesOf(
	c *gin.Context,
	form composeForm,
	base page.Base,
	found []check.Finding,
) (lines []checkLine) {
	names := map[int64]string{}

	for _, finding := range found {
		line := checkLine{
			Finding: finding,
			Message: base.T(finding.Text, finding.Args...),
			Reason:  form.Reasons[finding.Key()],
		}
		own := finding.AccountID
		if finding.End > 0 {
			line.Field = "f-text"
		}
		if own != 0 {
			if names[own] == "" {
				names[own] = cmp.Or(h.handleOf(c, own), strconv.FormatInt(own, 10))
			}
			line.Account = names[own]
			if finding.End > 0 {
				line.Field = "f-" + post.VariantField(own)
			}
		}
		lines = append(lines, line)
	}

	return lines
}

// handleOf is the name of an account the reader writes for.
func (h *pages) handleOf(c *gin.Context, id int64) string {
	account, err := h.Accounts.Find(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return ""
	}

	return account.At()
}

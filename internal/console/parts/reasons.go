package parts

import (
	"juzhen/internal/check"
	"juzhen/internal/fault"
	"juzhen/internal/web/page"
)

// ReasonField is how the fields begin in which a writer says why a finding of the check stays; its key
// follows.
const ReasonField = "reason."

// Reasons are what a form says about findings that stay, by their key.
func Reasons(typed map[string]string) (all []check.Reason) {
	for key, text := range typed {
		all = append(all, check.Reason{Key: key, Text: text})
	}

	return all
}

// Open is a finding that keeps words from being submitted.
type Open struct {
	check.Finding
	Message string // in the reader's language
	Reason  string // as typed
}

// Name is the form field of the reason.
func (o Open) Name() string { return ReasonField + o.Key() }

// OpenOf are the findings in a refusal of a submission, with what was typed about them; none in another one.
func OpenOf(base page.Base, refused error, typed map[string]string) (all []Open) {
	open, ok := check.OpenIn(refused)
	if !ok {
		return nil
	}

	shown := map[string]bool{}

	for _, finding := range open.Findings {
		if shown[finding.Key()] { // one reason is for the same words wherever they stand
			continue
		}
		shown[finding.Key()] = true
		all = append(all, Open{finding, base.T(finding.Text, finding.Args...), typed[finding.Key()]})
	}

	return all
}

// At is what a refusal says at a field, in the reader's language; "" for nothing.
func At(base page.Base, refused error, field string) string {
	for _, one := range fault.FieldErrors(refused) {
		if one.Field == field {
			return base.T(one.Text, one.Args...)
		}
	}

	return ""
}

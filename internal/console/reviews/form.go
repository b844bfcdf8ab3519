package reviews

import (
	"slices"
	"strings"
	"time"

	"juzhen/internal/delivery"
	"juzhen/internal/instant"
	"juzhen/internal/review"
)

// reviewForm is the decision with what it is about: the version and the hash that were on the page.
type reviewForm struct {
	Version  int       `form:"version"`
	Step     int       `form:"step"`   // that was open on the page
	To       int       `form:"to"`     // of a return: to which step; 0: to the author
	Ticked   []string  `form:"ticked"` // 校对 items
	Hash     string    `form:"hash"`
	Decision string    `form:"decision"`
	Opinion  string    `form:"opinion"`
	Despite  bool      `form:"despite"` // notes that are open
	Agreed   bool      `form:"agreed"`  // to the writer's reasons about what the check found
	Pick     string    `form:"pick"`    // one of the opinions at hand
	Next     int64     `form:"next"`    // the post that is shown after this one
	When     string    `form:"when"`    // only when the time has gone by: "now" or "at"
	Due      time.Time `form:"due"`
	Shown    string    `form:"shown"` // the time that was on the page: an instant, or "now"
}

// shown is the time that was on the page; nil when the form does not say.
func (f reviewForm) shown() *delivery.DueShown {
	shown, err := readShown(f.Shown)
	if err != nil {
		return nil
	}

	return shown
}

// readShown reads the time that was on a page, as shownOf writes it.
func readShown(text string) (*delivery.DueShown, error) {
	if text == "now" {
		return &delivery.DueShown{}, nil
	}
	at, err := instant.Parse(text, time.RFC3339)

	return &delivery.DueShown{At: &at}, err
}

// shownOf is the time of a post as the form carries it.
func shownOf(due *time.Time, now bool) string {
	if now || due == nil {
		return "now"
	}

	return due.UTC().Format(time.RFC3339)
}

func (f reviewForm) choice() delivery.DueChoice {
	switch {
	case f.When == "now":
		return delivery.DueChoice{Now: true}
	case f.When == "at" && !f.Due.IsZero():
		return delivery.DueChoice{At: &f.Due}
	}

	return delivery.DueChoice{}
}

// opinion is what was chosen and what was written, as one.
func (f reviewForm) opinion() string {
	written := strings.TrimSpace(f.Opinion)
	switch {
	case !slices.Contains(opinionsAtHand, f.Pick):
		return written
	case written == "":
		return f.Pick
	}

	return f.Pick + "。" + written
}

// verdict is the decision without where the reader wants to go afterwards.
func (f reviewForm) verdict() review.Decision {
	return review.Decision(strings.TrimSuffix(f.Decision, "_next"))
}

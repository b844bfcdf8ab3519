package sending

import (
	"slices"
	"time"

	"juzhen/internal/console/badge"
	"juzhen/internal/console/show"
	"juzhen/internal/delivery"
	"juzhen/internal/web/page"
)

// looks are the steps that say what was found when the account's posts were read.
var looks = []delivery.Reason{delivery.LookFound, delivery.LookAbsent, delivery.LookFailed, delivery.LookTwo, delivery.LookWindow, delivery.LookPerson,
	delivery.LookRepeat, delivery.LookRival}

// answers are the steps in which the platform spoke.
var answers = []delivery.Reason{delivery.Published, delivery.PublishedReview, delivery.PublishedSlow, delivery.LateAnswer,
	delivery.LateConfirmation, delivery.Refused, delivery.Repeated, delivery.TokenRefused, delivery.RestAccount, delivery.RestShared, delivery.RestBehaviour}

func looked(code delivery.Reason) bool { return slices.Contains(looks, code) }

// eventOf is one line of the time line: a person, the system or the platform.
func eventOf(b page.Base, e delivery.Event) page.Event {
	text, args := e.Text()
	s := badge.Of(e.To)
	line := page.Event{Who: e.ByName, Icon: s.Icon, Tone: s.Tone, Text: b.T(text, args...), Stamp: page.StampOf(b.P, e.At, b.Now), Note: show.StepNote(b.P, e, b.Now)}
	if icon := noteIcon(e); icon != "" {
		line.Icon, line.Tone = icon, "grey"
	}
	if line.Text == "" {
		line.Text = b.T(s.Word)
	}
	switch {
	case line.Who != "":
	case slices.Contains(answers, e.Code):
		line.Who = b.T("微博")
	default:
		line.Who = b.T("系统")
	}
	return line
}

// sighted is what a look found and could not decide between.
type sighted struct {
	At    time.Time
	Posts []sightedPost
}

type sightedPost struct {
	delivery.Sighting
	Href string
}

func sightedIn(d delivery.Delivery, e delivery.Event) *sighted {
	s := sighted{At: e.At}
	for _, post := range e.Sightings() {
		s.Posts = append(s.Posts, sightedPost{post, d.SightingURL(post)})
	}
	if len(s.Posts) == 0 {
		return nil
	}
	return &s
}

// noteIcon is the sign of a step that changed no state.
func noteIcon(e delivery.Event) string {
	if e.From != e.To {
		return ""
	}
	switch e.Code {
	case delivery.WishKept:
		return "flag"
	case delivery.HandoffTaken, delivery.HandoffReturned:
		return "hand-finger"
	case delivery.DecisionAsked, delivery.DecisionRefused:
		return "user-check"
	case delivery.WasTakenDown, delivery.TakedownFailed:
		return "eye-off"
	case delivery.ReadBackSame, delivery.ReadBackChanged, delivery.ReadBackHidden, delivery.ReadBackRemoved:
		return "eye"
	case delivery.Twice:
		return "alert-triangle"
	}
	if looked(e.Code) {
		return "search"
	}
	return ""
}

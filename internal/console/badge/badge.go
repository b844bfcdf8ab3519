// Package badge gives each state that the console shows its icon and its tone; the word is the state's
// own. Keys are values of the features' types, so that a state that is renamed or gone does not compile
// here.
package badge

import (
	"fmt"
	"reflect"

	"juzhen/internal/account"
	"juzhen/internal/chain"
	"juzhen/internal/channel"
	"juzhen/internal/delivery"
	"juzhen/internal/faultbook"
	"juzhen/internal/inbox"
	"juzhen/internal/incident"
	"juzhen/internal/inspect"
	"juzhen/internal/lexicon"
	"juzhen/internal/link"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/reach"
	"juzhen/internal/relay"
	"juzhen/internal/report"
	"juzhen/internal/review"
	"juzhen/internal/roster"
	"juzhen/internal/rumour"
	"juzhen/internal/source"
	"juzhen/internal/web/page"
)

// look is how a state is drawn beside its word. The tone is one of those of page.State.
type look struct{ tone, icon string }

// looks are all states that are shown with a badge, by their value.
var looks = map[any]look{
	post.Draft:     {"grey", "pencil"},
	post.Submitted: {"blue", "hourglass"},
	post.Returned:  {"orange", "arrow-back-up"},
	post.Approved:  {"teal", "check"},
	post.Withdrawn: {"grey", "arrow-back-up"},

	link.Unseen:      {"grey", "clock"},
	link.Open:        {"green", "check"},
	link.Elsewhere:   {"orange", "external-link"},
	link.Certificate: {"orange", "alert-triangle"},
	link.Dead:        {"red", "circle-x"},
	link.Unclear:     {"grey", "help"},

	review.Pending:  {"blue", "hourglass"},
	review.Approved: {"teal", "check"},
	review.Returned: {"orange", "arrow-back-up"},
	review.Void:     {"grey", "ban"},

	review.StepWaiting: {"grey", "clock"},
	review.StepOpen:    {"blue", "hourglass"},
	review.StepPassed:  {"teal", "check"},
	review.StepEnded:   {"grey", "ban"},

	chain.Asked:   {"orange", "user-check"},
	chain.InForce: {"green", "check"},
	chain.Past:    {"grey", "clock"},
	chain.Stopped: {"grey", "ban"},

	delivery.PostDraft:     {"grey", "pencil"},
	delivery.PostSubmitted: {"blue", "hourglass"},
	delivery.PostReturned:  {"orange", "arrow-back-up"},
	delivery.PostApproved:  {"teal", "check"},
	delivery.PostWithdrawn: {"grey", "arrow-back-up"},
	delivery.PostSending:   {"blue", "send"},
	delivery.PostSent:      {"green", "circle-check"},
	delivery.PostPartly:    {"orange", "checks"},
	delivery.PostFailed:    {"red", "circle-x"},
	delivery.PostCancelled: {"grey", "ban"},
	delivery.PostMissed:    {"red", "clock-exclamation"},
	delivery.PostExpired:   {"grey", "archive"},
	delivery.PostUndecided: {"purple", "help"},

	delivery.Planned:   {"grey", "circle-dashed"},
	delivery.Waiting:   {"blue", "clock"},
	delivery.Preparing: {"blue", "hourglass-empty"},
	delivery.Sending:   {"blue", "send"},
	delivery.Sent:      {"green", "circle-check"},
	delivery.Unknown:   {"purple", "help"},
	delivery.Held:      {"orange", "player-pause"},
	delivery.Handoff:   {"orange", "hand-finger"},
	delivery.Failed:    {"red", "circle-x"},
	delivery.Missed:    {"red", "clock-exclamation"},
	delivery.Expired:   {"grey", "archive"},
	delivery.Cancelled: {"grey", "ban"},

	delivery.LiveUp:      {"green", "eye"},
	delivery.LiveChanged: {"orange", "git-compare"},
	delivery.LiveHidden:  {"orange", "eye-off"},
	delivery.LiveRemoved: {"grey", "trash"},
	delivery.LiveDown:    {"grey", "eye-off"},

	account.Preparing: {"grey", "plug"},
	account.Live:      {"green", "circle-check"},
	account.Suspended: {"orange", "player-pause"},
	account.Closed:    {"grey", "archive"},

	account.TokenNone:       {"orange", "key"},
	account.TokenValid:      {"green", "shield-check"},
	account.TokenExpiring:   {"orange", "clock-exclamation"},
	account.TokenExpired:    {"red", "circle-x"},
	account.TokenRevoked:    {"red", "circle-x"},
	account.TokenUnreadable: {"red", "shield-lock"},

	channel.Off:     {"grey", "ban"},
	channel.Untried: {"grey", "circle-dashed"},
	channel.Works:   {"green", "circle-check"},
	channel.Fails:   {"red", "circle-x"},

	channel.Waiting: {"blue", "clock"},
	channel.Calling: {"blue", "send"},
	channel.Sent:    {"green", "circle-check"},
	channel.Failed:  {"red", "circle-x"},
	channel.Unknown: {"purple", "help"},
	channel.Dropped: {"grey", "ban"},

	faultbook.Open:      {"orange", "inbox"},
	faultbook.Assigned:  {"blue", "hourglass"},
	faultbook.Corrected: {"blue", "eye"},
	faultbook.Checked:   {"teal", "check"},
	faultbook.Closed:    {"green", "circle-check"},
	faultbook.Reopened:  {"red", "alert-triangle"},

	report.Draft:     {"grey", "pencil"},
	report.Signing:   {"orange", "hourglass"},
	report.Signed:    {"green", "file-certificate"},
	inbox.Open:       {"orange", "inbox"},
	inbox.Assigned:   {"blue", "hourglass"},
	inbox.Referred:   {"grey", "external-link"},
	inbox.Answered:   {"green", "message"},
	inbox.Closed:     {"grey", "circle-check"},
	inbox.Reopened:   {"red", "alert-circle"},
	incident.Open:    {"orange", "flame"},
	incident.Closing: {"blue", "hourglass"},
	incident.Closed:  {"grey", "circle-check"},
	incident.NoWords: {"grey", "pencil"},
	incident.Draft:   {"grey", "pencil"},
	incident.Signing: {"orange", "hourglass"},
	incident.Signed:  {"green", "file-certificate"},

	rumour.Draft:     {"grey", "pencil"},
	rumour.Signing:   {"orange", "hourglass"},
	rumour.Valid:     {"green", "shield-check"},
	rumour.Expired:   {"grey", "clock-exclamation"},
	rumour.Withdrawn: {"red", "ban"},

	roster.NotYet:  {"grey", "clock"},
	roster.Missing: {"orange", "alert-triangle"},
	roster.Waits:   {"blue", "hourglass"},
	roster.Taken:   {"green", "check"},

	inspect.OK:   {"green", "circle-check"},
	inspect.Soon: {"orange", "clock-exclamation"},
	inspect.Fail: {"red", "circle-x"},

	plan.InTime:      {"green", "circle-check"},
	plan.Pressing:    {"orange", "clock-exclamation"},
	plan.Overdue:     {"red", "alert-triangle"},
	plan.NeverPosted: {"grey", "circle-dashed"},

	plan.Unknown:  {"purple", "help"},
	plan.Workday:  {"grey", "calendar"},
	plan.Weekend:  {"grey", "calendar"},
	plan.Holiday:  {"green", "sun"},
	plan.Adjusted: {"orange", "calendar-event"},

	relay.Drafted:   {"grey", "pencil"},
	relay.Open:      {"blue", "repeat"},
	relay.Closed:    {"green", "circle-check"},
	relay.Withdrawn: {"grey", "arrow-back-up"},

	relay.ToBegin:   {"grey", "circle-dashed"},
	relay.ToConfirm: {"orange", "hourglass"},
	relay.InReview:  {"blue", "hourglass"},
	relay.Back:      {"orange", "arrow-back-up"},
	relay.Scheduled: {"blue", "clock"},
	relay.InDoubt:   {"purple", "help"},
	relay.Sent:      {"green", "circle-check"},
	relay.NotSent:   {"red", "circle-x"},
	relay.Late:      {"red", "clock-exclamation"},
	relay.Refused:   {"grey", "ban"},
	relay.Gone:      {"grey", "arrow-back-up"},

	relay.StandingAsked: {"orange", "hourglass"},
	relay.StandingHolds: {"green", "circle-check"},
	relay.StandingOver:  {"grey", "clock-exclamation"},
	relay.StandingEnded: {"grey", "ban"},

	lexicon.On:  {"green", "circle-check"},
	lexicon.Off: {"grey", "player-pause"},

	lexicon.Block:  {"red", "ban"},
	lexicon.Second: {"orange", "alert-triangle"},
	lexicon.Hint:   {"blue", "info-circle"},

	lexicon.ChangeAsked:     {"orange", "hourglass"},
	lexicon.ChangeConfirmed: {"green", "circle-check"},
	lexicon.ChangeStopped:   {"grey", "ban"},
	lexicon.ChangeExpired:   {"grey", "clock-exclamation"},

	source.Drafted: {"green", "circle-check"},
	source.Same:    {"grey", "circle-dashed"},
	source.Failed:  {"red", "circle-x"},

	reach.Shown:   {"green", "eye"},
	reach.Changed: {"orange", "git-compare"},
	reach.Hidden:  {"orange", "eye-off"},
	reach.Removed: {"grey", "trash"},

	reach.Falls:      {"orange", "arrow-down-right"},
	reach.FallsAlike: {"grey", "arrow-down-right"},
	reach.Steady:     {"green", "circle-check"},
	reach.TooLittle:  {"grey", "circle-dashed"},
	reach.NotRead:    {"grey", "hourglass-empty"},
}

// types are those of the keys.
var types = func() map[reflect.Type]bool {
	seen := map[reflect.Type]bool{}
	for key := range looks {
		seen[reflect.TypeOf(key)] = true
	}

	return seen
}()

// Find gives the badge of a state. It fails for a value of a type that has no badges: a page that shows
// it is wrong. A value that this version does not know, left by a newer one, is grey and shows itself.
func Find(of any) (page.State, error) {
	if !types[reflect.TypeOf(of)] {
		return page.State{}, fmt.Errorf("badge: no state of %T is shown with a badge", of)
	}

	return Of(of.(Labelled)), nil
}

// Labelled is a state that has a word.
type Labelled interface{ Label() string }

// Of is Find for a state of which the compiler knows that it has a word.
func Of(state Labelled) page.State {
	l, ok := looks[state]
	if !ok {
		l = look{"grey", "circle-dashed"}
	}
	s := page.State{Code: fmt.Sprint(state), Word: state.Label(), Tone: l.tone, Icon: l.icon}
	if s.Word == "" {
		s.Word = s.Code
	}

	return s
}

package delivery

import (
	"slices"
	"strings"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

// allowed types out by hand what a person may do with one delivery of an approved post: a row per state,
// a column per role.
const allowed = `
state      officer             supervisor      reviewer  auditor  administrator
planned    cancel              -               -         -        -
waiting    cancel              -               -         -        -
preparing  cancel              -               -         -        -
sending    wish                -               -         -        -
unknown    wish,decide         decide          -         -        -
held       cancel,replan       replan          -         -        -
handoff    cancel,take,record  take,record     -         -        -
sent       prove               takedown,prove  prove     prove    -
failed     cancel,replan       replan          -         -        -
missed     cancel,replan       replan          -         -        -
cancelled  -                   -               -         -        -
expired    cancel              -               -         -        -`

var roles = map[string]access.Role{
	"officer":       access.PressOfficer,
	"reviewer":      access.Reviewer,
	"supervisor":    access.Supervisor,
	"administrator": access.Administrator,
	"auditor":       access.Auditor,
}

func person(id int64, role access.Role, path string) access.Actor {
	return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, Path: path}}}
}

// table reads a drawing: by row and column what a cell says.
func table(t *testing.T, drawn string) (rows []string, cells map[string]map[string]string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(drawn), "\n")
	head := strings.Fields(lines[0])
	cells = map[string]map[string]string{}

	for _, line := range lines[1:] {
		words := strings.Fields(line)
		if len(words) != len(head) {
			t.Fatalf("%q has %d cells of %d", line, len(words), len(head))
		}
		rows = append(rows, words[0])
		cells[words[0]] = map[string]string{}

		for i, word := range words[1:] {
			cells[words[0]][head[i+1]] = word
		}
	}

	return rows, cells
}

func done(a Acts) string {
	return listed([]said{
		{"cancel", a.Cancel},
		{"wish", a.Wish},
		{"replan", a.Replan},
		{"decide", a.Decide},
		{"take", a.Take},
		{"giveback", a.GiveBack},
		{"record", a.Record},
		{"takedown", a.Takedown},
		{"prove", a.Certificate},
	})
}

type said struct {
	word string
	on   bool
}

func listed(list []said) string {
	var out []string

	for _, one := range list {
		if one.on {
			out = append(out, one.word)
		}
	}
	if out == nil {
		return "-"
	}

	return strings.Join(out, ",")
}

var approvedPost = Standing{Phase: post.Approved}

func standing(state State) Delivery {
	id := "5000000000000001"
	return Delivery{State: state, UnitPath: "/1/2/", Connector: "commercial", RemoteID: &id}
}

func TestWhatAPersonMayDoWithADelivery(t *testing.T) {
	t.Parallel()
	states, cells := table(t, allowed)
	if len(states) != len(States()) {
		t.Fatalf("%d states are drawn of %d", len(states), len(States()))
	}

	for _, state := range states {
		for name, role := range roles {
			d := standing(State(state))
			if got, want := done(
				May(person(1, role, "/1/"), d, approvedPost),
			), cells[state][name]; got != want {
				t.Errorf("%s for %s: %s, want %s", state, name, got, want)
			}
			if got := done(May(person(1, role, "/1/3/"), d, approvedPost)); got != "-" {
				t.Errorf("%s for %s of another unit: %s", state, name, got)
			}
		}
	}
}

func TestWhatElseTheRulesAsk(t *testing.T) {
	t.Parallel()
	officer, supervisor := person(1, access.PressOfficer, "/1/"), person(2, access.Supervisor, "/1/")
	with := func(state State, change func(*Delivery)) Delivery {
		d := standing(state)
		change(&d)

		return d
	}
	one, two, pause, wish := int64(1), int64(2), int64(7), WishCancel
	hold, down, gone, up := WishHold, LiveDown, LiveRemoved, LiveUp
	mine := with(Handoff, func(d *Delivery) { d.TakenBy = &one })
	other := with(Handoff, func(d *Delivery) { d.TakenBy = &two })

	for name, tc := range map[string]struct {
		actor    access.Actor
		delivery Delivery
		standing Standing
		want     string
	}{
		"a hand-off of one's own":      {officer, mine, approvedPost, "cancel,take,giveback,record"},
		"a colleague's hand-off":       {officer, other, approvedPost, "cancel"},
		"a hand-off, for a supervisor": {supervisor, mine, approvedPost, "giveback"},
		"failed, of a post being amended": {
			officer, standing(Failed),
			Standing{Phase: post.Draft}, "cancel",
		},
		"failed, of a post in review": {
			officer, standing(Failed),
			Standing{Phase: post.Submitted}, "cancel",
		},
		"unknown, with an open request": {
			officer, standing(Unknown),
			Standing{post.Approved, true}, "wish",
		},
		"sent, with an open request": {
			supervisor, standing(Sent),
			Standing{post.Approved, true}, "prove",
		},
		"held by a pause": {
			officer, with(Held, func(d *Delivery) { d.PauseID = &pause }), approvedPost, "cancel",
		},
		"sending, the wish is kept": {
			officer, with(Sending, func(d *Delivery) { d.Wish = &wish }), approvedPost, "-",
		},
		"sending, another wish is kept": {
			officer, with(Sending, func(d *Delivery) { d.Wish = &hold }), approvedPost, "wish",
		},
		"sent and taken down": {
			supervisor, with(Sent, func(d *Delivery) { d.Live = &down }), approvedPost, "prove",
		},
		"sent and gone from the platform": {
			supervisor, with(Sent, func(d *Delivery) { d.Live = &gone }), approvedPost, "prove",
		},
		"sent and seen there": {
			supervisor, with(Sent, func(d *Delivery) { d.Live = &up }), approvedPost,
			"takedown,prove",
		},
		"sent by hand": {
			supervisor, with(Sent, func(d *Delivery) { d.Connector = "manual" }), approvedPost,
			"prove",
		},
		"sent, its id is not known": {
			supervisor, with(Sent, func(d *Delivery) { d.RemoteID = nil }), approvedPost, "prove",
		},
		"sent, of a post that is amended": {
			supervisor, standing(Sent),
			Standing{Phase: post.Draft}, "takedown,prove",
		},
		"unknown, of a post not approved":   {officer, standing(Unknown), Standing{}, "wish,decide"},
		"cancelled, of a post not approved": {officer, standing(Cancelled), Standing{}, "-"},
	} {
		if got := done(May(tc.actor, tc.delivery, tc.standing)); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

func TestEveryObstacleToATakedownIsSaid(t *testing.T) {
	t.Parallel()
	officer, supervisor := person(1, access.PressOfficer, "/1/"), person(2, access.Supervisor, "/1/")
	byHand := standing(Sent)
	byHand.Connector, byHand.RemoteID = "manual", nil

	for name, tc := range map[string]struct {
		actor    access.Actor
		delivery Delivery
		asked    bool
		want     Obstacle
	}{
		"nothing":           {supervisor, standing(Sent), false, ""},
		"asked for already": {supervisor, standing(Sent), true, AskedDown},
		"not out":           {supervisor, standing(Waiting), false, NotOut},
		"by hand, no id":    {supervisor, byHand, false, PostedByHand},
		"no right":          {officer, standing(Sent), false, NoRightToTake},
		"not out, no right": {officer, standing(Failed), false, NotOut},
	} {
		if got := AgainstTakedown(tc.actor, tc.delivery, tc.asked); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}

	for _, obstacle := range []Obstacle{NotOut, DownAlready, GoneAlready, PostedByHand, IDNotKnown} {
		if !slices.Contains(Obstacles(), obstacle) ||
			!fault.Is(obstacle.refused(Delivery{}), fault.KindConflict) {
			t.Errorf("%s refuses nobody", obstacle)
		}
	}
}

// ofPosts types out what may be done with a post whose deliveries are as the row says, in officer's and
// reviewer's hands. A draft of these was never submitted, but where it is "again".
const ofPosts = `
phase      deliveries      officer                     reviewer
draft      -               save,withdraw,reschedule,delete  -
again      -               save,withdraw,reschedule    -
again      planned         save,withdraw,reschedule    -
submitted  planned         revise,withdraw,reschedule  review
submitted  expired         revise,withdraw,reschedule  review
returned   planned         revise,withdraw,reschedule  -
approved   waiting         revise,withdraw,reschedule  -
approved   sent            -                           -
approved   sent,waiting    revise,withdraw,reschedule  -
approved   sent,sending    revise,withdraw,reschedule  -
approved   sent,missed     revise,reschedule           -
approved   sent,failed     revise                      -
approved   sent,cancelled  revise                      -
approved   failed          revise,withdraw,reschedule  -
submitted  sent,missed     revise                      review
withdrawn  cancelled       revise                      -
withdrawn  sent            -                           -`

func TestWhatAPersonMayDoWithAPost(t *testing.T) {
	t.Parallel()

	for _, line := range strings.Split(strings.TrimSpace(ofPosts), "\n")[1:] {
		cells := strings.Fields(line)
		p := post.Post{Phase: post.Phase(cells[0]), VersionNumber: 1, UnitPath: "/1/2/"}
		if cells[0] == "again" {
			p.Phase, p.VersionNumber = post.Draft, 2
		}

		n := map[State]int{}

		for _, state := range strings.Split(cells[1], ",") {
			if state != "-" {
				n[State(state)]++
			}
		}

		for i, role := range []access.Role{access.PressOfficer, access.Reviewer} {
			if got := doneToPost(MayWithPost(person(1, role, "/1/"), p, n)); got != cells[i+2] {
				t.Errorf("%s %s for %s: %s, want %s", cells[0], cells[1], role, got, cells[i+2])
			}
			if got := doneToPost(MayWithPost(person(1, role, "/1/3/"), p, n)); got != "-" {
				t.Errorf("%s %s for %s of another unit: %s", cells[0], cells[1], role, got)
			}
		}
	}
}

func doneToPost(a PostActs) string {
	return listed([]said{
		{"save", a.Save},
		{"revise", a.Revise},
		{"withdraw", a.Withdraw},
		{"reschedule", a.Reschedule},
		{"delete", a.Delete},
		{"review", a.Review},
	})
}

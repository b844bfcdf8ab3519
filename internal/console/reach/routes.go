// Package reach shows what became of posts: figures of the matrix and of each account over a period
// with charts and tables beside them, single posts with their readings, and the call budget. It reads
// roll-ups only and calls no platform.
package reach

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/badge"
	"juzhen/internal/i18n"
	"juzhen/internal/org"
	"juzhen/internal/peer"
	"juzhen/internal/reach"
	"juzhen/internal/score"
	"juzhen/internal/todo"
	"juzhen/internal/view"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases behind the pages.
type Deps struct {
	Reach  *reach.Service
	Scores *score.Service
	Peers  *peer.Service
	Units  *org.Service
	Now    func() time.Time // default time.Now
}

type pages struct {
	kit    *web.Kit
	reach  *reach.Service
	scores *score.Service
	peers  *peer.Service
	units  *org.Service
	now    func() time.Time
}

// Register adds the routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{
		kit: kit, reach: deps.Reach, scores: deps.Scores, peers: deps.Peers, units: deps.Units, now: deps.Now,
	}
	kit.Badges(badge.Find)
	if h.now == nil {
		h.now = time.Now
	}
	kit.Duty(page.NavEntry{
		Text:  "成效",
		Href:  "/reach",
		Icon:  "chart-line",
		Needs: []access.Permission{access.ReachView},
	})
	kit.Declare("reach/matrix", matrixPage{})
	kit.Declare("reach/account", accountPage{})
	kit.Declare("reach/post", postPage{})
	kit.Declare("reach/falls", fallsPage{})
	kit.Declare("reach/budget", budgetPage{})
	kit.Declare("reach/weights", weightsPage{})
	kit.Declare("reach/board", boardPage{})
	kit.Declare("reach/peers", peersPage{})
	kit.Declare("reach/peers_group", peerPage{})
	kit.Declare("reach/peers_import", peerImportPage{})
	g := kit.Group("/reach")
	kit.Handle(g, http.MethodGet, "", access.ReachView, h.matrix)
	kit.Handle(g, http.MethodGet, "/matrix.csv", access.ReachView, h.matrixCSV)
	kit.Handle(g, http.MethodGet, "/weights", access.ReachView, h.weights)
	kit.Handle(g, http.MethodPost, "/weights", access.IndexManage, h.setWeights)
	kit.Handle(g, http.MethodGet, "/board", access.ReachView, h.board)
	kit.Handle(g, http.MethodGet, "/peers", access.ReachView, h.peerGroups)
	kit.Handle(g, http.MethodPost, "/peers", access.PeerManage, h.makePeers)
	kit.Handle(g, http.MethodGet, "/peers/template.xlsx", access.PeerManage, h.peerTemplate)
	kit.Handle(g, http.MethodGet, "/peers/:id", access.ReachView, h.peerGroup)
	kit.Handle(g, http.MethodPost, "/peers/:id/accounts", access.PeerManage, h.addPeer)
	kit.Handle(g, http.MethodPost, "/peers/:id/drop", access.PeerManage, h.dropPeer)
	kit.Handle(g, http.MethodPost, "/peers/:id/retire", access.PeerManage, h.retirePeers)
	kit.Handle(g, http.MethodGet, "/peers/:id/import", access.PeerManage, h.peerImport)
	kit.Handle(g, http.MethodPost, "/peers/:id/import", access.PeerManage, h.takePeers)
	kit.Handle(g, http.MethodGet, "/falls", access.ReachView, h.falls)
	kit.Handle(g, http.MethodGet, "/accounts/:id", access.ReachView, h.account)
	kit.Handle(g, http.MethodGet, "/accounts/:id/days.csv", access.ReachView, h.daysCSV)
	kit.Handle(g, http.MethodGet, "/accounts/:id/readings.csv", access.ReachView, h.readingsCSV)
	kit.Handle(g, http.MethodGet, "/accounts/:id/posts.csv", access.ReachView, h.postsCSV)
	kit.Handle(g, http.MethodGet, "/posts.csv", access.ReachView, h.postsCSV)
	kit.Handle(g, http.MethodGet, "/posts/:id", access.PostView, h.post)
	kit.Handle(g, http.MethodPost, "/posts/:id/note", access.DeliveryDecide, h.note)
	kit.Handle(g, http.MethodGet, "/budget", access.AccountView, h.budget)
}

var crumb = page.Crumb{Text: "成效", Href: "/reach"}

// periodForm is the choice of a period in the address.
type periodForm struct {
	Days string `form:"days"`
	From string `form:"from"`
	To   string `form:"to"`
	Sort string `form:"sort"`
	Up   bool   `form:"up"`
	Unit int64  `form:"unit"` // with everything below it
	Page int    `form:"page"` // from 0
}

// sort is the column asked for; from above unless told otherwise.
func (f periodForm) sort() reach.Sort { return reach.Sort{By: f.Sort, Down: f.Sort != "" && !f.Up} }

// skip is how many accounts stand on the pages before.
func (f periodForm) skip() int { return min(max(f.Page, 0), maxPage) * perPage }

// Period is a period as it is shown and chosen.
type Period struct {
	reach.Period
	Presets []preset
	From    string
	To      string
	Words   string // in the reader's language
}

type preset struct {
	Days    int
	Href    string
	Current bool
}

// asked binds the period of a file.
func (h *pages) asked(c *gin.Context) (form periodForm, period reach.Period, err error) {
	if err = web.Bind(c, &form); err != nil {
		return form, period, err
	}
	period, err = reach.ParsePeriod(form.Days, form.From, form.To, h.now())

	return form, period, err
}

// period reads the choice and prepares the control for another one.
func (h *pages) period(c *gin.Context, form periodForm, base page.Base) (Period, error) {
	p, err := reach.ParsePeriod(form.Days, form.From, form.To, h.now())
	if err != nil {
		return Period{}, err
	}
	out := Period{Period: p, From: p.From.Format(time.DateOnly), To: p.Last().Format(time.DateOnly)}

	out.Words = base.T("{.from} 至 {.to}，共 {.n} 天", "from", out.From, "to", out.To, "n", p.Days())
	for _, n := range reach.Presets() {
		out.Presets = append(out.Presets, preset{
			Days:    n,
			Href:    web.Link(c, "days", fmt.Sprint(n), "from", "", "to", "", "page", ""),
			Current: p == reach.LastDays(n, h.now()),
		})
	}

	return out, nil
}

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages { return todo.Pages{}.Page(reach.TodoSubject, "/reach/posts/%d") }

// ViewLists is the list whose filter readers keep: accounts by their reach.
func ViewLists() []view.List {
	return []view.List{{
		Key: "reach", Name: i18n.N("成效"), Path: "/reach", Needs: access.ReachView, Form: periodForm{},
		Keeps: []view.Param{
			view.Text("days"),
			view.Day("from"),
			view.Day("to"),
			view.ID("unit"),
			view.Text("sort"),
			view.Flag("up"),
		},
	}}
}

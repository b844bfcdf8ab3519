package app

import (
	"slices"
	"strconv"
	"strings"

	channelpages "juzhen/internal/console/channels"
	inboxpages "juzhen/internal/console/inbox"
	incidentpages "juzhen/internal/console/incidents"
	lexiconpages "juzhen/internal/console/lexicon"
	librarypages "juzhen/internal/console/library"
	planpages "juzhen/internal/console/plan"
	reachpages "juzhen/internal/console/reach"
	relaypages "juzhen/internal/console/relays"
	rosterpages "juzhen/internal/console/roster"
	sitepages "juzhen/internal/console/site"
	sourcepages "juzhen/internal/console/sources"
	templatepages "juzhen/internal/console/templates"
	todopages "juzhen/internal/console/todo"

	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/chain"
	"juzhen/internal/channel"
	"juzhen/internal/check"
	"juzhen/internal/column"
	"juzhen/internal/console/admin"
	"juzhen/internal/console/chains"
	"juzhen/internal/console/deliveries"
	"juzhen/internal/console/faults"
	"juzhen/internal/console/inspection"
	"juzhen/internal/console/matrix"
	"juzhen/internal/console/posts"
	"juzhen/internal/console/rebuttals"
	"juzhen/internal/console/reports"
	"juzhen/internal/console/reviews"
	"juzhen/internal/decision"
	"juzhen/internal/delivery"
	"juzhen/internal/dispatch"
	"juzhen/internal/faultbook"
	"juzhen/internal/identity"
	"juzhen/internal/inbox"
	"juzhen/internal/incident"
	"juzhen/internal/inspect"
	"juzhen/internal/lexicon"
	"juzhen/internal/library"
	"juzhen/internal/link"
	"juzhen/internal/media"
	"juzhen/internal/notice"
	"juzhen/internal/org"
	"juzhen/internal/pause"
	"juzhen/internal/peer"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/push"
	"juzhen/internal/reach"
	"juzhen/internal/relay"
	"juzhen/internal/report"
	"juzhen/internal/review"
	"juzhen/internal/roster"
	"juzhen/internal/rumour"
	"juzhen/internal/score"
	"juzhen/internal/site"
	"juzhen/internal/source"
	"juzhen/internal/template"
	"juzhen/internal/todo"
	"juzhen/internal/view"
)

// acts are what the features record in the trail, in the order in which its filter offers them. Two
// with one code stop the program here.
func acts() []audit.Act {
	return audit.Join(
		identity.TrailActs(),
		org.TrailActs(),
		account.TrailActs(),
		reach.TrailActs(),
		media.TrailActs(),
		lexicon.TrailActs(),
		link.TrailActs(),
		column.TrailActs(),
		chain.TrailActs(),
		review.TrailActs(),
		post.TrailActs(),
		template.TrailActs(),
		source.TrailActs(),
		check.TrailActs(),
		delivery.TrailActs(),
		decision.TrailActs(),
		library.TrailActs(),
		plan.TrailActs(),
		relay.TrailActs(),
		inspect.TrailActs(),
		faultbook.TrailActs(),
		report.TrailActs(),
		inbox.TrailActs(),
		push.TrailActs(),
		score.TrailActs(),
		peer.TrailActs(),
		roster.TrailActs(),
		rumour.TrailActs(),
		incident.TrailActs(),
		site.TrailActs(),
		view.TrailActs(),
		channel.TrailActs(),
		notice.TrailActs(),
		audit.TrailActs(),
	)
}

// subjects are what the entries of the trail are about.
func subjects() [][]audit.Subject {
	return [][]audit.Subject{
		identity.TrailSubjects(),
		org.TrailSubjects(),
		account.TrailSubjects(),
		reach.TrailSubjects(),
		media.TrailSubjects(),
		lexicon.TrailSubjects(),
		column.TrailSubjects(),
		chain.TrailSubjects(),
		post.TrailSubjects(),
		template.TrailSubjects(),
		source.TrailSubjects(),
		delivery.TrailSubjects(),
		decision.TrailSubjects(),
		pause.TrailSubjects(),
		library.TrailSubjects(),
		plan.TrailSubjects(),
		relay.TrailSubjects(),
		faultbook.TrailSubjects(),
		report.TrailSubjects(),
		inbox.TrailSubjects(),
		peer.TrailSubjects(),
		roster.TrailSubjects(),
		rumour.TrailSubjects(),
		incident.TrailSubjects(),
		site.TrailSubjects(),
		view.TrailSubjects(),
		channel.TrailSubjects(),
		notice.TrailSubjects(),
	}
}

// matters are the reasons for which features put something on people's lists. Two with one code stop
// the program here.
func matters() []todo.Matter {
	return todo.Join(
		identity.TodoMatters(),
		account.TodoMatters(),
		lexicon.TodoMatters(),
		chain.TodoMatters(),
		review.TodoMatters(),
		post.TodoMatters(),
		template.TodoMatters(),
		source.TodoMatters(),
		check.TodoMatters(),
		delivery.TodoMatters(),
		decision.TodoMatters(),
		dispatch.TodoMatters(),
		reach.TodoMatters(),
		relay.TodoMatters(),
		inspect.TodoMatters(),
		faultbook.TodoMatters(),
		report.TodoMatters(),
		inbox.TodoMatters(),
		roster.TodoMatters(),
		rumour.TodoMatters(),
		incident.TodoMatters(),
		channel.TodoMatters(),
		site.TodoMatters(),
	)
}

// todoPages are where the faces deal with them.
func todoPages() todo.Pages {
	return todo.JoinPages(
		posts.TodoPages(),
		reviews.TodoPages(),
		chains.TodoPages(),
		deliveries.TodoPages(),
		matrix.TodoPages(),
		reachpages.TodoPages(),
		relaypages.TodoPages(),
		inspection.TodoPages(),
		faults.TodoPages(),
		reports.TodoPages(),
		inboxpages.TodoPages(),
		rosterpages.TodoPages(),
		rebuttals.TodoPages(),
		incidentpages.TodoPages(),
		channelpages.TodoPages(),
		sitepages.TodoPages(),
		admin.TodoPages(),
		lexiconpages.TodoPages(),
		templatepages.TodoPages(),
		sourcepages.TodoPages(),
	)
}

// noticeWords are what people are told of, joined.
func noticeWords() []notice.Word {
	return slices.Concat(
		todo.Words(matters()), post.NoticeWords(), delivery.NoticeWords(), pause.NoticeWords(),
	)
}

// noticePages are where notices lead that are of no to-do.
var noticePages = map[string]string{
	pause.NoticeSubject: "/pauses/%d",
}

// noticePage says where notices lead.
func noticePage(pages todo.Pages) func(code, subject string, id int64) string {
	return func(code, subject string, id int64) string {
		address, ok := noticePages[subject]
		if !ok {
			return pages.At(code, subject, id)
		}

		return strings.ReplaceAll(address, "%d", strconv.FormatInt(id, 10))
	}
}

// viewLists are the lists whose filter can be kept, in the order in which the page of them names them.
func viewLists() view.Lists {
	return view.Join(
		todopages.ViewLists(),
		posts.ViewLists(),
		deliveries.ViewLists(),
		librarypages.ViewLists(),
		planpages.ViewLists(),
		inboxpages.ViewLists(),
		incidentpages.ViewLists(),
		rebuttals.ViewLists(),
		matrix.ViewLists(),
		reachpages.ViewLists(),
		inspection.ViewLists(),
		faults.ViewLists(),
		reports.ViewLists(),
	)
}

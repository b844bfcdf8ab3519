package incident

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/relay"
)

// Voice is an account that is to speak, and how far it is.
type Voice struct {
	AccountID  int64
	Handle     string
	UnitName   string
	Leads      bool
	DeliveryID int64          // by which it spoke, or is to; 0: none yet
	State      delivery.State // of that one; "": none
	SpokeAt    *time.Time     // nil: not yet
	URL        string         // of what it said
	DueAt      *time.Time     // when it is to speak
	Task       relay.Stage    // its answer to the request to pass a post on; "": it was not asked
	RelayID    int64          // of that request; 0: none
}

// Spoke tells whether the account has spoken.
func (v Voice) Spoke() bool { return v.SpokeAt != nil }

// Linked is a post by which the event is spoken of.
type Linked struct {
	PostID int64
	Title  string
	Phase  post.Phase
	Sent   int
	All    int
}

// Planned is a delivery that is to go out, or is held for the event.
type Planned struct {
	ID        int64
	PostID    int64
	Handle    string
	Title     string
	State     delivery.State
	Urgent    bool
	DueAt     *time.Time
	Mentioned string // the key word that stands in it; "": none
}

// Holdable tells whether it can be held: what is not approved does not go out by itself anyhow.
func (p Planned) Holdable() bool { return p.State.OnItsWay() }

// Board is what a live page shows of an event beside the event itself.
type Board struct {
	Voices  []Voice
	Posts   []Linked
	Planned []Planned // what is to go out within a week and is not of the event; those with a key word first
	Held    []Planned
}

// Silent counts the accounts that have not spoken.
func (b Board) Silent() (n int) {
	for _, voice := range b.Voices {
		if !voice.Spoke() {
			n++
		}
	}

	return n
}

const (
	ahead      = 7 * 24 * time.Hour // as far as planned posts are shown
	mostBoard  = 200                // planned posts that are shown
	mostLooked = 2000               // that are looked through
)

// Board reads who has spoken and what is planned. Whoever reads from below the event's unit sees who has
// spoken and no planned posts.
func (s *Service) Board(ctx context.Context, actor access.Actor, i Incident) (out Board, err error) {
	defer fault.Step(&err, "incident.Board %d", i.ID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		posts, err := spokenPosts(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		if out.Voices, err = voices(ctx, tx, i, posts); err != nil {
			return err
		}
		if !actor.CanAt(access.PostView, i.UnitPath) {
			return nil
		}
		if out.Posts, err = linked(ctx, tx, actor, i.ID); err != nil {
			return err
		}
		out.Planned, out.Held, err = s.planned(ctx, tx, i, posts)

		return err
	})

	return out, err
}

func spokenPosts(ctx context.Context, tx pg.Tx, id int64) ([]int64, error) {
	rows, err := tx.Pgx.Query(
		ctx,
		"SELECT s.post_id FROM incidents i, LATERAL ("+spokenSQL+`
) s WHERE i.id = @id`,
		pgx.NamedArgs{"id": id},
	)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

func voices(ctx context.Context, tx pg.Tx, i Incident, posts []int64) ([]Voice, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT a.id, a.handle, u.name, c.place = 0, coalesce(s.id, n.id, 0), coalesce(s.state, n.state, ''),
    s.sent_at, coalesce(s.remote_url, ''), n.due_at, coalesce(t.stage, ''), coalesce(t.relay_id, 0)
FROM incident_accounts c JOIN accounts a ON a.id = c.account_id JOIN units u ON u.id = a.unit_id
LEFT JOIN LATERAL (SELECT d.id, d.state, d.sent_at, d.remote_url FROM deliveries d
    WHERE d.post_id = ANY (@posts) AND d.account_id = a.id AND d.state = 'sent' AND d.sent_at >= @t0
    ORDER BY d.sent_at LIMIT 1) s ON true
LEFT JOIN LATERAL (SELECT d.id, d.state, d.due_at FROM deliveries d
    WHERE d.post_id = ANY (@posts) AND d.account_id = a.id AND d.state <> 'sent' AND d.state <> 'cancelled'
    ORDER BY d.settled, d.due_at, d.id LIMIT 1) n ON true
LEFT JOIN LATERAL (SELECT t.stage, t.relay_id FROM incident_posts p JOIN relays r ON r.post_id = p.post_id
        JOIN relay_tasks t ON t.relay_id = r.id
    WHERE p.incident_id = @id AND t.account_id = a.id ORDER BY t.id DESC LIMIT 1) t ON true
WHERE c.incident_id = @id ORDER BY c.place, a.position, a.id`,
		pgx.NamedArgs{"id": i.ID, "posts": posts, "t0": i.T0})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[Voice])
}

// linked reads the posts that were linked, as far as the actor reads them.
func linked(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) ([]Linked, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")
	list, err := gorm.G[Linked](tx.DB).Raw(`
SELECT p.id AS post_id, coalesce(nullif(p.working_title, ''), v.text, '') AS title, p.phase,
    (SELECT count(*) FROM deliveries d WHERE d.post_id = p.id AND d.state = 'sent')::int AS sent,
    (SELECT count(*) FROM deliveries d WHERE d.post_id = p.id AND d.state <> 'cancelled')::int AS all
FROM incident_posts l JOIN posts p ON p.id = l.post_id JOIN units u ON u.id = p.unit_id
    LEFT JOIN post_versions v ON v.id = p.version_id
WHERE l.incident_id = ? AND `+scope+` ORDER BY l.at, p.id`, append([]any{id}, args...)...).Find(ctx)

	for n := range list {
		list[n].Title = post.Title(list[n].Title)
	}

	return list, err
}

// within are those of deliveries that go out from accounts of the event's unit and below, for which the
// actor may handle events.
func within(
	ctx context.Context, tx pg.Tx, actor access.Actor, i Incident, deliveries []int64,
) ([]int64, error) {
	scope, args := access.Scope(actor, access.IncidentManage, "u.path")

	return gorm.G[int64](tx.DB).Raw(`
SELECT d.id FROM deliveries d JOIN accounts a ON a.id = d.account_id JOIN units u ON u.id = a.unit_id
WHERE d.id IN ? AND starts_with(u.path, ?) AND `+scope, append([]any{deliveries, i.UnitPath}, args...)...).
		Find(ctx)
}

// planned reads what is to go out, and what is held for the event.
func (s *Service) planned(
	ctx context.Context, tx pg.Tx, i Incident, posts []int64,
) (planned, held []Planned, err error) {
	now := s.now()
	rows, err := tx.Pgx.Query(ctx, `
SELECT d.id, d.post_id, a.handle, coalesce(t.variant, v.text), d.state, d.urgent, d.due_at,
    d.state = 'held' AND d.reason = 'held_for' AND d.reason_args ->> 'cause' = @cause AND d.pause_id IS NULL
FROM deliveries d JOIN accounts a ON a.id = d.account_id JOIN units u ON u.id = a.unit_id
    JOIN post_versions v ON v.id = d.version_id
    LEFT JOIN version_targets t ON t.version_id = d.version_id AND t.account_id = d.account_id
WHERE NOT d.settled AND starts_with(u.path, @path) AND NOT d.post_id = ANY (@posts)
    AND (d.state = 'held' AND d.reason = 'held_for'
        OR d.state IN ('planned', 'waiting', 'preparing', 'handoff')
            AND (d.due_at IS NULL OR d.due_at BETWEEN @now AND @until))
ORDER BY d.due_at, d.id LIMIT @most`, pgx.NamedArgs{
		"cause": i.Ref(),
		"path":  i.UnitPath,
		"posts": posts,
		"now":   now,
		"until": now.Add(ahead),
		"most":  mostLooked,
	})
	if err != nil {
		return nil, nil, err
	}
	var one Planned
	var text string
	var ours bool
	scan := []any{&one.ID, &one.PostID, &one.Handle, &text, &one.State, &one.Urgent, &one.DueAt, &ours}
	_, err = pgx.ForEachRow(rows, scan, func() error {
		one.Title, one.Mentioned = post.Title(text), i.Mentions(text)

		switch {
		case ours:
			held = append(held, one)
		case one.State != delivery.Held:
			planned = append(planned, one)
		}

		return nil
	})
	slices.SortStableFunc(planned, func(a, b Planned) int {
		return mentioned(b) - mentioned(a)
	})

	return planned[:min(len(planned), mostBoard)], held, err
}

func mentioned(p Planned) int {
	if p.Mentioned != "" {
		return 1
	}

	return 0
}

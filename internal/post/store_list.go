package post

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// pageSize is how many rows a list shows at once.
const pageSize = 50

// Condition is SQL over the alias p (posts) with ? marks. It is code, never input: delivery gives one
// for each state it knows.
type Condition struct {
	SQL  string
	Args []any
}

// Filter narrows a list. The zero value lists everything in the actor's scope, the newest change first.
type Filter struct {
	Phases    []Phase
	Where     *Condition // by what became of the deliveries
	AccountID int64
	UnitPath  string // this unit and all below it
	AuthorID  int64
	Submitter int64      // who submitted the present version, of the last fifty of this person
	Query     string     // part of the text or of an account's own wording
	From, To  *time.Time // due in this time, or changed in it while there is no due time
	ByDue     *Span      // due in this time, in its order
	IDs       []int64    // of these alone; nil: of all
	After     string     // cursor of the next page
	Limit     int        // 50 when 0
}

// Row is a line of a list.
type Row struct {
	Post
	Text     string
	RepostOf string
	Accounts int
	Names    string // handles of the first two accounts, separated by blanks
	Pictures int
	ThumbID  int64 // first picture, 0 for none

	// the text that has what was searched for: the common one, or an account's own; "" without a search
	FoundIn string
}

// Title is the working title, else the beginning of the text.
func (r Row) Title() string { return cmp.Or(r.WorkingTitle, Title(r.Text)) }

// Handles gives the first two accounts.
func (r Row) Handles() []string { return strings.Fields(r.Names) }

// More is how many accounts there are beyond Handles.
func (r Row) More() int { return r.Accounts - len(r.Handles()) }

// List reads a page of posts in the actor's scope, the newest change first; with ByDue, the earliest
// due time first. A search for one character looks only at what was changed within OneCharacter.
func (s *Service) List(ctx context.Context, actor access.Actor, filter Filter) (_ pg.Page[Row], err error) {
	defer fault.Step(&err, "post.List")

	l := s.listing(ctx, actor, filter)
	place, ok, err := pg.ParseCursor(filter.After)
	if err != nil {
		return pg.Page[Row]{}, err
	}

	switch {
	case ok && l.byDue:
		l = l.and("(p.due_at, p.id) > (?, ?)", place.At, place.ID)
	case ok:
		l = l.and("(p.updated_at, p.id) < (?, ?)", place.At, place.ID)
	}
	limit := filter.Limit
	if limit <= 0 || limit > pageSize {
		limit = pageSize
	}
	rows, err := l.find(strings.TrimSpace(filter.Query), limit+1, s.now())
	if err != nil {
		return pg.Page[Row]{}, err
	}
	found := pg.Cut(rows, limit, l.place)

	return found, l.fillFound(found.Rows, strings.TrimSpace(filter.Query))
}

// Matching reads the first most posts of a list as List does, all at once; more tells that there are others.
func (s *Service) Matching(
	ctx context.Context,
	actor access.Actor,
	filter Filter,
	most int,
) (_ []Row, more bool, err error) {
	defer fault.Step(&err, "post.Matching")

	rows, err := s.listing(ctx, actor, filter).find(strings.TrimSpace(filter.Query), most+1, s.now())

	return rows[:min(len(rows), most)], len(rows) > most, err
}

func (s *Service) listing(ctx context.Context, actor access.Actor, filter Filter) listing {
	l := listing{ctx: ctx, db: s.db.Gorm(ctx), byDue: filter.ByDue != nil}
	l.cond, l.args = filter.where(actor)

	return l
}

// listing is a list to be read: posts p in units u under a condition, in one of two orders.
type listing struct {
	ctx   context.Context
	db    *gorm.DB
	byDue bool
	inner string // what posts are taken from, when it is not all of them
	cond  string
	args  []any
}

// and narrows the list.
func (l listing) and(cond string, args ...any) listing {
	l.cond, l.args = l.cond+" AND "+cond, append(slices.Clip(l.args), args...)
	return l
}

// among narrows the first n of the list.
func (l listing) among(n int, cond string, args ...any) listing {
	l.inner, l.args = "("+l.posts()+")", append(slices.Clip(l.args), n)
	l.cond, l.args = cond, append(l.args, args...)
	return l
}

func (l listing) order() string {
	if l.byDue {
		return "p.due_at, p.id"
	}

	return "p.updated_at DESC, p.id DESC"
}

func (l listing) place(row Row) pg.Cursor {
	if l.byDue {
		return pg.Cursor{At: *row.DueAt, ID: row.ID}
	}

	return pg.Cursor{At: row.UpdatedAt, ID: row.ID}
}

// posts is the statement that gives the posts alone, so that only what is shown is joined with the rest.
func (l listing) posts() string {
	from := "posts p JOIN units u ON u.id = p.unit_id"
	if l.inner != "" {
		from = l.inner + " p"
	}

	return "SELECT p.* FROM " + from + " WHERE " + l.cond + " ORDER BY " + l.order() + " LIMIT ?"
}

func (l listing) rows(n int) ([]Row, error) {
	return selectRows(l.ctx, l.db, l.posts(), l.order(), append(slices.Clip(l.args), n))
}

// where is the scope and the filter as one condition.
func (f Filter) where(actor access.Actor) (string, []any) {
	scope, args := access.Scope(actor, access.PostView, "u.path")
	conds := []string{scope}
	and := func(sql string, a ...any) { conds, args = append(conds, sql), append(args, a...) }
	if len(f.Phases) > 0 {
		and("p.phase IN ?", f.Phases)
	}
	if f.Where != nil {
		and("("+f.Where.SQL+")", f.Where.Args...)
	}
	if f.AccountID != 0 {
		and(`
			EXISTS (SELECT FROM version_targets t WHERE t.version_id = p.version_id AND t.account_id = ?)`,
			f.AccountID)
	}
	if f.UnitPath != "" {
		and("u.path LIKE ?", f.UnitPath+"%")
	}
	if f.AuthorID != 0 {
		and("p.author_id = ?", f.AuthorID)
	}
	if f.Submitter != 0 {
		and(`p.version_id IN (SELECT sv.id FROM post_versions sv WHERE sv.submitted_by = ?
				ORDER BY sv.submitted_at DESC LIMIT 50)`, f.Submitter)
	}
	if f.From != nil {
		and("coalesce(p.due_at, p.updated_at) >= ?", *f.From)
	}
	if f.To != nil {
		and("coalesce(p.due_at, p.updated_at) < ?", *f.To)
	}
	if f.IDs != nil {
		and("p.id IN ?", f.IDs)
	}
	if f.ByDue != nil {
		and("p.due_at >= ? AND p.due_at < ?", f.ByDue.From, f.ByDue.To)
	}

	return strings.Join(conds, " AND "), args
}

// Author is somebody who has written posts, for a filter.
type Author struct {
	ID   int64
	Name string
}

// Authors lists those who have written posts in the actor's scope. It steps along the index from one
// author and unit to the next, however many posts each wrote.
func (s *Service) Authors(ctx context.Context, actor access.Actor) (_ []Author, err error) {
	defer fault.Step(&err, "post.Authors")

	scope, args := access.Scope(actor, access.PostView, "u.path")

	return gorm.G[Author](s.db.Gorm(ctx)).Raw(`
WITH RECURSIVE wrote AS (
    (SELECT author_id, unit_id FROM posts ORDER BY author_id, unit_id LIMIT 1)
    UNION ALL
    SELECT n.author_id, n.unit_id FROM wrote w CROSS JOIN LATERAL (
        SELECT author_id, unit_id FROM posts WHERE (author_id, unit_id) > (w.author_id, w.unit_id)
            ORDER BY author_id, unit_id LIMIT 1) n)
SELECT DISTINCT a.id, a.display_name AS name FROM wrote w JOIN units u ON u.id = w.unit_id
    JOIN users a ON a.id = w.author_id
WHERE `+scope+` ORDER BY name, id`, args...).Find(ctx)
}

// listRow is Row without embedding, as GORM scans it.
type listRow struct {
	ID            int64
	UnitID        int64
	UnitPath      string
	UnitName      string
	AuthorID      int64
	AuthorName    string
	Phase         Phase
	VersionID     int64
	VersionNumber int
	DueAt         *time.Time
	DueNow        bool
	Urgent        bool
	Corrects      *int64
	CopiedFrom    *int64
	WorkingTitle  string
	Revision      int
	UpdatedBy     string
	CreatedAt     time.Time
	UpdatedAt     time.Time
	Text          string
	RepostOf      string
	Accounts      int
	Names         string
	Pictures      int
	ThumbID       int64
}

const selectRow = `
SELECT p.id, p.unit_id, u.path AS unit_path, u.name AS unit_name, p.author_id, a.display_name AS author_name,
    p.phase,
       p.version_id, v.number AS version_number, p.due_at, p.due_now, p.urgent, p.corrects,
       p.copied_from, p.working_title, p.revision,
       e.display_name AS updated_by, p.created_at, p.updated_at, v.text, v.repost_of,
       (SELECT count(*) FROM version_targets t WHERE t.version_id = v.id) AS accounts,
       coalesce((SELECT string_agg(x.handle, ' ' ORDER BY x.position, x.id) FROM (
           SELECT c.handle, c.position, c.id FROM version_targets t JOIN accounts c ON c.id = t.account_id
           WHERE t.version_id = v.id ORDER BY c.position, c.id LIMIT 2) x), '') AS names,
       (SELECT count(*) FROM version_media m WHERE m.version_id = v.id) AS pictures,
       coalesce((SELECT m.media_id FROM version_media m WHERE m.version_id = v.id ORDER BY m.position
           LIMIT 1), 0) AS thumb_id
FROM (%s) p JOIN units u ON u.id = p.unit_id JOIN users a ON a.id = p.author_id
    JOIN users e ON e.id = p.updated_by
JOIN post_versions v ON v.id = p.version_id
ORDER BY %s`

// selectRows reads what lists show of the posts that a statement gives.
func selectRows(ctx context.Context, db *gorm.DB, posts, order string, args []any) ([]Row, error) {
	found, err := gorm.G[listRow](db).Raw(fmt.Sprintf(selectRow, posts, order), args...).Find(ctx)
	if err != nil {
		return nil, err
	}

	rows := make([]Row, len(found))
	for i, row := range found {
		rows[i] = Row{
			Text:     row.Text,
			RepostOf: row.RepostOf,
			Accounts: row.Accounts,
			Names:    row.Names,
			Pictures: row.Pictures,
			ThumbID:  row.ThumbID,
			Post: Post{
				ID:            row.ID,
				UnitID:        row.UnitID,
				UnitPath:      row.UnitPath,
				UnitName:      row.UnitName,
				AuthorID:      row.AuthorID,
				AuthorName:    row.AuthorName,
				Phase:         row.Phase,
				VersionID:     row.VersionID,
				VersionNumber: row.VersionNumber,
				DueAt:         row.DueAt,
				DueNow:        row.DueNow,
				Urgent:        row.Urgent,
				Corrects:      row.Corrects,
				CopiedFrom:    row.CopiedFrom,
				WorkingTitle:  row.WorkingTitle,
				Revision:      row.Revision,
				UpdatedBy:     row.UpdatedBy,
				CreatedAt:     row.CreatedAt,
				UpdatedAt:     row.UpdatedAt,
			},
		}
	}

	return rows, nil
}

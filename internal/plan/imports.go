package plan

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// File is what a person sends: posts, and the pictures that they name.
type File struct {
	Name     string
	Sheet    []byte
	Pictures []byte // an archive; none: no post names any
}

// Planned is a row of a file that can be made a draft.
type Planned struct {
	Row      int
	Accounts []account.Account
	Due      *time.Time // nil: undecided
	NotAfter *time.Time // nil: as late as its accounts allow
	Text     string
	Column   string
	Pictures []string

	columnID int64
}

// Title is the beginning of the text.
func (p Planned) Title() string { return post.Title(p.Text) }

// Draft is what a file would make.
type Draft struct {
	Rows    []Planned
	Faults  []RowFault // while there are some nothing is made
	Read    int        // rows that were read
	Earlier *Import    // the same file was imported before, and stands
}

// Import is a file that was made drafts.
type Import struct {
	ID       int64
	Name     string
	Kind     Source
	By       int64
	ByName   string
	At       time.Time
	Posts    int
	UndoneAt *time.Time
}

// Source is what drafts of many at once were made of.
type Source string

// The sources.
const (
	ofFile Source = "file"
	ofWeek Source = "week"
)

// OfWeek tells that a week was copied, and no file imported.
func (i Import) OfWeek() bool { return i.Kind == ofWeek }

// Ref names the import in the audit trail.
func (i Import) Ref() string { return fmt.Sprintf("plan_import/%d", i.ID) }

// keptFor is how long a file is kept for its preview; importName is in letters.
const (
	keptFor    = 24 * time.Hour
	importName = 120
	listed     = 20 // imports that are shown
)

// Import makes a draft of each row of a file, of all of them or of none. again says that the person knows
// that the same file was imported before. Fails with fault.Fields that name each wrong cell as
// "rows.ROW.FIELD", with fault.Conflict "imported" where the file was imported before, else as Look does.
func (s *Service) Import(
	ctx context.Context,
	actor access.Actor,
	file File,
	again bool,
) (made Import, err error) {
	defer fault.Step(&err, "plan.Import")

	draft, archive, err := s.look(ctx, actor, file)
	if err != nil {
		return Import{}, err
	}
	if len(draft.Faults) > 0 {
		return Import{}, asFields(draft.Faults)
	}
	if draft.Earlier != nil && !again {
		return Import{}, fault.Conflict("这个文件已经导入过，确认后再导入一次").WithCode("imported")
	}
	kept, err := s.keep(ctx, actor, draft.Rows, archive)
	if err != nil {
		return Import{}, err
	}
	letters, sum := []rune(glyph.Clean(file.Name)), sha256.Sum256(file.Sheet)
	made = Import{
		Name:  string(letters[:min(len(letters), importName)]),
		Kind:  ofFile,
		By:    actor.UserID,
		At:    s.now(),
		Posts: len(draft.Rows),
	}

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		posts := make([]int64, 0, len(draft.Rows))

		for _, row := range draft.Rows {
			id, err := s.draft(ctx, tx, actor, row, kept)
			if err != nil {
				return err
			}
			posts = append(posts, id)
		}
		if made.ID, err = insertImport(ctx, tx, made, sum[:], posts); err != nil {
			return err
		}

		return s.recordImport(ctx, tx, actor, actImport, made)
	})

	return made, err
}

// draft makes one row a draft. What is wrong with it is told at its row.
func (s *Service) draft(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	row Planned,
	kept map[string]int64,
) (int64, error) {
	content := post.Content{
		Text:     row.Text,
		DueAt:    row.Due,
		NotAfter: row.NotAfter,
		ColumnID: row.columnID,
	}
	for _, one := range row.Accounts {
		content.Targets = append(content.Targets, post.TargetChoice{AccountID: one.ID})
	}

	for _, name := range row.Pictures {
		content.Media = append(content.Media, post.MediaChoice{MediaID: kept[name]})
	}
	made, err := post.CreateTx(ctx, access.NewAct(tx, s.now(), actor), 0, content)
	if told := fault.Public(err); err != nil && fault.Is(err, fault.KindInvalid) {
		field := told.Field
		if field == "media" {
			field = "pictures"
		}

		return 0, asFields([]RowFault{{row.Row, field, columnName(field), told}})
	}

	return made.ID, err
}

// keep uploads the pictures that rows name, each once, to the unit of the first account that shows it. What
// cannot be used is told at its row; what was kept before it belongs to no post.
func (s *Service) keep(
	ctx context.Context,
	actor access.Actor,
	rows []Planned,
	archive pictures,
) (map[string]int64, error) {
	kept := map[string]int64{}

	for _, row := range rows {
		for _, name := range row.Pictures {
			if kept[name] != 0 {
				continue
			}
			data, err := archive.read(name)
			if err != nil {
				return nil, err
			}
			picture, err := s.media.Upload(
				ctx,
				actor,
				row.Accounts[0].UnitID,
				name,
				bytes.NewReader(data),
				"",
			)
			if told := fault.Public(err); err != nil && fault.Is(err, fault.KindInvalid) {
				return nil, asFields([]RowFault{{row.Row, "pictures", columnName("pictures"), told}})
			} else if err != nil {
				return nil, err
			}
			kept[name] = picture.ID
		}
	}

	return kept, nil
}

// asFields names each wrong cell as a form does.
func asFields(faults []RowFault) error {
	var fields fault.Fields

	for _, one := range faults {
		wrong := *one.Fault
		wrong.Field = fmt.Sprintf("rows.%d.%s", one.Row, one.Field)
		fields.Add(&wrong)
	}

	return fields.Err()
}

// Undo takes the drafts of an import or of a copied week away, while none of them was submitted and none
// changed since. Fails with fault.NotFound for another's, with fault.Conflict otherwise.
func (s *Service) Undo(ctx context.Context, actor access.Actor, id int64) (undone Import, err error) {
	defer fault.Step(&err, "plan.Undo %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if undone, err = lockImport(ctx, tx, actor, id); err != nil {
			return err
		}
		if undone.UndoneAt != nil {
			return fault.Conflict("这一次已经撤销")
		}
		posts, err := postsOf(ctx, tx, id)
		if err != nil {
			return err
		}

		for _, postID := range posts {
			if err := post.DeleteUntouchedTx(ctx, access.NewAct(tx, s.now(), actor), postID); err != nil {
				return err
			}
		}
		if err := markUndone(ctx, tx, id, actor.UserID, s.now()); err != nil {
			return err
		}

		return s.recordImport(ctx, tx, actor, actUndo, undone)
	})

	return undone, err
}

// Imports lists what the actor imported or copied of late, the newest first.
func (s *Service) Imports(ctx context.Context, actor access.Actor) (_ []Import, err error) {
	defer fault.Step(&err, "plan.Imports")

	return importsOf(ctx, s.db, actor)
}

func (s *Service) recordImport(
	ctx context.Context, tx pg.Tx, actor access.Actor, act audit.Act, made Import,
) error {
	path := "/"
	if len(actor.Grants) > 0 {
		path = actor.Grants[0].Path
	}

	return audit.Write(ctx, tx, audit.Entry{
		Actor:    actor,
		At:       s.now(),
		Action:   act,
		Subject:  made.Ref(),
		UnitPath: path,
		Detail:   map[string]any{"name": made.Name, "posts": made.Posts},
	})
}

// KeepFile takes a file and keeps it for its preview and import, for a day. Fails as Look does.
func (s *Service) KeepFile(ctx context.Context, actor access.Actor, file File) (id int64, err error) {
	defer fault.Step(&err, "plan.KeepFile")

	if _, err := s.Look(ctx, actor, file); err != nil {
		return 0, err
	}
	letters := []rune(glyph.Clean(file.Name))
	file.Name = string(letters[:min(len(letters), importName)])

	return insertFile(ctx, s.db, actor.UserID, file, s.now())
}

// KeptFile gives a file that the actor sent; another's is fault.NotFound.
func (s *Service) KeptFile(ctx context.Context, actor access.Actor, id int64) (_ File, err error) {
	defer fault.Step(&err, "plan.KeptFile %d", id)

	return findFile(ctx, s.db, actor.UserID, id)
}

// ImportKept does what the preview of a kept file told, and drops the file.
func (s *Service) ImportKept(
	ctx context.Context,
	actor access.Actor,
	id int64,
	again bool,
) (_ Import, err error) {
	defer fault.Step(&err, "plan.ImportKept %d", id)

	file, err := s.KeptFile(ctx, actor, id)
	if err != nil {
		return Import{}, err
	}
	made, err := s.Import(ctx, actor, file, again)
	if err != nil {
		return Import{}, err
	}

	return made, dropFile(ctx, s.db, id)
}

// Template gives what the drop-down lists of a file offer the actor: accounts, and columns that are in use.
func (s *Service) Template(ctx context.Context, actor access.Actor) (accounts, names []string, err error) {
	defer fault.Step(&err, "plan.Template")

	list, err := s.accounts.List(ctx, actor, account.Filter{
		Permission: access.PostWrite, States: []account.State{account.Live},
	})
	if err != nil {
		return nil, nil, err
	}

	for _, one := range list {
		accounts = append(accounts, one.Handle)
	}
	all, err := s.columns.List(ctx, actor)
	seen := map[string]bool{}

	for _, one := range all {
		if one.Active && !seen[one.Name] {
			seen[one.Name] = true
			names = append(names, one.Name)
		}
	}

	return accounts, names, err
}

package reach

import (
	"context"
	"errors"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
)

// ImportState is how far a file of past posts is.
type ImportState string

// The states of an import.
const (
	ImportWaiting ImportState = "waiting"
	ImportRunning ImportState = "running"
	ImportDone    ImportState = "done"
	ImportFailed  ImportState = "failed"
	ImportUndone  ImportState = "undone"
)

var importStates = map[ImportState]string{
	ImportWaiting: i18n.N("等待导入"),
	ImportRunning: i18n.N("导入中"),
	ImportDone:    i18n.N("已导入"),
	ImportFailed:  i18n.N("导入失败"),
	ImportUndone:  i18n.N("已撤销"),
}

// Label is the Chinese name of the state.
func (s ImportState) Label() string { return importStates[s] }

// Ended tells whether nothing goes on any more.
func (s ImportState) Ended() bool { return s == ImportDone || s == ImportFailed || s == ImportUndone }

// Import is a file of past posts on its way into an account.
type Import struct {
	ID        int64
	AccountID int64
	Handle    string // of the account
	UnitPath  string
	UserName  string // who sent the file
	FileName  string
	Bytes     int64
	State     ImportState
	Rows      int // read in the file, those that were left out included
	Rejected  int // left out
	Done      int // worked through so far, of those that are fit
	Added     int // posts that were not known
	Kept      int // of them, left when it was undone: the platform has shown them since
	CreatedAt time.Time
	BeatAt    *time.Time
	EndedAt   *time.Time
}

// Percent is the progress, 100 when it has ended.
func (i Import) Percent() int {
	fit := i.Rows - i.Rejected
	if i.State.Ended() || fit == 0 {
		return 100
	}

	return min(i.Done*100/fit, 99)
}

// ImportReport is what a file brought.
type ImportReport struct {
	Import
	Rejects []Rejected
}

// importQuiet is how long an import may be silent before another process takes it to be left alone.
const importQuiet = 10 * time.Second

// fileNameLength is how much of the name of a file is kept, in characters.
const fileNameLength = 200

// StartImport takes a file of past posts of an account: docs/reach.md names its columns. The file is
// read whole, so that one that cannot be is refused now; the posts are put in by a job, or by who calls
// RunImport first. Fails with fault.Invalid at "file".
func (s *Service) StartImport(
	ctx context.Context,
	actor access.Actor,
	accountID int64,
	name string,
	file io.Reader,
) (_ Import, err error) {
	defer fault.Step(&err, "reach.StartImport %d", accountID)

	account, err := s.accounts.Find(ctx, actor, accountID)
	if err != nil {
		return Import{}, err
	}
	if err := access.Require(actor, access.AccountManage, account.UnitPath); err != nil {
		return Import{}, err
	}

	release, err := s.importSlot(ctx)
	if err != nil {
		return Import{}, err
	}
	defer release()

	raw, err := io.ReadAll(io.LimitReader(file, MaxImportBytes+1))
	if err != nil {
		return Import{}, err
	}

	found := Import{
		AccountID: accountID,
		FileName:  shortName(name),
		Bytes:     int64(len(raw)),
		State:     ImportWaiting,
		CreatedAt: s.now(),
	}
	var rejects []Rejected
	err = rowReader{s.now()}.readImport(raw, func(line int, _ fresh, why Unfit) error {
		found.Rows++
		if why != "" {
			rejects = append(rejects, Rejected{line, why})
		}

		return nil
	})
	if err != nil {
		return Import{}, err
	}
	found.Rejected = len(rejects)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if found.ID, err = insertImport(ctx, tx.Pgx, actor, found, raw, rejects); err != nil {
			return err
		}
		if err := queue.Insert(ctx, tx, ImportArgs{ImportID: found.ID}, nil); err != nil {
			return err
		}

		return audit.Write(ctx, tx, s.importEntry(actor, account, ActBackfill, map[string]any{
			"from":     "file",
			"file":     found.FileName,
			"import":   found.ID,
			"rows":     found.Rows,
			"rejected": found.Rejected,
		}))
	})
	if err != nil {
		return Import{}, err
	}

	return findImport(ctx, s.db.Pool(), found.ID)
}

func (s *Service) importEntry(
	actor access.Actor,
	a account.Account,
	action audit.Act,
	detail map[string]any,
) audit.Entry {
	return audit.Entry{
		Actor:    actor,
		At:       s.now(),
		Action:   action,
		Subject:  "account/" + strconv.FormatInt(a.ID, 10),
		UnitPath: a.UnitPath,
		Detail:   detail,
	}
}

// shortName is the name of a file as it is kept.
func shortName(name string) string {
	if !isText(name) {
		return "file"
	}
	if utf8.RuneCountInString(name) > fileNameLength {
		return string([]rune(name)[:fileNameLength])
	}

	return name
}

// importSlot waits for one of the few places where files are read in this process: each may hold a
// file, its text and its rows.
func (s *Service) importSlot(ctx context.Context) (release func(), err error) {
	wait, cancel := context.WithTimeout(ctx, importWait)
	defer cancel()

	select {
	case s.importing <- struct{}{}:
		return func() { <-s.importing }, nil
	case <-wait.Done():
		return nil, fault.TooMany("正在读取别的文件，请稍后再导入").After(importWait)
	}
}

// importWait is how long a file waits for a place before its sender is asked to come back.
const importWait = 5 * time.Second

// importSlots is how many files are read at once.
const importSlots = 2

// RunImport puts the posts of an import in, and goes on where another process left it. It can be called
// again at any time: what is in already is left alone. It returns when the import has ended, or with
// the error of ctx.
func (s *Service) RunImport(ctx context.Context, id int64) (err error) {
	defer fault.Step(&err, "reach.RunImport %d", id)

	select {
	case s.importing <- struct{}{}:
		defer func() { <-s.importing }()
	case <-ctx.Done():
		return ctx.Err()
	}

	begun, raw, err := beginImport(ctx, s.db, id, s.now())
	if err != nil || begun.State.Ended() {
		return err
	}
	account, err := s.accounts.Find(ctx, access.System("import"), begun.AccountID)
	if err != nil {
		return err
	}

	run := importRun{s: s, account: account, id: id, days: map[time.Time]bool{}}
	err = rowReader{begun.CreatedAt}.readImport(raw, func(_ int, post fresh, why Unfit) error {
		if why != "" {
			return nil
		}

		return run.take(ctx, post)
	})
	if err == nil {
		err = run.flush(ctx)
	}

	switch {
	case errors.Is(err, errImportEnded):
		return nil
	case err != nil:
		return err
	}

	return run.end(ctx)
}

// errImportEnded ends the work on an import that somebody undid.
var errImportEnded = errors.New("reach: the import has ended")

// importRun puts posts in, a batch a transaction.
type importRun struct {
	s       *Service
	account account.Account
	id      int64
	batch   []fresh
	bytes   int // of the texts in batch
	done    int
	days    map[time.Time]bool // to be rolled up anew
}

func (r *importRun) take(ctx context.Context, post fresh) error {
	post.NextRead = orNil(NextRead(r.account.Connector, post.PostedAt, r.s.now()))
	r.days[beijing.Day(post.PostedAt)] = true

	r.batch = append(r.batch, post)
	r.bytes += len(post.Text)
	if len(r.batch) < importBatch && r.bytes < importBatchBytes {
		return nil
	}

	return r.flush(ctx)
}

func (r *importRun) flush(ctx context.Context) error {
	if len(r.batch) == 0 {
		return nil
	}

	err := r.s.db.InTx(ctx, func(tx pg.Tx) error {
		going, err := beatImport(ctx, tx.Pgx, r.id, r.done+len(r.batch), r.s.now())
		if err != nil {
			return err
		}
		if !going {
			return errImportEnded
		}

		ids, err := insertPosts(ctx, tx.Pgx, r.account.ID, r.batch, r.s.now())
		if err != nil {
			return err
		}

		return markImported(ctx, tx.Pgx, r.id, ids)
	})
	r.done += len(r.batch)
	r.batch, r.bytes = r.batch[:0], 0

	return err
}

// end rolls the days up and closes the import.
func (r *importRun) end(ctx context.Context) error {
	days := make([]time.Time, 0, len(r.days))
	for d := range r.days {
		days = append(days, d)
	}

	return r.s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := rollDays(ctx, tx.Pgx, r.account.ID, days); err != nil {
			return err
		}

		if err := endImport(ctx, tx.Pgx, r.id, r.s.now()); err != nil {
			return err
		}

		return sumsLater(ctx, tx)
	})
}

// ImportPast is StartImport and RunImport in one: for callers that wait.
func (s *Service) ImportPast(
	ctx context.Context,
	actor access.Actor,
	accountID int64,
	name string,
	file io.Reader,
) (_ ImportReport, err error) {
	defer fault.Step(&err, "reach.ImportPast %d", accountID)

	started, err := s.StartImport(ctx, actor, accountID, name, file)
	if err != nil {
		return ImportReport{}, err
	}
	if err := s.RunImport(ctx, started.ID); err != nil {
		return ImportReport{}, err
	}

	return s.ImportReport(ctx, actor, started.ID)
}

// FindImport gives an import of an account in the actor's scope. Fails with fault.NotFound.
func (s *Service) FindImport(ctx context.Context, actor access.Actor, id int64) (_ Import, err error) {
	defer fault.Step(&err, "reach.FindImport %d", id)

	return findImportFor(ctx, s.db.Pool(), actor, id)
}

// ImportReport gives an import with the lines that were left out.
func (s *Service) ImportReport(
	ctx context.Context,
	actor access.Actor,
	id int64,
) (_ ImportReport, err error) {
	defer fault.Step(&err, "reach.ImportReport %d", id)

	found, err := s.FindImport(ctx, actor, id)
	if err != nil {
		return ImportReport{}, err
	}
	rejects, err := importRejects(ctx, s.db.Pool(), id)

	return ImportReport{found, rejects}, err
}

// Imports gives the latest imports of an account in the actor's scope, the newest first.
func (s *Service) Imports(ctx context.Context, actor access.Actor, accountID int64) (_ []Import, err error) {
	defer fault.Step(&err, "reach.Imports %d", accountID)

	return latestImports(ctx, s.db.Pool(), actor, accountID)
}

// UndoImport takes out what an import brought, and stops one that goes on. Posts that the platform has
// shown since, or that turned out to be sent by this console, stay: they are known by themselves now.
// Fails with fault.Conflict when it was undone before.
func (s *Service) UndoImport(ctx context.Context, actor access.Actor, id int64) (_ Import, err error) {
	defer fault.Step(&err, "reach.UndoImport %d", id)

	found, err := s.FindImport(ctx, actor, id)
	if err != nil {
		return Import{}, err
	}
	if err := access.Require(actor, access.AccountManage, found.UnitPath); err != nil {
		return Import{}, err
	}
	account, err := s.accounts.Find(ctx, actor, found.AccountID)
	if err != nil {
		return Import{}, err
	}

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		undone, err := undoImport(ctx, tx.Pgx, id, s.now())
		if err != nil {
			return err
		}
		if !undone {
			return fault.Conflict("这次导入已经撤销")
		}

		removed, days, err := removeImported(ctx, tx.Pgx, id)
		if err != nil {
			return err
		}
		if err := rollDays(ctx, tx.Pgx, found.AccountID, days); err != nil {
			return err
		}
		if err := sumsLater(ctx, tx); err != nil {
			return err
		}

		return audit.Write(ctx, tx, s.importEntry(actor, account, actAccountUndoImport, map[string]any{
			"import": id, "file": found.FileName, "removed": removed}))
	})
	if err != nil {
		return Import{}, err
	}

	return s.FindImport(ctx, actor, id)
}

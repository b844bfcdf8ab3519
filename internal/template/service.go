package template

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/instant"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// Template is a unit's wording of a shipped kind, or a template of its own, in its current version.
type Template struct {
	ID        int64
	UnitID    int64
	UnitPath  string
	UnitName  string
	Kind      Kind
	Name      string // of one of the unit's own
	Version   int
	Text      string
	WrittenBy string
	WrittenAt time.Time
	RetiredAt *time.Time
}

// Text is one version of a template's wording.
type Text struct {
	Number    int
	Text      string
	WrittenBy string
	WrittenAt time.Time
}

// Service is the use cases of templates. It is safe for concurrent use.
type Service struct {
	db    *pg.DB
	clock func() time.Time
}

// New makes the service.
func New(db *pg.DB, now func() time.Time) *Service { return &Service{db: db, clock: now} }

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// List gives the units' wordings and own templates that the actor sees: those of their units, and of units
// above, whose templates hold there too.
func (s *Service) List(ctx context.Context, actor access.Actor) (_ []Template, err error) {
	defer fault.Step(&err, "template.List")

	return listTemplates(ctx, s.db.Gorm(ctx), actor)
}

// Find gives one template with its versions, the newest first. Fails with fault.NotFound where the actor
// does not see it.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (_ Template, _ []Text, err error) {
	defer fault.Step(&err, "template.Find %d", id)

	t, err := findTemplate(ctx, s.db.Gorm(ctx), actor, id)
	if err != nil {
		return Template{}, nil, err
	}
	texts, err := listTexts(ctx, s.db.Gorm(ctx), id)

	return t, texts, err
}

// Edit is what a person writes of a template.
type Edit struct {
	ID      int64 // 0: a new one
	Version int   // that the form showed
	UnitID  int64 // of a new one
	Kind    Kind  // of a new one
	Name    string
	Text    string
}

// maxName is in visible signs.
const maxName = 40

// Save keeps the next version of a template, or a new one. It needs template.manage at its unit. Fails with
// fault.Fields on "name" and "wording", with fault.Conflict when somebody else wrote meanwhile.
func (s *Service) Save(ctx context.Context, actor access.Actor, edit Edit) (saved Template, err error) {
	defer fault.Step(&err, "template.Save %d", edit.ID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		t := Template{ID: edit.ID, UnitID: edit.UnitID, Kind: edit.Kind}
		if edit.ID != 0 {
			if t, err = findTemplate(ctx, tx.DB, actor, edit.ID); err != nil {
				return err
			}
		} else {
			unit, err := org.Of(ctx, tx.DB, edit.UnitID)
			if err != nil {
				return err
			}
			t.UnitPath = unit.Path
		}
		if err := access.Require(actor, access.TemplateManage, t.UnitPath); err != nil {
			return err
		}
		if err := edit.clean(t.Kind); err != nil {
			return err
		}
		if t.ID == 0 {
			t.ID, err = insertTemplate(ctx, tx.DB, t.UnitID, t.Kind, edit.Name)
		} else {
			err = moveTemplate(ctx, tx.DB, t.ID, edit.Version, edit.Name)
		}
		if err != nil {
			return err
		}
		if err := insertText(ctx, tx.DB, t.ID, edit.Version+1, edit.Text, actor.UserID, s.now()); err != nil {
			return fmt.Errorf("insert version: %w", err)
		}
		if err := note(ctx, access.NewAct(tx, s.now(), actor), actSave, t, edit.Version+1); err != nil {
			return err
		}
		saved, err = findTemplate(ctx, tx.DB, actor, t.ID)

		return err
	})

	return saved, err
}

// clean trims what was written and says what cannot be kept.
func (e *Edit) clean(kind Kind) error {
	var wrong fault.Fields
	e.Text = strings.TrimSpace(strings.ReplaceAll(e.Text, "\r", ""))
	e.Name = strings.TrimSpace(e.Name)
	if e.ID == 0 {
		e.Version = 0
	}

	switch {
	case kind != Own && kind.Wording() == "":
		wrong.Add(fault.Invalid("kind", "没有这种模板"))
	case kind != Own:
		e.Name = ""
	case e.Name == "" || glyph.Count(e.Name) > maxName || strings.ContainsAny(e.Name, "\n\t"):
		wrong.Add(fault.Invalid("name", "请填写名称，最多 {.max} 字", "max", maxName))
	}
	if len(wrong) == 0 {
		wrong.Add(CheckWording(kind, e.Text))
	}

	return wrong.Err()
}

// Retire takes a template out of use; a shipped kind has the wording of the unit above again. Fails with
// fault.Conflict when it was changed since version.
func (s *Service) Retire(ctx context.Context, actor access.Actor, id int64, version int) (err error) {
	defer fault.Step(&err, "template.Retire %d", id)

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		t, err := findTemplate(ctx, tx.DB, actor, id)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.TemplateManage, t.UnitPath); err != nil {
			return err
		}
		if err := retire(ctx, tx.DB, id, version, s.now()); err != nil {
			return err
		}

		return note(ctx, access.NewAct(tx, s.now(), actor), actRetire, t, version)
	})
}

func note(ctx context.Context, act access.Act, what audit.Act, t Template, version int) error {
	return audit.Write(ctx, act.Tx, audit.Entry{
		Actor:    act.Actor,
		At:       act.Now,
		Action:   what,
		Subject:  "template/" + strconv.FormatInt(t.ID, 10),
		UnitPath: t.UnitPath,
		Detail:   map[string]any{"kind": t.Kind, "version": version},
	})
}

// Ask is what is to be written from a template.
type Ask struct {
	Kind       Kind
	TemplateID int64 // of one of a unit's own; else 0
	UnitID     int64 // where the post belongs
	Values     Values
	Supersedes int64 // the use that a change or a lifting continues

	// of a unit's own: for whom it is resolved, and what {日期} and {链接} become
	AccountIDs []int64
	Date       time.Time
	Link       string
}

// mostAccounts is how many accounts one draft from a unit's own template may have.
const mostAccounts = 500

// Written is what a template became: the text, and the wording of accounts that differ.
type Written struct {
	Result
	Wording string
	Own     map[int64]string
}

// Preview writes what Draft would keep, and keeps nothing. Fails like Draft.
func (s *Service) Preview(ctx context.Context, actor access.Actor, ask Ask) (written Written, err error) {
	defer fault.Step(&err, "template.Preview %s", ask.Kind)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		written, err = s.write(ctx, tx, actor, ask)
		return err
	})

	return written, err
}

// Draft makes a draft of what the template becomes, and remembers what was filled in. It needs post.write
// at the unit. Fails with fault.Fields at the fields of the kind, "supersedes", "accounts" and "link".
func (s *Service) Draft(ctx context.Context, actor access.Actor, ask Ask) (made post.Post, err error) {
	defer fault.Step(&err, "template.Draft %s", ask.Kind)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		made, err = s.DraftTx(ctx, tx, actor, ask)
		return err
	})

	return made, err
}

// DraftTx is Draft inside of a transaction.
func (s *Service) DraftTx(
	ctx context.Context, tx pg.Tx, actor access.Actor, ask Ask,
) (made post.Post, err error) {
	defer fault.Step(&err, "template.DraftTx %s", ask.Kind)

	made, _, err = s.DraftOnceTx(ctx, tx, actor, ask, post.Content{}, "")

	return made, err
}

// DraftOnceTx is DraftTx for a draft that has what content holds beside the text: accounts, column, time.
// It is made once for each key of the actor, as post.CreateOnce has it; true when it was there already.
func (s *Service) DraftOnceTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	ask Ask,
	content post.Content,
	key string,
) (made post.Post, again bool, err error) {
	defer fault.Step(&err, "template.DraftOnceTx %s", ask.Kind)

	// asked first: what is lifted cannot be lifted again
	if made, again, err = post.MadeTx(ctx, tx, actor, key); err != nil || again {
		return made, again, err
	}
	written, err := s.write(ctx, tx, actor, ask)
	if err != nil {
		return post.Post{}, false, err
	}
	content.Text = written.Text

	for _, id := range ask.AccountIDs {
		choice := post.TargetChoice{AccountID: id}
		if own, ok := written.Own[id]; ok {
			choice.Variant = &own
		}
		content.Targets = append(content.Targets, choice)
	}
	made, again, err = post.CreateOnceTx(ctx, access.NewAct(tx, s.now(), actor), ask.UnitID, content, key)
	if err != nil || again {
		return made, again, err
	}

	return made, false, insertUse(ctx, tx.DB, made.ID, ask, written.Wording, actor.UserID, s.now())
}

func (s *Service) write(ctx context.Context, tx pg.Tx, actor access.Actor, ask Ask) (Written, error) {
	unit, err := org.Of(ctx, tx.DB, ask.UnitID)
	if err != nil {
		return Written{}, err
	}
	if err := access.Require(actor, access.PostWrite, unit.Path); err != nil {
		return Written{}, err
	}
	if ask.Kind == Own {
		return s.writeOwn(ctx, tx, actor, unit, ask)
	}

	wording := ask.Kind.Wording()
	if wording == "" {
		return Written{}, fault.NotFound("没有这种模板")
	}
	changed, err := nearest(ctx, tx.DB, ask.Kind, unit.Path)
	if err != nil {
		return Written{}, err
	}
	if changed != nil {
		wording = changed.Text
	}
	previous, err := previousOf(ctx, tx, ask)
	if err != nil {
		return Written{}, err
	}
	result, err := Render(ask.Kind, ask.Values, wording, previous, s.now())

	return Written{Result: result, Wording: wording}, err
}

// writeOwn resolves a unit's own template: the text for the unit itself, and the accounts' where it differs.
func (s *Service) writeOwn(
	ctx context.Context, tx pg.Tx, actor access.Actor, unit org.Unit, ask Ask,
) (Written, error) {
	t, err := findTemplate(ctx, tx.DB, actor, ask.TemplateID)
	if err != nil {
		return Written{}, err
	}
	if t.Kind != Own || t.RetiredAt != nil || !strings.HasPrefix(unit.Path, t.UnitPath) {
		return Written{}, fault.NotFound("没有找到模板，或不在您的管辖范围内")
	}
	if ask.Date.IsZero() {
		ask.Date = s.now()
	}
	if wrong := instant.Check("date", ask.Date, s.now()); wrong != nil {
		return Written{}, wrong
	}
	perAccount := strings.Contains(t.Text, ofAccount) || strings.Contains(t.Text, ofUnit)

	switch {
	case strings.Contains(t.Text, ofLink) && !strings.HasPrefix(ask.Link, "http://") &&
		!strings.HasPrefix(ask.Link, "https://"), len(ask.Link) > maxWord:
		return Written{}, fault.Invalid("link", "请填写 http 或 https 开头的链接")
	case perAccount && len(ask.AccountIDs) == 0:
		return Written{}, fault.Invalid("accounts", "这个模板按账号写出不同的内容，请先选择账号")
	case len(ask.AccountIDs) > mostAccounts:
		return Written{}, fault.Invalid("accounts", "一次最多选择 {.max} 个账号", "max", mostAccounts)
	}

	written := Written{Wording: t.Text, Own: map[int64]string{}}
	written.Text = Resolve(t.Text, Place{Unit: unit.Name, Account: unit.Name, Date: ask.Date, Link: ask.Link})
	if !perAccount {
		return written, nil
	}
	accounts, err := account.FindManyTx(ctx, tx, ask.AccountIDs)
	if err != nil {
		return Written{}, err
	}

	for id, a := range accounts {
		if !actor.CanAt(access.PostWrite, a.UnitPath) {
			return Written{}, fault.Invalid("accounts", "所选账号不存在，请刷新后重选")
		}
		written.Own[id] = Resolve(t.Text, Place{
			Unit:    a.UnitName,
			Account: a.Handle,
			Date:    ask.Date,
			Link:    ask.Link,
		})
	}

	return written, nil
}

// Open is a warning that nothing has changed or lifted yet.
type Open struct {
	ID     int64
	PostID int64
	Colour string
	From   time.Time
}

// Open lists the warnings written in a unit that a change or a lifting may continue, the newest first.
func (s *Service) Open(ctx context.Context, actor access.Actor, unitID int64) (_ []Open, err error) {
	defer fault.Step(&err, "template.Open %d", unitID)

	unit, err := org.Of(ctx, s.db.Gorm(ctx), unitID)
	if err != nil {
		return nil, err
	}
	if err := access.Require(actor, access.PostView, unit.Path); err != nil {
		return nil, err
	}
	rows, err := open(ctx, s.db.Gorm(ctx), unitID)
	if err != nil {
		return nil, err
	}

	var list []Open
	for _, row := range rows {
		list = append(list, openOf(row))
	}

	return list, nil
}

func openOf(row useRow) Open {
	var filled Values
	_ = json.Unmarshal(row.Filled, &filled)
	r := reader{values: filled, on: row.UsedAt}

	return Open{
		ID:     row.ID,
		PostID: row.PostID,
		Colour: strings.TrimSuffix(strings.TrimSpace(filled["colour"]), "色"),
		From:   r.time("from"),
	}
}

// previousOf is the warning that is continued; nil for a kind that continues none.
func previousOf(ctx context.Context, tx pg.Tx, ask Ask) (*Previous, error) {
	if !ask.Kind.Follows() {
		return nil, nil
	}
	rows, err := open(ctx, tx.DB, ask.UnitID)
	if err != nil {
		return nil, err
	}

	for _, row := range rows {
		if row.ID == ask.Supersedes {
			was := openOf(row)
			return &Previous{Colour: was.Colour, From: was.From}, nil
		}
	}

	return nil, fault.Invalid("supersedes", "请选择所接续的预警")
}

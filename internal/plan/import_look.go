package plan

import (
	"context"
	"crypto/sha256"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/column"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/post"
)

// Look tells what a file would make, and what is wrong in it, and keeps nothing. It needs post.write. Fails
// with fault.Invalid at "file" or "pictures" when one of them cannot be read as a whole.
func (s *Service) Look(ctx context.Context, actor access.Actor, file File) (_ Draft, err error) {
	defer fault.Step(&err, "plan.Look")

	draft, _, err := s.look(ctx, actor, file)

	return draft, err
}

func (s *Service) look(ctx context.Context, actor access.Actor, file File) (Draft, pictures, error) {
	wishes, err := readSheet(file.Sheet)
	if err != nil {
		return Draft{}, nil, err
	}
	archive, err := readPictures(file.Pictures)
	if err != nil {
		return Draft{}, nil, err
	}
	known, err := s.known(ctx, actor)
	if err != nil {
		return Draft{}, nil, err
	}
	known.archive, known.now = archive, s.now()
	draft := Draft{Read: len(wishes)}

	for _, wish := range wishes {
		planned, faults := known.read(wish)
		draft.Faults = append(draft.Faults, faults...)
		draft.Rows = append(draft.Rows, planned)

		if len(draft.Faults) >= maxFaults {
			break
		}
	}
	if len(known.used) > maxPicturesAll {
		return Draft{}, nil, fault.Invalid("pictures", "一个文件最多用 {.max} 张图片", "max", maxPicturesAll)
	}
	sum := sha256.Sum256(file.Sheet)
	draft.Earlier, err = importOf(ctx, s.db, actor, sum[:])

	return draft, archive, err
}

// knownThings is what the rows of a file may name.
type knownThings struct {
	accounts map[string]account.Account // by handle in small letters
	columns  []column.Column
	archive  pictures
	now      time.Time
	said     map[string]int // row by account and text
	used     map[string]bool
}

func (s *Service) known(ctx context.Context, actor access.Actor) (*knownThings, error) {
	known := &knownThings{
		accounts: map[string]account.Account{}, said: map[string]int{}, used: map[string]bool{},
	}
	list, err := s.accounts.List(ctx, actor, account.Filter{
		Permission: access.PostWrite,
		States:     []account.State{account.Preparing, account.Live, account.Suspended},
	})
	if err != nil {
		return nil, err
	}

	for _, one := range list {
		known.accounts[strings.ToLower(one.Handle)] = one
	}
	known.columns, err = s.columns.List(ctx, actor)

	return known, err
}

// read makes a row what it can be, and says what is wrong in which cell.
func (k *knownThings) read(w wish) (p Planned, faults []RowFault) {
	p = Planned{Row: w.row, Text: w.text, Column: w.column, Pictures: w.pictures}
	wrong := func(fault *fault.Error) {
		if fault != nil {
			faults = append(faults, RowFault{w.row, fault.Field, columnName(fault.Field), fault})
		}
	}
	wrong(k.readAccounts(w, &p))
	wrong(checkText(w.text))

	if w.due != "" {
		due, err := ReadDue(w.due, k.now)
		if err != nil {
			wrong(fault.Public(err))
		}
		p.Due = &due
	}
	if w.column != "" && len(p.Accounts) > 0 {
		wrong(k.readColumn(w, &p))
	}
	wrong(k.readPictures(w))
	wrong(k.readUntil(w, &p))

	for _, one := range p.Accounts {
		said := one.Handle + "\x00" + w.text
		if first, twice := k.said[said]; twice && w.text != "" {
			wrong(
				fault.Invalid(
					"text",
					"@{.account} 在第 {.row} 行已有同样的文字，平台会拒绝",
					"account",
					one.Handle,
					"row",
					first,
				),
			)

			break
		}
		k.said[said] = w.row
	}

	return p, faults
}

func (k *knownThings) readAccounts(w wish, p *Planned) *fault.Error {
	switch {
	case len(w.handles) == 0:
		return fault.Invalid("accounts", "请填写账号")
	case len(w.handles) > maxHandles:
		return fault.Invalid("accounts", "一行最多 {.max} 个账号", "max", maxHandles)
	}

	for _, handle := range w.handles {
		one, ok := k.accounts[strings.ToLower(handle)]
		if !ok {
			return fault.Invalid("accounts", "没有账号 @{.account}，或您不能为它写稿", "account", handle)
		}
		p.Accounts = append(p.Accounts, one)
	}

	return nil
}

// readColumn finds the column of this name that holds for the accounts: that of the highest unit.
func (k *knownThings) readColumn(w wish, p *Planned) *fault.Error {
	for _, one := range k.columns {
		if one.Active && glyph.Fold(one.Name) == glyph.Fold(w.column) &&
			one.HoldsFor(p.Accounts[0].UnitPath) {
			p.columnID = one.ID
			return nil
		}
	}

	return fault.Invalid("column", "没有栏目“{.name}”，或已停用", "name", w.column)
}

// readUntil reads the latest time of a row, by the rule that holds at its submission. It is compared with the
// time of the row where that could be read.
func (k *knownThings) readUntil(w wish, p *Planned) *fault.Error {
	if w.notAfter == "" {
		return nil
	}
	until, err := ReadDue(w.notAfter, k.now)
	if err == nil {
		p.NotAfter = &until
		due := p.Due
		if due != nil && due.IsZero() {
			due = nil
		}

		return post.CheckUntil(due, p.NotAfter, k.now)
	}
	wrong := *fault.Public(err)
	wrong.Field = "not_after"

	return &wrong
}

func (k *knownThings) readPictures(w wish) *fault.Error {
	if len(w.pictures) > maxMedia {
		return fault.Invalid("pictures", "最多 {.max} 张图片", "max", maxMedia)
	}

	for _, name := range w.pictures {
		switch {
		case k.archive[name] == nil:
			return fault.Invalid("pictures", "压缩包里没有 {.name}", "name", name)
		case !k.used[name] && !k.archive.looks(name):
			return fault.Invalid("pictures", "{.name} 不是能用的图片", "name", name)
		}
		k.used[name] = true
	}

	return nil
}

package channel

import (
	"context"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/courier"
	"juzhen/internal/fault"
	"juzhen/internal/notice"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/seal"
	"juzhen/internal/todo"
)

// Options of the service. All must be given.
type Options struct {
	Now     func() time.Time
	Box     *seal.Box
	Courier *courier.Courier
	Notices *notice.Service
	People  People
	Name    func(lang string) string // of the installation, in front of all that leaves
	Home    string                   // address of the console, without a slash at its end
}

// Service is the use cases of channels. It is safe for concurrent use.
type Service struct {
	db    *pg.DB
	opt   Options
	asked chan struct{} // one for each message that a person waits for
}

// mostAsked is how many people may wait for an answer from outside at once.
const mostAsked = 4

// New makes the service.
func New(db *pg.DB, options Options) *Service {
	return &Service{db: db, opt: options, asked: make(chan struct{}, mostAsked)}
}

func (s *Service) now() time.Time { return s.opt.Now().UTC().Truncate(time.Microsecond) }

// Relay is the address of the installation's own mail server; "" where there is none.
func (s *Service) Relay() string { return s.opt.Courier.Relay().Address }

// List gives the channels that the actor keeps, by unit and name.
func (s *Service) List(ctx context.Context, actor access.Actor) (_ []Channel, err error) {
	defer fault.Step(&err, "channel.List")

	return listChannels(ctx, s.db.Gorm(ctx), actor)
}

// shownMessages is how many messages are shown at once.
const shownMessages = 20

// Messages gives the last that left by a channel, or are to, the newest first. Fails with fault.NotFound
// where the actor does not keep it.
func (s *Service) Messages(ctx context.Context, actor access.Actor, id int64) (_ []Message, err error) {
	defer fault.Step(&err, "channel.Messages %d", id)

	if _, err := findChannel(ctx, s.db.Gorm(ctx), actor, id); err != nil {
		return nil, err
	}

	return listMessages(ctx, s.db.Gorm(ctx), "m.channel_id = ?", id)
}

// Told gives the last that left, or are to, because the actor was told of something and wanted it told
// outside.
func (s *Service) Told(ctx context.Context, actor access.Actor) (_ []Message, err error) {
	defer fault.Step(&err, "channel.Told")

	return listMessages(ctx, s.db.Gorm(ctx), "m.user_ids @> ARRAY[?::bigint]", actor.UserID)
}

// Near gives the robots that may speak of what the actor is told: those in use at the actor's own unit and
// above it, the closest first.
func (s *Service) Near(ctx context.Context, actor access.Actor) (_ []Channel, err error) {
	defer fault.Step(&err, "channel.Near")

	return nearChannels(ctx, s.db.Gorm(ctx), actor.UserID)
}

// Find gives one channel. Fails with fault.NotFound where the actor does not keep it.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (_ Channel, err error) {
	defer fault.Step(&err, "channel.Find %d", id)

	return findChannel(ctx, s.db.Gorm(ctx), actor, id)
}

// Save keeps a channel, or a new one, which is in use at once. It needs channel.manage at its unit. Fails
// with fault.Fields on "unit", "kind", "name", "address", "secret", "login", "sender" and "security", with
// fault.Conflict when somebody else wrote meanwhile.
func (s *Service) Save(ctx context.Context, actor access.Actor, edit Edit) (saved Channel, err error) {
	defer fault.Step(&err, "channel.Save %d", edit.ID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		before, err := s.editable(ctx, tx, actor, &edit)
		if err != nil {
			return err
		}
		if err := edit.clean(s.opt.Courier); err != nil {
			return err
		}

		act := actChange
		if edit.ID == 0 {
			act = actCreate
			edit.ID, err = insertChannel(ctx, tx.DB, edit, actor.UserID, s.now())
		} else {
			err = updateChannel(ctx, tx.DB, edit)
		}
		if err != nil {
			return err
		}
		fresh, err := s.sealSecret(ctx, tx, edit, act == actCreate)
		if err != nil {
			return err
		}
		if edit.Active != nil && act == actChange && *edit.Active != before.Active {
			if err := s.turn(ctx, tx, edit.ID, edit.Version+1, *edit.Active); err != nil {
				return err
			}
		}
		if saved, err = findChannel(ctx, tx.DB, actor, edit.ID); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, act, saved, map[string]any{
			"kind": saved.Kind, "host": saved.Place, "active": saved.Active, "secret_set": fresh,
		})
	})

	return saved, err
}

// editable finds the channel that is written, or makes room for a new one at its unit.
func (s *Service) editable(ctx context.Context, tx pg.Tx, actor access.Actor, edit *Edit) (Channel, error) {
	if edit.ID != 0 {
		before, err := findChannel(ctx, tx.DB, actor, edit.ID)
		edit.Kind, edit.UnitID = before.Kind, before.UnitID

		return before, err
	}
	unit, err := org.Of(ctx, tx.DB, edit.UnitID)
	if err != nil {
		return Channel{}, err
	}
	if err := access.Require(actor, access.ChannelManage, unit.Path); err != nil {
		return Channel{}, err
	}
	n, err := countOf(ctx, tx.DB, unit.ID)
	if err == nil && n >= maxOfUnit {
		err = fault.Invalid("unit", "一个单位最多 {.max} 个通知渠道", "max", maxOfUnit)
	}

	return Channel{UnitID: unit.ID, UnitPath: unit.Path, UnitName: unit.Name}, err
}

// Switch takes a channel out of use or into it again. Fails with fault.Conflict when it was changed since
// version.
func (s *Service) Switch(
	ctx context.Context, actor access.Actor, id int64, version int, active bool,
) (switched Channel, err error) {
	defer fault.Step(&err, "channel.Switch %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if _, err := findChannel(ctx, tx.DB, actor, id); err != nil {
			return err
		}
		if err := s.turn(ctx, tx, id, version, active); err != nil {
			return err
		}
		if switched, err = findChannel(ctx, tx.DB, actor, id); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actSwitch, switched, map[string]any{"active": active})
	})

	return switched, err
}

// turn switches; what is off fails no more.
func (s *Service) turn(ctx context.Context, tx pg.Tx, id int64, version int, active bool) error {
	if err := switchChannel(ctx, tx.DB, id, version, active); err != nil {
		return err
	}

	return todo.ResolveTx(ctx, tx, s.now(), failingKey(id), 0)
}

func (s *Service) record(
	ctx context.Context, tx pg.Tx, actor access.Actor, act audit.Act, one Channel, detail map[string]any,
) error {
	return audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: s.now(), Action: act, Subject: one.Ref(), UnitPath: one.UnitPath, Detail: detail,
	})
}

// hintOf is what is shown of an address: its last signs.
func hintOf(address string) string {
	const shown = 4
	if len(address) < 4*shown {
		return ""
	}

	return address[len(address)-shown:]
}

// hostOf is the host of an address, with its port where it names one.
func hostOf(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")

	return host
}

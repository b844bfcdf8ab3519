package peer

import (
	"context"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/reach"
	"juzhen/internal/weibo"
)

// Reading is what peers need of the readings of our own accounts: their figures, and a share of the calls.
type Reading interface {
	Matrix(
		ctx context.Context,
		actor access.Actor,
		period reach.Period,
		view reach.View,
	) (reach.Matrix, error)
	CountsOf(ctx context.Context, uids []string) (counts []weibo.UserCount, answered bool, err error)
	GiveWay(ctx context.Context) error
}

// Service is the use cases of peers. It is safe for concurrent use.
type Service struct {
	db    *pg.DB
	reach Reading
	clock func() time.Time
}

// New makes the service.
func New(db *pg.DB, reading Reading, now func() time.Time) *Service {
	return &Service{db: db, reach: reading, clock: now}
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// Groups are the groups in the actor's scope of reach, by unit and name.
func (s *Service) Groups(ctx context.Context, actor access.Actor) (_ []Group, err error) {
	defer fault.Step(&err, "peer.Groups")

	return listGroups(ctx, s.db.Gorm(ctx), actor)
}

// Find gives one group. Fails with fault.NotFound outside of the actor's scope of reach.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (_ Group, err error) {
	defer fault.Step(&err, "peer.Find %d", id)

	return findGroup(ctx, s.db.Gorm(ctx), actor, id)
}

// League is the league table of a group. Our accounts are those of the group's unit and below that the actor
// sees. Fails with fault.NotFound outside of the actor's scope of reach, with fault.Invalid at "measure".
func (s *Service) League(
	ctx context.Context, actor access.Actor, id int64, measure Measure, period reach.Period,
) (league League, err error) {
	defer fault.Step(&err, "peer.League %d", id)

	league.Period = period
	if league.Measure, err = measured(measure); err != nil {
		return league, err
	}
	if league.Group, err = findGroup(ctx, s.db.Gorm(ctx), actor, id); err != nil {
		return league, err
	}
	peers, err := figuresOf(ctx, s.db.Gorm(ctx), id, period)
	if err != nil {
		return league, err
	}
	own, err := s.reach.Matrix(ctx, actor, period, reach.View{UnitPath: league.Group.UnitPath})
	if err != nil {
		return league, err
	}
	league.All = len(own.Rows)
	league.place(own.Rows, peers)

	return league, nil
}

// Create makes an empty group of a unit. Fails with fault.NotFound and fault.Forbidden at the unit, with
// fault.Invalid at "unit" or "name", with fault.Conflict where the unit has one of that name, or too many.
func (s *Service) Create(
	ctx context.Context, actor access.Actor, unitID int64, name string,
) (made Group, err error) {
	defer fault.Step(&err, "peer.Create %d", unitID)

	name = strings.TrimSpace(name)
	if n := glyph.Count(name); n == 0 || n > nameLimit {
		return made, fault.Invalid("name", "请填写组名，最多 {.max} 个字", "max", nameLimit)
	}
	if unitID == 0 {
		return made, fault.Invalid("unit", "请选择所属单位")
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.Of(ctx, tx.DB, unitID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.PeerManage, unit.Path); err != nil {
			return err
		}
		made = Group{UnitID: unit.ID, UnitPath: unit.Path, UnitName: unit.Name, Name: name, Revision: 1}
		if made.ID, err = insertGroup(ctx, access.NewAct(tx, s.now(), actor), made); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, made, actCreate, map[string]any{"name": name})
	})

	return made, err
}

// Add puts an account into a group. revision is the group's that was shown. Fails with fault.Invalid at
// "uid", "name" or "bureau", with fault.Conflict when the group was changed meanwhile, is full or has the
// account.
func (s *Service) Add(
	ctx context.Context, actor access.Actor, id int64, revision int, added Peer,
) (_ Group, err error) {
	defer fault.Step(&err, "peer.Add %d", id)

	added = Peer{
		UID:    strings.TrimSpace(added.UID),
		Name:   strings.TrimPrefix(strings.TrimSpace(added.Name), "@"),
		Bureau: strings.TrimSpace(added.Bureau),
	}
	if err := added.check(); err != nil {
		return Group{}, err
	}

	return s.change(ctx, actor, id, revision, actAdd, func(tx pg.Tx, group Group) (map[string]any, error) {
		new, err := putPeers(ctx, tx, group.ID, []row{{Peer: added}}, s.now())
		if err == nil && new == 0 {
			err = fault.Conflict("这个组里已有这个账号").WithCode("peer_taken")
		}

		return map[string]any{"uid": added.UID, "name": added.Name}, err
	})
}

// Drop takes an account out of a group, with all that is known of it there. Fails as Add does.
func (s *Service) Drop(
	ctx context.Context, actor access.Actor, id int64, revision int, peerID int64,
) (_ Group, err error) {
	defer fault.Step(&err, "peer.Drop %d", id)

	return s.change(ctx, actor, id, revision, actDrop, func(tx pg.Tx, group Group) (map[string]any, error) {
		gone, err := deletePeer(ctx, tx, group.ID, peerID)
		return map[string]any{"uid": gone.UID, "name": gone.Name}, err
	})
}

// Retire gives a group up: it is listed and read no more. Fails as Add does.
func (s *Service) Retire(
	ctx context.Context, actor access.Actor, id int64, revision int,
) (_ Group, err error) {
	defer fault.Step(&err, "peer.Retire %d", id)

	return s.change(ctx, actor, id, revision, actRetire, func(tx pg.Tx, group Group) (map[string]any, error) {
		return map[string]any{"name": group.Name}, retire(ctx, tx, group.ID, s.now())
	})
}

// Imported is what a file made.
type Imported struct {
	Peers  int // accounts that were new to the group
	Days   int // days of accounts that were taken in
	Left   int // rows that were left out
	Faults []RowFault
}

// Import takes accounts, and what is known of them by day, out of a file: a row that is wrong costs that row.
// What the platform has said of a day stays. Fails with fault.Invalid at "file" when the file cannot be read
// as a whole, or holds nothing that is right, then with Faults; otherwise as Add does.
func (s *Service) Import(
	ctx context.Context, actor access.Actor, id int64, revision int, file []byte,
) (out Imported, err error) {
	defer fault.Step(&err, "peer.Import %d", id)

	rows, left, faults, err := readFile(file, beijing.Day(s.now()))
	if err != nil {
		return out, err
	}
	out.Left, out.Faults = left, faults
	if len(rows) == 0 {
		return out, fault.Invalid("file", "没有一行可以导入，请按下面所列改好再选一次")
	}
	_, err = s.change(ctx, actor, id, revision, actImport,
		func(tx pg.Tx, group Group) (map[string]any, error) {
			if out.Peers, err = putPeers(ctx, tx, group.ID, rows, s.now()); err != nil {
				return nil, err
			}
			if out.Days, err = putDays(ctx, tx, group.ID, rows); err != nil {
				return nil, err
			}

			return map[string]any{"accounts": out.Peers, "days": out.Days, "left": out.Left}, nil
		})

	return out, err
}

// change does an act on a group that stands as it was shown, and writes it into the trail.
func (s *Service) change(
	ctx context.Context,
	actor access.Actor,
	id int64,
	revision int,
	act audit.Act,
	do func(tx pg.Tx, group Group) (detail map[string]any, err error),
) (group Group, err error) {
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if group, err = findGroup(ctx, tx.DB, actor, id); err != nil {
			return err
		}
		if err := access.Require(actor, access.PeerManage, group.UnitPath); err != nil {
			return err
		}
		if err := turn(ctx, tx, id, revision); err != nil {
			return err
		}
		detail, err := do(tx, group)
		if err != nil {
			return err
		}
		if group.Peers, err = countPeers(ctx, tx, id); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, group, act, detail)
	})
	group.Revision++

	return group, err
}

func (s *Service) record(
	ctx context.Context, tx pg.Tx, actor access.Actor, group Group, act audit.Act, detail map[string]any,
) error {
	return audit.Write(ctx, tx, audit.Entry{
		Actor:    actor,
		At:       s.now(),
		Action:   act,
		Subject:  group.Ref(),
		UnitPath: group.UnitPath,
		Detail:   detail,
	})
}

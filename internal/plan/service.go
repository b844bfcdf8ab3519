package plan

import (
	"context"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/column"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/media"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/reach"
	"juzhen/internal/review"
)

// Service is the use cases of the plan. It is safe for concurrent use.
type Service struct {
	db         *pg.DB
	accounts   *account.Service
	columns    *column.Service
	media      *media.Service
	deliveries *delivery.Service
	posts      *post.Service
	reviews    *review.Service
	reach      *reach.Service
	people     func(ctx context.Context, user int64) (access.Actor, string, error)
	clock      func() time.Time
}

// Options are the use cases below that the plan calls.
type Options struct {
	Accounts   *account.Service
	Columns    *column.Service
	Media      *media.Service
	Deliveries *delivery.Service
	Posts      *post.Service
	Reviews    *review.Service
	Reach      *reach.Service
	// People gives a person with the grants in force and the language; fault.NotFound for one who is
	// disabled.
	People func(ctx context.Context, user int64) (_ access.Actor, lang string, _ error)
	Now    func() time.Time
}

// New builds the service.
func New(db *pg.DB, options Options) *Service {
	return &Service{
		db:         db,
		accounts:   options.Accounts,
		columns:    options.Columns,
		media:      options.Media,
		deliveries: options.Deliveries,
		posts:      options.Posts,
		reviews:    options.Reviews,
		reach:      options.Reach,
		people:     options.People,
		clock:      options.Now,
	}
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// Year gives what is known of a year; a Year with Version 0 where nothing is. Everybody may know.
func (s *Service) Year(ctx context.Context, year int) (_ Year, err error) {
	defer fault.Step(&err, "plan.Year %d", year)

	all, err := years(ctx, s.db.Gorm(ctx), year, year)
	if found, ok := all[year]; ok || err != nil {
		return found, err
	}

	return Year{Year: year}, nil
}

// Almanac gives what is known of the years of a span; a year that is not in it is unknown.
func (s *Service) Almanac(ctx context.Context, from, to int) (_ Almanac, err error) {
	defer fault.Step(&err, "plan.Almanac %d-%d", from, to)

	return years(ctx, s.db.Gorm(ctx), from, to)
}

// MayKeepDays tells whether the actor may say how a year is worked: it holds for the whole installation, so
// it needs plan.manage at its top.
func (s *Service) MayKeepDays(ctx context.Context, actor access.Actor) (may bool, err error) {
	defer fault.Step(&err, "plan.MayKeepDays")

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		root, err := org.RootPathTx(ctx, tx)
		may = actor.CanAt(access.PlanManage, root)

		return err
	})

	return may, err
}

// SetYear replaces the days of a year. version is the one that was shown, 0 for a year that was unknown.
// Fails with fault.NotFound or fault.Forbidden without plan.manage at the top, with fault.Fields on "year",
// "days" and "source", with fault.Conflict when somebody else wrote meanwhile.
func (s *Service) SetYear(
	ctx context.Context,
	actor access.Actor,
	year, version int,
	days []Special,
	source string,
) (saved Year, err error) {
	defer fault.Step(&err, "plan.SetYear %d", year)

	source = strings.TrimSpace(source)
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		root, err := org.RootPathTx(ctx, tx)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.PlanManage, root); err != nil {
			return err
		}
		if days, err = checkYear(year, days, source); err != nil {
			return err
		}
		if err := putYear(ctx, tx, year, version, days, source, actor.UserID, s.now()); err != nil {
			return err
		}
		all, err := years(ctx, tx.DB, year, year)
		if err != nil {
			return err
		}
		saved = all[year]

		return audit.Write(ctx, tx, audit.Entry{
			Actor:    actor,
			At:       s.now(),
			Action:   actHolidays,
			Subject:  "holidays/" + strconv.Itoa(year),
			UnitPath: root,
			Detail:   map[string]any{"days": len(days), "source": source, "version": saved.Version},
		})
	})

	return saved, err
}

package app

import (
	"context"
	"log/slog"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/channel"
	"juzhen/internal/config"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/push"
	"juzhen/internal/seal"
)

// FirstUser is a user made from the command line, before anybody can sign in.
type FirstUser struct {
	Username, DisplayName, Password string
	Role                            access.Role
	Unit                            string // by name; becomes the root when there is no unit yet
}

// AddUser makes a user without a running console. The act is in the audit trail under the name of the
// command line.
func AddUser(ctx context.Context, cfg config.Config, firstUser FirstUser) error {
	if err := identity.CheckOwn(firstUser.Password, firstUser.Username, firstUser.DisplayName); err != nil {
		return err
	}

	return withPeople(ctx, cfg, func(db *pg.DB, people *identity.Service) error {
		actor := machine()
		unit, err := unitOrRoot(ctx, org.New(db, time.Now), actor, firstUser.Unit)
		if err != nil {
			return err
		}
		_, err = people.CreateUser(ctx, actor, identity.NewUser{
			Username:    firstUser.Username,
			DisplayName: firstUser.DisplayName,
			UnitID:      unit.ID,
			Password:    firstUser.Password,
			Grants:      []identity.NewGrant{{Role: firstUser.Role, UnitID: unit.ID}},
		})

		return err
	})
}

// ResetUser gives somebody an initial password without a running console and without a second person:
// whoever runs commands on the machine needs neither. It must be changed at the next sign-in.
func ResetUser(ctx context.Context, cfg config.Config, username, password string) error {
	return withPeople(ctx, cfg, func(_ *pg.DB, people *identity.Service) error {
		user, err := people.ByUsername(ctx, username)
		if err != nil {
			return err
		}

		return people.ResetPassword(ctx, machine(), user.ID, password)
	})
}

// EnableUser lets a disabled user in again, as ResetUser acts.
func EnableUser(ctx context.Context, cfg config.Config, username string) error {
	return withPeople(ctx, cfg, func(_ *pg.DB, people *identity.Service) error {
		user, err := people.ByUsername(ctx, username)
		if err != nil {
			return err
		}

		return people.EnableUser(ctx, machine(), user.ID)
	})
}

// ConfirmChange is the second person where an installation has no other.
func ConfirmChange(
	ctx context.Context,
	cfg config.Config,
	id int64,
) (change identity.Change, first identity.First, err error) {
	err = withPeople(ctx, cfg, func(_ *pg.DB, people *identity.Service) (err error) {
		change, first, err = people.Confirm(ctx, machine(), id)
		return err
	})

	return change, first, err
}

// machine is who acts from the command line.
func machine() access.Actor { return access.System("命令行") }

func withPeople(
	ctx context.Context,
	cfg config.Config,
	do func(db *pg.DB, people *identity.Service) error,
) error {
	return offline(ctx, cfg, func(db *pg.DB) error {
		keys, err := seal.ParseKeys(cfg.SecretKey.Reveal())
		if err != nil {
			return err
		}
		people, err := identity.New(db, time.Now, identity.Options{Keys: keys, Moved: delivery.UnitWatch()})
		if err != nil {
			return err
		}

		return do(db, people)
	})
}

// VerifyAudit walks the audit chain without a running console, and without the key too: then it sees less.
func VerifyAudit(ctx context.Context, cfg config.Config) (report audit.Report, err error) {
	if err := cfg.CheckDatabase(); err != nil {
		return report, err
	}
	err = onDatabase(ctx, cfg, func(db *pg.DB) error {
		report, err = audit.New(db, time.Now).Verify(ctx)
		return err
	})

	return report, err
}

// CloseAudit vouches with the present key for the whole audit chain as it stands.
func CloseAudit(ctx context.Context, cfg config.Config, why string) (closing audit.Closing, err error) {
	err = offline(ctx, cfg, func(db *pg.DB) error {
		closing, err = closeAudit(ctx, db, why)
		return err
	})

	return closing, err
}

func closeAudit(ctx context.Context, db *pg.DB, why string) (audit.Closing, error) {
	actor := access.System("命令行")
	tree, err := org.New(db, time.Now).Tree(ctx, actor)
	if err != nil {
		return audit.Closing{}, err
	}
	path := "/"
	if len(tree) > 0 {
		path = tree[0].Path
	}

	return audit.New(db, time.Now).Close(ctx, audit.Entry{Actor: actor, UnitPath: path, Why: why})
}

// Rekeyed is what a change of the master key did.
type Rekeyed struct {
	Moved int // tokens, channels and push secrets that are sealed with the newest key now
	Lost  int // accounts that need a new authorisation
	Dumb  int // channels whose address and secret have to be typed again
	Deaf  int // accounts whose push secret has to be typed again
}

// AcceptKey takes the newest master key for good: what an older one of the file sealed is sealed anew, what
// none opens is given up; the audit trail that the former one vouched for is closed under the newest. Run
// while the consoles have both keys, it loses nothing, and the older one can be taken away afterwards.
func AcceptKey(ctx context.Context, cfg config.Config) (done Rekeyed, err error) {
	err = offline(ctx, cfg, func(db *pg.DB) error {
		box, err := seal.FromText(cfg.SecretKey.Reveal())
		if err != nil {
			return err
		}
		channels, dumb, err := channel.Reseal(ctx, db, box, time.Now().UTC(), machine())
		if err != nil {
			return err
		}
		pushes, deaf, err := push.Reseal(ctx, db, box, time.Now().UTC(), machine())
		if err != nil {
			return err
		}
		accounts, lost, err := account.New(db, box, nil, account.Options{}).AcceptKey(ctx, machine())
		if err != nil {
			return err
		}
		done = Rekeyed{Moved: channels + pushes + accounts, Lost: lost, Dumb: dumb, Deaf: deaf}
		_, err = closeAudit(ctx, db, "改用新的主密钥")

		return err
	})

	return done, err
}

// offline opens the trail too: what a command does is vouched for like everything else.
func offline(ctx context.Context, cfg config.Config, do func(db *pg.DB) error) error {
	if err := cfg.CheckServe(); err != nil {
		return err
	}

	return onDatabase(ctx, cfg, func(db *pg.DB) error {
		if err := audit.New(db, time.Now).Begin(ctx); err != nil {
			return err
		}

		return do(db)
	})
}

func onDatabase(ctx context.Context, cfg config.Config, do func(db *pg.DB) error) error {
	options := pg.Options{Name: "juzhen command", MaxConns: 2, Log: slog.Default()}
	if cfg.SecretKey != "" {
		box, err := seal.FromText(cfg.SecretKey.Reveal())
		if err != nil {
			return err
		}
		options.Signer = box
	}
	db, err := pg.Open(ctx, cfg.DatabaseURL.Reveal(), options)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := pg.MigrationsCurrent(ctx, db); err != nil {
		return err
	}

	return do(db)
}

func unitOrRoot(ctx context.Context, units *org.Service, actor access.Actor, name string) (org.Unit, error) {
	unit, err := units.ByName(ctx, name)
	if !fault.Is(err, fault.KindNotFound) {
		return unit, err
	}
	tree, treeErr := units.Tree(ctx, actor)
	if treeErr != nil || len(tree) > 0 {
		return org.Unit{}, err
	}

	return units.Create(ctx, actor, 0, name, org.Bureau)
}

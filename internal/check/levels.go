package check

import (
	"context"
	"fmt"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/lexicon"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// Off is the level of a rule that is not asked.
const Off lexicon.Level = "off"

// LevelLabel is the Chinese name of a level, Off among them.
func LevelLabel(level lexicon.Level) string {
	if level == Off {
		return i18n.N("不查")
	}

	return level.Label()
}

// OfList tells whether the rule is the kind of a word list.
func (r Rule) OfList() bool { return lexicon.Kind(r).Label() != "" }

// Choices are the levels that a rule may have. Only words of a list may stop a text: from the others no
// exception leads. What a look at a link found is never more than a hint: it may change between two looks,
// and nobody is to be kept from submitting by a server of strangers.
func (r Rule) Choices() []lexicon.Level {
	switch {
	case r.OfList():
		return append(lexicon.Levels(), Off)
	case r == LinkState:
		return []lexicon.Level{lexicon.Hint, Off}
	}

	return []lexicon.Level{lexicon.Second, lexicon.Hint, Off}
}

// levels are those of several units, as rows have them: by unit, by rule.
type levels map[int64]map[Rule]lexicon.Level

// of is the level of a rule for a text of units: the gravest of theirs.
func (l levels) of(rule Rule, units []int64) lexicon.Level {
	gravest := lexicon.Level("")

	for _, unit := range units {
		level, ok := l[unit][rule]
		if !ok {
			level = rule.Preset()
		}
		if gravest == "" || level.AtLeast(gravest) {
			gravest = level
		}
	}
	if gravest == "" {
		return rule.Preset()
	}

	return gravest
}

// Level is how a rule stands in a unit.
type Level struct {
	Rule      Rule
	Level     lexicon.Level // in force
	Own       lexicon.Level // set here; "": as above
	Above     lexicon.Level // what would be in force without the own
	From      string        // the unit above that set it; "": the preset
	Version   int           // of the own; 0: never set
	ChangedBy string
	ChangedAt *time.Time
	Asked     *LevelChange // that waits for a second person
}

// needsSecond tells whether a level may take the place of another only when two people say so: what stops
// more, and what finds less.
func needsSecond(before, after lexicon.Level) bool {
	return after == lexicon.Block && before != lexicon.Block || !after.AtLeast(before)
}

// LevelChange is what one person asked about a level.
type LevelChange struct {
	ID       int64
	UnitID   int64
	UnitName string
	UnitPath string
	Rule     Rule
	Level    lexicon.Level // "": as above
	Version  int
	lexicon.Asked
}

// levelWhy is how long the reason of a wish may be, in code points.
const levelWhy = 200

func (c LevelChange) key() string { return fmt.Sprintf("rule_level_change/%d", c.ID) }

// Wanted is the level that is asked for, in Chinese.
func (c LevelChange) Wanted() string { return wanted(c.Level) }

func wanted(level lexicon.Level) string {
	if level == "" {
		return i18n.N("随上级或预设")
	}

	return LevelLabel(level)
}

// MayConfirm tells why somebody may not be the second person; nil when he or she may.
func (c LevelChange) MayConfirm(actor access.Actor) error { return c.MayConfirmAt(actor, c.UnitPath) }

// MayStop tells why somebody may not stop it; nil when he or she may. The asker may withdraw it.
func (c LevelChange) MayStop(actor access.Actor) error { return c.MayStopAt(actor, c.UnitPath) }

// Levels gives how all rules stand in a unit. Fails with fault.NotFound when the actor does not see it.
func (s *Service) Levels(ctx context.Context, actor access.Actor, unitID int64) (_ []Level, err error) {
	defer fault.Step(&err, "check.Levels %d", unitID)

	var all []Level
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if _, err := org.FindTx(ctx, tx, actor, access.LexiconView, unitID); err != nil {
			return err
		}
		all, err = levelsOf(ctx, tx, unitID, s.now())

		return err
	})

	return all, err
}

// NewLevel is what somebody wants of a level.
type NewLevel struct {
	UnitID  int64
	Rule    Rule
	Level   lexicon.Level // "": as above it
	Version int           // of the own, as the page showed it
	Why     string        // for the second person
}

func (n NewLevel) check() error {
	var fields fault.Fields
	if !slices.Contains(Rules(), n.Rule) {
		fields.Add(fault.Invalid("rule", "没有这条规则"))
	} else if n.Level != "" && !slices.Contains(n.Rule.Choices(), n.Level) {
		fields.Add(fault.Invalid("level", "这条规则不能设为这个级别"))
	}
	if len([]rune(n.Why)) > levelWhy {
		fields.Add(fault.Invalid("reason", "原因最多 {.max} 个字", "max", levelWhy))
	}

	return fields.Err()
}

// SetLevel sets the level of a rule in a unit, at once where it asks for more without stopping anything;
// otherwise it waits for a second person as the change that is given back. Fails with fault.Invalid at
// "rule", "level" or "reason", with fault.NotFound and fault.Forbidden at the unit, with fault.Conflict
// when somebody changed it meanwhile or a change waits.
func (s *Service) SetLevel(
	ctx context.Context,
	actor access.Actor,
	want NewLevel,
) (_ *LevelChange, err error) {
	defer fault.Step(&err, "check.SetLevel %d", want.UnitID)

	want.Why = glyph.Clean(want.Why)
	if err := want.check(); err != nil {
		return nil, err
	}
	var asked *LevelChange
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.FindTx(ctx, tx, actor, access.LexiconView, want.UnitID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.LexiconManage, unit.Path); err != nil {
			return err
		}
		now, err := s.levelTx(ctx, tx, want.UnitID, want.Rule)
		if err != nil {
			return err
		}

		after := want.Level
		if after == "" {
			after = now.Above
		}

		switch {
		case now.Version != want.Version:
			return fault.Conflict("这个级别刚被别人改过，请刷新后再改").WithCode("overtaken")
		case now.Own == want.Level:
			return fault.Conflict("级别没有变化")
		case needsSecond(now.Level, after) && !actor.IsSystem():
			asked, err = s.askLevel(ctx, tx, actor, unit, want)
			return err
		}
		if err := s.applyLevel(ctx, tx, unit.Path, want, actor.UserID, after); err != nil {
			return err
		}

		return s.recordLevel(ctx, tx, actor, actLevel, unit.ID, unit.Path, want.Why, map[string]any{
			"rule": want.Rule, "from": now.Level, "to": after,
		})
	})

	return asked, err
}

// levelTx reads one level and holds it until the transaction ends.
func (s *Service) levelTx(ctx context.Context, tx pg.Tx, unitID int64, rule Rule) (Level, error) {
	if err := lockLevel(ctx, tx, unitID); err != nil {
		return Level{}, err
	}
	if err := s.expireLevels(ctx, tx); err != nil {
		return Level{}, err
	}
	all, err := levelsOf(ctx, tx, unitID, s.now())
	if err != nil {
		return Level{}, err
	}

	return all[slices.IndexFunc(all, func(l Level) bool { return l.Rule == rule })], nil
}

func (s *Service) askLevel(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	unit org.Unit,
	want NewLevel,
) (*LevelChange, error) {
	change := LevelChange{
		UnitID:   unit.ID,
		UnitName: unit.Name,
		UnitPath: unit.Path,
		Rule:     want.Rule,
		Level:    want.Level,
		Version:  want.Version,
		Asked:    lexicon.Ask(actor, want.Why, s.now()),
	}
	var err error
	if change.ID, err = insertLevelChange(ctx, tx, change); err != nil {
		return nil, err
	}
	if err := s.recordLevel(ctx, tx, actor, actLevelAsk, unit.ID, unit.Path, want.Why, map[string]any{
		"rule": want.Rule, "to": want.Level, "change": change.ID,
	}); err != nil {
		return nil, err
	}

	return &change, todo.RaiseTx(ctx, tx, s.now(), todo.Item{
		Matter:    todoLevel,
		Key:       change.key(),
		UnitPath:  unit.Path,
		NotUser:   actor.UserID,
		SubjectID: change.ID,
		Args:      map[string]any{"who": actor.Name, "unit": unit.Name, "what": want.Rule.Label()},
		DueAt:     &change.Expires,
	})
}

// applyLevel writes a level, and tells those above when more is forbidden.
func (s *Service) applyLevel(
	ctx context.Context,
	tx pg.Tx,
	path string,
	want NewLevel,
	by int64,
	after lexicon.Level,
) error {
	if err := putLevel(ctx, tx, want, by, s.now()); err != nil {
		return err
	}
	if after != lexicon.Block || s.blocks == nil {
		return nil
	}

	return s.blocks(ctx, tx, path)
}

func (s *Service) recordLevel(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	act audit.Act,
	unitID int64,
	path, why string,
	detail map[string]any,
) error {
	return audit.Write(ctx, tx, audit.Entry{
		Actor:    actor,
		At:       s.now(),
		Action:   act,
		Subject:  fmt.Sprintf("unit/%d", unitID),
		UnitPath: path,
		Why:      why,
		Detail:   detail,
	})
}

// FindLevelChange gives one change. Fails with fault.NotFound when the actor does not see its unit.
func (s *Service) FindLevelChange(
	ctx context.Context,
	actor access.Actor,
	id int64,
) (_ LevelChange, err error) {
	defer fault.Step(&err, "check.FindLevelChange %d", id)

	change, err := seenLevelChange(ctx, s.db.Gorm(ctx), actor, id)
	change.Asked = change.AsOf(s.now())

	return change, err
}

// ConfirmLevel does what was asked. Fails with fault.Forbidden for the asker, fault.NotFound outside of the
// confirmer's units, fault.Conflict when it was decided, has expired or the level was changed meanwhile.
func (s *Service) ConfirmLevel(ctx context.Context, actor access.Actor, id int64) (_ LevelChange, err error) {
	defer fault.Step(&err, "check.ConfirmLevel %d", id)

	return s.decideLevel(ctx, actor, id, LevelChange.MayConfirm, func(tx pg.Tx, change *LevelChange) error {
		now, err := s.levelTx(ctx, tx, change.UnitID, change.Rule)
		if err != nil {
			return err
		}
		if now.Version != change.Version {
			return fault.Conflict("这个级别刚被别人改过，请刷新后再改").WithCode("overtaken")
		}
		after := change.Level
		if after == "" {
			after = now.Above
		}
		change.Decide(actor, lexicon.ChangeConfirmed, s.now())
		want := NewLevel{
			UnitID:  change.UnitID,
			Rule:    change.Rule,
			Level:   change.Level,
			Version: change.Version,
		}
		if err := s.applyLevel(ctx, tx, change.UnitPath, want, change.AskedBy, after); err != nil {
			return err
		}

		return s.recordLevel(ctx, tx, actor, actLevelConfirm, change.UnitID, change.UnitPath, change.Why,
			map[string]any{"rule": change.Rule, "from": now.Level, "to": after, "asked": change.AskedByName})
	})
}

// StopLevel refuses or withdraws what was asked. Who refuses says why. Fails with fault.Invalid at "reason",
// else as ConfirmLevel does.
func (s *Service) StopLevel(
	ctx context.Context,
	actor access.Actor,
	id int64,
	why string,
) (_ LevelChange, err error) {
	defer fault.Step(&err, "check.StopLevel %d", id)

	return s.decideLevel(ctx, actor, id, LevelChange.MayStop, func(tx pg.Tx, change *LevelChange) error {
		if err := change.Reason(actor, why); err != nil {
			return err
		}
		change.Decide(actor, lexicon.ChangeStopped, s.now())

		return s.recordLevel(ctx, tx, actor, actLevelStop, change.UnitID, change.UnitPath, change.DecideWhy,
			map[string]any{"rule": change.Rule, "to": change.Level, "change": change.ID})
	})
}

func (s *Service) decideLevel(
	ctx context.Context,
	actor access.Actor,
	id int64,
	may func(LevelChange, access.Actor) error,
	do func(tx pg.Tx, change *LevelChange) error,
) (change LevelChange, err error) {
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if _, err := seenLevelChange(ctx, tx.DB, actor, id); err != nil {
			return err
		}
		if change, err = oneLevelChange(
			levelChangesWhere(ctx, tx.DB, "c.id = ? FOR UPDATE OF c", id),
		); err != nil {
			return err
		}
		change.Asked = change.AsOf(s.now())
		if err := may(change, actor); err != nil {
			return err
		}
		if err := change.Open(); err != nil {
			return err
		}
		if err := do(tx, &change); err != nil {
			return err
		}
		if err := decideLevelChange(ctx, tx, change); err != nil {
			return err
		}

		return todo.ResolveTx(ctx, tx, s.now(), change.key(), actor.UserID)
	})

	return change, err
}

// expireLevels ends what nobody confirmed in time.
func (s *Service) expireLevels(ctx context.Context, tx pg.Tx) error {
	ids, err := expireLevelChanges(ctx, tx, s.now())
	if err != nil {
		return err
	}

	for _, id := range ids {
		if err := todo.ResolveSubjectTx(ctx, tx, s.now(), LevelSubject, id, 0); err != nil {
			return err
		}
	}

	return nil
}

// Expire ends changes of levels that nobody confirmed in time. It belongs on a slow clock.
func (s *Service) Expire(ctx context.Context) (err error) {
	defer fault.Step(&err, "check.Expire")

	return s.db.InTx(ctx, func(tx pg.Tx) error { return s.expireLevels(ctx, tx) })
}

package lexicon

import (
	"context"
	"fmt"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// ChangeKind says what is asked about a list.
type ChangeKind string

// The kinds of changes that may need a second person.
const (
	ChangeEntries ChangeKind = "entries"
	ChangeImport  ChangeKind = "import"
	ChangeOn      ChangeKind = "on"
	ChangeOff     ChangeKind = "off"
)

// Label is the Chinese name of the kind, as what is asked for.
func (k ChangeKind) Label() string {
	return map[ChangeKind]string{
		ChangeEntries: i18n.N("修改词表"),
		ChangeImport:  i18n.N("导入词表"),
		ChangeOn:      i18n.N("启用词表"),
		ChangeOff:     i18n.N("停用词表"),
	}[k]
}

// ChangeState is how far a change has come.
type ChangeState string

// The states. All but Asked are ends.
const (
	ChangeAsked     ChangeState = "asked"
	ChangeConfirmed ChangeState = "confirmed"
	ChangeStopped   ChangeState = "stopped" // refused, or withdrawn by who asked
	ChangeExpired   ChangeState = "expired"
)

// ChangeStates lists the states.
func ChangeStates() []ChangeState {
	return []ChangeState{ChangeAsked, ChangeConfirmed, ChangeStopped, ChangeExpired}
}

// Label is the Chinese name of the state.
func (s ChangeState) Label() string {
	return map[ChangeState]string{
		ChangeAsked:     i18n.N("待第二人确认"),
		ChangeConfirmed: i18n.N("已确认"),
		ChangeStopped:   i18n.N("已阻止"),
		ChangeExpired:   i18n.N("已过期"),
	}[s]
}

// openLimit bounds the changes of one list that wait.
const openLimit = 50

// Change is what one person asked about a list.
type Change struct {
	ID      int64
	List    List
	Kind    ChangeKind
	Entries int
	Asked
}

func (c Change) key() string { return fmt.Sprintf("lexicon_change/%d", c.ID) }

// MayConfirm tells why somebody may not be the second person; nil when he or she may.
func (c Change) MayConfirm(actor access.Actor) error { return c.MayConfirmAt(actor, c.List.UnitPath) }

// MayStop tells why somebody may not stop the change; nil when he or she may. The asker may withdraw it.
func (c Change) MayStop(actor access.Actor) error { return c.MayStopAt(actor, c.List.UnitPath) }

// askTx keeps a change of a locked list for a second person.
func (s *Service) askTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	change Change,
	puts []Put,
) (Change, error) {
	if change.List.Asked >= openLimit {
		return Change{}, fault.Conflict("这个词表已有 {.n} 项变更等待确认，请先处理", "n", change.List.Asked)
	}
	change.Asked, change.Entries = Ask(actor, change.Why, s.now()), len(puts)

	id, err := insertChange(ctx, tx, change, puts)
	if err != nil {
		return Change{}, err
	}
	change.ID = id
	detail := map[string]any{
		"change":  id,
		"kind":    change.Kind,
		"name":    change.List.Name,
		"entries": len(puts),
	}
	if err := s.record(ctx, tx, actor, actAsk, change.List, change.Why, detail); err != nil {
		return Change{}, err
	}

	return change, todo.RaiseTx(ctx, tx, s.now(), todo.Item{
		Matter:    todoConfirm,
		Key:       change.key(),
		UnitPath:  change.List.UnitPath,
		NotUser:   actor.UserID,
		SubjectID: id,
		Args: map[string]any{
			"who": actor.Name, "what": change.Kind.Label(), "name": change.List.Name,
		},
		DueAt: &change.Expires,
	})
}

// Switch asks to look for a list no more, or again. It always needs a second person; the machine acts at
// once.
func (s *Service) Switch(
	ctx context.Context,
	actor access.Actor,
	id int64,
	to State,
	why string,
) (outcome Outcome, err error) {
	defer fault.Step(&err, "lexicon.Switch %d", id)

	if why = glyph.Clean(why); len([]rune(why)) > whyLimit {
		return Outcome{}, fault.Invalid("reason", "原因最多 {.max} 个字", "max", whyLimit)
	}
	kind := map[State]ChangeKind{On: ChangeOn, Off: ChangeOff}[to]

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		list, err := s.managed(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if list.State == to || kind == "" {
			return fault.Conflict("词表{.state}，没有变化", "state", list.State.Label())
		}
		if actor.IsSystem() {
			outcome.List, err = s.switchTx(ctx, tx, list, to, step{what: string(kind), by: actor, why: why})
			return err
		}
		change, err := s.askTx(ctx, tx, actor, Change{List: list, Kind: kind, Asked: Asked{Why: why}}, nil)
		outcome = Outcome{List: list, Change: &change}

		return err
	})

	return outcome, err
}

func (s *Service) switchTx(ctx context.Context, tx pg.Tx, list List, to State, step step) (List, error) {
	list.State = to
	list.Version++
	if err := s.advanceTx(ctx, tx, list, step); err != nil {
		return list, err
	}
	if err := s.tellBlocks(ctx, tx, list, to == On); err != nil || step.confirmed != nil {
		return list, err
	}

	return list, s.record(ctx, tx, step.by, actSwitch, list, step.why, map[string]any{
		"name": list.Name, "to": to,
	})
}

// tellBlocks tells those above when a list may forbid more than before.
func (s *Service) tellBlocks(ctx context.Context, tx pg.Tx, list List, more bool) error {
	if !more || s.told.Blocks == nil {
		return nil
	}

	return s.told.Blocks(ctx, tx, list.UnitPath)
}

// Confirm does what was asked. Fails with fault.Forbidden for the asker, fault.NotFound outside of the
// confirmer's units, fault.Conflict when it was decided, has expired, or an entry was changed meanwhile.
func (s *Service) Confirm(ctx context.Context, actor access.Actor, id int64) (_ Change, err error) {
	defer fault.Step(&err, "lexicon.Confirm %d", id)

	var change Change
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if change, err = s.deciding(ctx, tx, actor, id); err != nil {
			return err
		}
		if err := change.MayConfirm(actor); err != nil {
			return err
		}
		if err := change.Open(); err != nil {
			return err
		}

		change.Decide(actor, ChangeConfirmed, s.now())
		if err := s.doTx(ctx, tx, actor, change); err != nil {
			return err
		}
		if err := decideChange(ctx, tx, change); err != nil {
			return err
		}
		detail := map[string]any{
			"change":  change.ID,
			"kind":    change.Kind,
			"name":    change.List.Name,
			"asked":   change.AskedByName,
			"entries": change.Entries,
		}
		if err := s.record(ctx, tx, actor, actConfirm, change.List, change.Why, detail); err != nil {
			return err
		}

		return todo.ResolveTx(ctx, tx, s.now(), change.key(), actor.UserID)
	})

	return change, err
}

// doTx does what a change asks, as its asker's act.
func (s *Service) doTx(ctx context.Context, tx pg.Tx, actor access.Actor, change Change) error {
	list, err := lockList(ctx, tx, change.List.ID)
	if err != nil {
		return err
	}
	step := step{
		what:      string(change.Kind),
		by:        access.Actor{UserID: change.AskedBy, Name: change.AskedByName},
		confirmed: &actor,
		why:       change.Why,
	}

	if to, ok := map[ChangeKind]State{ChangeOn: On, ChangeOff: Off}[change.Kind]; ok {
		if list.State == to {
			return fault.Conflict("词表{.state}，没有变化", "state", list.State.Label()).WithCode("overtaken")
		}
		_, err := s.switchTx(ctx, tx, list, to, step)

		return err
	}

	puts, err := changeEntries(ctx, tx, change.ID, 0)
	if err != nil {
		return err
	}
	plan, err := planTx(ctx, tx, list, puts)
	if err != nil {
		return err
	}
	_, err = s.applyTx(ctx, tx, list, plan, step)

	return err
}

// deciding locks a change that the actor may see, as it stands now.
func (s *Service) deciding(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (Change, error) {
	if _, err := findChange(ctx, tx.DB, actor, id); err != nil {
		return Change{}, err
	}
	change, err := lockChange(ctx, tx.DB, id)
	change.Asked = change.AsOf(s.now())

	return change, err
}

// Stop refuses or withdraws what was asked. Who refuses says why. Fails with fault.Invalid at "reason",
// fault.NotFound, fault.Forbidden and fault.Conflict.
func (s *Service) Stop(ctx context.Context, actor access.Actor, id int64, why string) (_ Change, err error) {
	defer fault.Step(&err, "lexicon.Stop %d", id)

	var change Change
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if change, err = s.deciding(ctx, tx, actor, id); err != nil {
			return err
		}
		if err := change.MayStop(actor); err != nil {
			return err
		}
		if err := change.Open(); err != nil {
			return err
		}
		if err := change.Reason(actor, why); err != nil {
			return err
		}

		change.Decide(actor, ChangeStopped, s.now())
		if err := decideChange(ctx, tx, change); err != nil {
			return err
		}
		detail := map[string]any{"change": change.ID, "kind": change.Kind, "name": change.List.Name}
		if err := s.record(ctx, tx, actor, actStop, change.List, change.DecideWhy, detail); err != nil {
			return err
		}

		return s.tellStopped(ctx, tx, actor, change)
	})

	return change, err
}

// tellStopped closes what waited for a second person, and tells the asker's side when that one refused.
func (s *Service) tellStopped(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	change Change,
) error {
	if err := todo.ResolveSubjectTx(ctx, tx, s.now(), ChangeSubject, change.ID, actor.UserID); err != nil {
		return err
	}
	if actor.UserID == change.AskedBy {
		return nil
	}

	return todo.RaiseTx(ctx, tx, s.now(), todo.Item{
		Matter:    todoStopped,
		Key:       change.key() + "/stopped",
		UnitPath:  change.List.UnitPath,
		NotUser:   actor.UserID,
		SubjectID: change.ID,
		Args: map[string]any{
			"who": actor.Name, "what": change.Kind.Label(), "name": change.List.Name, "why": change.DecideWhy,
		},
	})
}

// expire ends the changes that nobody confirmed in time, and what waited for them.
func (s *Service) expire(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		ids, err := expireDue(ctx, tx, s.now())
		if err != nil {
			return err
		}

		for _, id := range ids {
			if err := todo.ResolveSubjectTx(ctx, tx, s.now(), ChangeSubject, id, 0); err != nil {
				return err
			}
		}

		return s.expirePleas(ctx, tx)
	})
}

// Changes gives what was asked about a list, the newest first, at most fifty.
func (s *Service) Changes(ctx context.Context, actor access.Actor, listID int64) (_ []Change, err error) {
	defer fault.Step(&err, "lexicon.Changes %d", listID)

	list, err := readChanges(
		ctx,
		s.db.Gorm(ctx),
		actor,
		"c.lexicon_id = ? ORDER BY c.id DESC LIMIT 50",
		listID,
	)
	for i, change := range list {
		list[i].Asked = change.AsOf(s.now())
	}

	return list, err
}

// FindChange gives one change with what it would change, at most 500 entries. Fails with fault.NotFound when
// the actor does not see the list.
func (s *Service) FindChange(
	ctx context.Context,
	actor access.Actor,
	id int64,
) (_ Change, _ []Difference, err error) {
	defer fault.Step(&err, "lexicon.FindChange %d", id)

	change, err := findChange(ctx, s.db.Gorm(ctx), actor, id)
	if err != nil {
		return Change{}, nil, err
	}
	var wanted []Difference
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		wanted, err = s.wanted(ctx, tx, id)
		return err
	})

	change.Asked = change.AsOf(s.now())

	return change, wanted, err
}

// TryChange tells what a change that waits would find in what people write: its words, or all of a list that
// is to be looked for again. Nothing for a list that is to be switched off.
func (s *Service) TryChange(ctx context.Context, actor access.Actor, id int64) (_ Tried, err error) {
	defer fault.Step(&err, "lexicon.TryChange %d", id)

	change, err := findChange(ctx, s.db.Gorm(ctx), actor, id)
	if err != nil || change.State != ChangeAsked || change.Kind == ChangeOff {
		return Tried{}, err
	}
	var puts []Put

	if change.Kind == ChangeOn {
		entries, err := entriesOf(ctx, s.db.Pool(), change.List.ID, change.List.Version, true)
		if err != nil {
			return Tried{}, err
		}

		for _, entry := range entries {
			puts = append(puts, Put{Entry: entry})
		}
	} else if err = s.db.InTx(ctx, func(tx pg.Tx) error {
		puts, err = changeEntries(ctx, tx, id, 0)
		return err
	}); err != nil {
		return Tried{}, err
	}

	return s.try(ctx, change.List, puts)
}

// wanted sets the entries of a change beside those that they would replace.
func (s *Service) wanted(ctx context.Context, tx pg.Tx, id int64) ([]Difference, error) {
	puts, err := changeEntries(ctx, tx, id, differencesLimit)
	if err != nil {
		return nil, err
	}

	ids := make([]int64, len(puts))
	for i, put := range puts {
		ids[i] = put.Was
	}
	before, err := entriesByID(ctx, tx, ids)
	if err != nil {
		return nil, err
	}

	wanted := make([]Difference, len(puts))
	for i := range puts {
		wanted[i].After = &puts[i].Entry
		if was, ok := before[puts[i].Was]; ok {
			wanted[i].Before = &was
		}
	}

	return wanted, nil
}

package lexicon

import (
	"context"
	"fmt"
	"slices"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/pg"
)

// Put is an entry that is to be in a list. Was is the entry whose place it takes, as the page showed it; 0:
// the word is new. Replace takes whatever stands there.
type Put struct {
	Entry
	Was     int64
	Replace bool
}

// Outcome is what became of a wish: it was done, or waits for a second person as a change.
type Outcome struct {
	List    List
	Change  *Change // nil: done
	Added   int
	Changed int
	Same    int // that the list had already
}

// step is what is done to a list at once.
type step struct {
	what      string // as lexicon_versions has it
	by        access.Actor
	confirmed *access.Actor // the second person
	why       string
	added     int
	changed   int
}

// PutEntry adds an entry or changes one. Fails with fault.Invalid at the entry's fields, with fault.Conflict
// where the word is there already or somebody changed it meanwhile.
func (s *Service) PutEntry(
	ctx context.Context,
	actor access.Actor,
	listID int64,
	put Put,
	why string,
) (_ Outcome, err error) {
	defer fault.Step(&err, "lexicon.PutEntry %d", listID)

	return s.put(ctx, actor, listID, []Put{put}, why, ChangeEntries)
}

func (s *Service) put(
	ctx context.Context,
	actor access.Actor,
	listID int64,
	puts []Put,
	why string,
	kind ChangeKind,
) (outcome Outcome, err error) {
	if why = glyph.Clean(why); len([]rune(why)) > whyLimit {
		return Outcome{}, fault.Invalid("reason", "原因最多 {.max} 个字", "max", whyLimit)
	}
	if puts, err = checked(puts); err != nil {
		return Outcome{}, err
	}

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		list, err := s.managed(ctx, tx, actor, listID)
		if err != nil {
			return err
		}
		plan, err := planTx(ctx, tx, list, puts)
		if err != nil {
			return err
		}

		outcome = Outcome{List: list, Added: plan.added, Changed: plan.changed, Same: plan.same}
		switch {
		case len(plan.puts) == 0:
			return nil
		case plan.second && !actor.IsSystem():
			change, err := s.askTx(
				ctx,
				tx,
				actor,
				Change{List: list, Kind: kind, Asked: Asked{Why: why}},
				plan.puts,
			)
			outcome.Change = &change

			return err
		}
		outcome.List, err = s.applyTx(ctx, tx, list, plan, step{what: string(kind), by: actor, why: why})

		return err
	})

	return outcome, err
}

// checked gives entries in their plain form, each word once.
func checked(puts []Put) ([]Put, error) {
	if len(puts) > entriesLimit {
		return nil, fault.Invalid("file", "一个词表最多 {.max} 条", "max", entriesLimit)
	}
	seen := make(map[string]bool, len(puts))

	out := make([]Put, len(puts))
	for i, put := range puts {
		put.Entry = put.clean()
		if err := put.check(); err != nil {
			return nil, err
		}
		if seen[put.Word] {
			return nil, fault.Invalid("word", "「{.word}」重复", "word", put.Word)
		}
		seen[put.Word] = true
		out[i] = put
	}

	return out, nil
}

// managed locks a list that the actor keeps.
func (s *Service) managed(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (List, error) {
	list, err := findList(ctx, tx.DB, actor, id)
	if err != nil {
		return List{}, err
	}
	if !list.May(actor).Manage {
		return List{}, fault.Forbidden("您的角色没有这项权限")
	}

	return lockList(ctx, tx, id)
}

// plan is what a set of entries means for a list as it stands.
type plan struct {
	puts                 []Put // those that make a difference, Was filled in
	added, changed, same int
	grows                int // by how much there are more entries that are looked for
	second               bool
}

// planTx compares entries with what a locked list has.
func planTx(ctx context.Context, tx pg.Tx, list List, puts []Put) (plan, error) {
	there, err := standing(ctx, tx, list.ID, puts)
	if err != nil {
		return plan{}, err
	}
	var p plan

	for _, put := range puts {
		before, is := there[put.Word]

		switch {
		case !put.Replace && put.Was == 0 && is:
			return plan{}, fault.Conflict("词表里已有「{.word}」", "word", put.Word).WithCode("word_exists")
		case !put.Replace && put.Was != before.ID:
			return plan{}, fault.Conflict("「{.word}」刚被别人改过，请重新打开再改", "word", put.Word).WithCode("overtaken")
		case is && before.same(put.Entry):
			p.same++
			continue
		}

		was := &before
		if !is {
			was = nil
			p.added++
		} else {
			p.changed++
		}
		p.grows += looked(put.State) - looked(before.State)
		p.second = p.second || needsSecond(list.Kind, was, put.Entry)
		put.Was = before.ID
		p.puts = append(p.puts, put)
	}
	if list.Entries+p.grows > entriesLimit {
		return plan{}, fault.Conflict("一个词表最多 {.max} 条", "max", entriesLimit)
	}

	return p, nil
}

func looked(state State) int {
	if state == On {
		return 1
	}

	return 0
}

// applyTx makes the next version of a locked list.
func (s *Service) applyTx(ctx context.Context, tx pg.Tx, list List, plan plan, step step) (List, error) {
	list.Version++
	list.Entries += plan.grows
	step.added, step.changed = plan.added, plan.changed

	if err := replaceEntries(ctx, tx, list, plan.puts); err != nil {
		return List{}, err
	}
	if err := s.advanceTx(ctx, tx, list, step); err != nil {
		return List{}, err
	}
	if err := s.tellBlocks(ctx, tx, list, slices.ContainsFunc(plan.puts, func(put Put) bool {
		return put.State == On && (put.Level == "" || put.Level == Block)
	})); err != nil {
		return List{}, err
	}
	action := map[string]audit.Act{"import": actImport}[step.what]
	if action.Code == "" {
		action = actEntries
	}
	if step.confirmed != nil {
		return list, nil // the confirmation is in the trail
	}

	return list, s.record(ctx, tx, step.by, action, list, step.why, detailOf(list, plan))
}

// advanceTx writes what a list is now, and who made it so.
func (s *Service) advanceTx(ctx context.Context, tx pg.Tx, list List, step step) error {
	if err := updateList(ctx, tx, list); err != nil {
		return err
	}

	return insertVersion(ctx, tx, list, step, s.now())
}

// detailOf is what the trail keeps of a change: a few of the words themselves, not a whole list.
func detailOf(list List, plan plan) map[string]any {
	words := []string{}

	for _, put := range plan.puts[:min(len(plan.puts), 10)] {
		level := put.LevelIn(list.Kind)
		if put.State == Off {
			level = "off"
		}
		words = append(words, fmt.Sprintf("%s: %s", put.Word, level))
	}

	return map[string]any{
		"name":    list.Name,
		"version": list.Version,
		"added":   plan.added,
		"changed": plan.changed,
		"words":   words,
	}
}

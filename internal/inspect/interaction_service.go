package inspect

import (
	"context"
	"io"
	"strconv"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/media"
	"juzhen/internal/pg"
)

// Replies says how what citizens asked an account was answered: evidence beside the checklist, no answer to
// any of its questions.
type Replies struct {
	Known           bool // the inbox was read in the whole period
	Asked, Answered int64
	Half            time.Duration // in which half of those that were answered had their first answer
}

// Replying tells of the replies of an account from one instant to before another.
type Replying func(ctx context.Context, accountID int64, from, to time.Time) (Replies, error)

// Seeing gives the service what stands beside a checklist: where pictures are kept, and who knows of replies.
func (s *Service) Seeing(pictures *media.Service, replying Replying) *Service {
	s.pictures, s.replying = pictures, replying
	return s
}

// repliesDays is the period of the replies beside a checklist.
const repliesDays = 30

// MaxChecks is how many checklists of an account are listed.
const MaxChecks = 100

// Interaction is an account with its checklists.
type Interaction struct {
	Account
	Finding *Finding // what the rule says now; nil: none holds for the account
	Checks  []Check  // the latest first
	Days    int      // how far two may lie apart
	Replies Replies  // of the last 30 days
	May     bool     // the reader may write one
}

// Number is that of the last checklist; 0: there is none.
func (i Interaction) Number() int {
	if len(i.Checks) == 0 {
		return 0
	}

	return i.Checks[0].Number
}

// Interaction reads the checklists of an account. Fails with fault.NotFound outside of the actor's scope.
func (s *Service) Interaction(
	ctx context.Context, actor access.Actor, accountID int64,
) (out Interaction, err error) {
	defer fault.Step(&err, "inspect.Interaction %d", accountID)

	if out.Account, err = seenAccount(ctx, s.db.Gorm(ctx), actor, accountID); err != nil {
		return out, err
	}
	now := s.now()
	if out.Checks, err = selectChecks(ctx, s.db, accountID, MaxChecks); err != nil {
		return out, err
	}
	rule, err := s.strictest(ctx, out.UnitPath)
	if err != nil {
		return out, err
	}
	out.Days = rule.Days
	out.May = Watched(out.State) && actor.CanAt(access.InspectManage, out.UnitPath)

	looks, err := selectLooks(ctx, s.db, []int64{accountID}, now)
	if err != nil {
		return out, err
	}
	out.Look = looks[accountID]
	if rule.ID != 0 && Watched(out.State) {
		found := judgeInteraction(rule, out.Account, now)
		out.Finding = &found
	}
	if s.replying != nil {
		out.Replies, err = s.replying(ctx, accountID, now.AddDate(0, 0, -repliesDays), now)
	}

	return out, err
}

// strictest is the rule of interaction that asks an account of a unit most often; without an id where none
// holds.
func (s *Service) strictest(ctx context.Context, path string) (Rule, error) {
	now := s.now()
	rules, err := selectRules(ctx, s.db, now, Interactive)
	out := Rule{Days: UsualDays}

	for _, rule := range rules {
		if rule.holds(path, beijing.Day(now)) && (out.ID == 0 || rule.Days < out.Days) {
			out = rule
		}
	}

	return out, err
}

// Check writes a checklist of an account. Its pictures must be those of the account's unit (Upload). Fails
// with fault.NotFound and fault.Forbidden at the account's unit, with fault.Fields, and with fault.Conflict
// where somebody else wrote one meanwhile or accounts in that state are not inspected.
func (s *Service) Check(
	ctx context.Context, actor access.Actor, accountID int64, entry Entry,
) (err error) {
	defer fault.Step(&err, "inspect.Check %d", accountID)

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		about, err := s.writable(ctx, tx, actor, accountID)
		if err != nil {
			return err
		}
		last, err := lastCheck(ctx, tx, accountID)
		if err != nil {
			return err
		}
		if last.Number != entry.Number {
			return errChecked()
		}
		rule, err := s.strictest(ctx, about.UnitPath)
		if err != nil {
			return err
		}
		made, err := entry.clean(s.now(), last.On, rule.Days)
		if err != nil {
			return err
		}
		if err := ownPictures(ctx, tx, made.Answers, about.UnitID); err != nil {
			return err
		}
		id, err := insertCheck(ctx, tx, accountID, made, actor.UserID, s.now())
		if err != nil {
			return err
		}
		if id == 0 {
			return errChecked()
		}

		return s.recordCheck(ctx, tx, actor, about, last, made, id)
	})
}

func errChecked() error {
	return fault.Conflict("这个账号刚刚有人检查过，请刷新后再登记")
}

// writable is an account whose checklist the actor may write.
func (s *Service) writable(
	ctx context.Context, tx pg.Tx, actor access.Actor, accountID int64,
) (account.Account, error) {
	about, err := account.FindTx(ctx, tx, accountID)
	if err != nil {
		return about, err
	}
	if err := access.Require(actor, access.InspectManage, about.UnitPath); err != nil {
		return about, err
	}
	if !Watched(about.State) {
		return about, fault.Conflict("启用和停用中的账号才检查")
	}

	return about, nil
}

// ownPictures refuses a picture that is not the unit's: nobody gains sight of one by naming it.
func ownPictures(ctx context.Context, tx pg.Tx, answers []Answer, unitID int64) error {
	for _, answer := range answers {
		if answer.MediaID == 0 {
			continue
		}
		found, err := media.LoadTx(ctx, tx, []int64{answer.MediaID})
		if err != nil {
			return err
		}
		if found[0].UnitID != unitID {
			return fault.Invalid("file_"+answer.Question, "没有找到图片，请重新上传")
		}
	}

	return nil
}

// recordCheck writes the entry of the trail, with what is answered otherwise than before.
func (s *Service) recordCheck(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	about account.Account,
	before Check,
	made kept,
	id int64,
) (err error) {
	if before.Answers, err = answersOf(ctx, tx, before.ID); err != nil {
		return err
	}

	changed := map[string]any{}
	for _, change := range (Check{Answers: made.Answers}).changes(before) {
		changed[change.Question.Key] = map[string]any{"from": change.From, "to": change.To}
	}

	return audit.Write(ctx, tx, audit.Entry{
		Actor:    actor,
		At:       s.now(),
		Action:   actCheck,
		Subject:  "account/" + strconv.FormatInt(about.ID, 10),
		UnitPath: about.UnitPath,
		Why:      made.Note,
		Detail: map[string]any{
			"check": id, "on": beijing.Date(made.on), "next": beijing.Date(made.next), "answers": changed,
		},
	})
}

// Upload keeps the bytes of a picture that is to show an answer. Fails as media.Service.Upload does.
func (s *Service) Upload(
	ctx context.Context, actor access.Actor, accountID int64, fileName string, r io.Reader,
) (_ int64, err error) {
	defer fault.Step(&err, "inspect.Upload %d", accountID)

	about, err := seenAccount(ctx, s.db.Gorm(ctx), actor, accountID)
	if err != nil {
		return 0, err
	}
	picture, err := s.pictures.UploadFor(ctx, actor, access.InspectManage, about.UnitID, fileName, r, "")

	return picture.ID, err
}

// Picture gives the bytes and the kind of the picture that shows an answer. Fails with fault.NotFound where
// the actor does not see the account, or there is none.
func (s *Service) Picture(
	ctx context.Context, actor access.Actor, accountID, checkID int64, question string,
) (data []byte, mime string, err error) {
	defer fault.Step(&err, "inspect.Picture %d", checkID)

	if _, err := seenAccount(ctx, s.db.Gorm(ctx), actor, accountID); err != nil {
		return nil, "", err
	}
	var found []media.Media
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		id, err := pictureOf(ctx, tx, accountID, checkID, question)
		if err != nil {
			return err
		}
		if id == 0 {
			return fault.NotFound("没有找到图片，或不在您的管辖范围内")
		}
		found, err = media.LoadTx(ctx, tx, []int64{id})

		return err
	})
	if err != nil {
		return nil, "", err
	}
	data, err = s.pictures.Bytes(ctx, found[0].SHA256)

	return data, found[0].MIME, err
}

// readLooks reads the latest checklist of each account.
func (s *Service) readLooks(ctx context.Context, accounts []Account, at time.Time) error {
	looks, err := selectLooks(ctx, s.db, idsOf(accounts), at)

	for i := range accounts {
		accounts[i].Look = looks[accounts[i].ID]
	}

	return err
}

func idsOf(accounts []Account) []int64 {
	ids := make([]int64, len(accounts))
	for i, account := range accounts {
		ids[i] = account.ID
	}

	return ids
}

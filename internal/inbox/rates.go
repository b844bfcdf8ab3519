package inbox

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/pg"
	"juzhen/internal/reach"
)

// Rating is what a citizen said of how a matter was dealt with, as an officer heard it.
type Rating string

// The ratings. A matter that nobody rated has "".
const (
	Pleased    Rating = "pleased"
	Fair       Rating = "fair"
	Displeased Rating = "displeased"
)

// Ratings lists the ratings, the best first.
func Ratings() []Rating { return []Rating{Pleased, Fair, Displeased} }

// Valid tells whether r is one of the ratings.
func (r Rating) Valid() bool { return slices.Contains(Ratings(), r) }

// Label is the Chinese word for the rating.
func (r Rating) Label() string {
	return map[Rating]string{
		Pleased: i18n.N("满意"), Fair: i18n.N("基本满意"), Displeased: i18n.N("不满意"),
	}[r]
}

// Share is how many of how many.
type Share struct{ N, Of int }

// Known tells whether there is anything to divide by.
func (s Share) Known() bool { return s.Of > 0 }

// Part is N of Of, from 0 to 1; 0 where there is nothing to divide by.
func (s Share) Part() float64 {
	if s.Of == 0 {
		return 0
	}

	return float64(s.N) / float64(s.Of)
}

func (s *Share) count(is bool) {
	s.Of++
	if is {
		s.N++
	}
}

func (s *Share) add(other Share) { s.N, s.Of = s.N+other.N, s.Of+other.Of }

// Rates are the three rates of what citizens began to say to the accounts of a unit in a month, by the
// console's own definition (RateTerms).
type Rates struct {
	UnitID   int64
	UnitName string
	UnitPath string
	Matters  int   // that count
	Response Share // the first answer was given within the first limit; of what is answered, or past it
	Solution Share // closed as solved; of what is closed
	Content  Share // pleased or fair; of what is rated
}

// RateTerms say what the rates are, as Chinese source texts: they stand beside them wherever they are shown.
func RateTerms() []string {
	return []string{
		i18n.N("计入：市民第一句话在这个月（北京时间）、账号归该单位的互动；表扬、无关、无需答复和并入另一件的不计。"),
		i18n.N("响应率：首次答复在首次时限内的，占已有首次答复或已过首次时限的。没到时限、时限暂停、不计时的不计。"),
		i18n.N("解决率：以“已解决”办结的，占已办结的。"),
		i18n.N("满意率：市民说满意或基本满意的，占登记了评价的；没有登记的不推断。"),
		i18n.N("本台口径，不是 12345 的三率，不能与之比较或替代。"),
	}
}

// begunMatter is a matter of a month with what its rates are reckoned by.
type begunMatter struct {
	ID     int64
	Unit   int64 // of its account
	Name   string
	Path   string
	Kind   Kind
	State  State
	Result Result
	Rating Rating
}

// counts tells whether the matter asks for anything.
func (m begunMatter) counts() bool {
	return m.Kind != Praise && m.Kind != NoMatter && m.Result != Merged && m.Result != Unneeded
}

// add counts a matter with its first clock, which ends at due; nil where that cannot be told.
func (r *Rates) add(m begunMatter, clock *Clock, due *time.Time, now time.Time) {
	r.Matters++
	if clock != nil && due != nil && (clock.Stopped != nil || due.Before(now)) {
		r.Response.count(clock.Stopped != nil && !clock.Stopped.After(*due))
	}
	if m.State == Closed {
		r.Solution.count(m.Result == Solved)
	}
	if m.Rating != "" {
		r.Content.count(m.Rating != Displeased)
	}
}

// Monthly are the rates of a month, which begins at an instant in Beijing: of each unit at whose accounts
// citizens said something that the actor sees, in the order of the units, and of all together.
func (s *Service) Monthly(
	ctx context.Context, actor access.Actor, month time.Time,
) (units []Rates, sum Rates, err error) {
	defer fault.Step(&err, "inbox.Monthly %s", month.Format("2006-01"))

	if err := s.days.load(ctx, s.opt.Plan, s.now()); err != nil {
		return nil, Rates{}, err
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		matters, err := begunIn(ctx, tx, actor, month, month.AddDate(0, 1, 0))
		if err != nil {
			return err
		}
		versions, err := allTerms(ctx, tx)
		if err != nil {
			return err
		}
		dials := map[string]*dial{}

		for batch := range slices.Chunk(matters, reckonBatch) {
			facts, err := talkOf(ctx, tx, batch)
			if err != nil {
				return err
			}

			for _, m := range batch {
				if dials[m.Path] == nil {
					dials[m.Path] = newDial(CourseOf(m.Path, versions), s.special())
				}
				if len(units) == 0 || units[len(units)-1].UnitID != m.Unit {
					units = append(units, Rates{UnitID: m.Unit, UnitName: m.Name, UnitPath: m.Path})
				}
				clock, due := dials[m.Path].first(m.Kind, facts[m.ID])
				units[len(units)-1].add(m, clock, due, s.now())
			}
		}

		return nil
	})

	for _, unit := range units {
		sum.Matters += unit.Matters
		sum.Response.add(unit.Response)
		sum.Solution.add(unit.Solution)
		sum.Content.add(unit.Content)
	}

	return units, sum, err
}

// first is the first clock of a matter of a kind, and when it ends or ended.
func (d *dial) first(kind Kind, known facts) (*Clock, *time.Time) {
	clocks := Clocks(known.said)
	if len(clocks) == 0 {
		return nil, nil
	}

	return &clocks[0], d.due(kind, clocks[0], known.pauses)
}

// RatesTable is the rates as a file for spreadsheets, the sum last; what the rates are stands below them.
func RatesTable(units []Rates, sum Rates, words reach.Words) reach.Table {
	sum.UnitName = words("合计")

	return reach.Table{
		Head: []string{
			words("单位"), words("计入件数"), words("时限内首次答复"), words("应有首次答复"), words("响应率"),
			words("已解决"), words("已办结|互动"), words("解决率"), words("满意或基本满意"), words("登记了评价"), words("满意率"),
		},
		Each: func(write func([]string) error) error {
			for _, unit := range append(slices.Clone(units), sum) {
				if err := write(unit.cells(words("不可用"))); err != nil {
					return err
				}
			}

			for _, text := range RateTerms() {
				row := make([]string, len(sum.cells("")))
				row[0] = words(text)
				if err := write(row); err != nil {
					return err
				}
			}

			return nil
		},
	}
}

func (r Rates) cells(none string) []string {
	cells := []string{r.UnitName, strconv.Itoa(r.Matters)}

	for _, share := range []Share{r.Response, r.Solution, r.Content} {
		part := none
		if share.Known() {
			part = fmt.Sprintf("%.1f%%", share.Part()*100)
		}
		cells = append(cells, strconv.Itoa(share.N), strconv.Itoa(share.Of), part)
	}

	return cells
}

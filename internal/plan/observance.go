package plan

import (
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
)

// Observance is a day of the year that the environment's press offices keep.
type Observance struct {
	Month time.Month
	Day   int
	Name  string
	Basis string // who set the day
	Since int    // the first year in which it was kept under this name
}

// On tells whether it is kept on the day of an instant.
func (o Observance) On(at time.Time) bool {
	day := at.In(beijing.Zone)
	return day.Month() == o.Month && day.Day() == o.Day && day.Year() >= o.Since
}

// Observances are the days that lie on one date each year, in the order of the year. Those that move, as the
// week of saving energy does, are not among them: nobody can tell their date ahead.
func Observances() []Observance {
	united, national := i18n.N("联合国大会设立"), i18n.N("国家设立")

	return []Observance{
		{time.February, 2, i18n.N("世界湿地日"), united, 1997},
		{time.March, 3, i18n.N("世界野生动植物日"), united, 2014},
		{time.March, 12, i18n.N("植树节"), national, 1979},
		{time.March, 21, i18n.N("国际森林日"), united, 2013},
		{time.March, 22, i18n.N("世界水日"), united, 1993},
		{time.March, 23, i18n.N("世界气象日"), i18n.N("世界气象组织设立"), 1961},
		{time.April, 22, i18n.N("世界地球日"), i18n.N("国际通行"), 1990},
		{time.May, 22, i18n.N("国际生物多样性日"), united, 2001},
		{time.June, 5, i18n.N("六五环境日"), i18n.N("环境保护法规定，也是世界环境日"), 2015},
		{time.June, 8, i18n.N("世界海洋日"), united, 2009},
		{time.June, 17, i18n.N("世界防治荒漠化与干旱日"), united, 1995},
		{time.August, 15, i18n.N("全国生态日"), national, 2023},
		{time.September, 7, i18n.N("国际清洁蓝天日"), united, 2020},
		{time.September, 16, i18n.N("国际保护臭氧层日"), united, 1995},
		{time.September, 22, i18n.N("世界无车日"), i18n.N("国际通行"), 2000},
		{time.December, 5, i18n.N("世界土壤日"), united, 2014},
	}
}

// Kept gives the observances of the day of an instant.
func Kept(at time.Time) (list []Observance) {
	for _, one := range Observances() {
		if one.On(at) {
			list = append(list, one)
		}
	}

	return list
}

// Mark is what is said of a day beside its date.
type Mark struct {
	Kind Kind
	Name string // of the holiday that it belongs to or makes up for
	Kept []Observance
}

// Mark gives what is said of the day of an instant.
func (a Almanac) Mark(at time.Time) Mark {
	kind, name := a.Workday(at)
	return Mark{Kind: kind, Name: name, Kept: Kept(at)}
}

// Off tells whether it is a holiday.
func (m Mark) Off() bool { return m.Kind == Holiday }

// Rests tells whether it is known not to be worked: a holiday or a weekend.
func (m Mark) Rests() bool { return m.Kind == Holiday || m.Kind == Weekend }

// Makes tells whether it is a Saturday or Sunday that is worked.
func (m Mark) Makes() bool { return m.Kind == Adjusted }

// Any tells whether there is anything to be said that the week does not say.
func (m Mark) Any() bool { return m.Off() || m.Makes() || len(m.Kept) > 0 }

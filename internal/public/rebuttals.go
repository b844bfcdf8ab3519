package public

import (
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
)

// rebuttalsPage is what is said and is not so.
type rebuttalsPage struct {
	frame
	Items []rebuttalItem
}

type rebuttalItem struct {
	At, Claim, Said string
	Open, Label     string
	Truth           []piece
	Withdrawn       bool
}

// rebuttalPage is one rebuttal.
type rebuttalPage struct {
	frame
	Claim, Stamp string
	Unit         string
	Truth        []piece
	Evidence     []evidence
	Facts        []fact
	Withdrawn    string // what happened
	Correction   []piece
}

// Name is what a link to the evidence is called, for who hears links out of their place.
func (e evidence) Name() string {
	if e.Note != "" {
		return e.Note
	}

	return e.Source
}

// rebutted is the list of rebuttals, or its data.
func (b *builder) rebutted() (*answer, error) {
	all, err := b.rebuttals(b.ctx)
	if err != nil {
		return nil, err
	}
	if b.asked.format == "json" {
		return b.rebuttalsJSON(all)
	}
	page := rebuttalsPage{frame: b.frame(b.printer().T("权威辟谣"), "/rebuttals")}

	for _, r := range all {
		one := rebuttalItem{
			At: page.At(rebuttalAt(r.Number)), Claim: r.Claim, Truth: pieces(r.Truth),
			Open: page.T("依据与核对"),
		}
		one.Said = page.T("{.unit} 签发，适用：{.area}，有效期至 {.time}",
			"unit", r.Unit, "area", r.Area, "time", minute(r.Until))
		one.Label = one.Open + " — " + title(r.Claim)
		if r.WithdrawnAt != nil {
			one.Withdrawn = true
			one.Said = page.T("{.unit} 已于 {.time} 撤回", "unit", r.Unit, "time", minute(*r.WithdrawnAt))
		}
		page.Items = append(page.Items, one)
	}

	return b.page(http.StatusOK, "rebuttals", page)
}

// oneRebuttal is a rebuttal with its proof.
func (b *builder) oneRebuttal() (*answer, error) {
	r, err := b.rebuttal(b.ctx, b.asked.number)
	if errors.Is(err, errExpired) {
		return b.message(b.set, b.asked.lang, http.StatusGone)
	}
	if err != nil {
		return nil, err
	}
	f := b.frame(title(r.Claim), rebuttalAt(r.Number))
	f.Description, f.Kind = brief(r.Truth), "article"
	page := rebuttalPage{
		Claim: r.Claim, Stamp: stamp(r.SignedAt), Unit: r.Unit, Truth: pieces(r.Truth), Evidence: r.Evidence,
	}
	page.Facts = []fact{
		{Name: f.T("签发单位"), Value: r.Unit},
		{Name: f.T("签发时间"), Value: f.T("{.time}（北京时间）", "time", minute(r.SignedAt))},
		{Name: f.T("适用地区"), Value: r.Area},
		{Name: f.T("有效期"), Value: minute(r.From) + " – " + minute(r.Until)},
		{Name: f.T("公开编号"), Value: strconv.FormatInt(r.Number, 10), Code: true},
		{Name: f.T("“传言、换行、事实”的 SHA-256"), Value: hex.EncodeToString(r.Hash), Code: true},
	}
	if r.WithdrawnAt != nil {
		page.Withdrawn = f.T("这条辟谣已于 {.time} 撤回，请不要再引用。", "time", minute(*r.WithdrawnAt))
		if r.Correction != "" {
			page.Correction = pieces(r.Correction)
		}
	}
	page.frame = f

	return b.page(http.StatusOK, "rebuttal", page)
}

func (b *builder) rebuttalsJSON(all []rebuttal) (*answer, error) {
	type rebuttalData struct {
		Number     string     `json:"number"`
		At         string     `json:"url"`
		Unit       string     `json:"unit"`
		Claim      string     `json:"claim"`
		Truth      string     `json:"truth"`
		Area       string     `json:"area"`
		Evidence   []evidence `json:"evidence"`
		From       string     `json:"valid_from"`
		Until      string     `json:"valid_until"`
		SignedAt   string     `json:"signed_at"`
		SHA256     string     `json:"sha256"` // of claim, a line feed, truth
		Withdrawn  string     `json:"withdrawn_at,omitempty"`
		Correction string     `json:"correction,omitempty"`
	}
	list := struct {
		Rebuttals []rebuttalData `json:"rebuttals"`
	}{Rebuttals: []rebuttalData{}}

	for _, r := range all {
		one := rebuttalData{
			Number: strconv.FormatInt(r.Number, 10), At: b.opt.URL + rebuttalAt(r.Number), Unit: r.Unit,
			Claim: r.Claim, Truth: r.Truth, Area: r.Area, Evidence: r.Evidence, From: stamp(r.From),
			Until: stamp(r.Until), SignedAt: stamp(r.SignedAt), SHA256: hex.EncodeToString(r.Hash),
			Correction: r.Correction,
		}
		if r.WithdrawnAt != nil {
			one.Withdrawn = stamp(*r.WithdrawnAt)
		}
		list.Rebuttals = append(list.Rebuttals, one)
	}

	return asJSON(jsonKind, list)
}

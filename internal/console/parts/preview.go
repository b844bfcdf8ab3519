// Package parts makes what several sections of the console show or ask alike: a post as a citizen will
// see it, who acts next, the filter by account, the choice of a time. It asks no use case and registers
// no page.
package parts

import (
	"regexp"
	"slices"

	"juzhen/internal/account"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/post"
	"juzhen/internal/web/page"
)

// Piece is a part of a text with how Weibo shows it.
type Piece struct {
	Kind string // "text", "topic", "link" or "name"
	Text string
}

// Picture is a picture of a preview.
type Picture struct {
	ID       int64
	Alt      string
	Animated bool
	Label    string // what it says of its making, in Chinese; "": nothing
	Unread   bool   // it says something that could not be read
}

// Preview is one wording as it will look, with all accounts that publish exactly this in this way.
type Preview struct {
	Accounts  []account.Account
	Connector account.Connector
	Own       bool // not the common text
	Pieces    []Piece
	Pictures  []Picture
	RepostOf  string
	Private   bool // only the account itself sees it
	Length    int
	Limit     int
	Folded    bool     // longer than what the stream shows at once
	Problems  []string // in the reader's language
	Most      int      // names that are listed; 0: all
	Large     bool     // for a reviewer: names open, pictures as they go out
	Again     bool     // its pictures stand large in a preview above
	When      string   // when it goes out, in the reader's language; "": not said
	Fold      bool     // drawn as the stream shows it: what is beyond its fold is a press away
}

// Head is what the stream shows at once.
func (p Preview) Head() []Piece {
	head, _ := p.cut()
	return head
}

// Tail is what is behind the fold; nothing where the preview is not folded.
func (p Preview) Tail() []Piece {
	_, tail := p.cut()
	return tail
}

// cut parts the text at the fold. A link, a topic or a name is never parted, and no sign is cut in half.
func (p Preview) cut() (head, tail []Piece) {
	if !p.Fold || !p.Folded {
		return p.Pieces, nil
	}

	shown := ""
	for i, piece := range p.Pieces {
		if post.Length(shown+piece.Text) <= folded {
			shown += piece.Text
			continue
		}
		if piece.Kind != "text" {
			return p.Pieces[:i], p.Pieces[i:]
		}

		fits := ""
		for sign := range glyph.Signs(piece.Text) {
			if post.Length(shown+fits+sign) > folded {
				break
			}
			fits += sign
		}
		head = append(slices.Clone(p.Pieces[:i]), Piece{"text", fits})

		return head, append([]Piece{{"text", piece.Text[len(fits):]}}, p.Pieces[i+1:]...)
	}

	return p.Pieces, nil
}

// Group is the names of some accounts of one unit.
type Group struct {
	Unit  string
	Names string
}

// Groups are the accounts by unit, in their order, as many as are to be listed.
func (p Preview) Groups() []Group {
	var out []Group
	for _, account := range p.Accounts[:len(p.Accounts)-p.More()] {
		if n := len(out); n > 0 && out[n-1].Unit == account.UnitName {
			out[n-1].Names += " " + account.At()
			continue
		}
		out = append(out, Group{account.UnitName, account.At()})
	}

	return out
}

// More is how many accounts are not listed.
func (p Preview) More() int {
	if p.Most == 0 {
		return 0
	}

	return max(0, len(p.Accounts)-p.Most)
}

// First is the account whose name stands over the preview.
func (p Preview) First() account.Account { return p.Accounts[0] }

// Others are the accounts beside the first.
func (p Preview) Others() []account.Account { return p.Accounts[1:] }

// folded is the length from which the stream shows …全文.
const folded = 140

// Previews groups the targets of a version by what their readers will see: same connector, same text.
func Previews(pr *i18n.Printer, version post.Version, problems post.Problems) []Preview {
	type key struct {
		connector account.Connector
		text      string
	}
	at := map[key]int{}
	version = version.Declared()
	var out []Preview

	for _, target := range version.Targets {
		k := key{target.Account.Connector, target.TextOf(version)}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k], out = i, append(out, preview(version, target))
		}
		out[i].Accounts = append(out[i].Accounts, target.Account)
	}

	for i := range out {
		out[i].Problems = problemsOf(pr, problems, out[i].Accounts[0].ID)
	}

	return out
}

func preview(version post.Version, target post.Target) Preview {
	text := target.TextOf(version)
	p := Preview{
		Connector: target.Account.Connector,
		Own:       target.Variant != nil,
		Pieces:    Pieces(text),
		RepostOf:  version.Original(),
		Private:   version.Visible == 1,
		Length:    post.Length(text),
		Limit:     post.Ability(target.Account.Connector).MaxLength,
	}

	p.Folded = p.Length > folded

	for _, versionMedia := range version.Media {
		made := versionMedia.Media.Made()
		p.Pictures = append(p.Pictures, Picture{
			ID:       versionMedia.MediaID,
			Alt:      versionMedia.Alt,
			Animated: versionMedia.Media.Animated(),
			Label:    made.Label,
			Unread:   made.Unread,
		})
	}

	return p
}

// Planned says when a post goes out, over its preview.
func Planned(base page.Base, p post.Post) string {
	switch {
	case p.DueNow && (p.DueAt == nil || p.Phase != post.Approved):
		return base.T("批准后立即")
	case p.DueAt != nil:
		return page.StampOf(base.P, *p.DueAt, base.Now).Text
	}

	return base.T("未定时间")
}

// problemsOf are the findings about one account.
func problemsOf(pr *i18n.Printer, all post.Problems, accountID int64) []string {
	var out []string

	for _, problem := range all {
		for _, account := range problem.Accounts {
			if account.ID == accountID {
				out = append(out, pr.T(problem.Fault.Text, problem.Fault.Args...))
			}
		}
	}

	return out
}

var marked = regexp.MustCompile(
	`(?i)(https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+[-a-z0-9_$.+!*()/,:;@&=?~#%]*)|(#[^#\n]+#)|(@[\p{Han}\w-]+)`,
)

// Pieces cuts a text where Weibo makes links of topics, names and addresses.
func Pieces(s string) []Piece {
	var out []Piece

	rest := 0
	for _, m := range marked.FindAllStringSubmatchIndex(s, -1) {
		if m[0] > rest {
			out = append(out, Piece{"text", s[rest:m[0]]})
		}
		kind := "name"

		switch {
		case m[2] >= 0:
			kind = "link"
		case m[4] >= 0:
			kind = "topic"
		}
		out = append(out, Piece{kind, s[m[0]:m[1]]})
		rest = m[1]
	}
	if rest < len(s) {
		out = append(out, Piece{"text", s[rest:]})
	}

	return out
}

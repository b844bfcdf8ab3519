// Package post keeps what is to be published: a post, its versions with text, pictures and accounts,
// and the phase in which the text stands. It does not review, plan or send: review decides on a
// version, delivery composes the steps and knows what became of each account.
package post

import (
	"strconv"
	"strings"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/glyph"
	"juzhen/internal/media"
)

// Limits of a form, in runes unless said otherwise. Weibo's own rules come on top, per account.
const (
	MaxMedia    = 9
	maxText     = 5000 // what may be kept in a draft
	maxAlt      = 200
	maxAccounts = 5000
	maxKey      = 64 // of a form
	maxTitle    = 60
)

// Kind tells posts from replies. Both are written, checked, approved and sent alike; a reply is seen by who
// answers citizens and stands in no list of posts.
type Kind string

// The kinds.
const (
	Ordinary Kind = "post"
	Reply    Kind = "reply" // a comment that answers what somebody said
)

// Post is a matter to be published, with the place of its current version.
type Post struct {
	ID            int64
	UnitID        int64
	UnitPath      string
	UnitName      string
	AuthorID      int64
	AuthorName    string
	Phase         Phase
	VersionID     int64
	VersionNumber int
	DueAt         *time.Time // nil while undecided, and with DueNow until it is approved
	DueNow        bool       // as soon as approved
	Urgent        bool
	Corrects      *int64 // the post this one corrects
	CopiedFrom    *int64 // the post this one was made of, while that is there
	WorkingTitle  string // by which its writers know it; never published, "" for none
	Revision      int    // one higher with each change; a form that holds an older one is stale
	UpdatedBy     string // who saved last, by post
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// MayMove tells whether the post may be given to another unit: while it is a draft that nobody was
// asked to review. What reviewers of one unit have said is theirs, and stays with it.
func (p Post) MayMove() bool { return p.Phase == Draft && p.VersionNumber == 1 }

// Ref names the post in the audit trail.
func (p Post) Ref() string { return Ref(p.ID) }

// Ref names the post with this id in the audit trail and in to-dos.
func Ref(id int64) string { return "post/" + strconv.FormatInt(id, 10) }

// VersionState is what became of a version.
type VersionState string

// The states of a version. Void means overtaken before it was decided.
const (
	VersionDraft     VersionState = "draft"
	VersionSubmitted VersionState = "submitted"
	VersionApproved  VersionState = "approved"
	VersionReturned  VersionState = "returned"
	VersionVoid      VersionState = "void"
)

// Label is the Chinese name of the state.
func (s VersionState) Label() string {
	return map[VersionState]string{VersionDraft: "草稿", VersionSubmitted: "待审", VersionApproved: "已批准",
		VersionReturned: "退回", VersionVoid: "作废"}[s]
}

// Version is one wording of a post with its pictures and accounts. It is frozen when it is submitted.
type Version struct {
	ID            int64
	PostID        int64
	Number        int
	State         VersionState
	Text          string
	Visible       int     // 0: everybody, 1: the account itself
	RepostOf      string  // platform id of the post that is reposted, a Lead, or ""
	ReplyTo       ReplyTo // what a reply answers; zero for a post
	Relay         []byte  // digest of what is asked of other accounts with it; nil: nothing
	ColumnID      int64   // 0: in none
	ColumnName    string  // as it is called now
	Hash          []byte  // approval hash, once submitted
	HashForm      HashForm
	WordingHash   []byte     // of accounts and requests alone, once submitted
	DueFrom       *time.Time // for which instant it was submitted; nil: as soon as approved, and in form 1
	NotAfter      *time.Time // later than this it is not sent any more; nil: as each account says
	CreatedAt     time.Time
	SubmittedBy   *int64
	SubmittedName string // display name of who submitted
	SubmittedAt   *time.Time
	Generated     Generated      // what the author says a machine made
	Targets       []Target       // in the order of the matrix
	Media         []VersionMedia // in the order shown
}

// Texts are all wordings of the version: the common one, and those of accounts' own.
func (v Version) Texts() []string {
	all := []string{v.Text}

	for _, target := range v.Targets {
		if target.Variant != nil {
			all = append(all, *target.Variant)
		}
	}

	return all
}

// Title is the beginning of the text, for lists and to-dos.
func (v Version) Title() string { return Title(v.Text) }

// Title is the first line of a text, cut to 30 visible signs; empty for a repost without words and an
// empty draft.
func Title(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	line = strings.TrimSpace(line)
	return glyph.Cut(line, 30)
}

// Target is one account a version goes to.
type Target struct {
	AccountID   int64
	Account     account.Account
	Variant     *string // wording of its own; nil: the common text
	PayloadHash []byte  // of the request, once submitted
}

// TextOf is the text that goes out on this account.
func (t Target) TextOf(version Version) string {
	if t.Variant != nil {
		return *t.Variant
	}

	return version.Text
}

// Field is the form field in which this account's text stands.
func (t Target) Field() string {
	if t.Variant != nil {
		return VariantField(t.AccountID)
	}

	return "text"
}

// VariantField is the form field of an account's own wording.
func VariantField(accountID int64) string { return "variant." + strconv.FormatInt(accountID, 10) }

// VersionMedia is a picture of a version.
type VersionMedia struct {
	MediaID int64
	Alt     string
	Media   media.Media
}

// Target gives the target of an account.
func (v Version) Target(accountID int64) (Target, bool) {
	for _, target := range v.Targets {
		if target.AccountID == accountID {
			return target, true
		}
	}

	return Target{}, false
}

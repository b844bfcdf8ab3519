// Package delivery plans and decides the sending of one post to one account: what is due when, who
// allowed it, what became of it, and what people may do about it. It does not send: package dispatch
// keeps the instants and talks to the platform, by the rules written here. The reasoning stands in
// docs/delivery.md.
package delivery

import (
	"time"

	"juzhen/internal/post"
)

// Delivery is one post, or one reply, to one account. All that the mark asks for lies on this row.
type Delivery struct {
	Kind                             post.Kind
	ID, PostID, VersionID, AccountID int64
	Platform, Connector              string
	State                            State
	Plan                             int // one higher with each new plan
	Urgent                           bool
	DueAt, NotAfter, NotBefore       *time.Time
	Approved                         bool
	// the instant it is approved for: never earlier; nil while it is not approved
	ApprovedFrom              *time.Time
	PayloadHash, ApprovedHash []byte
	// 16 random bytes; goes out as annotation where the interface takes one
	MarkKey                        []byte
	PauseID                        *int64
	Owner, AttemptID               *string
	Attempts                       int
	MarkedAt, CallEndedAt, HardEnd *time.Time
	SentAt                         *time.Time // the platform's own time
	RemoteID, RemoteURL            *string
	Reason                         Reason
	ReasonArgs                     Args `gorm:"serializer:json"`
	Wish                           *Wish
	WishDueAt                      *time.Time
	WishBy                         *int64
	Looks                          int
	NextLookAt                     *time.Time
	// ids of pictures already with the platform
	Uploads              []string `gorm:"serializer:json"`
	TakenBy              *int64
	TakenAt              *time.Time
	Live                 *Live
	LiveAt               *time.Time
	LiveText             *string
	CreatedAt, UpdatedAt time.Time

	Doubted bool `gorm:"-"` // an earlier call of it ended unknown; read by WasOpenTx where a rule asks

	AccountHandle, AccountName string // joined, for showing and for the scope
	UnitID                     int64
	UnitPath, UnitName         string
	TakenByName                string
	AccountUID                 string // the platform's id of the account; empty before it is connected
}

// Args are the parameters of a reason.
type Args map[string]any

// Wish is what a person wanted while the outcome of a call was open; it is followed once nothing went out.
type Wish string

// The wishes.
const (
	WishCancel Wish = "cancel" // withdrawn
	WishHold   Wish = "hold"   // paused
	WishReplan Wish = "replan" // moved to another time
	WishRevise Wish = "revise" // a new version is being written
)

// Live is what became of a sent post on the platform.
type Live string

// The later facts about a sent post.
const (
	LiveUp      Live = "live"
	LiveChanged Live = "changed" // text or pictures differ from the approved ones
	LiveHidden  Live = "hidden"  // not shown, for instance while the platform reviews it
	LiveRemoved Live = "removed" // gone from the platform, not by us
	LiveDown    Live = "taken_down"
)

// Label is the Chinese word for a later fact.
func (l Live) Label() string {
	switch l {
	case LiveUp:
		return "线上正常"
	case LiveChanged:
		return "与批准稿不一致"
	case LiveHidden:
		return "平台未展示"
	case LiveRemoved:
		return "平台已删"
	case LiveDown:
		return "已下架"
	}

	return string(l)
}

// Event is one step of the machine or of a person on a delivery. From equal to To is a note without a
// change of state.
type Event struct {
	ID         int64
	DeliveryID int64
	At         time.Time
	From       State `gorm:"column:from_state"`
	To         State `gorm:"column:to_state"`
	Plan       int
	AttemptID  *string
	Owner      *string
	ByUser     *int64
	ByName     string
	Code       Reason
	Args       Args `gorm:"serializer:json"`
}

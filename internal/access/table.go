package access

import "slices"

// Role is a duty a person holds over a subtree of units.
type Role string

// The five roles. Administrator and auditor exclude each other and all the rest (separation of duties).
const (
	PressOfficer  Role = "press_officer" // 宣传专员
	Reviewer      Role = "reviewer"      // 审核员
	Supervisor    Role = "supervisor"    // 主管
	Administrator Role = "administrator" // 管理员
	Auditor       Role = "auditor"       // 审计员
)

// Roles lists all roles in the order they are shown.
func Roles() []Role { return []Role{PressOfficer, Reviewer, Supervisor, Administrator, Auditor} }

// Valid tells whether r is one of the five.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// Label is the Chinese name of the role.
func (r Role) Label() string {
	return map[Role]string{
		PressOfficer: "宣传专员", Reviewer: "审核员", Supervisor: "主管", Administrator: "管理员", Auditor: "审计员",
	}[r]
}

// Exclusive tells whether r may not be held together with any other role.
func (r Role) Exclusive() bool { return r == Administrator || r == Auditor }

// Clash tells whether two different roles may not be held by one person, wherever the units are.
func Clash(a, b Role) bool { return a != b && (a.Exclusive() || b.Exclusive()) }

// Permission names one kind of act. Every route names exactly one.
type Permission string

// The permissions. The name is "noun.act".
const (
	Self            Permission = "self"             // one's own page, password, sessions, to-do list: everybody signed in
	UnitView        Permission = "unit.view"        // see units of the tree
	AccountView     Permission = "account.view"     // see accounts of the matrix and their state, not their texts
	PostView        Permission = "post.view"        // read posts, deliveries, certificates
	PostWrite       Permission = "post.write"       // write, edit, submit, withdraw, reschedule posts; use media
	PostReview      Permission = "post.review"      // approve or return a submitted version; second person of a decision
	DeliveryDecide  Permission = "delivery.decide"  // decide an unknown outcome, a missed or failed delivery, a hand-off
	DeliveryConfirm Permission = "delivery.confirm" // be the second person of "not sent" or a take-down
	Takedown        Permission = "delivery.takedown"
	Pause           Permission = "delivery.pause" // pause and resume sending of a subtree
	ReachView       Permission = "reach.view"
	AccountManage   Permission = "account.manage" // accounts, tokens, connectors
	UnitManage      Permission = "unit.manage"
	UserManage      Permission = "user.manage"  // users and grants
	UserConfirm     Permission = "user.confirm" // be the second person of what was asked about users
	UserStop        Permission = "user.stop"    // see and stop what was asked about users
	AuditView       Permission = "audit.view"
)

// Extent says how far below the granted unit a permission reaches.
type Extent int

// The extents. OwnUnit is the granted unit alone, Subtree the unit and all below it.
const (
	Nowhere Extent = iota
	OwnUnit
	Subtree
)

// table is the whole of the rights: one row per role. docs/rights.md prints it; a test compares the two.
var table = map[Role]map[Permission]Extent{
	PressOfficer: {Self: Subtree, UnitView: Subtree, AccountView: Subtree, PostView: Subtree, PostWrite: Subtree,
		DeliveryDecide: Subtree, ReachView: OwnUnit},
	Reviewer: {Self: Subtree, UnitView: Subtree, AccountView: Subtree, PostView: Subtree, PostReview: Subtree,
		DeliveryConfirm: Subtree, ReachView: Subtree},
	Supervisor: {Self: Subtree, UnitView: Subtree, AccountView: Subtree, PostView: Subtree, PostReview: Subtree,
		DeliveryDecide: Subtree, DeliveryConfirm: Subtree, Takedown: Subtree, Pause: Subtree, ReachView: Subtree,
		UserConfirm: Subtree, UserStop: Subtree},
	Administrator: {Self: Subtree, UnitView: Subtree, AccountView: Subtree, Pause: Subtree, AccountManage: Subtree,
		UnitManage: Subtree, UserManage: Subtree, UserConfirm: Subtree, UserStop: Subtree},
	Auditor: {Self: Subtree, UnitView: Subtree, AccountView: Subtree, PostView: Subtree, ReachView: Subtree, UserStop: Subtree,
		AuditView: Subtree},
}

// Permissions lists every permission, for tests that walk the table.
func Permissions() []Permission {
	return []Permission{Self, UnitView, AccountView, PostView, PostWrite, PostReview, DeliveryDecide, DeliveryConfirm, Takedown,
		Pause, ReachView, AccountManage, UnitManage, UserManage, UserConfirm, UserStop, AuditView}
}

// ExtentOf is the cell of the table for role r and permission p.
func ExtentOf(r Role, p Permission) Extent { return table[r][p] }

// visibleBy is the permission with which one sees the thing that p acts on.
func (p Permission) visibleBy() Permission {
	switch p {
	case PostView, PostWrite, PostReview, DeliveryDecide, DeliveryConfirm, Takedown:
		return PostView
	case AccountManage, AccountView, ReachView:
		return AccountView
	case UnitManage, UnitView, Pause:
		return UnitView
	case UserConfirm, UserStop:
		return UserStop
	}
	return p
}
